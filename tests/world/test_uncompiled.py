"""Rules run as plain Python give the bits of the machine code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.world import World, kernel, numerics, splitting, uncompiled
from sim.world.block import Record, empty_record, prepare
from sim.world.state import State
from tests.world import worlds
from tests.world.conftest import UNCOMPILED

ROOT = Path(__file__).parents[2]
LANES = 40
"""So many that a count of lanes in a byte, times eight, would wrap around."""

PROGRAM = """
import sys
from pathlib import Path
from tests.world.test_uncompiled import small

small(Path(sys.argv[1]))
"""


def small(folder):
    """Run small worlds by both drivers, and one of the evidence, and write all that they record."""
    switches = {name: int(name != "raw_capability") for name in worlds.PLAIN}
    drivers = worlds.refreshed(worlds.toy(5, 2, 7, 3, 8, 7, 4, **switches))
    block, record = prepare(drivers, 1, np.arange(2)), empty_record(drivers, 2, 7)
    kernel.run(block, record, 0, 7)
    write(folder / "kernel", block.state, record)
    world = World(drivers, seed=1, view_months=7)
    for _ in range(7):
        world.step()
    write(folder / "mesa", world.state, world.record)
    many = worlds.refreshed(worlds.toy(3, 1, 3, 2, 6, 3, 2, shuffled=True))
    block, record = prepare(many, 1, np.arange(LANES)), empty_record(many, LANES, 3)
    kernel.run(block, record, 0, 3)
    write(folder / "many", block.state, record)
    np.save(folder / "split.npy", divided())
    sim.run("rand_package", runs=2, nations=["BRA", "CHN", "USA"], until="2023-02").outcomes.to_csv(
        folder / "outcomes.csv"
    )


def divided():
    """Return how four brands of two classes share respondents, of two runs in three cells."""
    rng = np.random.default_rng(1)
    out, of = np.zeros((2, 3, 2)), np.array([0, 0, 1, 1])
    at = splitting.Rule(rng.uniform(0.2, 1, (2, 2, 4)), rng.uniform(0, 1, 5), np.full(5, 0.2))
    splitting.split(
        rng.uniform(0, 1, (2, 3, 2)), np.array([0.7, 0.3, 0.6, 0.4]), of, rng.uniform(1, 3, 2), at,
        np.empty((3, 4)), out,
    )  # fmt: skip
    return out


def write(place, state, record):
    arrays = {f"{type(kind).__name__}.{name}": getattr(kind, name) for kind in (state, record)
              for name in kind._fields}  # fmt: skip
    np.savez(place, **arrays)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return the folders of the compiled run and of the uncompiled one, in a process of its own."""
    mine, other = tmp_path_factory.mktemp("compiled"), tmp_path_factory.mktemp("uncompiled")
    small(mine)
    subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(other)],
        cwd=ROOT, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, check=True,
    )  # fmt: skip
    return mine, other


def test_respondents_are_split_to_the_same_bits(both):
    mine, other = (np.load(folder / "split.npy") for folder in both)
    assert (mine > 0.0).all()
    np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("name", ["kernel", "mesa", "many"])
def test_every_state_and_every_record_has_the_same_bits(both, name):
    with np.load(both[0] / f"{name}.npz") as mine, np.load(both[1] / f"{name}.npz") as other:
        assert len(mine.files) == len(State._fields) + len(Record._fields)
        for array in mine.files:
            a, b = mine[array], other[array]
            assert a.dtype == b.dtype, array
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), array


def test_a_run_of_the_evidence_gives_the_same_outcomes(both):
    mine, other = (folder / "outcomes.csv" for folder in both)
    assert mine.read_bytes() == other.read_bytes()


def test_single_rules_are_their_equations():
    """What would take long to compile one by one, in a process where nothing is compiled."""
    files = [f"tests/world/{name}" for name in UNCOMPILED]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@given(a=st.floats(-1e6, 1e6), b=st.floats(-1e6, 1e6), c=st.floats(-1e6, 1e6))
def test_a_product_and_a_sum_are_rounded_once_in_every_version_of_python(a, b, c):
    assert uncompiled.fma(a, b, c) == uncompiled._exactly(a, b, c)


@given(st.floats(allow_nan=False))
def test_a_number_and_its_bits_stand_for_each_other(x):
    assert uncompiled.bits(x) == np.float64(x).view(np.int64)
    assert uncompiled.number(uncompiled.bits(x)) == x


def test_a_whole_number_wraps_around_in_64_bits():
    assert uncompiled.number(uncompiled.bits(1.5) + 2**64) == 1.5
    with np.errstate(over="raise"):
        largest = np.uint64(2**64 - 1)
        assert uncompiled.wrapping(lambda x: x + np.uint64(3))(largest) == 2
        assert numerics.mix(largest) == numerics.mix(np.uint64(2**64 - 1))
