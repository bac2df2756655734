"""The hash that names results: all that can move a number moves it, and nothing else does."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from sim import evidence
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import Job, split
from sim.evidence import tables
from sim.scenario import drivers, identity, levers, load, names

SHIPPED = [listed.name for listed in names() if listed.shipped]
CHIPS = "us_inference_chip_controls"


def edit(file: Path, column: str, change, **where: str) -> None:
    """Change one cell, in the first row in which the other columns hold what is given."""
    with file.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    at = {name: head.index(name) for name in (column, *where)}
    row = next(r for r in rows if all(r[at[name]] == value for name, value in where.items()))
    row[at[column]] = change(row[at[column]])
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


@pytest.fixture
def levers_in(tmp_path, monkeypatch):
    """Return a copied folder of lever tables, and let the room read it from now on."""
    folder = tmp_path / "levers"
    shutil.copytree(drivers.DATA, folder)
    read = levers.read

    def use():
        monkeypatch.setattr(levers, "read", lambda: read.__wrapped__(folder))
        return folder

    return folder, use


def shipped(name):
    """Return a shipped scenario, with a focus for those that want one."""
    return load(name, [("focus", "IND")])


def every_hash():
    return {name: shipped(name).hash(1, "x") for name in SHIPPED}


@pytest.fixture(scope="module")
def hashes():
    """Return the hash of every shipped scenario before anything is edited."""
    return every_hash()


def pulling(lever: str) -> set[str]:
    return {name for name in SHIPPED if lever in {entry.id for entry in shipped(name).levers}}


@pytest.mark.parametrize(
    ("file", "key", "column"),
    [
        ("lever_effects.csv", "lever", "high"),
        ("lever_effects.csv", "lever", "op"),
        ("levers.csv", "lever", "cost_high"),
        ("levers.csv", "lever", "uncertainty"),
    ],
)
def test_a_cell_of_a_lever_moves_the_hashes_that_use_it_and_no_other(
    hashes, levers_in, file, key, column
):
    users = pulling(CHIPS)
    assert 0 < len(users) < len(SHIPPED)
    folder, use = levers_in
    change = {"op": lambda _: "add"}.get(column, lambda cell: str(float(cell) * 0.9))
    edit(folder / file, column, change, **{key: CHIPS})
    use()
    after = every_hash()
    assert {name for name in SHIPPED if hashes[name] != after[name]} == users


def test_how_a_cost_is_scaled_moves_the_hashes_of_entries_for_some_nations_alone(levers_in):
    lever = "tp_vet_foreign_weights"
    whole = {"id": lever, "strength": 1, "start": "2027-01"}
    given = {"whole": whole, "in India": whole | {"nations": "IND"}}

    def hashes():
        own = {n: load({"extends": "baseline", "levers": [one]}) for n, one in given.items()}
        return every_hash() | {name: one.hash(1, "x") for name, one in own.items()}

    narrowed = {
        name
        for name in SHIPPED
        if any(entry.id == lever and entry.nations for entry in shipped(name).levers)
    }
    before = hashes()
    folder, use = levers_in
    edit(folder / "levers.csv", "cost_scale", lambda _: "gdp", lever=lever)
    use()
    after = hashes()
    assert {name for name in before if before[name] != after[name]} == narrowed | {"in India"}


@pytest.mark.parametrize("column", ["note", "source", "title", "side", "cost_scale_reason"])
def test_the_words_of_a_lever_move_no_hash(hashes, levers_in, column):
    folder, use = levers_in
    edit(folder / "levers.csv", column, lambda cell: f"{cell};judgement", lever=CHIPS)
    use()
    assert every_hash() == hashes


def test_the_bound_of_a_driver_moves_the_hashes_of_the_levers_on_it(hashes, monkeypatch):
    known = dict(drivers.vocabulary())
    wanted = "licence"
    changed = drivers.Driver(
        **{name: getattr(known[wanted], name) for name in drivers.Driver.__slots__} | {"high": 0.9}
    )
    monkeypatch.setattr(drivers, "vocabulary", lambda: known | {wanted: changed})
    moved = {name for name, one in every_hash().items() if one != hashes[name]}
    users = {
        name for name in SHIPPED if wanted in identity.used(shipped(name).document())["drivers"]
    }
    assert moved == users
    assert 0 < len(users) < len(SHIPPED)


@pytest.fixture
def facts(tmp_path):
    folder = tmp_path / "facts"
    shutil.copytree(tables.DATA, folder)
    return folder


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("prices.csv", "input"),
        ("parameters.csv", "default"),
        ("parameters.csv", "low"),
        ("nation_values.csv", "value"),
        ("hardware.csv", "value"),
        ("posterior/draws.csv", "alignment_weight"),
        ("releases.csv", "date"),
    ],
)
def test_a_cell_of_a_fact_a_parameter_or_a_draw_moves_the_hash(facts, file, column):
    before = tables.facts_hash(facts)
    assert before == evidence.load().hash
    edit(facts / file, column, lambda cell: f"{cell}1")
    assert tables.facts_hash(facts) != before


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("observations.csv", "value"),
        ("sources.csv", "title"),
        ("prices.csv", "note"),
        ("prices.csv", "source"),
        ("parameters.csv", "meaning"),
    ],
)
def test_observations_sources_and_notes_move_no_hash_of_a_result(facts, file, column):
    before, fit = tables.facts_hash(facts), tables.data_hash(facts)
    edit(facts / file, column, lambda cell: f"{cell} more")
    assert tables.facts_hash(facts) == before
    # A calibration rests on them, so what names it moves.
    assert tables.data_hash(facts) != fit


def test_every_table_of_facts_is_named(facts):
    before = tables.facts_hash(facts)
    for file in sorted(facts.glob("*.csv")):
        kept = file.read_bytes()
        file.unlink()
        moved = tables.facts_hash(facts) != before
        assert moved == (file.name not in tables.NOT_RUN_ON), file.name
        file.write_bytes(kept)


def test_blocks_made_before_an_edit_are_not_taken_up(levers_in):
    def keys(name: str) -> set[str]:
        job = Job(load(name).document(), {}, (), ((),), 400, 1, Outcomes())
        return {task.key for task in split(job, 1, "x")}

    with_lever, without = "rand_package", "baseline"
    assert with_lever in pulling(CHIPS)
    before = {name: keys(name) for name in (with_lever, without)}
    folder, use = levers_in
    edit(folder / "lever_effects.csv", "high", lambda cell: str(float(cell) * 0.9), lever=CHIPS)
    use()
    assert not keys(with_lever) & before[with_lever]
    assert keys(without) == before[without]


def test_a_scenario_that_may_be_chosen_in_a_sweep_names_its_blocks_too(levers_in):
    def keys() -> set[str]:
        chosen = {name: load(name).document() for name in ("baseline", "rand_package")}
        job = Job(chosen["baseline"], chosen, ("scenario",), (("baseline",),), 9, 1, Outcomes())
        return {task.key for task in split(job, 1, "x")}

    before = keys()
    folder, use = levers_in
    edit(folder / "levers.csv", "cost_high", lambda cell: str(float(cell) + 1), lever=CHIPS)
    use()
    assert not keys() & before


def test_a_lever_that_a_scenario_defines_is_named_with_its_drivers():
    effect = {
        "driver": "exported", "op": "multiply", "low": 0.1, "central": 0.2, "high": 0.3,
        "conversion": "Ten, twenty and thirty in a hundred more; judged.",
    }  # fmt: skip
    more_chips = {
        "title": "More chips", "source": "judgement", "effects": [effect],
        "cost": {"low": 0, "central": 0, "high": 0},
    }  # fmt: skip
    scenario = load(
        {
            "extends": "baseline",
            "own_levers": {"more_chips": more_chips},
            "levers": [{"id": "more_chips", "strength": 1, "start": "2027-01"}],
        }
    )
    used = identity.used(scenario.document())
    # The lever itself stands in the document.
    assert used["levers"] == {}
    assert set(used["drivers"]) == {"exported"}
