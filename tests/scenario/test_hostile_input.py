"""Files that were made to do harm, or by programs: one message, soon, and nothing is executed."""

from __future__ import annotations

import json
import os
import string
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.errors import CITED, InputError, cited, is_printable
from sim.scenario import load, merge, names, places, validate
from sim.scenario.tree import parse
from sim.study.sweeps import study_file
from sim.study.sweeps.factors import parse_option

LEVER = "us_sme_open_adoption"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def said(text, name="x.yaml"):
    Path(name).write_text(f"extends: baseline\n{text}\n", encoding="utf-8")
    return [str(problem) for problem in validate([name])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("period: !!map foo", "2:9: period: the tag tag:yaml.org,2002:map is not allowed"),
        ("levers: !!seq {a: b}", "2:9: levers: the tag tag:yaml.org,2002:seq is not allowed"),
        ("title: !!bool maybe", "2:8: title: the tag tag:yaml.org,2002:bool is not allowed"),
        ("title: !!str {a: b}", "2:8: title: the tag tag:yaml.org,2002:str is not allowed"),
        ("title: !!str plain", "the tag tag:yaml.org,2002:str is not allowed (leave it out"),
        ("title: ! plain", "is not allowed"),
        ("? !!str title\n: plain", "2:3: 'title': a key has no tag"),
        ('title: "\\ud83d"', "2:8: title: half of a character stands alone"),
        ('"\\ude00": x', "half of a character stands alone"),
        ('title: "a\\e]0;x\\a"', "2:8: title: a control character is not allowed"),
        ('title: "a\\0b"', "a control character is not allowed"),
        ('title: "a\\u202eb"', "a control character is not allowed"),
        ('"a\\eb": 1', "2:1: 'a\\\\x1bb': a control character is not allowed"),
        ('extends2: 1\ntitle: "\\UFFFFFFFF"', "not a YAML text"),
        (f"ensemble: {{seed: {'9' * 400}}}", "a number of more than 80 digits is outside 0 to"),
        (f"ensemble: {{seed: -{'9' * 400}}}", "a number of more than 80 digits is outside 0 to"),
        (f"ensemble: {{seed: 0x{'f' * 9000}}}", "a number of more than 80 digits is outside 0 to"),
        (f"ensemble: {{seed: {'9' * 5000}}}", "cannot read this number"),
        (f"title: {'9' * 400}", "title must be text, not a number of more than 80 digits"),
        (f"parameters: {{network: {'9' * 400}}}", "is not a finite number"),
        ("period: {end: \u0662\u0660\u0662\u0663-01}", "is not a month (write YYYY-MM"),
        ("parameters: {network: 'uniform(0_1,1)'}", "uniform takes 2 finite numbers"),
        ("parameters: {network: 'uniform(\u0660,\u0661)'}", "uniform takes 2 finite numbers"),
        (f"name: {'a' * 101}", "is too long (at most 100 characters: it names a folder)"),
        (f"levers: {'a' * 5000}", "..."),
        (f"levers: [{{id: {'a' * 5000}}}]", "unknown lever 'aaaa"),
        (f"{'a' * 900}: 1", "unknown key 'aaaa"),
        (f"parameters: {{{'a' * 900}: 1}}", "unknown parameter 'aaaa"),
        (f"nations: [{'A' * 900}]", "the nation 'AAAA"),
        (f"nations: {'A' * 900}.csv", "there is no table 'AAAA"),
        (f"groups: {{{'A' * 900}: [BRA]}}", "cannot name a group"),
    ],
)
def test_hostile_values_are_refused_in_a_short_message(text, message):
    found = said(text)
    assert any(message in line for line in found), found
    assert all(is_printable(line) for line in found)
    # A path of 200 characters, a message of 600, and what would be right.
    assert all(len(line) < 3600 for line in found), [len(line) for line in found]


@pytest.mark.parametrize("name", ["a" * 300, "a" * 5000, "./" + "a" * 5000, "a/" * 3000, "a\0b"])
def test_names_and_paths_that_no_system_takes(name):
    for source in (name, name + ".yaml"):
        with pytest.raises(InputError) as caught:
            load(source)
        assert len(str(caught.value)) < 6500
        assert not study_file.is_study(source)
    assert said(f"extends: {json.dumps(name)}", "y.yaml")


def test_halves_of_characters_are_joined_as_json_writes_them():
    Path("x.yaml").write_text(json.dumps({"extends": "baseline", "title": "\U0001f600 \u00e9"}))
    assert "\\ud83d" in Path("x.yaml").read_text()
    scenario = load("x.yaml")
    assert scenario.title == "\U0001f600 \u00e9"
    assert scenario.hash(1, "") == load(scenario.document()).hash(1, "")


def test_a_mapping_with_half_of_a_character_is_refused():
    with pytest.raises(InputError, match="half of a character"):
        load({"extends": "baseline", "title": "\ud83d"})


def test_pipes_devices_and_giants_are_refused_at_once():
    os.mkfifo("pipe.yaml")
    Path("zero.yaml").symlink_to("/dev/zero")
    with Path("giant.yaml").open("wb") as file:
        file.truncate(3 << 30)
    for name, says in (("pipe", "a pipe or a device"), ("zero", "a pipe or a device"),
                       ("giant", "larger than 1,048,576 bytes")):  # fmt: skip
        (found,) = validate([f"{name}.yaml"])
        assert says in found.message
    Path("folder.yaml").mkdir()
    assert "is a directory" in validate(["folder.yaml"])[0].message
    # Lists read every file of ./scenarios.
    Path("scenarios").mkdir()
    for file in ("pipe.yaml", "zero.yaml", "giant.yaml"):
        Path(file).rename(Path("scenarios") / file)
    assert {"giant", "baseline"} <= {known.name for known in names()}


@pytest.mark.parametrize("link", ["pipe.csv", "zero.csv", "giant.csv"])
def test_a_table_of_nations_is_a_file_of_some_size(link):
    if link == "pipe.csv":
        os.mkfifo(link)
    elif link == "zero.csv":
        Path(link).symlink_to("/dev/zero")
    else:
        with Path(link).open("wb") as file:
            file.truncate(merge.LARGEST + 1)
    assert said(f"nations: {link}")


EFFECT = """\
      - {{driver: {driver}, op: add, low: 0.1, central: 0.2, high: 0.3, conversion: judged,
         nations: [{words}]}}
"""
OWN = (
    """\
own_levers:
  mine:
    title: Mine
    source: judgement
    effects:
"""
    + EFFECT
)


@pytest.mark.parametrize(
    "text",
    [
        "levers:\n" + "".join(f"  - {{id: unknown_{n}, strength: 1}}\n" for n in range(4000)),
        "".join(f"key_{n}: 1\n" for n in range(4000)),
        "nations: [" + ", ".join(f"X{n}" for n in range(4000)) + "]",
        "parameters:\n" + "".join(f"  p{n}: 1\n" for n in range(4000)),
        f"levers: [{', '.join([f'{{id: {LEVER}, strength: 1, start: 2027-01}}'] * 3000)}]",
        OWN.format(words=", ".join(f"X{n}" for n in range(4000)), driver="pull"),
        OWN.format(words="BRA", driver="pul") + EFFECT.format(words="BRA", driver="pul") * 3000,
    ],
    ids=["levers", "keys", "nations", "parameters", "overlaps", "words", "effects"],
)
def test_what_is_looked_for_does_not_grow_with_the_square_of_mistakes(text, monkeypatch):
    """Counted, not timed: nearest names are looked for among the first problems alone."""
    looked = []
    for module in ("fields", "vocabulary", "levers", "walk"):
        monkeypatch.setattr(
            f"sim.scenario.{module}.nearest", lambda word, _: looked.append(word), raising=False
        )
    found = said(text)
    assert len(found) >= 2999
    assert len(looked) <= 200  # a name and a code of each of the first hundred nations


def test_a_long_word_of_an_own_lever_is_cut():
    found = said(OWN.format(words="x" * 5000, driver="y" * 5000))
    assert len(found) >= 1
    assert all(len(str(problem)) < 1500 for problem in found)


def test_the_rule_for_names_of_folders():
    assert places.for_a_folder("..", "study") == "study"
    assert places.for_a_folder("a\n<b>/c", "study") == "a_b_c"
    assert places.for_a_folder("-x" * 200, "study") == ("x-" * 50)[:100].lstrip("-")
    for name in ("...yaml", "a\n<b>.yaml", "é.yaml"):
        Path(name).write_text("vary: {parameters.network: [0.2, 1.6]}\n")
        made = study_file.load_study(f"./{name}").name
        assert made == places.for_a_folder(Path(name).stem, "study")
        assert set(made) <= set(string.ascii_letters + string.digits + "_-")


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["ensemble.runs=abc", ("ensemble.runs", 4)], "runs must be a whole number"),
        (["nations=ATL", ("nations", "BRA")], "neither a group nor a nation"),
        (["parameters.network=9", "parameters.network=1"], "network 9 is outside 0 to 3"),
        (["period.end=2050-01", ("period.end", "2030-01")], "outside 2023-01 to 2040-12"),
        (["nations="], "no nation is named (nations=null means all)"),
        ([("nations", " ")], "no nation is named"),
    ],
)
def test_an_override_is_checked_even_where_a_later_one_replaces_it(overrides, says):
    with pytest.raises(InputError) as caught:
        load("baseline", overrides)
    assert says in str(caught.value)


def test_overrides_that_replace_each_other_soundly_pass():
    given = ["ensemble.runs=7", ("ensemble.runs", 4), "nations=null", ("nations", "BRA")]
    scenario = load("baseline", given)
    assert (scenario.ensemble.runs, scenario.nations) == (4, ("BRA",))


@pytest.mark.parametrize("spec", ["0_2:1:3", "\u0660:\u0661:\u0663", "0.2:1:\u0663", "0.2:1:1_0"])
def test_numbers_of_options_are_written_in_ascii_and_without_underscores(spec):
    with pytest.raises(InputError):
        parse_option(f"parameters.network={spec}")


@pytest.mark.parametrize("word", ["=", "<<"])
def test_what_meant_something_in_an_older_yaml_is_a_word(word):
    problems = []
    tree = parse(f"title: {word}\n{word}: 1\n", "x.yaml", problems)
    assert problems == []
    assert tree.value["title"].value == word
    assert list(tree.value) == ["title", word]


@settings(max_examples=60)
@example("=")
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_at_all_is_read_or_refused(text):
    problems = []
    tree = parse(text, "x.yaml", problems)
    assert tree is not None or problems
    assert all(is_printable(str(problem)) for problem in problems)


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=12,
    )
)
def test_any_document_at_all_is_loaded_or_refused(document):
    if not isinstance(document, dict):
        document = {"extends": "baseline", "levers": document, "title": document}
    with suppress(InputError):
        assert load(document)


@settings(max_examples=30)
@given(st.text(max_size=300) | st.integers() | st.floats())
def test_what_is_cited_is_short(value):
    assert len(cited(value)) <= 10 * CITED + 5
