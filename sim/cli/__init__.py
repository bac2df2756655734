"""The command ``sim``: a thin face that parses, calls the library and prints.

Exit codes: 0 done; 1 a value that is present but wrong; 2 an unknown command or option, a missing
argument, or options that cannot act together; 3 a run or a store failed, or something that nobody
foresaw; 130 interrupted; 141 the reader of a pipe has gone. Whatever happens is said in one line on
standard error; with ``SIM_DEBUG=1`` its traceback follows.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

__all__ = ["main"]

GONE = 141
"""What a shell shows of a program whose pipe has no reader any more."""

INTERRUPTED = 130

AGAIN = 0.02
"""Seconds until a signal that could not be heard is sent once more."""


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    asked = _Interrupt()
    for number, handler in (
        (signal.SIGINT, asked), (signal.SIGTERM, asked.leave), (signal.SIGHUP, asked.leave)
    ):  # fmt: skip
        # A handler that the caller set, as nohup and a shell's & do, stays in force.
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
            signal.signal(number, handler)
            # Python puts back the system's handlers and then takes its modules apart, which may
            # last a second: a command that has ended would die of the signal after all. What is
            # registered first is called last, so that all clean-up before can be interrupted.
            atexit.register(signal.signal, number, signal.SIG_IGN)
    # Put back before Python takes itself apart, which the hook would keep it from doing in order.
    atexit.register(setattr, sys, "unraisablehook", sys.unraisablehook)
    sys.unraisablehook = asked.unraised
    # Nothing here opens a window, whatever the environment says of it.
    os.environ["MPLBACKEND"] = "agg"
    try:
        _streams().guard()
    except OSError as error:
        sys.exit(_told(error, as_json="--json" in sys.argv))
    sys.exit(_exit_code(sys.argv[1:], asked))


class _Interrupt:
    """Ctrl-C and requests to end, from the first import to the last line.

    Attributes
    ----------
    at_work : bool
        Whether a command is under way, which an exception ends through every clean-up. Before and
        after, nothing has to be cleaned up: the process ends at once.
    asked : bool
        Whether Ctrl-C was pressed. An import that is interrupted may raise anything.
    """

    def __init__(self) -> None:
        self.at_work = False
        self.asked = False

    def __call__(self, number: int, _: object) -> None:
        """Interrupt the command, or end the process where none is under way."""
        self.asked = True
        if not self.at_work:
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt(number)

    def leave(self, number: int, _: object) -> NoReturn:
        """Leave on a request to end, through every clean-up of a command on the way."""
        if not self.at_work:
            os._exit(128 + number)
        sys.exit(128 + number)

    def unraised(self, lost: sys.UnraisableHookArgs) -> None:
        """Send a signal once more whose exception Python had to drop.

        A destructor or a callback of an import cannot raise: Python would print a traceback there
        and go on as if nothing had been asked.
        """
        error = lost.exc_value
        if isinstance(error, KeyboardInterrupt):
            number = signal.SIGINT
        elif isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
            number = signal.Signals(error.code - 128)
        else:
            sys.__unraisablehook__(lost)
            return
        import threading

        # From another thread, since raised here it would meet the same callback again; to the main
        # thread, which may be waiting.
        main = threading.main_thread().ident
        again = threading.Timer(AGAIN, signal.pthread_kill, [main, number])
        again.daemon = True
        again.start()


def _exit_code(words: list[str], interrupt: _Interrupt | None = None) -> int:
    """Run one command line and return its exit code; errors go to standard error."""
    interrupt = interrupt or _Interrupt()
    try:
        return _run(words, interrupt)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - nothing passes the funnel
        raised = KeyboardInterrupt() if interrupt.asked else error
        return _told(raised, as_json="--json" in words)


def _run(words: list[str], interrupt: _Interrupt) -> int:
    import typer

    from sim.cli.app import app

    command = typer.main.get_command(app)
    interrupt.at_work = True
    try:
        with _said_in_a_line(), command.make_context("sim", words) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    finally:
        interrupt.at_work = False
    return 0


@contextmanager
def _said_in_a_line() -> Iterator[None]:
    """Let warnings for users be lines on standard error: damaged results each time, a name once."""
    import warnings

    from sim.cli.output import say
    from sim.errors import DamagedResult, FormerName

    usual, names = warnings.showwarning, set[str]()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = str(message)
        if not issubclass(category, DamagedResult | FormerName):
            usual(message, category, filename, lineno, file, line)
        elif issubclass(category, DamagedResult) or text not in names:
            names.add(text)
            say(text)

    with warnings.catch_warnings():
        for kind in (DamagedResult, FormerName):
            warnings.simplefilter("always", kind)
        warnings.showwarning = show
        yield


def _told(error: BaseException, *, as_json: bool) -> int:
    """Say what went wrong and return the exit code that it stands for."""
    from sim.cli.output import report_error

    if isinstance(error, _streams().ReaderGone):
        return GONE
    code, kind, message = _outcome(error)
    problems = getattr(error, "problems", ())
    with _streams().lenient():  # a broken standard error leaves the exit code to say it
        report_error(kind, message, problems, as_json=as_json, usage=_usage(error))
        if code == 3 and os.environ.get("SIM_DEBUG") == "1":
            import traceback

            traceback.print_exception(error)
    return code


def _outcome(error: BaseException) -> tuple[int, str, str]:
    """Return the exit code that an error stands for, its kind for programs, and its message."""
    from sim.errors import InputError, SimError

    if isinstance(error, InputError):
        return 1, "input", str(error)
    if isinstance(error, _usage_error()):
        code, kind = (1, "input") if _is_wrong_value(error) else (2, "usage")
        return code, kind, error.format_message()
    if isinstance(error, KeyboardInterrupt):
        # Python notes an interrupt that passed through source text it was executing, as dataclasses
        # and numba do, and ends itself by the signal whatever exit code is asked for: text that
        # runs to its end takes the note away.
        exec("")  # noqa: S102 - nothing is executed
        return INTERRUPTED, "interrupted", "interrupted; nothing half-written is left"
    # A name or another package's reason may bring line feeds with it.
    own = isinstance(error, SimError)
    return 3, "failure", " ".join(str(error).splitlines()) if own else _in_a_line(error)


def _in_a_line(error: BaseException) -> str:
    """Return what a reader can do something about, of an error that nobody turned into words."""
    reason = " ".join(str(error).split())
    file = getattr(error, "filename", None)
    system = getattr(error, "strerror", None) or reason
    words = (
        (isinstance(error, MemoryError), "there is too little memory for this"),
        (
            isinstance(error, RuntimeError) and reason == "can't start new thread",
            "the system gives no more threads: too little memory, or too many processes",
        ),
        (isinstance(error, ImportError), f"a package cannot be loaded: {reason}"),
        (
            isinstance(error, FileNotFoundError) and file is None,
            "the current folder does not exist any more",
        ),
        (isinstance(error, OSError), system if file is None else f"{system}: {file}"),
    )
    unforeseen = f"unexpected {type(error).__name__}: {reason} (SIM_DEBUG=1 shows where)"
    return next((said for so, said in words if so), unforeseen)


def _streams() -> Any:  # noqa: ANN401 - a module
    """Return the module on streams, which is loaded when Ctrl-C has its handler."""
    from sim.cli import streams

    return streams


def _usage_error() -> Any:  # noqa: ANN401 - typer has no name for it
    """Return the class of any mistake in using a command, of which typer names only one."""
    import typer

    return typer.BadParameter.__mro__[1]


def _is_wrong_value(error: BaseException) -> bool:
    """Tell a value that is present but wrong from one that is missing."""
    import typer

    return isinstance(error, typer.BadParameter) and type(error).__name__ != "MissingParameter"


def _usage(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "sim --help"
