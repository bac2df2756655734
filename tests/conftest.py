"""Settings for every test."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

# No test may open a window.
os.environ.setdefault("MPLBACKEND", "Agg")

# One thread of linear algebra a process, set before numpy is loaded: where several test processes
# share the cores, threads wait for each other at every small product, and burn most of the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Compiling a rule on first use is slow, which says nothing about the rule: no deadline. In CI the
# same examples are drawn every time, so that a failure there is about the change.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def undrawn(monkeypatch):
    """Leave figures and page out of every result, which take most of the time of a small study.

    For tests that look at neither: each kind of figure and page is made in the tests of reports, of
    results that are repeated, and wherever a page is read.
    """
    from sim.study.saved import Saved

    monkeypatch.setattr(Saved, "_figures", lambda _: [])
    monkeypatch.setattr(Saved, "_page", lambda *_: "")


@pytest.fixture(scope="session")
def browser():
    """Chromium of the system; without it the tests skip, unless they are required."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        reason = "needs Chromium on the path (Debian: apt-get install chromium)"
        if os.environ.get("SIM_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = play.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()
