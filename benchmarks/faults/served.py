"""The explorer as a process, and one who asks it over its socket or in bytes of his own."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from benchmarks.faults.probe import SIM, at_end, environment

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

HOST = "127.0.0.1"
RUNS = ("--runs", "18")
"""One stage of 16 replicates, and the last one."""

PATIENCE = 120
SOUND = "v=1&b=baseline&cn_licence_tightening=0.4&p.network=1.1"
"""A question whose answer is known, to see whether the server goes on."""

Answer = dict[str, bytes]


OPENING = (
    b"GET /live HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nUpgrade: websocket\r\nConnection: "
    b"Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
"""What opens a socket, with two places for the server's name."""


@dataclass
class Server:
    """An explorer that serves.

    Attributes
    ----------
    process : Popen
    port : int
    errors : file
        Takes its standard error.
    known : dict of str to bytes
        Arrays of the answer to `SOUND` before anything was tried.
    begun : int
        Bytes that it said before it served.
    """

    process: subprocess.Popen[str]
    port: int
    errors: IO[bytes]
    known: Answer
    begun: int = 0

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"http://{HOST}:{self.port}"

    def said(self) -> str:
        """Return its standard error since it serves."""
        # By its place, since the process writes where its own descriptor of the file stands.
        return os.pread(self.errors.fileno(), 10**6, self.begun).decode("utf-8", "replace")

    def goes_on(self) -> str | None:
        """Return what is wrong unless it answers as before and has said nothing."""
        if self.process.poll() is not None:
            return f"it has ended with {self.process.returncode}: {self.said()[-300:]}"
        with opened(self) as page:
            heads, arrays = answered(page, SOUND)
        if arrays != self.known:
            return f"another answer than before: {heads[-1]}"
        said = self.said()
        self.begun += len(said.encode())  # so that it is held against one attempt alone
        return f"it said: {said[-400:]}" if said else None

    def end(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.errors.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as place:
        place.bind((HOST, 0))
        return int(place.getsockname()[1])


def begun(words: Sequence[object], folder: Path) -> tuple[subprocess.Popen[str], IO[bytes]]:
    """Start an explorer, and return its process and the file that takes its standard error."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - the server's
    process = subprocess.Popen(
        [*SIM, "explore", *map(str, words)], cwd=folder, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    return process, errors


def serve(folder: Path, port: int | None = None) -> Server:
    """Start an explorer, wait until it serves, and ask it once.

    Raises
    ------
    RuntimeError
        If it ends.
    """
    process, errors = begun([*RUNS, "--port", port or free_port()], folder)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    found = re.search(rf"http://{HOST}:(\d+)", process.stdout.readline())
    server = Server(process, int(found[1]) if found else 0, errors, {})
    if found is None:
        said = server.said()
        server.end()
        raise RuntimeError(f"the explorer did not start: {said}")
    server.begun = os.fstat(errors.fileno()).st_size
    with opened(server) as page:
        server.known = answered(page, SOUND)[1]
    return server


_one: list[Server] = []
_starting = threading.Lock()


def shared_server() -> Server:
    """Return the explorer that many attempts share, until `clean` ends it."""
    with _starting:
        if not _one:
            _one.append(serve(Path(tempfile.gettempdir())))
            at_end(lambda: _one.pop().end())
        return _one[0]


@contextmanager
def opened(server: Server) -> Iterator[ClientConnection]:
    """Open a page's socket."""
    from websockets.sync.client import connect

    url = f"ws://{HOST}:{server.port}/live"
    with connect(url, origin=server.url, max_size=None, open_timeout=PATIENCE) as page:  # type: ignore[arg-type]
        yield page


def ask(page: ClientConnection, link: str, number: int = 1, slot: str = "a") -> None:
    """Ask for the answer to a state."""
    page.send(json.dumps({"do": "ask", "id": number, "slot": slot, "state": link}))


def answered(
    page: ClientConnection, link: str | None, number: int = 1
) -> tuple[list[dict[str, Any]], Answer]:
    """Return the heads of what comes until a question has its last answer or a complaint.

    Parameters
    ----------
    page : ClientConnection
    link : str, optional
        The state, asked for here; None where it was asked for.
    number : int
        Of the question.

    Returns
    -------
    heads : list of dict
    arrays : dict of str to bytes
        Of the last answer.

    Raises
    ------
    ValueError
        If an answer holds what is no number.
    """
    from sim.explorer import frames

    if link is not None:
        ask(page, link, number)
    heads: list[dict[str, Any]] = []
    while True:
        got = page.recv(timeout=PATIENCE)
        head, arrays = frames.unpack(got) if isinstance(got, bytes) else (json.loads(got), {})
        heads.append(head)
        if not all(np.isfinite(values).all() for values in arrays.values()):
            raise ValueError(f"no numbers: {head}")
        if head["id"] == number and (head.get("last") or head["is"] == "wrong"):
            return heads, {name: values.tobytes() for name, values in arrays.items()}


def requested(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Send a request and return status and body."""
    link = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE)
    try:
        link.request(method, path, body, headers)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def raw(server: Server, content: bytes) -> bytes:
    """Send bytes as they are and return what comes back within a moment."""
    with socket.create_connection((HOST, server.port), timeout=1.0) as link:
        try:
            link.sendall(content)
            link.shutdown(socket.SHUT_WR)
            return link.recv(65_536)
        except OSError:
            return b""


def left(server: Server, message: str, *, first: bool) -> None:
    """Open a socket, send a message, and be gone without a word: at the first answer, or before."""
    host, content = f"{HOST}:{server.port}".encode(), message.encode()
    mask = struct.pack(">BBH4x", 0x81, 0x80 | 126, len(content))
    with socket.create_connection((HOST, server.port), timeout=PATIENCE) as link:
        link.sendall(OPENING.replace(b"%s", host))
        link.recv(65_536)
        link.sendall(mask + content)
        if first:
            link.recv(65_536)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
