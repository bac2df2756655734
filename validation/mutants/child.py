"""What goes on in a forked process: tests are run, with one module changed or with all lines seen.

A process is forked for each mutant after the packages and the rooms to its left were imported, so
that nothing of the project that could have taken up the old module is there yet.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import resource
import select
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from validation.mutants.mutate import ROOT, Mutant, changed, file_of

QUIET = (
    "-q", "--no-header", "--no-summary", "--tb=no", "--rootdir", str(ROOT),
    "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # of packages that are imported already
)  # fmt: skip
MEMORY = 6 << 30
"""Bytes that a changed module may ask for."""

_TOOL = 3  # one that no debugger, coverage or profiler takes


class _TooSlow(BaseException):
    """A test takes too long; no handler of errors may catch it."""


class _Changed(SourceFileLoader):
    """Loads one module from a changed syntax tree."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the changed module."""
        code: CodeType = compile(changed(self.mutant), self.get_filename(fullname), "exec")
        return code


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, _path: object = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module comes from, if it is the changed one."""
        if fullname != self._mutant.module:
            return None
        place = str(file_of(fullname))
        loader = _Changed(fullname, place)
        loader.mutant = self._mutant
        return importlib.util.spec_from_file_location(fullname, place, loader=loader)


def settle(*, uncompiled: bool) -> None:
    """Make this process a group of its own, silent, with bounded memory, and seeds that are held.

    Parameters
    ----------
    uncompiled : bool
        Whether rules run as plain Python.
    """
    os.setsid()
    os.environ["HYPOTHESIS_PROFILE"] = "ci"
    os.environ["MPLBACKEND"] = "Agg"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if uncompiled:
        from numba.core import config

        os.environ["NUMBA_DISABLE_JIT"] = "1"
        setattr(config, "DISABLE_JIT", 1)  # noqa: B010 - numba is untyped
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    os.chdir(ROOT)


class Few:
    """Keeps some tests, and lets Hypothesis try few examples: uncompiled each takes a second.

    Parameters
    ----------
    examples : int
    wanted : collection of str, optional
        Names of the tests; all by default. As arguments of pytest not every name is understood.
    """

    def __init__(self, examples: int, wanted: Collection[str] | None = None) -> None:
        self._examples, self._wanted = examples, wanted

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the other tests out, and let those that are kept look for one failure alone."""
        from hypothesis import Phase, settings

        if self._wanted is not None:
            items[:] = [item for item in items if item.nodeid in self._wanted]
        for test in (item.obj for item in items if isinstance(item, pytest.Function)):
            wanted = getattr(test, "_hypothesis_internal_use_settings", None)
            if wanted is not None:
                # The smallest example that fails is nobody's concern, and takes long to find.
                few = settings(
                    wanted,
                    max_examples=min(wanted.max_examples, self._examples),
                    phases=(Phase.explicit, Phase.generate),
                )
                getattr(test, "__func__", test)._hypothesis_internal_use_settings = few  # noqa: SLF001


def judge(mutant: Mutant, tests: Sequence[str], examples: int) -> str:
    """Run tests with a changed module; return what becomes of it: killed, import or survived.

    Anything else is a sentence on why the tests could not be run.

    Parameters
    ----------
    mutant : Mutant
    tests : sequence of str
        Names of tests, those of a file one after the other.
    examples : int
        Most examples of a test of properties.
    """
    sys.meta_path.insert(0, _Finder(mutant))
    files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
    code = pytest.main([*QUIET, "-x", *files], plugins=[Few(examples, set(tests))])
    # Collection ends with 2 where a file of tests cannot be imported, with 4 where its settings
    # cannot; what breaks pytest itself was seen too. No tests at all, a 5, would be our mistake.
    ends = {0: "survived", 1: "killed", 2: "import", 3: "killed", 4: "import"}
    return ends.get(code, f"pytest ended with {code}")


class Survey:
    """Notes how long each test takes and which lines of the wanted modules it runs.

    What a fixture of a whole file runs, every test of that fixture runs.

    Parameters
    ----------
    modules : sequence of str
        Whose lines are noted.
    limit : float
        Seconds of processor time after which a test is given up, and left out: those of a clock
        would leave other tests out wherever the machine has other work.
    """

    def __init__(self, modules: Sequence[str], limit: float) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self._by_file = {str(file_of(name)): name for name in modules}
        self._fixtures: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._open: list[set[tuple[str, int]]] = []
        self._limit = limit
        watch = sys.monitoring
        watch.use_tool_id(_TOOL, "mutants")
        watch.register_callback(_TOOL, watch.events.LINE, self._line)
        watch.set_events(_TOOL, watch.events.LINE)

    def _line(self, code: CodeType, line: int) -> object:
        name = self._by_file.get(code.co_filename)
        if name is not None:
            for lines in self._open:
                lines.add((name, line))
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:  # noqa: ANN401
        """Note what a fixture of more than one test runs."""
        lines: set[tuple[str, int]] = set()
        self._open.append(lines)
        try:
            return (yield)
        finally:
            self._open.pop()  # fixtures are nested
            if fixturedef.scope != "function":
                self._fixtures[f"{fixturedef.baseid}::{fixturedef.argname}"] |= lines

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Note what a test runs, and for how long."""
        lines: set[tuple[str, int]] = set()
        self._open = [lines]
        self.tests[item.nodeid] = {"seconds": 0.0, "passed": True, "fixtures": []}
        sys.monitoring.restart_events()
        done = yield
        known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]  # noqa: SLF001
        for one in (one for many in known.values() for one in many):
            lines |= self._fixtures.get(f"{one.baseid}::{one.argname}", set())
        self.tests[item.nodeid]["lines"] = sorted(lines)
        return done

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[Any]:
        """Give a test up that takes too long."""

        def slow(_signal: int, _frame: FrameType | None) -> None:
            raise _TooSlow

        before = signal.signal(signal.SIGPROF, slow)
        signal.setitimer(signal.ITIMER_PROF, self._limit)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a report of a part of a test."""
        known = self.tests[report.nodeid]
        known["seconds"] = round(known["seconds"] + report.duration, 3)
        known["passed"] = known["passed"] and report.passed


def survey(
    files: Sequence[str], modules: Sequence[str], limit: float, examples: int
) -> dict[str, Any]:
    """Run files of tests on the unchanged code and return what `Survey` notes of each test."""
    seen = Survey(modules, limit)
    pytest.main([*QUIET, *files], plugins=[seen, Few(examples)])
    return seen.tests


def forked(work: Callable[[], bytes], seconds: float) -> bytes | None:
    """Return what some work returns in a forked process, None where it takes too long.

    A process that dies otherwise has returned nothing, ``b""``.
    """
    into, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        try:
            with os.fdopen(out, "wb") as end:
                end.write(work())
        finally:
            os._exit(0)
    os.close(out)
    return _read(child, into, seconds)


def _read(child: int, into: int, seconds: float) -> bytes | None:
    end, parts = time.monotonic() + seconds, []
    try:
        while True:
            left = end - time.monotonic()
            if left <= 0.0:
                return None
            if select.select([into], [], [], left)[0]:
                part = os.read(into, 1 << 16)
                if not part:
                    return b"".join(parts)
                parts.append(part)
    finally:
        os.close(into)
        for kill in (os.killpg, os.kill):  # with what it has started, had it its own group by then
            try:
                kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
        os.waitpid(child, 0)
