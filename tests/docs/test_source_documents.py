"""The checklist of the source documents: every name on it exists, and none is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim import evidence
from sim.cli.app import app
from sim.metrics.registry import every
from sim.scenario import levers, names
from sim.scenario.drivers import vocabulary

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "source_documents.md").read_text(encoding="utf-8")
_NAME = re.compile(r"`([^`]+)`")
_HYPOTHESIS = re.compile(r"\bH\d+\b")


def rows(columns):
    """Return the cells of every row of the tables with so many columns, heads left out."""
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith(("| no.", "| ---", "| scenario |")):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == columns:
                yield cells


ITEMS = list(rows(5))
CLAIMS = [cells for cells in rows(3) if cells[0].startswith("H")]


def known():
    """Return everything that a name in backticks may mean."""
    room = evidence.load()
    parameters = {row.path for row in room.parameters}
    return {
        *levers.read(),
        *levers.left_out(),
        *(scenario.name for scenario in names()),
        *vocabulary(),
        *parameters,
        *(path.split(".")[0] for path in parameters),
        *(ecosystem.id for ecosystem in room.ecosystems),
        *room.nations.groups,
        *(row.series for row in room.observations),
        *(metric.name for metric in every(tuple(e.id for e in room.ecosystems))),
        *(file.name for file in (ROOT / "sim" / "evidence" / "data").glob("*.csv")),
        "sim/evidence/data/",
    }


def test_every_name_on_the_page_exists():
    cited = set(_NAME.findall(PAGE))
    assert len(cited) > 120
    assert cited <= known(), sorted(cited - known())


def test_the_kind_of_a_name_is_the_one_that_the_page_says():
    kinds = {
        "lever": set(levers.read()),
        "scenario": {scenario.name for scenario in names()},
        "driver": set(vocabulary()),
        "ecosystem": {ecosystem.id for ecosystem in evidence.load().ecosystems},
        "series": {row.series for row in evidence.load().observations},
    }
    for _, _, _, where, remark in ITEMS:
        for part in f"{where}; {remark}".split(";"):
            for kind, members in kinds.items():
                if re.match(rf"(the )?{kind}s? `", part.strip()):
                    assert set(_NAME.findall(part)) <= members, part


def test_the_items_are_numbered_and_each_says_where_or_why_not():
    assert [int(cells[0]) for cells in ITEMS] == list(range(1, len(ITEMS) + 1))
    assert len(ITEMS) >= 75
    for number, source, says, where, remark in ITEMS:
        assert source in {"G", "R", "A"}, number
        assert says, number
        named = _NAME.search(where) or _HYPOTHESIS.search(where)
        assert named or remark, f"item {number} says neither where nor why not"
        if where == "out":
            assert len(remark) > 30, number


def test_the_hypotheses_are_complete_and_those_cited_exist():
    assert [cells[0] for cells in CLAIMS] == [f"H{n}" for n in range(1, 22)]
    cited = {word for cells in ITEMS for word in _HYPOTHESIS.findall(cells[3])}
    assert cited <= {cells[0] for cells in CLAIMS}
    for number, claim, run in CLAIMS:
        assert claim, number
        assert _NAME.search(run), number


@pytest.mark.parametrize("name", levers.read())
def test_a_lever_that_a_source_document_asks_for_is_on_the_page(name):
    if not levers.read()[name].seed.startswith("Beyond the source documents"):
        assert f"`{name}`" in PAGE


def test_every_shipped_scenario_but_the_reference_is_on_the_page():
    for scenario in names():
        if scenario.shipped and scenario.name != "baseline":
            assert re.search(rf"\b{scenario.name}\b", PAGE), scenario.name


def test_the_word_seed_is_for_random_numbers_alone():
    """Readers meet ``--seed`` beside it; names of files and columns are no sentences."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("scenarios/**/*.yaml")]
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    texts |= {c.callback.__name__: c.callback.__doc__ for c in app.registered_commands}
    texts |= {lever.id: lever.seed for lever in levers.read().values()}
    texts |= {measure.id: measure.seed for measure in levers.left_out().values()}
    about_documents = re.compile(r"\bthe seeds\b|\bseed documents?\b", re.IGNORECASE)
    assert [name for name, text in texts.items() if about_documents.search(text)] == []
