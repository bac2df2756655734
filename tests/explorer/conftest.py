"""One small explorer for all tests: the whole world, few replicates, served on a free port."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
import uvicorn

from sim.explorer import app, baseline, serve, work
from sim.explorer.bases import Bases
from sim.explorer.state import read

RUNS = 18  # one stage of 16 and the last one


@pytest.fixture(scope="session")
def bases():
    return Bases("baseline", RUNS)


@pytest.fixture(scope="session")
def workshop(bases):
    made = work.Workshop(bases, baseline.make(bases.reference), 2)
    yield made
    made.close()


@pytest.fixture
def clamped(bases):
    """Return a function from a link to its clamped state and what was said."""

    def of(link):
        state, notes = read(link, "baseline")
        state, more = bases.clamped(state)
        return state, [*notes, *more]

    return of


@pytest.fixture(scope="session")
def server(workshop):
    """The explorer on a free port of this machine."""
    place = serve.listening(None)
    running = uvicorn.Server(serve.settings(app.make(workshop)))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    port = place.getsockname()[1]
    yield SimpleNamespace(port=port, url=f"http://127.0.0.1:{port}", host=f"127.0.0.1:{port}")
    running.should_exit = True
    thread.join(10)
    place.close()
