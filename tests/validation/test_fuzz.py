"""A small part of the fuzzer for every reader, and that it sees what it must see."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError, StoreError
from sim.evidence import user_nations
from tests.strategies import mutated
from validation.fuzz import contract, kinds, loop, mutate

NAMES = tuple(loop.COUNTS)


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    made = kinds.small_results(tmp_path_factory.mktemp("results"))
    with kinds.every(made) as found:
        yield {kind.name: kind for kind in found}


def test_all_kinds_add_up_to_a_million_and_to_enough_yaml(every):
    assert tuple(every) == NAMES
    assert sum(loop.COUNTS.values()) == 1_000_000
    assert sum(loop.COUNTS[name] for name in ("scenario", "study", "response")) == 100_000
    assert min(loop.COUNTS.values()) >= 10_000


@pytest.mark.parametrize("name", NAMES)
def test_what_is_sound_is_read(every, name):
    """Else the fuzzer would try nothing but what is refused at the door."""
    kind = every[name]
    with contract.Contract() as held:
        ends = []
        for files in kind.seeds[:6]:
            for file, text in files.items():
                (held.given / (kind.file if file == kinds.TEXT else file)).write_bytes(text)
            ends.append(held.outcome(lambda: kind.read(held.given)))
            held.clear()
    assert [failure for failure, _ in ends] == [None] * len(ends)
    assert not all(refused for _, refused in ends)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_read_ends_in_a_value_or_in_one_clear_error(every, name):
    kind = every[name]
    with contract.Contract() as held:

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(mutated(kind))
        def hold(files):
            for file, text in files.items():
                (held.given / (kind.file if file == kinds.TEXT else file)).write_bytes(text)
            failure, _ = held.outcome(lambda: kind.read(held.given))
            held.clear()
            if failure is not None:
                pytest.fail(str(failure))  # without the files, which are long

        hold()


def _writes(_):
    Path("here.txt").write_text("x", encoding="utf-8")


def _beside(folder):
    (folder / "more").mkdir()


def _tidy(_):
    with TemporaryDirectory() as folder:
        (Path(folder) / "x").write_text("x", encoding="utf-8")


def test_the_place_for_temporary_files_may_be_used():
    with contract.Contract() as held:
        assert held.outcome(lambda: _tidy(None)) == (None, False)


def _loops(_):
    while True:
        pass


def _raises(error):
    def read(_):
        raise error

    return read


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (_raises(KeyError("x")), "KeyError"),
        (_raises(SystemExit(3)), "SystemExit"),
        (_raises(StoreError("one\ntwo")), "several lines"),
        (_raises(StoreError("x" * 5000)), "characters"),
        (_raises(InputError([])), "without a problem"),
        (_writes, "wrote outside: open"),
        (_beside, "wrote outside: os.mkdir"),
        (_loops, "took more than"),
        (lambda _: bytearray(8 << 30), "MemoryError"),
    ],
)
def test_what_breaks_the_contract_is_found_and_told(read, says, monkeypatch):
    monkeypatch.setattr(contract, "PATIENCE", 0.2)
    kind = kinds.Kind("made up", [{kinds.TEXT: b"x"}], lambda _rng, one, _other: one, read)
    found = loop.run([kind], {"made up": 3}, seed=1)
    (failure,) = found["failures"]
    assert says in failure["what"]
    assert failure["times"] == 3
    assert failure["input"] == {"text": "x"}


def test_what_reaches_new_lines_is_kept_and_a_seed_decides_all_inputs(every):
    kind, given_to = every["nations"], []

    def read(folder):
        given_to[-1].append((folder / kind.file).read_bytes())
        return user_nations(folder / kind.file)

    noted = kinds.Kind(kind.name, kind.seeds, kind.change, read, kind.file)
    for seed in (1, 1, 1, 2):  # in the first run modules are still loaded, which are lines too
        given_to.append([])
        found = loop.run([noted], {"nations": 60}, seed)
        assert found["failures"] == []
        assert len(kind.seeds) < found["kinds"]["nations"]["kept"] < 60
    assert given_to[1] == given_to[2] != given_to[3]
    assert len(set(given_to[1])) > 50


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(kinds.texts_of("")))
def test_a_changed_text_is_another_text_of_bounded_length(rng, text):
    made = mutate.in_bytes(rng, text, text, mutate.WORDS)
    assert len(made) <= mutate.LARGEST
