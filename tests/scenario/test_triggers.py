"""Conditions and responses in files: what they may say, and the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import months
from sim.errors import InputError
from sim.scenario import compile as compiled
from sim.scenario import load, places, responses, validate
from sim.scenario.compile import compile_scenario
from sim.scenario.loading import validate_response
from sim.scenario.triggers import Condition

LEVER = "us_sme_open_adoption"
RESPONSE = """\
title: They answer
actor: china
source: judgement
levers:
  - {id: cn_low_price_api, strength: high, when: {metric: share.us_permissive, above: 0.04}}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def said(text, name="x.yaml"):
    Path(name).write_text(text, encoding="utf-8")
    return [str(problem) for problem in validate([name])]


def entry(when, more=""):
    return f"levers: [{{id: {LEVER}, strength: high, when: {when}{more}}}]"


WRONG = [
    ("{metric: share.bloc_c, above: 0.2}", "when.metric: no metric is called 'share.bloc_c'"),
    ("{metric: cost.public, above: 2}", "'cost.public' is one number for a whole run and cannot"),
    ("{metric: share.bloc_cn, above: 0.2, group: afrika}", "when.group: no group is called 'afri"),
    ("{metric: hardware_share.cn, above: 0.2, group: eu}", "hardware_share.cn is of the world al"),
    ("{metric: share.bloc_cn, above: 30}", "above 30 can never hold: share.bloc_cn lies between"),
    ("{metric: share.bloc_cn, below: 0}", "below 0 can never hold"),
    ("{metric: share.bloc_cn}", "a condition has above or below, and this has neither"),
    ("{metric: share.bloc_cn, above: 0.1, below: 0.2}", "above or below, and this has both"),
    ("{above: 0.2}", "when.metric: metric is missing"),
    ("{metric: share.bloc_cn, above: 0.1, over: 0.2}", "unknown key 'over'"),
    ("{metric: share.bloc_cn, above: .nan}", "is not a finite number"),
    ("{metric: share.bloc_cn, above: '0.2'}", "above must be a number, not the text '0.2'"),
    ("{metric: share.bloc_cn, above: 0.2, for_months: 0}", "for_months 0 is outside 1 to 120"),
    ("{metric: share.bloc_cn, above: 0.2, from: 2036-01}", "from: the condition can never hold"),
    ("{metric: share.bloc_cn, above: 0.2, from: 2031-02, until: 2030-01}", "until 2030-01 is bef"),
    ("{metric: share.bloc_cn, above: 0.2, until: 2026-01}", "until: until 2026-01 is before from"),
    ("[share.bloc_cn]", "when must be a mapping, not a list"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "message"), WRONG)
def test_what_is_wrong_with_a_condition_is_one_line_at_its_place(when, message):
    found = said(f"extends: baseline\n{entry(when)}\n")
    assert len(found) == 1, found
    assert message in found[0] or message in found[0].replace("it can never start: ", ""), found
    assert found[0].startswith("x.yaml:2:")


@pytest.mark.parametrize(
    ("level", "hint"),
    [
        ("above: 1", "give a number between 0 and 1"), ("above: 1.5", "it is a fraction: 0.015"),
        ("above: 100", "it is a fraction: 1"), ("above: 100.5", "give a number between 0 and 1"),
        ("below: -0.1", "give a number between 0 and 1"),
    ],
)  # fmt: skip
def test_percent_in_the_place_of_a_fraction_is_told(level, hint):
    (found,) = said(f"extends: baseline\n{entry(f'{{metric: share.bloc_cn, {level}}}')}\n")
    assert "can never hold" in found
    assert found.endswith(f"({hint})")


def test_any_level_of_what_is_no_fraction_may_be_waited_for():
    assert said(f"extends: baseline\n{entry('{metric: lag.added_cn, below: -2.5}')}\n") == []


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"metric": "share.bloc_cn", "above": 0.2}, "Share of the Chinese bloc above 20 %"),
        ({"metric": "share.bloc_cn", "below": 0.125, "group": "BRA", "for_months": 2},
         "Share of the Chinese bloc in Brazil below 12.5 % for 2 months"),
        ({"metric": "developers.total", "above": 1e8, "group": "global_south", "for_months": 3},
         "Developers in Global South above 100,000,000 developers for 3 months"),
        ({"metric": "lag.added_cn", "below": -2.5, "group": "mine"},
         "Months added to the Chinese lag in mine below -2.5 months"),
    ],
)  # fmt: skip
def test_a_condition_in_words(keys, words):
    assert Condition.model_validate(keys).in_words() == words


def test_a_start_beside_a_sign_is_refused():
    when = "{metric: share.bloc_cn, above: 0.2}"
    (found,) = said(f"extends: baseline\n{entry(when, ', start: 2027-01')}\n")
    assert "start stands beside when (keep one of the two)" in found
    both = f"levers: [{{id: {LEVER}, strength: 1, start: 2027-01, end: 2028-01, end_when: {when}}}]"
    (found,) = said(f"extends: baseline\n{both}\n")
    assert "end stands beside end_when (keep one of the two)" in found


def test_a_condition_is_read_from_the_month_after_the_facts_and_stays_as_it_was_read():
    asked = {
        "extends": "baseline", "name": "x",
        "levers": [{"id": LEVER, "strength": "low", "when": {"metric": "plurality", "above": 2}}],
    }  # fmt: skip
    scenario = load(asked)
    (used,) = scenario.levers
    assert months.text(used.when.earliest) == "2026-11"
    assert scenario.document()["levers"][0]["when"] == {
        "metric": "plurality", "group": "world", "above": 2.0, "for_months": 1, "from": "2026-11",
    }  # fmt: skip
    assert load(scenario.document()) == scenario
    assert load({**asked, "facts_until": "2025-07"}).levers[0].when.earliest == months.parse(
        "2025-08"
    )
    (trigger,) = compiled(scenario).triggers
    assert trigger.watched == months.parse("2026-10") - months.FIRST


@pytest.mark.parametrize("key", ["when", "end_when"])
def test_a_condition_from_nothing_is_one_without_a_from(key):
    sign = {"metric": "share.bloc_cn", "above": 0.3}
    lever = {"id": LEVER, "strength": 1, "end_when": sign, "start": "2027-01"}
    lever = {"id": LEVER, "strength": 1, "when": sign} if key == "when" else lever
    plain = {"extends": "baseline", "levers": [lever]}
    stated = {"extends": "baseline", "levers": [lever | {key: sign | {"from": None}}]}
    assert load(stated) == load(plain) == load(load(stated).document())


def test_entries_with_dates_and_scenarios_without_answers_keep_their_form():
    """What names the results of other scenarios stays as it was."""
    document = load("rand_package").document()
    assert "responses" not in document
    assert set(document["levers"][0]) == {
        "id", "strength", "start", "end", "ramp_months", "lag_months",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(responses.known()))
def test_a_shipped_response_is_sourced_and_waits(name):
    (known,) = load("baseline", [("responses", [name])]).responses
    assert known.name == name
    assert known.description
    assert all(used.when is not None for used in known.levers)


def test_responses_are_named_carried_whole_and_replaced_whole():
    Path("responses").mkdir()
    Path("responses/mine.yaml").write_text(RESPONSE, encoding="utf-8")
    base = {"extends": "baseline", "name": "x", "responses": ["mine", "us_opens_a_model"]}
    scenario = load(base)
    assert [known.name for known in scenario.responses] == ["mine", "us_opens_a_model"]
    assert load("baseline").responses == ()
    assert {used.id for used in scenario.entries()} >= {"cn_low_price_api"}
    Path("responses/mine.yaml").unlink()
    assert load(scenario.document()) == scenario
    assert load(scenario, ["responses=[us_opens_a_model]"]).responses == scenario.responses[1:]
    assert load(scenario, ["responses=[]"]).responses == ()
    one, other = (compile_scenario(each) for each in (scenario, load("baseline")))
    assert len(one.triggers) == 3
    assert other.triggers == ()


def test_one_s_own_goes_before_a_shipped_one_of_its_name():
    Path("responses").mkdir()
    own = RESPONSE.replace("They answer", "Mine")
    Path("responses/us_opens_a_model.yaml").write_text(own, encoding="utf-8")
    (known,) = load("baseline", [("responses", ["us_opens_a_model"])]).responses
    assert known.title == "Mine"
    assert (places.shipped() / "responses" / "us_opens_a_model.yaml").is_file()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "actor: china",
            "actor: chima",
            "mine.yaml:2:8: actor: unknown actor",
        ),
        ("when: {metric: share.us_permissive, above: 0.04}", "start: 2027-01", "mine.yaml:5"),
        ("source: judgement", "source: hearsay", "mine.yaml:3:1: source: unknown source"),
        ("title: They answer", "titel: x", "unknown key 'titel' (did you mean 'title'?)"),
        ("above: 0.04", "above: 4", "mine.yaml:5:87: levers[0].when.above: above 4"),
    ],
)
def test_a_wrong_response_is_told_in_its_own_file(old, new, message):
    Path("responses").mkdir()
    Path("responses/mine.yaml").write_text(RESPONSE.replace(old, new), encoding="utf-8")
    found = said("extends: baseline\nresponses: [mine]\n")
    assert any(message in line for line in found), found
    assert list(map(str, validate_response("responses/mine.yaml"))) == found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("responses: [chyna_cuts_prices]", "no response is named 'chyna_cuts_prices' (did you me"),
        ("responses: [china_cuts_prices, china_cuts_prices]", "stands twice"),
        ("responses: [3]", "a response must be a name, not 3"),
        ("responses: {a: 1}", "responses must be a list, not a mapping"),
    ],
)
def test_a_wrong_name_of_a_response_is_one_line(line, message):
    (found,) = said(f"extends: baseline\n{line}\n")
    assert message in found
    assert found.startswith("x.yaml:2:")


def test_two_of_one_lever_may_stand_together_if_one_of_them_waits():
    waits = {"id": LEVER, "strength": "high", "when": {"metric": "plurality", "above": 1.4}}
    dated = {"id": LEVER, "strength": "low", "start": "2027-01"}
    load({"extends": "baseline", "levers": [dated, waits, {**waits, "strength": "central"}]})
    with pytest.raises(InputError, match="overlap"):
        load({"extends": "baseline", "levers": [dated, {**dated, "start": "2028-01"}, waits]})
