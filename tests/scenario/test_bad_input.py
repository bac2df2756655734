"""Whatever can be wrong with a scenario file: one clear message, and the place where it stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario import load, validate

LEVER = "us_sme_open_adoption"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def problems(text, name="x.yaml"):
    Path(name).write_text(text, encoding="utf-8")
    return validate([name])


def said(text):
    return [str(problem) for problem in problems(text)]


ONE_LINE = [
    # keys
    ("lever: []", "2:1: lever: unknown key 'lever' (did you mean 'levers'?)"),
    ("xyz: 1", "2:1: xyz: unknown key 'xyz' (one of extends, name,"),
    ("period: {from: 2023-01}", "2:10: period.from: unknown key 'from' (one of start, end)"),
    ("ensemble: {run: 5}", "2:12: ensemble.run: unknown key 'run' (did you mean 'runs'?)"),
    (
        f"levers: [{{id: {LEVER}, strength: 1, start: 2027-01, ramp: 3}}]",
        "levers[0].ramp: unknown key 'ramp' (did you mean 'ramp_months'?)",
    ),
    # types
    ("title: 3", "2:8: title: title must be text, not 3 (put it in quotes: '3')"),
    ("title: true", "2:8: title: title must be text, not true"),
    ("title: [a]", "2:8: title: title must be text, not a list"),
    ("levers: {}", "2:1: levers: levers must be a list, not a mapping"),
    ("levers:", "2:1: levers: levers must be a list, not empty"),
    ("levers: [us_x]", "2:10: levers[0]: a lever must be a mapping, not the text 'us_x'"),
    ("parameters: []", "2:1: parameters: parameters must be a mapping, not a list"),
    ("period: 2023-01", "2:1: period: period must be a mapping, not the text '2023-01'"),
    ("ensemble: 200", "2:1: ensemble: ensemble must be a mapping, not 200"),
    ("nations: 5", "2:10: nations: nations must be a group's slug"),
    ("groups: [KEN]", "2:1: groups: groups must be a mapping, not a list"),
    ("extends: [a]", "duplicate key 'extends', first given on line 1"),
    # months
    ("facts_until: 2025-07-01", "2:14: facts_until: '2025-07-01' is a full date (months are"),
    (
        "facts_until: '2025-07-01'",
        "'2025-07-01' is a full date (months are written YYYY-MM, such as",
    ),
    ("facts_until: 2025-13", "facts_until '2025-13' is not a month (write YYYY-MM, such as"),
    ("facts_until: 2025", "facts_until must be a month, not 2025 (write YYYY-MM"),
    ("facts_until: no", "facts_until 'no' is not a month"),
    ("period: {start: 2022-12}", "start 2022-12 is outside 2023-01 to 2040-12"),
    ("period: {end: 2041-01}", "end 2041-01 is outside 2023-01 to 2040-12"),
    (
        "period: {start: 2030-02, end: 2030-01}",
        "2:31: period.end: the period is empty: end 2030-01 is before start 2030-02",
    ),
    # runs
    ("ensemble: {runs: 0}", "2:18: ensemble.runs: runs 0 is outside 1 to 1000000"),
    ("ensemble: {runs: -3}", "runs -3 is outside 1 to 1000000"),
    ("ensemble: {runs: 2.5}", "runs must be a whole number, not 2.5"),
    ("ensemble: {runs: true}", "runs must be a whole number, not true"),
    ("ensemble: {runs: .inf}", "runs must be a whole number, not inf"),
    ("ensemble: {runs: many}", "runs must be a whole number, not the text 'many'"),
    ("ensemble: {seed: -1}", "seed -1 is outside 0 to"),
    ("ensemble: {parameters: draw}", "unknown ensemble.parameters 'draw' (did you mean 'drawn'?)"),
    # parameters
    (
        "parameters: {netwrk: 1}",
        "2:14: parameters.netwrk: unknown parameter 'netwrk' (did you mean",
    ),
    ("parameters: {network: 4}", "2:23: parameters.network: network 4 is outside 0 to 3"),
    ("parameters: {network: high}", "network must be a number or a distribution, not the text"),
    (
        "parameters: {network: yes}",
        "network must be a number or a distribution, not the text 'yes'",
    ),
    ("parameters: {network: true}", "network must be a number or a distribution, not true"),
    ("parameters: {network: .nan}", "2:23: parameters.network: nan is not a finite number"),
    ("parameters: {network: -.inf}", "-inf is not a finite number"),
    ("parameters: {network: 1e400}", "is not a finite number"),
    ("parameters: {network: {enterprise: 1}}", "the parameter 'network' has no index"),
    (
        "parameters: {lag: 3}",
        "2:14: parameters.lag: the parameter 'lag' needs an index (one of lag.",
    ),
    ("parameters: {lag: {cn_opn: 3}}", "unknown key 'cn_opn' (did you mean 'cn_open'?)"),
    ("parameters: {lag.cn_open: 3, lag: {cn_open: 4}}", "this parameter is given twice"),
    ("parameters: {supply: 0.5}", "2:22: parameters.supply: the switch 'supply' is 0 or 1"),
    ("parameters: {supply: 'uniform(0,1)'}", "the switch 'supply' is 0 or 1"),
    # distributions
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: 0.9, high: 0.3}}",
        "2:34: parameters.nest_dissimilarity: low 0.9 is above high 0.3",
    ),
    ("parameters: {nest_dissimilarity: 'uniform(0.9,0.3)'}", "low 0.9 is above high 0.3"),
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: 0.3}}",
        "high is missing (uniform needs low, high)",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: 0.1, high: 0.3}}",
        "0.1 to 0.3 is outside 0.25 to 1",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: unifrm, low: 0.3, high: 1}}",
        "unknown distribution 'unifrm'",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: 0.3, mode: 1, high: 1}}",
        "unknown key 'mode'",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: triangular, low: 0.3, mode: 0.9, high: 0.8}}",
        "mode 0.9 is outside low 0.3 to high 0.8",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: normal, mean: 0.5, sd: -1, low: 0.3, high: 1}}",
        "sd: input should be greater than 0",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: .nan, high: 1}}",
        "low: nan is not a finite number",
    ),
    (
        "parameters: {nest_dissimilarity: {dist: uniform, low: {dist: uniform, low: 0}, high: 1}}",
        "a distribution of distributions",
    ),
    (
        "parameters: {nest_dissimilarity: 'uniform(0.5)'}",
        "uniform takes 2 finite numbers, not '0.5'",
    ),
    ("parameters: {nest_dissimilarity: 'uniform(0.5,inf)'}", "uniform takes 2 finite numbers"),
    ("parameters: {nest_dissimilarity: 'gamma(1,2)'}", "unknown distribution 'gamma'"),
    (
        "parameters: {nest_dissimilarity: {low: 0.3, high: 1}}",
        "the parameter 'nest_dissimilarity' has no index",
    ),
    # nations
    ("nations: [KEN, XXX]", "2:16: nations[1]: the nation 'XXX' is not in the table"),
    ("nations: [kenya]", "the nation 'kenya' is not in the table (write KEN)"),
    ("nations: []", "2:1: nations: the list of nations is empty (name at least one)"),
    ("nations: [3]", "a nation must be text, not 3"),
    ("nations: global_sout", "'global_sout' is neither a group nor a nation (did you mean"),
    (
        "nations: africa",
        "(did you mean 'sub_saharan_africa' or 'middle_east_and_north_africa'?)",
    ),
    ("nations: Brazil", "'Brazil' is neither a group nor a nation (write BRA)"),
    ("nations: Brasil", "'Brasil' is neither a group nor a nation (did you mean 'BRA'?)"),
    ("nations: atlantis", "a nation (sim list groups and sim list nations show what there is)"),
    ("nations: [Brasil]", "'Brasil' is not in the table (did you mean 'BRA'?)"),
    ("nations: [atlantis]", "is not in the table (write ISO3 codes: sim list nations)"),
    ("nations: mine.csv", "2:10: nations: there is no table 'mine.csv'"),
    ("nations: ../mine.csv", "'../mine.csv' is outside the scenario folders"),
    ("groups: {world: [KEN]}", "2:10: groups.world: 'world' is already the name of a group"),
    ("groups: {Mine: [KEN]}", "'Mine' cannot name a group (small letters"),
    ("groups: {mine: []}", "the list of nations is empty"),
    ("groups: {mine: [no]}", "2:17: groups.mine[0]: the nation 'no' is not in the table"),
    ("nations: [KEN]\ngroups: {mine: [NGA]}", "the nation 'NGA' is not in the table"),
    # what YAML can say and a scenario may not
    ("title: &a x\ndescription: *a", "3:1: description: anchors and aliases are not allowed"),
    ("title: !!python/name:os.system x", "the tag tag:yaml.org,2002:python/name:os.system is not"),
    ("? [a]\n: 1", "a key must be a word"),
    (f"ensemble: {{runs: {'9' * 5000}}}", "cannot read this number"),
    ("name: a/b", "'a/b' cannot name a scenario"),
]


@pytest.mark.parametrize(("line", "message"), ONE_LINE)
def test_one_wrong_thing_gives_one_problem_at_its_place(line, message):
    found = said(f"extends: baseline\n{line}\n")
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("x.yaml:")


LEVERS = [
    (
        "{id: us_sme_open_adoptio, strength: 1, start: 2027-01}",
        "unknown lever 'us_sme_open_adoptio'",
    ),
    ("{strength: 1, start: 2027-01}", "levers[0].id: id is missing"),
    (f"{{id: {LEVER}, start: 2027-01}}", "levers[0].strength: strength is missing"),
    (f"{{id: {LEVER}, strength: 1}}", "levers[0].start: start is missing"),
    (f"{{id: {LEVER}, strength: 1.2, start: 2027-01}}", "strength 1.2 is outside 0 to 1"),
    (f"{{id: {LEVER}, strength: -0.1, start: 2027-01}}", "strength -0.1 is outside 0 to 1"),
    (
        f"{{id: {LEVER}, strength: hig, start: 2027-01}}",
        "not the text 'hig' (did you mean 'high'?)",
    ),
    (f"{{id: {LEVER}, strength: .nan, start: 2027-01}}", "nan is not a finite number"),
    (
        f"{{id: {LEVER}, strength: {{dist: uniform, low: 0.5, high: 1.5}}, start: 2027-01}}",
        "strength 0.5 to 1.5 is outside 0 to 1",
    ),
    (
        f"{{id: {LEVER}, strength: 1, start: 2027-02, end: 2027-01}}",
        "levers[0].end: end 2027-01 is before start 2027-02",
    ),
    (f"{{id: {LEVER}, strength: 1, start: 2026-04-01}}", "'2026-04-01' is a full date"),
    (f"{{id: {LEVER}, strength: 1, start: 2027-01, lag_months: -1}}", "lag_months -1 is outside"),
    (f"{{id: {LEVER}, strength: 1, start: 2027-01, ramp_months: 1.5}}", "must be a whole number"),
]


@pytest.mark.parametrize(("entry", "message"), LEVERS)
def test_a_wrong_lever_gives_one_problem_at_its_place(entry, message):
    found = said(f"extends: baseline\nlevers:\n  - {entry}\n")
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("x.yaml:3:")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("start: 2026-01", "start: 2027-01", True),
        ("start: 2026-01, end: 2027-01", "start: 2027-01", True),
        ("start: 2026-01, end: 2026-12", "start: 2027-01", False),
        ("start: 2027-01", "start: 2026-01, end: 2026-12", False),
        ("start: 2026-01, end: 2026-12, lag_months: 9", "start: 2027-01, lag_months: 0", True),
    ],
)
def test_two_entries_of_one_lever_may_not_overlap(first, second, overlap):
    found = said(
        "extends: baseline\nlevers:\n"
        f"  - {{id: {LEVER}, strength: low, {first}}}\n"
        f"  - {{id: {LEVER}, strength: high, {second}}}\n"
    )
    assert len(found) == overlap
    if overlap:
        assert "x.yaml:4:5: levers[1]: two entries of us_sme_open_adoption overlap" in found[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.yaml:1:1: the file is empty"),
        ("# nothing but a remark\n", "x.yaml:1:1: the file is empty"),
        ("a: [1\nb: 2\n", "x.yaml:2:2: not valid YAML: while parsing a flow sequence"),
        ("a: b: c\n", "x.yaml:1:5: not valid YAML: mapping values are not allowed here"),
        ("title: a\n---\ntitle: b\n", "expected a single document"),
        ("title: 'a\n", "not valid YAML"),
        ("title: a\x01\n", "not a YAML text"),
        ("[" * 600, "the file is nested too deeply"),
        ("- a\n", "x.yaml:1:1: a scenario must be a mapping of keys, not a list"),
        ("baseline\n", "a scenario must be a mapping of keys, not the text 'baseline'"),
        (
            "extends: basline\n",
            "extends: no scenario is named 'basline' (did you mean 'baseline'?)",
        ),
        ("extends: no.yaml\n", "extends: there is no file 'no.yaml'"),
        ("extends: ../../x.yaml\n", "'../../x.yaml' is outside the scenario folders"),
        ("extends: /etc/passwd.yaml\n", "'/etc/passwd.yaml' is outside the scenario folders"),
        ("extends:\n", "extends must be text, not empty"),
        ("extends: x.yaml\n", "x.yaml:1:10: extends: the bases form a loop: x.yaml -> x.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_problem(text, message):
    found = said(text)
    assert len(found) == 1, found
    assert message in found[0]


def test_a_file_without_a_base_must_say_everything():
    found = said("title: Alone\n")
    assert [line.split(": ")[1] for line in found] == ["period", "ensemble"]


def test_a_loop_is_printed_link_by_link():
    Path("a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    Path("b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    (found,) = validate(["a.yaml"])
    assert str(found) == ("b.yaml:1:10: extends: the bases form a loop: a.yaml -> b.yaml -> a.yaml")


def test_a_link_does_not_lead_out_of_the_folders(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.yaml").write_text("extends: baseline\n", encoding="utf-8")
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (found,) = problems("extends: link.yaml\n", str(inside / "x.yaml"))
    assert "'link.yaml' is outside the scenario folders" in str(found)


def test_a_name_does_not_lead_out_of_the_folders_either(tmp_path):
    Path("scenarios").mkdir()
    Path("secret.yaml").write_text("extends: baseline\n", encoding="utf-8")
    Path("scenarios/link.yaml").symlink_to(tmp_path / "secret.yaml")
    Path("far").mkdir()
    (found,) = problems("extends: link\n", "far/x.yaml")
    assert "'link' is outside the scenario folders" in str(found)


def test_what_is_wrong_with_a_base_names_the_base():
    Path("base.yaml").write_text(
        "extends: baseline\nparameters: {netwrk: 1}\ntitl: x\n", encoding="utf-8"
    )
    found = said("extends: base.yaml\ntitle: 3\n")
    assert found == [
        "x.yaml:2:8: title: title must be text, not 3 (put it in quotes: '3')",
        "base.yaml:2:14: parameters.netwrk: unknown parameter 'netwrk' (did you mean 'network'?)",
        "base.yaml:3:1: titl: unknown key 'titl' (did you mean 'title'?)",
    ]


def test_all_faults_come_together_and_in_order():
    found = said(
        "extends: baseline\n"
        "nations: [XXX]\n"
        "levers:\n"
        "  - {id: nothing, strength: 7, start: 2027-13, end: soon}\n"
        "ensemble: {runs: 0, seed: x}\n"
        "parameters: {network: 9, network: 1}\n"
    )
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)
    assert len(found) == 9


def test_what_is_nested_too_deeply_is_not_followed():
    found = said(f"extends: baseline\ntitle: {'[' * 25}{']' * 25}\n")
    assert found[0] == "x.yaml:2:8: title: title must be text, not a list"
    assert found[1].endswith("the file is nested too deeply")


def test_files_are_checked_each_for_itself():
    Path("good.yaml").write_text("extends: baseline\n", encoding="utf-8")
    Path("bad.yaml").write_text("extends: baseline\ntitel: x\n", encoding="utf-8")
    found = validate(["good.yaml", "bad.yaml", "none.yaml", "nobody"])
    assert [problem.file for problem in found] == ["bad.yaml", "none.yaml", None]
    assert "cannot read the file: no such file" in found[1].message
    assert "no scenario is named 'nobody'" in found[2].message


def test_a_folder_and_bytes_are_no_scenario(tmp_path):
    Path("folder.yaml").mkdir()
    Path("latin.yaml").write_bytes(b"title: caf\xe9\n")
    found = [problem.message for problem in validate(["folder.yaml", "latin.yaml"])]
    assert found[0] == "cannot read the file: is a directory"
    assert found[1].startswith("not UTF-8 text")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"titel": "x"}, "titel: unknown key 'titel' (did you mean 'title'?)"),
        ({"facts_until": dt.date(2025, 7, 1)}, "facts_until: '2025-07-01' is a full date"),
        ({"parameters": {"network": float("nan")}}, "nan is not a finite number"),
        ({"parameters": {"network": 1 + 2j}}, "a complex cannot stand in a scenario"),
        ({"extends": "nobody"}, "no scenario is named 'nobody'"),
        ({"extends": "../x.yaml"}, "is outside the scenario folders"),
        ({"levers": [{"id": LEVER, "strength": 2, "start": "2027-01"}]}, "outside 0 to 1"),
    ],
)
def test_a_mapping_is_checked_like_a_file(mapping, message):
    with pytest.raises(InputError) as caught:
        load({"extends": "baseline"} | mapping)
    (found,) = caught.value.problems
    assert message in str(found)
    assert found.file is None


def test_a_mapping_within_itself_ends():
    endless = {"extends": "baseline"}
    endless["groups"] = endless
    with pytest.raises(InputError, match="nested too deeply"):
        load(endless)


def test_what_is_no_source_at_all_is_refused():
    with pytest.raises(InputError, match="a int is not a scenario"):
        load(3)


TABLE = "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point\n"


def test_what_is_wrong_with_a_table_names_the_table():
    Path("mine.csv").write_text(TABLE + "KEN,Kenya,nowhere,1e5,0.4,6000,0.1,60,-0.5\n", "utf-8")
    (found,) = problems("extends: baseline\nnations: mine.csv\n")
    assert found.file == "mine.csv"
    assert found.line == 2


def test_a_million_nations_are_refused_with_what_they_would_need():
    with Path("huge.csv").open("w", encoding="utf-8") as stream:
        stream.write(TABLE)
        stream.writelines("KEN,Kenya,world,1,1,1,1,1,1\n" for _ in range(1_000_000))
    (found,) = problems("extends: baseline\nnations: huge.csv\n")
    assert "1,000,000 nations" in found.message
    assert "GB" in found.message


def test_a_base_that_cannot_be_read_is_the_only_complaint(tmp_path):
    """What an override alone leaves open may well stand in the base that is missing."""
    file = tmp_path / "mine.yaml"
    file.write_text("extends: nowhere\n")
    with pytest.raises(InputError) as caught:
        load(file, ["ensemble.runs=4", "period.end=2030-12"])
    assert [problem.path for problem in caught.value.problems] == ["extends"]
