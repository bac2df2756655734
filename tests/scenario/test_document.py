"""The resolved scenario, its plain form, and the shipped files."""

from __future__ import annotations

import json
import pickle

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from sim import evidence
from sim.errors import InputError
from sim.months import parse
from sim.scenario import (
    LeverEntry,
    NationTable,
    drivers,
    json_schema,
    levers,
    load,
    names,
    nations,
    places,
    vocabulary,
)
from sim.scenario.merge import read_file
from sim.scenario.tree import Node

SHIPPED = [known.name for known in names() if known.shipped]

FULL = {
    "name": "full",
    "title": "Everything at once",
    "description": "Words,\n  in two lines.",
    "topic": "mine",
    "period": {"start": "2023-01", "end": "2031-06"},
    "facts_until": "2025-07",
    "levers": [
        {"id": "us_sme_open_adoption", "strength": "uniform(0.2,0.8)", "start": "2027-01"},
        {
            "id": "cn_waico",
            "strength": {"dist": "normal", "mean": 0.5, "sd": 0.1, "low": 0, "high": 1},
            "start": "2026-07",
            "end": "2030-01",
            "ramp_months": 0,
            "lag_months": 3,
        },
    ],
    "own_levers": {
        "city_grants": {
            "title": "City  grants",
            "source": "judgement",
            "lag_months": 2,
            "cost": {"low": 1, "central": 2, "high": 3},
            "effects": [
                {
                    "driver": "pull",
                    "op": "add",
                    "low": 0.1,
                    "central": 0.2,
                    "high": 0.3,
                    "nations": ["KEN", "-NGA"],
                    "conversion": "Judged.",
                }
            ],
        }
    },
    "parameters": {
        "network": 0.8,
        "lag": {"cn_open": 4},
        "nest_dissimilarity": "triangular(0.3,0.5,0.9)",
    },
    "nations": ["ZAF", "KEN", "NGA", "KEN"],
    "groups": {"west": ["NGA"], "both": ["NGA", "KEN"]},
    "ensemble": {"runs": 3, "seed": 0, "parameters": "default", "future": "all"},
}


def test_a_document_is_plain_complete_and_in_order():
    scenario = load(FULL)
    plain = scenario.document()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain == {
        "name": "full",
        "title": "Everything at once",
        "description": "Words, in two lines.",
        "topic": "mine",
        "period": {"start": "2023-01", "end": "2031-06"},
        "facts_until": "2025-07",
        "levers": [
            {
                "id": "cn_waico",
                "strength": {"low": 0.0, "high": 1.0, "dist": "normal", "mean": 0.5, "sd": 0.1},
                "start": "2026-07",
                "end": "2030-01",
                "ramp_months": 0,
                "lag_months": 3,
            },
            {
                "id": "us_sme_open_adoption",
                "strength": {"low": 0.2, "high": 0.8, "dist": "uniform"},
                "start": "2027-01",
                "end": None,
                "ramp_months": levers.read()["us_sme_open_adoption"].ramp_months,
                "lag_months": levers.read()["us_sme_open_adoption"].lag_months,
            },
        ],
        "own_levers": {
            "city_grants": {
                "title": "City grants",
                "source": "judgement",
                "actor": "user",
                "seed": "",
                "status": "the scenario's own",
                "cost_kind": "not stated",
                "side": "",
                "note": "",
                "lag_months": 2,
                "ramp_months": 0,
                "uncertainty": 0.0,
                "cost": {"low": 1.0, "central": 2.0, "high": 3.0},
                "magnitude": {"low": 0.0, "central": 0.0, "high": 0.0, "neutral": 0.0, "unit": ""},
                "effects": [
                    {
                        "role": "main",
                        "driver": "pull",
                        "op": "add",
                        "low": 0.1,
                        "central": 0.2,
                        "high": 0.3,
                        "nations": ["KEN", "-NGA"],
                        "conversion": "Judged.",
                        "source": "judgement",
                    }
                ],
            }
        },
        "parameters": {
            "lag": {"cn_open": 4.0},
            "nest_dissimilarity": {"low": 0.3, "high": 0.9, "dist": "triangular", "mode": 0.5},
            "network": 0.8,
        },
        "nations": ["KEN", "NGA", "ZAF"],
        "groups": {"both": ["KEN", "NGA"], "west": ["NGA"]},
        "ensemble": {"runs": 3, "seed": 0, "parameters": "default", "future": "all"},
    }
    assert load(plain) == scenario
    assert load(scenario) == scenario
    assert len({scenario, load(plain)}) == 1
    assert pickle.loads(pickle.dumps(scenario)) == scenario  # noqa: S301  # for workers


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_back_from_its_document(name):
    scenario = load(name, [("focus", "IND")])
    assert load(scenario.document()) == scenario
    assert len(scenario.description) > 200


@pytest.mark.parametrize(
    "override",
    [
        "ensemble.runs=201",
        "ensemble.seed=2",
        "period.end=2035-11",
        "facts_until=2025-07",
        "nations=global_south",
        "parameters.network=0.8",
        "levers.us_nairr_scaleup.strength=0.5",
        "levers.us_nairr_scaleup.lag_months=1",
    ],
)
def test_whatever_changes_a_result_changes_the_hash(override):
    plain, changed = load("rand_package"), load("rand_package", [override])
    assert plain.hash(1, "x") != changed.hash(1, "x")


def test_the_hash_knows_the_model_and_the_evidence():
    scenario = load("baseline")
    hashes = {scenario.hash(1, "x"), scenario.hash(2, "x"), scenario.hash(1, "y")}
    assert len(hashes) == 3
    assert all(len(one) == 64 for one in hashes)
    assert scenario.hash(1, "x") == load("baseline").hash(1, "x")


def test_a_scenario_cannot_be_changed():
    with pytest.raises(ValidationError):
        load("baseline").title = "Other"


@pytest.mark.parametrize("field", ["parameters", "groups", "own_levers"])
def test_what_a_scenario_holds_cannot_be_changed_either(field):
    scenario = load({"extends": "baseline", "parameters": {"network": 0.8}})
    before = scenario.hash(1, "x")
    with pytest.raises(TypeError):
        getattr(scenario, field)["network"] = 2.9
    assert scenario.hash(1, "x") == before


def test_what_the_room_reads_once_cannot_be_changed():
    for shared in (levers.read(), drivers.vocabulary(), evidence.load().licences,
                   evidence.load().nations.groups, vocabulary.parameters()):  # fmt: skip
        with pytest.raises(TypeError):
            shared["more"] = None


@pytest.mark.parametrize(
    "change",
    [
        {"strength": 1.5},
        {"strength": float("nan")},
        {"start": parse("2022-12")},
        {"end": parse("2025-12")},
        {"lag_months": -1},
        {"size": 3},
    ],
)
def test_an_entry_made_by_hand_is_checked_too(change):
    good = {"id": "a", "strength": 1, "start": parse("2026-01"), "ramp_months": 0, "lag_months": 0}
    LeverEntry(**good)
    with pytest.raises(ValidationError):
        LeverEntry(**(good | change))


def test_names_lists_the_shipped_with_their_titles(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "broken.yaml").write_text("title: [\n", encoding="utf-8")
    (tmp_path / "scenarios" / "notes.txt").write_text("no scenario", encoding="utf-8")
    found = {listed.name: listed for listed in names()}
    assert set(found) >= {*SHIPPED, "broken"}
    assert "notes" not in found
    assert found["fortress"].title == "Fortress"
    assert found["fortress"].shipped
    assert found["broken"].title == ""
    assert not found["broken"].shipped


def plain_tree(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: plain_tree(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain_tree(child) for child in node.value]
    return node.value


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_schema_accepts_the_shipped_files_and_their_documents(validator, name):
    tree = read_file(places.known()[name], [])
    assert tree is not None
    validator.validate(plain_tree(tree))
    validator.validate(load(name, [("focus", "IND")]).document())


def test_the_schema_accepts_all_that_a_scenario_can_hold(validator):
    validator.validate(FULL)
    validator.validate(load(FULL).document())
    validator.validate({"extends": "baseline", "levers": [{"id": "cn_waico", "strength": 0}]})
    validator.validate({"extends": "baseline", "parameters": {"lag.cn_open": 4}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"lever": []},
        {"title": 3},
        {"period": {"start": "2026-04-01"}},
        {"levers": [{"id": "nobody", "strength": 1, "start": "2027-01"}]},
        {"levers": [{"id": "cn_waico", "strength": 1.4, "start": "2027-01"}]},
        {"levers": [{"id": "cn_waico", "strength": "hig", "start": "2027-01"}]},
        {"levers": [{"id": "cn_waico", "strength": 1}]},
        {"parameters": {"netwrk": 1}},
        {"parameters": {"network": 9}},
        {"parameters": {"lag": 3}},
        {"parameters": {"lag": {"cn_opn": 3}}},
        {"parameters": {"supply": 0.5}},
        {"parameters": {"nest_dissimilarity": {"dist": "uniform", "low": 0.3}}},
        {"parameters": {"nest_dissimilarity": "gamma(1,2)"}},
        {"nations": "global_sout"},
        {"nations": []},
        {"groups": {"mine": []}},
        {"ensemble": {"runs": 0}},
        {"ensemble": {"parameters": "draw"}},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(validator, wrong):
    assert not validator.is_valid({"extends": "baseline"} | wrong)
    with pytest.raises(InputError):
        load({"extends": "baseline"} | wrong)


TABLE = (
    "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point,groups\n"
    "KEN,Kenya,sub_saharan_africa,500000,0.4,6000,0.1,60,-0.5,\n"
    "ATL,Atlantis,oceania,1000,0.9,50000,0.3,40,1.2,islands\n"
)


def test_a_table_of_ones_own_travels_with_the_scenario(tmp_path):
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8")
    file = tmp_path / "x.yaml"
    file.write_text("extends: baseline\nnations: mine.csv\ngroups: {sea: [ATL]}\n", "utf-8")
    scenario = load(file)
    assert scenario.nations == NationTable(name="mine.csv", csv=TABLE)
    (tmp_path / "mine.csv").unlink()
    again = load(scenario.document())
    assert again.nations == scenario.nations
    table = nations.table(again)
    assert table.iso3 == ("ATL", "KEN")
    assert nations.groups(again, table)["sea"] == ("ATL",)
    assert nations.groups(again, table)["islands"] == ("ATL",)


def test_the_nations_of_a_scenario():
    known = evidence.load().nations
    assert nations.table(load("baseline")) is known
    assert nations.table(load("baseline", ["nations=KEN,NGA"])).iso3 == ("KEN", "NGA")
    south = nations.table(load("baseline", ["nations=global_south"]))
    assert len(south) == known.groups["global_south"].sum()
    assert "europe" not in nations.groups(load("baseline", ["nations=global_south"]), south)


def test_a_number_or_a_flag_is_never_read_from_a_word():
    with pytest.raises(InputError):
        load({"extends": "baseline", "parameters": {"network": "0.8"}})
