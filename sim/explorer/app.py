"""The server: one page, one socket, a few requests; nothing is kept of who asks.

It listens on this machine alone. A request must name this machine as its host, and a socket or a
request that sends something must come from the page itself, so that no other site that is open in
the same browser can use it.

The socket ``/live``. The page sends JSON, at most 16,000 bytes:

``{"do": "ask", "id": 7, "slot": "a", "state": "<link>"}``
    Run a state, given as the text of a link (`sim.explorer.state`). A newer one of the same slot
    ends an older one; the slots are ``a`` and ``b``, for two scenarios side by side.
    ``.pins=BRA+IND`` in the link names nations whose curves are wanted.
``{"do": "nodes", "id": 8, "state": "<link>", "key": "<key>", "part": "strength"}``
    Give means along the track of one control, to draw between: the key of a lever's entry with
    its ``strength`` or its ``start``, or ``p.<path>`` of a parameter.

and gets text, JSON, or frames (`sim.explorer.frames`):

``{"is": "state", "id", "slot", "state": {...}, "link", "notes": [...]}``
    At once: the state as it was understood, its link, and what had to be changed, in words.
``{"is": "wrong", "id", "message"}``
    One clear message; everything else goes on.
frame ``{"is": "answer", "id", "slot", "runs", "last", "cpu_ms", "begun", "pins", "signs"}``
    After 16, 48, 100 and all replicates; arrays ``level``, ``diff``, ``ahead``, ``world`` and
    ``tiles`` as `sim.explorer.work.put_together` lays them out. Rows are the groups of ``/start``,
    then the pins. ``signs`` says of each lever that waits for a sign in how many of the runs it
    came, and the month in the middle of those: ``{"cn_low_price_api": [9, "2033-04"]}``.
frame ``{"is": "nodes", "id", "key", "part", "places", "runs", "cpu_ms", "pins"}``
    Arrays ``diff`` (places, Q, rows, lines) and ``world`` (places, Q, WORLD): means of paired
    differences from the baseline. 4 places of 16 replicates come first, then 7 of 48, and of 100
    with more of them where a lever's curve bends. Of starts, month numbers, the first of the arrays
    is that without the lever.

Requests: ``GET /`` and ``/page/*`` the page; ``GET /start`` what it must know (JSON);
``GET /baseline`` a frame with ``level``, ``ahead``, ``world`` and ``tiles`` of the baseline, all
nations after the groups; ``POST /file`` link to YAML; ``POST /open`` YAML to
``{"link", "notes"}``; ``POST /explain`` ``{"link", "nation", "month", "metric"}`` to JSON.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.errors import InputError, SimError
from sim.explorer import controls, files, frames
from sim.explorer.live import Visit
from sim.explorer.state import State, read
from sim.explorer.work import Workshop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOSTS = ("127.0.0.1", "localhost")
PAGE = Path(__file__).parent / "page"
MOST_VISITS = 40
"""Pages that may be open at a time."""

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Headers:
    """Middleware that puts the page's policy on every answer."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:  # noqa: ANN401
            if message["type"] == "http.response.start":
                more = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, with_headers)


class Hosts(TrustedHostMiddleware):
    """Middleware that refuses requests under another name.

    A socket is refused where it is answered: of a page in its place the server would say that
    something had failed.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Pass a request on whose name is of this machine."""
        passed = self.app if scope["type"] == "websocket" else super().__call__
        await passed(scope, receive, send)


class Answers:
    """What is answered to each request.

    Parameters
    ----------
    workshop : Workshop
    """

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        known = controls.start(workshop.bases, workshop.baseline)
        self._known = json.dumps(known, ensure_ascii=False).encode()
        self._baseline = _baseline(workshop)
        self._visits: set[Visit] = set()
        self._explaining = asyncio.Lock()

    async def page(self, _: Request) -> Response:
        """Give the page."""
        return FileResponse(PAGE / "index.html")

    async def start(self, _: Request) -> Response:
        """Give what the page must know."""
        return Response(self._known, media_type="application/json")

    async def baseline(self, _: Request) -> Response:
        """Give the curves of the baseline."""
        return Response(self._baseline, media_type="application/octet-stream")

    async def file(self, body: bytes) -> Response:
        """Give the scenario of a link as a file."""
        state, _ = _state(self.workshop, body.decode("utf-8", "replace"))
        text = await asyncio.to_thread(files.written, self.workshop.bases, state)
        return Response(text, media_type="application/yaml")

    async def open(self, body: bytes) -> Response:
        """Give the link of a file."""
        state = await asyncio.to_thread(files.opened, self.workshop.bases, body)
        return JSONResponse({"link": state.fragment()})

    async def explain(self, body: bytes) -> Response:
        """Say where a figure comes from, from all replicates of a state."""
        from sim.study.explain import explain  # pandas comes with it

        given = _asked(body, ("link", "nation", "month", "metric"))
        state, _ = _state(self.workshop, given["link"])
        scenario = self.workshop.bases.scenario(state)
        async with self._explaining:  # one at a time: each holds a whole block in memory
            found = await asyncio.to_thread(
                explain, given["nation"], given["month"], given["metric"], scenario
            )
        text = json.dumps(found.as_dict(), ensure_ascii=False, default=_plain)
        return Response(text, media_type="application/json")

    async def live(self, socket: WebSocket) -> None:
        """Serve one open page until it is gone."""
        if not _is_own(socket.headers.get("origin"), socket.headers.get("host")):
            await socket.close(1008, "this page alone may ask")
            return
        if len(self._visits) >= MOST_VISITS:
            await socket.close(1013, "too many pages are open")
            return
        visit = Visit(self.workshop, socket)
        self._visits.add(visit)
        try:
            await socket.accept()
            await visit.serve()
        except WebSocketDisconnect:
            pass
        finally:
            self._visits.discard(visit)
            visit.leave()


def make(workshop: Workshop) -> Starlette:
    """Return the application.

    Parameters
    ----------
    workshop : Workshop
    """
    answers = Answers(workshop)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        workshop.close()

    return Starlette(
        routes=[
            Route("/", answers.page),
            Route("/start", answers.start),
            Route("/baseline", answers.baseline),
            Route("/file", _sent(answers.file), methods=["POST"]),
            Route("/open", _sent(answers.open), methods=["POST"]),
            Route("/explain", _sent(answers.explain), methods=["POST"]),
            WebSocketRoute("/live", answers.live),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        middleware=[
            Middleware(Headers),
            Middleware(Hosts, allowed_hosts=list(HOSTS), www_redirect=False),
        ],
        lifespan=lifespan,
    )


def _state(workshop: Workshop, link: str) -> tuple[State, list[str]]:
    state, notes = read(link, workshop.bases.first.scenario.name)
    clamped, more = workshop.bases.clamped(state)
    return clamped, [*notes, *more]


def _baseline(workshop: Workshop) -> bytes:
    """Return the frame of the baseline."""
    b = workshop.baseline
    ahead, tiles = b.ahead[:, : len(b.groups.slugs)], b.tiles[b.runs]
    arrays = {"level": b.bands, "ahead": ahead, "world": b.world_bands, "tiles": tiles}
    return frames.pack({"is": "baseline", "runs": b.runs}, arrays)


def _is_own(origin: str | None, host: str | None) -> bool:
    """Return whether a request comes from the page itself."""
    name = (host or "").rsplit(":", 1)[0]
    return name in HOSTS and origin == f"http://{host}"


def _sent(answer: Callable[[bytes], Awaitable[Response]]) -> Callable[[Request], Any]:
    """Return a route for what the page sends: checked for where it is from and how long it is."""

    async def route(request: Request) -> Response:
        if not _is_own(request.headers.get("origin"), request.headers.get("host")):
            return _wrong("this page alone may send something", 403)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > files.LARGEST:
                return _wrong(f"at most {files.LARGEST:,} bytes are read", 413)
        try:
            return await answer(body)
        except InputError as error:
            return _wrong(str(error), 422)
        except SimError as error:
            return _wrong(str(error), 500)

    return route


def _asked(body: bytes, words: tuple[str, ...]) -> dict[str, str]:
    """Return the texts that a request must hold.

    Raises
    ------
    InputError
        If it does not.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not all(isinstance(given.get(word), str) for word in words):
        raise InputError(f"the request must hold {', '.join(words)}")
    return {word: given[word] for word in words}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a number of numpy, or a month
    return value.item() if hasattr(value, "item") else str(value)


def _wrong(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status)
