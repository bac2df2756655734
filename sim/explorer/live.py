"""One open page: what it asks is answered in turn, and a newer state ends an older one."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.errors import InputError, SimError, cited
from sim.explorer import frames
from sim.explorer.nodes import PARTS, STRENGTH, Nodes, Track
from sim.explorer.state import State, read
from sim.explorer.work import Question, Stage, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable

SLOTS = ("a", "b")
MOST_PINS = 6


class Visit:
    """A page and its socket; nothing outlives it.

    Parameters
    ----------
    workshop : Workshop
    socket : WebSocket
    """

    def __init__(self, workshop: Workshop, socket: WebSocket) -> None:
        self.workshop = workshop
        self.socket = socket
        self._newest: dict[str, int] = {}
        self._count = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    def leave(self) -> None:
        """End all that is computed for the page."""
        self._newest.clear()
        for task in self._tasks.values():
            task.cancel()

    async def serve(self) -> None:
        """Answer what comes until the page is gone."""
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            given: dict[str, Any] = {}
            try:
                given = _understood(message.get("text"))
                await self._take(given)
            except SimError as error:
                await self._say({"is": "wrong", "id": given.get("id"), "message": str(error)})

    async def _take(self, given: dict[str, Any]) -> None:
        slot = "nodes" if given["do"] == "nodes" else given["slot"]
        began = time.thread_time()
        bases = self.workshop.bases
        state, notes = read(given["state"], bases.first.scenario.name)
        state, more = bases.clamped(state)
        question = Question(state, self._pins(state))
        spent = time.thread_time() - began
        self._count += 1
        mine = self._newest[slot] = self._count

        def stopped() -> bool:
            return self._newest.get(slot) != mine

        if slot == "nodes":
            work = self._nodes(given, question, stopped)
        else:
            plain = {"is": "state", "id": given["id"], "slot": slot, "state": state.plain()}
            plain |= {"link": state.fragment(), "notes": [*notes, *more]}
            await self._say(plain)
            work = self._answer(given["id"], slot, question, stopped, spent)
        before = self._tasks.get(slot)
        self._tasks[slot] = asyncio.create_task(self._after(before, work, given["id"]))

    async def _after(self, before: asyncio.Task[None] | None, work: Any, asked: int) -> None:  # noqa: ANN401
        """Do some work once what was asked before it has ended."""
        if before is not None:
            await asyncio.wait([before])
        try:
            await work
        except SimError as error:
            await self._say({"is": "wrong", "id": asked, "message": str(error)})
        except (WebSocketDisconnect, RuntimeError):
            self._newest.clear()  # the page has gone

    def _pins(self, state: State) -> tuple[str, ...]:
        known = self.workshop.baseline.drivers.nations
        named = state.shown.get("pins", "").split("+")
        return tuple(dict.fromkeys(pin for pin in named if pin in known))[:MOST_PINS]

    async def _answer(
        self,
        asked: int,
        slot: str,
        question: Question,
        stopped: Callable[[], bool],
        spent: float,
    ) -> None:
        if stopped():
            return
        stages: Iterator[Stage] = self.workshop.answers(question, stopped)
        packing = 0.0
        while not stopped():
            stage = await asyncio.to_thread(next, stages, None)
            if stage is None or stopped():
                return
            began = time.thread_time()
            head = {
                "is": "answer", "id": asked, "slot": slot, "runs": stage.runs, "last": stage.last,
                "cpu_ms": round(1e3 * (stage.cpu + spent + packing), 1), "begun": stage.begun,
                "pins": question.pins, "signs": stage.signs,
            }  # fmt: skip
            frame = frames.pack(head, stage.arrays)
            packing += time.thread_time() - began
            async with self._sending:
                await self.socket.send_bytes(frame)
            if stage.last:
                return

    async def _nodes(
        self, given: dict[str, Any], question: Question, stopped: Callable[[], bool]
    ) -> None:
        key, part = given["key"], given.get("part", STRENGTH)
        track = Track(self.workshop, question, key, part)
        if not track.is_there:
            return
        found = track.nodes(stopped)
        while not stopped():
            nodes: Nodes | None = await asyncio.to_thread(next, found, None)
            if nodes is None or stopped():
                return
            head = {
                "is": "nodes", "id": given["id"], "key": key, "part": part,
                "places": nodes.places, "runs": nodes.runs, "cpu_ms": round(1e3 * nodes.cpu, 1),
                "pins": question.pins,
            }  # fmt: skip
            async with self._sending:
                await self.socket.send_bytes(frames.pack(head, nodes.arrays))

    async def _say(self, plain: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # gone in the meantime
            async with self._sending:
                await self.socket.send_text(json.dumps(plain, ensure_ascii=False))


def _understood(text: object) -> dict[str, Any]:
    """Return a message of the page.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        given = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or given.get("do") not in ("ask", "nodes"):
        raise InputError("the message is none that this page sends")
    if not isinstance(given.get("state"), str):
        raise InputError("the message holds no state")
    if not isinstance(given.get("id"), int):
        raise InputError("the message has no number")
    if given["do"] == "ask" and given.get("slot") not in SLOTS:
        raise InputError(f"there is no slot {cited(str(given.get('slot')))}")
    if given["do"] == "nodes" and not isinstance(given.get("key"), str):
        raise InputError("the message names no control")
    if given["do"] == "nodes" and given.get("part", STRENGTH) not in PARTS:
        raise InputError(f"a control has no {cited(str(given['part']))} to slide along")
    return given
