"""The compiler takes the arrays of a rule to lie apart in memory, and they do."""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial
from itertools import combinations

import numba
import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

import sim.world.rules
from sim.world import World, compiled, in_force, kernel, month, simulate
from tests.world import worlds

MODULES = [
    importlib.import_module(f"sim.world.rules.{module.name}")
    for module in pkgutil.iter_modules(sim.world.rules.__path__)
]


def test_the_compiler_is_told_that_arrays_lie_apart(monkeypatch):
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)

    @compiled.rule
    def add(a, b, out):
        for l in range(out.size):  # noqa: E741
            out[l] = a[l] + b[l]

    plain = numba.njit(error_model="numpy")(add.py_func)
    for function in (add, plain):
        function(np.ones(8), np.ones(8), out := np.empty(8))
        assert (out == 2.0).all()
    # The test at run time whether arrays overlap, which is spared.
    assert "memcheck" in next(iter(plain.inspect_llvm().values()))
    assert "memcheck" not in next(iter(add.inspect_llvm().values()))


def by_kernel(drivers):
    simulate(drivers, seed=1, replicates=np.arange(3))


def by_mesa(drivers):
    world = World(drivers, seed=1)
    for _ in range(drivers.facts.months.size):
        world.step()


def with_last(rule, last, *first):
    """Call a rule as it is called where its last arguments are in place."""
    return rule(*first, *last)


def watched(name, rule, called, shared):
    """Return a rule that notes its call, and which of its arrays share memory."""

    def watch(*given):
        arrays = [(n, a) for n, a in enumerate(given) if isinstance(a, np.ndarray) and a.size]
        pairs = combinations(arrays, 2)
        shared.extend((name, m, n) for (m, a), (n, b) in pairs if np.may_share_memory(a, b))
        called.add(name)
        return rule(*given)

    return watch


@pytest.mark.parametrize("run", [by_kernel, by_mesa])
def test_no_rule_is_handed_one_array_twice(run, monkeypatch):
    drivers = worlds.refreshed(worlds.toy(5, 3, 7, 3, 6, 30, 18, links=1))
    run(drivers)  # compiles: a rule that others call must be itself by then
    called, shared = set(), []
    for caller in (in_force, kernel, month):
        monkeypatch.setattr(caller, "ready", lambda rule, *last: partial(with_last, rule, last))
    for module in MODULES:
        for name, rule in list(vars(module).items()):
            if isinstance(rule, CPUDispatcher) and rule.__module__ == module.__name__:
                monkeypatch.setattr(module, name, watched(name, rule, called, shared))
    run(drivers)
    assert not shared
    assert len(called) > 15
