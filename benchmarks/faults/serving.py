"""An explorer that is killed, crowded and hurried, and ports that others have."""

from __future__ import annotations

import itertools
import json
import random
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from benchmarks.faults.options import WHOLE, WORD
from benchmarks.faults.probe import Attempt, judged, outside, wait_for
from benchmarks.faults.served import (
    HOST,
    RUNS,
    SOUND,
    Server,
    answered,
    ask,
    begun,
    free_port,
    left,
    opened,
    requested,
    serve,
    shared_server,
)
from benchmarks.faults.signals import KINDS, RIGHT, of_session
from benchmarks.faults.stores import DAMAGES, Damage

SEED = 20261205
MOMENTS = ("before it serves", "at rest", "while it answers")
LEVERS = ("cn_licence_tightening", "us_permissive_licence_incentive")
MOVES = 1000
MOST = 40
"""Pages that may be open at a time."""

LEFT = (1, 8, 30)
"""Clients that are gone in the middle of an answer."""


def attempts() -> Iterator[Attempt]:
    """Yield signals, crowds, quick hands, ports and scenarios that cannot be served."""
    for number, moment in itertools.product(KINDS, MOMENTS):
        yield Attempt(f"{number.name} {moment}", partial(_ended, number, moment))
    for count in LEFT:
        yield Attempt(f"{count} clients are gone in the middle", partial(_left, count))
    yield Attempt("more pages than may be open", _crowded)
    yield Attempt("a client that reads nothing", _unread)
    yield Attempt("a page that is opened 200 times", _often)
    for slots in ("a", "ab"):
        yield Attempt(f"{MOVES} quick moves in {slots}", partial(_hurried, slots))
    yield Attempt(f"{MOVES} quick moves along a track", _dragged)
    for size in (16_001, 1_000_000, 50_000_000):
        for name in ("text", "bytes", "parts"):
            make = partial(_huge, size, name)
            yield Attempt(f"a message of {size:,} as {name}", make)
    yield Attempt("a port that an explorer has", partial(_taken, "explorer"))
    yield Attempt("a port that another program has", partial(_taken, "another"))
    for value in WHOLE:
        for option in ("--port", "--runs"):
            words = ["explore", f"{option}={value}"]
            yield Attempt(f"explore {option}={value[:20]}", partial(outside, words, (1,)))
    for word in WORD[:8]:
        yield Attempt(f"explore {word[:20]!r}", partial(outside, ["explore", word], (1, 2)))
    for how, damage in DAMAGES.items():
        yield Attempt(f"explore of a file {how}", partial(_damaged, damage))


def _ended(number: signal.Signals, moment: str, folder: Path) -> str | None:
    """End an explorer by a signal: in one go, and the same port serves the same again."""
    if moment == "before it serves":
        process, errors = begun([*RUNS, "--port", free_port()], folder)
        wait_for(process, 1.2)
        server = Server(process, 0, errors, {})
    else:
        server = serve(folder)
    try:
        if moment == "while it answers":
            with opened(server) as page:
                for step in range(6):
                    ask(page, f"{LEVERS[step % 2]}={0.1 + step / 10}", step)
                time.sleep(0.05)
                server.process.send_signal(number)
                broken = _gone(server, number)
        else:
            server.process.send_signal(number)
            broken = _gone(server, number)
        if broken or not server.port:
            return broken
        again = serve(folder, server.port)
        try:
            return None if again.known == server.known else "other numbers than before"
        finally:
            again.end()
    finally:
        server.end()


def _gone(server: Server, number: signal.Signals) -> str | None:
    """Return what is wrong with the end of an explorer."""
    if wait_for(server.process, 20):
        return "it is still there after 20 s"
    code, said = server.process.returncode, server.said()
    if code not in RIGHT[number]:
        return f"exit code {code}: {said[-300:]}"
    if (len(said.splitlines()) > 1 and server.port) or "Traceback" in said:
        return f"it said: {said[-300:]}"
    orphans = of_session(server.process.pid)
    return f"processes are left: {orphans}" if orphans else None


def _left(count: int, folder: Path) -> str | None:
    """Let clients ask and be gone at once, without a word."""
    server = serve(folder)
    try:
        draw = random.Random(SEED)  # noqa: S311 - no secret
        for number in range(count):
            link = f"{draw.choice(LEVERS)}={draw.random():.3f}"
            message = {"do": "ask", "id": number, "slot": "a", "state": link, "more": "x" * 200}
            left(server, json.dumps(message), first=number % 2 == 1)
        return server.goes_on()
    finally:
        server.end()


def _crowded(folder: Path) -> str | None:
    """Open one page more than may be open; once they are gone there is room again."""
    from websockets.exceptions import ConnectionClosed, InvalidStatus

    server = serve(folder)
    try:
        with ExitStack() as stack:
            pages = [stack.enter_context(opened(server)) for _ in range(MOST)]
            with suppress(ConnectionClosed, InvalidStatus), opened(server) as one_more:
                one_more.recv(timeout=60)
                return "one more was let in"
            if answered(pages[-1], SOUND)[1] != server.known:
                return "the last one has another answer"
        return server.goes_on()
    finally:
        server.end()


def _unread(folder: Path) -> str | None:
    """Ask for much and read nothing of it: others are answered."""
    server = serve(folder)
    try:
        with socket.create_connection((HOST, server.port)) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            for _ in range(40):
                link.sendall(
                    b"GET /start HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port
                )  # fmt: skip
            return server.goes_on()
    finally:
        server.end()


def _often(_: Path) -> str | None:
    server = shared_server()
    for _number in range(200):
        status, body = requested(server, "GET", "/")
        if status != 200 or b"</html>" not in body:
            return f"status {status}"
    return server.goes_on()


def _hurried(slots: str, _: Path) -> str | None:
    """Move faster than anybody answers: the last move counts, and the others are dropped."""
    server = shared_server()
    with opened(server) as page:
        for number in range(1, MOVES):
            slot = slots[number % len(slots)]
            ask(page, f"{LEVERS[number % 2]}={number / MOVES}", number, slot)
        ask(page, SOUND, MOVES, slots[-1])
        heads, arrays = answered(page, None, MOVES)
    if arrays != server.known:
        return "the last move has another answer"
    done = sum(head["is"] == "answer" for head in heads)
    return server.goes_on() if done < MOVES / 5 else f"{done} answers to {MOVES} moves"


def _dragged(_: Path) -> str | None:
    server = shared_server()
    with opened(server) as page:
        for number in range(MOVES):
            known = {"do": "nodes", "id": number, "key": LEVERS[number % 2], "state": "b=baseline"}
            page.send(json.dumps(known))
        ask(page, SOUND, MOVES)
        arrays = answered(page, None, MOVES)[1]
    return server.goes_on() if arrays == server.known else "another answer"


def _huge(size: int, name: str, _: Path) -> str | None:
    """Send a message beyond the limit: it ends that socket and no other."""
    from websockets.exceptions import ConnectionClosed

    server = shared_server()
    with opened(server) as other:
        with suppress(ConnectionClosed), opened(server) as page:
            if name == "parts":
                page.send("x" * 1000 for _number in range(size // 1000 + 1))
            else:
                page.send("x" * size if name == "text" else b"x" * size)
            page.recv(timeout=60)
            return "it was answered"
        if answered(other, SOUND)[1] != server.known:
            return "another one has another answer"
    return server.goes_on()


def _taken(whose: str, folder: Path) -> str | None:
    with socket.socket() as place:
        if whose == "another":
            place.bind((HOST, 0))
            place.listen()
            port = place.getsockname()[1]
        else:
            port = shared_server().port
        broken = outside(["explore", "--port", str(port)], (1,), folder)
    return broken or (shared_server().goes_on() if whose == "explorer" else None)


def _damaged(damage: Damage, folder: Path) -> str | None:
    """Serve a damaged file: refused in a line, or served where it is still a scenario."""
    file = folder / "x.yaml"
    file.write_text("extends: baseline\ntitle: Mine\nensemble: {runs: 18}\n", encoding="utf-8")
    damage(file, random.Random(SEED))  # noqa: S311 - no secret
    process, errors = begun(["x.yaml", *RUNS, "--port", free_port()], folder)
    server = Server(process, 0, errors, {})
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        if "http://" in process.stdout.readline():
            return f"it said: {server.said()}" if "Traceback" in server.said() else None
        process.wait(60)
        return judged(process.returncode, server.said(), "", (1,))
    finally:
        server.end()
