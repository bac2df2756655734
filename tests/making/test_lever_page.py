"""The page of levers is what the tables say now, and says all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from making import levers as made
from making import pages
from sim.scenario import levers
from sim.scenario import names as scenarios

PAGE = Path(__file__).parents[2] / "docs" / "levers.md"


@pytest.fixture(scope="module")
def text():
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_current(text):
    assert pages.with_blocks(text) == text, "renew it with `make docs`"
    assert set(pages.block_names(text)) == set(made.BLOCKS)


@pytest.mark.parametrize("name", levers.read())
def test_a_lever_has_its_section(text, name):
    lever = levers.read()[name]
    (section,) = [part for part in text.split("\n### ") if part.startswith(f"`{name}`\n")]
    for word in (lever.title, lever.seed, lever.side, lever.note, lever.cost_kind):
        assert word in section
    for effect in lever.effects:
        assert effect.conversion in section
        assert f"| `{effect.driver}`" in section
        assert f"| {effect.high:g} | " in section or effect.high >= 10_000


def test_what_is_left_out_stands_with_its_reason(text):
    for measure in levers.left_out().values():
        section = text.split(f"### `{measure.id}`\n")[1].split("\n## ")[0]
        assert measure.reason in section
        assert measure.instead in section


def test_the_counts_are_those_of_the_tables(text):
    effects = [effect for lever in levers.read().values() for effect in lever.effects]
    side = sum(effect.role == "side" for effect in effects)
    total = (len(levers.read()), len(effects), side, len(levers.left_out()))
    assert f"| all | {' | '.join(map(str, total))} |" in text


def test_every_shipped_scenario_is_listed(text):
    for known in scenarios():
        if known.shipped:
            assert f"| `{known.name}` | {known.topic} | {known.title} |" in text
