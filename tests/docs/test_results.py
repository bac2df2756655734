"""The page on results names every table that a result writes, with its columns in their order."""

from __future__ import annotations

import re

import pytest

from making import pages
from sim.calibration import check, judgement
from sim.calibration.history import VIEWS
from sim.report.export import words
from sim.study import result as run
from sim.study.compare import answers, details, focus, packages, result, spread
from sim.study.saved import kind_of
from sim.study.seals import KINDS

PAGE = (pages.ROOT / "docs/results.md").read_text(encoding="utf-8")
CLASSES = [kind_of({"kind": kind}) for kind in KINDS]
TABLES = {
    *(name for kind in CLASSES for name in (*kind.always, *kind.held)),
    *(f"{run.HISTORY}{name}.csv" for name in (*VIEWS, check.NAME)),
    *(run.HEADLINE, run.FUTURES, run.UTILITY, run.AGAINST, run.REFERENCE),
}
COLUMNS = {
    result.RANKS: details.RANKING,
    result.SIZES: details.SIZES,
    result.ALONE: details.ALONE,
    result.LEVELS: spread.LEVELS,
    result.BY_NATION: spread.BY_NATION,
    result.OF_FOCUS: focus.COLUMNS,
    result.TRIGGERS: answers.CAME,
    result.RESPONSES: answers.BESIDE,
}


def in_order(said, columns):
    """Return whether words stand in a text, each behind the one before it."""
    pattern = r".*?".join(rf"\b{re.escape(column)}\b" for column in columns)
    return re.search(pattern, said, re.DOTALL) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_named(kind):
    assert f"`{kind}`" in PAGE.split("| `kind` |")[1].splitlines()[0]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_named(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_package_of_data_says_what_each_table_holds(name):
    if not name.endswith(".npz"):  # arrays are in no package of data
        assert words.TABLES[name.partition(".")[0]]


@pytest.mark.parametrize(("name", "columns"), COLUMNS.items())
def test_columns_stand_on_the_page_in_their_order(name, columns):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    assert in_order(row.partition(f"`{name}`")[2], columns)


def test_columns_of_effects_and_of_judgements_stand_on_the_page_in_their_order():
    for name, columns in (("effects", result.COLUMNS), ("judgement", judgement.COLUMNS)):
        said = PAGE.split(f"\n`{name}.csv` has ")[1].split("\n\n")[0]
        assert in_order(said, columns), name


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind is not packages.Package])
def test_a_folder_is_named_for_every_kind_but_runs(kind):
    assert kind.kind == "run" or f"`{_folder(kind)}/" in PAGE


def _folder(kind):
    return {"sweep": "sweeps", "comparison": "compare"}.get(kind.kind, kind.kind)
