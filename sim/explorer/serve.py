"""From the command line to a listening server."""

from __future__ import annotations

import ctypes
import errno
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, RunError, reason
from sim.machine import processors

if TYPE_CHECKING:
    import uvicorn

    from sim.scenario import Scenario

HOST = "127.0.0.1"
PORT = 8321
LONGEST_MESSAGE = 16_000
"""Bytes of one message on the socket."""
ARENA_MAX = -8
"""Number of the setting in glibc's ``malloc.h``."""
TRIED = 20
"""Ports that are tried one after the other where none is asked for."""

MISSING = "the explorer needs a few more packages: pip install 'open-model-sim[explorer]'"


def serve(
    scenario: str | Path | Scenario,
    port: int | None,
    runs: int | None,
    say: Callable[[str], None],
    ready: Callable[[str], None],
) -> None:
    """Serve the explorer of a scenario until it is interrupted.

    Parameters
    ----------
    scenario : str, path or Scenario
    port : int, optional
        The first free one from `PORT` on by default.
    runs : int, optional
        Replicates in place of the scenario's own.
    say : callable
        Called with what is being done.
    ready : callable
        Called with the address once pages can be opened.

    Raises
    ------
    RunError
        If the packages of the extra are not installed.
    InputError
        If the scenario is wrong or the port taken.
    """
    try:
        import uvicorn
        import websockets  # noqa: F401 - uvicorn uses it

        from sim.explorer import app, baseline, bases, work
    except ImportError as error:
        raise RunError(MISSING) from error
    keep_few_arenas()
    known = bases.Bases(scenario, runs)
    reference = known.reference
    with listening(port) as place:
        made = baseline.make(reference, say)
        # One processor is left to the browser, which draws while later stages are computed.
        workshop = work.Workshop(known, made, max(processors() - 1, 1))
        give_back()
        config = settings(app.make(workshop))
        ready(f"http://{HOST}:{place.getsockname()[1]}/")
        server = uvicorn.Server(config)
        with hung_up(server):
            server.run(sockets=[place])


@contextmanager
def hung_up(server: uvicorn.Server) -> Iterator[None]:
    """Let the end of the terminal end a server as Ctrl-C does, and the command after it.

    uvicorn hears Ctrl-C and requests to end; what else leaves the command would cancel its tasks in
    the middle, of which each prints a traceback.
    """
    before, heard = signal.getsignal(signal.SIGHUP), []

    def end(number: int, _: object) -> None:
        heard.append(number)
        server.should_exit = True

    if callable(before):  # not where it is ignored, as nohup asks for
        signal.signal(signal.SIGHUP, end)
    try:
        yield
    finally:
        if callable(before):
            signal.signal(signal.SIGHUP, before)
    if heard:
        signal.raise_signal(signal.SIGHUP)


def keep_few_arenas() -> None:
    """Let all threads allocate from two arenas: glibc gives each its own, and none gives back.

    Measured over 500 moves: 60 MB less. Elsewhere than on glibc nothing happens.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, 2)


def give_back() -> None:
    """Give back to the system what the start has used and let go of.

    What is left stays: it is looked through for cycles no more, which would take a twentieth of a
    second in the middle of an answer.
    """
    gc.collect()
    gc.freeze()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def settings(application: Any) -> uvicorn.Config:  # noqa: ANN401 - of Starlette, the extra
    """Return how the server treats an application: nothing is logged, messages are short."""
    import uvicorn

    return uvicorn.Config(
        application,
        log_level="error",
        access_log=False,
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def listening(port: int | None) -> socket.socket:
    """Return a socket that listens on this machine alone.

    Raises
    ------
    InputError
        If the port is taken, is not allowed or does not exist.
    """
    why = ""
    wanted = range(PORT, PORT + TRIED) if port is None else (port,)
    for number in wanted:
        place = socket.socket()
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((HOST, number))
            place.listen(128)
        except OverflowError:
            place.close()
            why = "does not exist"
        except OSError as error:
            place.close()
            taken = error.errno == errno.EADDRINUSE
            why = "is taken" if taken else f"cannot be used: {reason(error)}"
        else:
            return place
    said = f"port {port} {why}" if port is not None else f"no port from {PORT} on is free"
    raise InputError(Problem(said, path="port", hint="choose another one with --port"))
