"""What can be listed, searched and shown, kind by kind, through the functions."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext

import pytest

from sim import evidence
from sim.cli import catalogue, output, search
from sim.cli.kinds import KINDS
from sim.errors import FormerName, InputError
from sim.scenario import drivers, levers

SHARED = {
    "series and observations of the same name": ("series", "observations"),
    "a parameter and the driver that adds to it": ("parameters", "drivers"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_a_name_a_title_its_kind_and_tags(kind):
    rows = catalogue.rows(kind, [])
    assert rows
    for row in rows:
        assert row["name"]
        assert isinstance(row["title"], str)
        assert row["kind"] == KINDS[kind].singular
        assert all(isinstance(tag, str) and tag for tag in row["tags"])
        assert set(KINDS[kind].columns) <= set(row) | {"design", "points"}
    assert len({row["name"] for row in rows}) == len(rows)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_those_of_the_rows(kind):
    assert list(KINDS[kind].named()) == list(dict.fromkeys(KINDS[kind].named()))
    assert set(KINDS[kind].named()) == {row["name"] for row in catalogue.rows(kind, [])}


def test_the_overview_counts_the_rows_of_each_kind():
    counts = {row["name"]: row["count"] for row in catalogue.overview()}
    assert list(counts) == list(KINDS)
    for kind in ("groups", "drivers", "observations", "sources"):
        assert counts[kind] == len(catalogue.rows(kind, []))


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_of_a_kind_can_be_shown_as_text_and_as_json(kind, capsys):
    names = list(KINDS[kind].named())
    for name in names[:: max(1, len(names) // 8)]:
        # Some scenarios ask for a focus, which nothing but scenarios and studies has.
        focus = [("focus", "IND")] if kind in ("scenarios", "studies") else []
        shown = catalogue.find(f"{kind}.{name}", focus)
        assert (shown["name"], shown["kind"]) == (name, KINDS[kind].singular)
        assert json.loads(json.dumps(shown, allow_nan=False))
        output.print_fields(shown)
        assert name in capsys.readouterr().out


def test_only_names_that_belong_together_are_of_two_kinds():
    kinds: dict[str, list[str]] = {}
    for kind in KINDS.values():
        for name in kind.named():
            kinds.setdefault(name, []).append(kind.name)
    assert {tuple(of) for of in kinds.values() if len(of) > 1} == set(SHARED.values())


def test_another_kind_of_the_same_name_is_named_and_can_be_asked_for():
    shown = catalogue.find("frontier_rate")
    assert (shown["kind"], shown["also"]) == ("parameter", ["drivers.frontier_rate"])
    assert catalogue.find("drivers.frontier_rate")["kind"] == "driver"
    assert "also" not in catalogue.find("baseline")


@pytest.mark.parametrize(
    ("name", "kind", "of"),
    [
        ("Brazil", "nation", "BRA"),
        ("brazil", "nation", "BRA"),
        ("bra", "nation", "BRA"),
        ("Global South", "group", "global_south"),
        ("parameters.network", "parameter", "network"),
        ("lag.cn_open", "parameter", "lag.cn_open"),
        ("cn_open", "ecosystem", "cn_open"),
        ("plurality", "metric", "plurality"),
        ("h01_open_support_and_controls", "study", "h01_open_support_and_controls"),
    ],
)
def test_a_name_an_alias_and_a_path_lead_to_the_same_thing(name, kind, of):
    shown = catalogue.find(name)
    assert (shown["kind"], shown["name"]) == (kind, of)


def test_a_parameter_by_its_bare_name_is_all_its_rows():
    shown = catalogue.find("lag")
    assert shown["kind"] == "parameter"
    assert [row["name"] for row in shown["rows"]] == [
        row.path for row in evidence.load().parameters if row.name == "lag"
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("africa", "did you mean 'sub_saharan_africa' or 'middle_east_and_north_africa'?"),
        ("Brasil", "did you mean 'Brazil'?"),
        ("global_sout", "did you mean 'global_south'?"),
        ("drivers.permited", "did you mean 'permitted'?"),
        ("levers.permitted", "sim list shows what there is"),
        ("awareness", "sim list shows what there is"),
    ],
)
def test_an_unknown_name_is_answered_by_what_is_near_and_by_nothing_far(name, hint):
    with pytest.raises(InputError) as caught:
        catalogue.find(name)
    assert caught.value.problems[0].hint == hint


# What is shown in full


def test_a_study_is_shown_with_what_varies_over_which_scenario():
    shown = catalogue.find("what_matters")
    assert shown["scenario"] == "baseline"
    assert "parameters.network" in shown["vary"]
    assert shown["design"]["kind"] == "sobol"
    assert shown["number_of_points"] > shown["design"]["points"]
    assert catalogue.find("us_policies_in_many_worlds")["robust"]["threshold"] == 0.65
    assert catalogue.find("h03_controls_and_chinese_chips")["hypothesis"]["id"] == "H3"


def test_the_file_of_a_study_is_shown_as_a_study(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("title: Mine\nvary: {parameters.network: 0:2:3}\n", encoding="utf-8")
    shown = catalogue.find(str(file))
    assert (shown["kind"], shown["title"], shown["number_of_points"]) == ("study", "Mine", 3)


def test_a_series_is_shown_with_its_figures():
    shown = catalogue.find("deepseek_market_share")
    figures = [row for row in shown["figures"] if row["place"] == "BRA"]
    assert {row["series"].rpartition("_")[2]: row["value"] for row in figures} == {
        "low": 0.0,
        "high": 5.0,
    }
    assert shown["also"] == ["observations.deepseek_market_share"]


def test_a_source_is_shown_with_what_cites_it():
    shown = catalogue.find("S160")
    cited = {(row["table"], row["of"]) for row in shown["cited_by"]}
    for row in evidence.load().parameters:
        assert (("parameters", row.path) in cited) == ("S160" in row.source.split(";"))
    assert sum(row["rows"] for row in shown["cited_by"]) == shown["cited"]
    assert shown["url"].startswith("https://")


def test_a_group_is_shown_with_its_members_and_its_rule():
    shown = catalogue.find("brics")
    nations = evidence.load().nations
    members = [row["nation"] for row in shown["members"]]
    assert members == [nations.iso3[i] for i in nations.groups["brics"].nonzero()[0]]
    assert (shown["rule"], shown["nations"]) == ("membership brics", len(members))
    assert shown["note"]


@pytest.mark.parametrize("name", drivers.vocabulary())
def test_a_driver_is_shown_with_unit_bounds_and_every_lever_that_moves_it(name):
    shown, driver = catalogue.find(f"drivers.{name}"), drivers.vocabulary()[name]
    assert (shown["unit"], shown["low"], shown["high"]) == (driver.unit, driver.low, driver.high)
    assert Counter(row["lever"] for row in shown["effects"]) == Counter(
        lever.id
        for lever in levers.read().values()
        for effect in lever.effects
        if effect.driver == name
    )


def test_a_nation_is_shown_with_meaning_unit_source_and_what_was_imputed():
    known = evidence.load()
    for code in ("BRA", "CUB", "CHN"):
        shown = catalogue.find(code)
        values = [value for value in known.values if value.iso3 == code]
        assert len(shown["values"]) == len(values)
        for row in shown["values"]:
            assert row["meaning"]
            assert row["use"]
            assert row["unit"]
            assert row["source"]
        imputed = {value.variable for value in values if value.status == "imputed"}
        assert set(shown["imputed"]) == imputed
    assert catalogue.find("CUB")["imputed"]


def test_a_lever_is_shown_with_its_scenarios_and_the_titles_of_its_sources():
    shown = catalogue.find("us_training_chip_controls")
    assert "fortress" in shown["scenarios"]
    assert {row["source"] for row in shown["sources"]} >= {"SEED1", "IFP_B30A"}
    assert all(row["title"] for row in shown["sources"])


# Search


def names(kind: str, *words: str) -> list[str]:
    return [row["name"] for row in catalogue.rows(kind, list(words))]


def test_levers_that_control_exports_are_found_whatever_their_titles_say():
    found = names("levers", "export", "control")
    wanted = catalogue.find("fortress")["levers"]
    assert {entry["id"] for entry in wanted} <= set(found)
    assert "us_inference_chip_controls" in found[:3]
    assert len(found) < 20
    assert "tp_sovereign_model_programme" not in found


@pytest.mark.parametrize(
    ("kind", "words", "among"),
    [
        ("levers", ["sanction"], "us_restrict_chinese_open_models"),
        ("levers", ["GPUs"], "us_training_chip_controls"),
        ("levers", ["licence"], "cn_licence_tightening"),
        ("levers", ["LICENSE", "china"], "cn_licence_tightening"),
        ("levers", ["fortress"], "us_training_chip_controls"),
        ("levers", ["training_cut"], "us_training_chip_controls"),
        ("levers", ["cn_open"], "cn_permissive_open_release"),
        ("levers", ["awareness"], "us_attractive_alternative_global_south"),
        ("scenarios", ["us_nairr_scaleup"], "rand_package"),
        ("observations", ["brazil"], "deepseek_market_share_band_high"),
        ("observations", ["BRA", "deepseek"], "deepseek_market_share_band_low"),
        ("groups", ["brazil"], "brics"),
        ("groups", ["africa"], "sub_saharan_africa"),
        ("nations", ["africa"], "ZAF"),
        ("nations", ["cote", "ivoire"], "CIV"),
        ("sources", ["microsoft"], "S040"),
        ("sources", ["nest"], "S160"),
        ("metrics", ["chinese"], "share.bloc_cn"),
        ("parameters", ["sub-saharan africa", "x" * 40], None),
    ],
)
def test_words_are_looked_for_in_names_titles_tags_and_texts(kind, words, among):
    found = names(kind, *words)
    assert among in found if among else found == []


def test_what_has_the_words_in_its_title_comes_first():
    found = names("levers", "licence")
    titles = {name: f"{name} {levers.read()[name].title}".lower() for name in found}
    titled = [name for name in found if "licen" in titles[name]]
    assert found[: len(titled)] == titled
    assert len(titled) < len(found)


def test_a_short_word_is_a_whole_word():
    rows = catalogue.rows("nations", ["eu"])
    assert rows
    assert all("eu" in row["tags"] for row in rows)


def test_each_further_word_narrows():
    one, two = names("levers", "chips"), names("levers", "chips", "huawei")
    assert set(two) < set(one)
    assert names("levers") == names("levers", "") == names("levers", " ")


def test_observations_of_a_place_count_its_figures_alone():
    rows = {row["name"]: row for row in catalogue.rows("observations", ["brazil"])}
    assert rows["deepseek_market_share_band_high"]["places"] == ["BRA"]
    assert rows["deepseek_market_share_band_high"]["figures"] == 1
    assert rows["deepseek_market_share_band_high"]["high"] == 5.0


@pytest.mark.parametrize(
    ("kind", "words", "sentence"),
    [
        ("levers", ["huwei"], "no lever matches 'huwei'; try 'huawei'"),
        ("nations", ["atlantis"], "try another word, or sim list nations for all 80"),
        ("levers", ["brazil"], "try sim list nations brazil or sim list groups brazil or"),
        ("levers", ["green", "huawei"], "try one word alone: 'green' (1) or 'huawei' ("),
    ],
)
def test_where_nothing_is_found_something_is_offered(kind, words, sentence):
    assert catalogue.rows(kind, words) == []
    assert sentence in catalogue.missing(kind, words)


def test_every_synonym_leads_somewhere():
    rows = [row for kind in ("levers", "drivers", "nations") for row in KINDS[kind].rows()]
    for word, (words, sets) in search.synonyms().items():
        assert words or sets
        for other in words:
            text = any(f" {other} " in search.folded(" ".join(row.texts)) for row in rows)
            assert text, (word, other)
        for wanted in sets:
            assert any(wanted <= set(row.tags) for row in rows), (word, wanted)


def test_a_broken_file_of_a_user_hides_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "scenarios" / "studies").mkdir(parents=True)
    (tmp_path / "scenarios" / "broken.yaml").write_text("levers: [{id: no}]\n", encoding="utf-8")
    pulls = "levers: [{id: cn_waico, strength: 1, start: 2027-01}]"
    mine = tmp_path / "scenarios" / "mine.yaml"
    mine.write_text(f"extends: baseline\n{pulls}\n", encoding="utf-8")
    (tmp_path / "scenarios" / "studies" / "wrong.yaml").write_text("vary: 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert {"broken", "mine"} <= set(names("scenarios"))
    assert "wrong" in names("studies")
    assert "cn_waico" in names("levers", "mine")
    assert "mine" in catalogue.find("cn_waico")["scenarios"]
    for name in ("broken", "wrong"):
        with pytest.raises(InputError) as caught:
            catalogue.find(name)
        assert caught.value.problems[0].line
    mine.write_text("extends: baseline\n", encoding="utf-8")
    assert "mine" not in catalogue.find("cn_waico")["scenarios"]


@pytest.mark.parametrize("asked", ["hurt", "parameters.hurt", "exit_penalty"])
def test_a_parameter_is_shown_by_the_name_that_it_had_before(asked):
    with pytest.warns(FormerName) if "hurt" in asked else nullcontext():
        assert catalogue.find(asked)["name"] == "exit_penalty"
