"""What lists and shows say of levers and scenarios."""

from __future__ import annotations

import pytest

from sim.cli import catalogue
from sim.cli.kinds.policy import TOPICS
from sim.scenario import levers


def test_the_list_of_levers_is_the_whole_catalogue_with_what_is_left_out_last():
    rows = catalogue.rows("levers", [])
    assert len({row["name"] for row in rows}) == len(rows) == 90
    usable = [row["usable"] for row in rows]
    assert usable == sorted(usable, reverse=True)
    assert {row["name"] for row in rows if not row["usable"]} == set(levers.left_out())
    for row in rows:
        assert set(row) == set(rows[0])


@pytest.mark.parametrize("name", levers.read())
def test_a_lever_is_shown_with_what_it_moves_and_in_which_unit(name):
    shown = catalogue.find(name)
    assert shown["kind"] == "lever"
    assert shown["cost_central"] == levers.read()[name].cost.central
    assert len(shown["effects"]) == len(levers.read()[name].effects)
    for effect in shown["effects"]:
        assert effect["unit"]
        assert effect["moves"]
        assert effect["source"]
        assert all(value not in ("", [], ()) for value in effect.values())


@pytest.mark.parametrize("name", levers.left_out())
def test_what_is_left_out_can_be_shown_with_its_reason(name):
    shown = catalogue.find(name)
    assert shown["reason"] == levers.left_out()[name].reason
    assert shown["instead"]


def test_scenarios_are_listed_by_topic():
    rows = [row for row in catalogue.rows("scenarios", []) if row["shipped"]]
    topics = [row["topic"] for row in rows]
    assert [topic for n, topic in enumerate(topics) if topic not in topics[:n]] == list(TOPICS)
    assert topics == sorted(topics, key=TOPICS.index)
    assert {row["name"] for row in catalogue.rows("scenarios", ["cooperation"])} >= {"third_way"}
