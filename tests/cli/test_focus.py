"""``--focus`` wherever scenarios are resolved, and what is said where it is missing or wrong."""

from __future__ import annotations

import html
import json

import pytest

from sim.cli import catalogue
from sim.scenario import levers
from tests.cli.here import sim

FILE = """extends: baseline
title: For any nation
nations: [BRA, IND, KEN, USA]
period: {start: 2026-01, end: 2028-12}
ensemble: {runs: 3, parameters: default}
levers:
  - {id: tp_trusted_local_hosting, strength: high, start: 2026-11, nations: focus}
  - {id: tp_vet_foreign_weights, strength: high, start: 2026-11, nations: focus}
"""
STUDY = """scenario: mine.yaml
vary:
  levers.tp_vet_foreign_weights.strength: [0.2, 0.9]
outcomes:
  metrics: [share.cn_open]
  groups: [world]
  months: end
until: 2027-12
"""


@pytest.fixture
def here(tmp_path):
    (tmp_path / "mine.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    return tmp_path


COMMANDS = [
    ("run", "mine.yaml", "--quiet"),
    ("compare", "mine.yaml", "--quiet", "--no-sizes"),
    ("sweep", "study.yaml", "--runs", "2", "--quiet"),
    ("validate", "mine.yaml"),
    ("validate", "study.yaml"),
    ("show", "mine.yaml"),
    (
        "observe", "mine.yaml", "--series", "openrouter_token_share_by_lab_origin", "--csv",
        "--set", "nations=null",
    ),
]  # fmt: skip


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: f"{words[0]} {words[1]}")
def test_a_focus_is_taken_and_asked_for_in_one_line_where_it_is_missing(here, words):
    without = sim(*words, cwd=here)
    assert without.returncode == 1
    said = without.stdout if words[0] == "validate" else without.stderr
    (line,) = said.splitlines()
    assert "mine.yaml:7:77: levers[0].nations: the scenario uses focus and has none" in line
    assert "(add --focus IND, or `focus: IND` in the file; a group will do)" in line
    given = sim(*words, "--focus", "IND", cwd=here)
    assert given.returncode == 0, given.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: f"{words[0]} {words[1]}")
def test_a_wrong_focus_is_one_line(here, words):
    done = sim(*words, "--focus", "Brasil", cwd=here)
    assert done.returncode == 1
    (line,) = (done.stdout if words[0] == "validate" else done.stderr).splitlines()
    assert "--focus: " in line
    assert line.endswith("'Brasil' is neither a group nor a nation (did you mean 'BRA'?)")


def test_the_hash_is_of_the_nations_that_focus_stands_for(here, undrawn):
    def ran(*words):
        return json.loads(sim("run", *words, "--json", cwd=here).stdout)["hash"]

    plain = ("baseline", "--runs", "2", "--until", "2023-03")
    assert ran(*plain) == ran(*plain, "--focus", "IND")
    assert ran("mine.yaml", "--focus", "IND") != ran("mine.yaml", "--focus", "BRA")
    assert ran("mine.yaml", "--focus", "IND") == ran("mine.yaml", "--set", "focus=IND")


def test_a_run_and_its_page_say_what_is_whole_and_which_cost_is_a_bound(here):
    done = sim("run", "mine.yaml", "--focus", "IND", cwd=here)
    text = " ".join(done.stdout.split())
    assert "Entered for some nations, these levers move drivers of the world whole" in text
    assert "Host open models on trusted ground (demand)" in text
    assert "is an upper bound: Vet and tune foreign weights." in text
    (folder,) = (here / "results").glob("mine-*/[0-9a-f]*")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "2026\u201111 on, in IND alone; takes effect after" in page
    assert "public outlay, an upper bound" in page
    assert "public + private outlay, an upper bound" not in page


def test_a_comparison_shows_the_cost_of_the_nations_and_names_bounds(here, undrawn):
    done = sim(
        "compare", "mine.yaml", "--each-lever", "--cost", "--no-sizes", "--focus", "IND", cwd=here
    )
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "is an upper bound: tp_vet_foreign_weights." in text
    (file,) = (here / "results" / "compare").glob("*/[0-9a-f]*/costs.csv")
    head, *rows = (line.split(",") for line in file.read_text().splitlines())
    known = {row[head.index("lever")]: dict(zip(head, row, strict=True)) for row in rows}
    hosts, vets = known["tp_trusted_local_hosting"], known["tp_vet_foreign_weights"]
    whole = levers.read()["tp_trusted_local_hosting"].cost.high
    assert 0 < float(hosts["cost"]) < whole / 5
    assert float(hosts["cost"]) == pytest.approx(float(hosts["cost_high"]))
    assert float(vets["cost"]) == pytest.approx(levers.read()["tp_vet_foreign_weights"].cost.high)


def test_notices_of_validate_leave_its_json_alone(here):
    done = sim("validate", "mine.yaml", "--focus", "IND", "--json", cwd=here)
    assert json.loads(done.stdout) == []
    assert "sim: mine.yaml: For some nations alone: tp_trusted_local_hosting" in done.stderr
    assert "sim: mine.yaml: Entered for some nations" in done.stderr
    assert sim("validate", "mine.yaml", "--focus", "IND", "--quiet", cwd=here).stderr == ""


def test_only_a_scenario_or_a_study_has_a_focus(here):
    assert sim("show", "study.yaml", "--focus", "IND", cwd=here).returncode == 0
    for name in ("tp_vet_foreign_weights", "Brazil"):
        done = sim("show", name, "--focus", "IND", cwd=here)
        assert done.returncode == 1
        assert "and only a scenario or a study has a focus (leave it out)" in done.stderr


def test_a_sweep_is_named_by_a_focus_only_where_it_is_used(here, undrawn):
    (here / "plain.yaml").write_text(
        STUDY.replace("mine.yaml", "rand_package").replace(
            "tp_vet_foreign_weights", "us_sme_open_adoption"
        ),
        encoding="utf-8",
    )

    def folder(study, *focus):
        return sim("sweep", study, "--runs", "2", "--quiet", *focus, cwd=here).stdout

    assert folder("plain.yaml") == folder("plain.yaml", "--focus", "IND")
    assert folder("study.yaml", "--focus", "BRA") != folder("study.yaml", "--focus", "IND")
    stated = STUDY + "set: {focus: BRA}\n"
    (here / "study.yaml").write_text(stated, encoding="utf-8")
    assert sim("validate", "study.yaml", cwd=here).returncode == 0
    assert folder("study.yaml") == folder("study.yaml", "--focus", "BRA")


def test_a_focus_does_not_vary(here):
    done = sim("sweep", "mine.yaml", "--vary", "focus=IND,BRA", cwd=here)
    assert done.returncode == 1
    assert "all points have one focus (run it once for each, with --focus)" in done.stderr


@pytest.mark.parametrize("name", levers.read())
def test_a_lever_is_shown_with_what_nations_do_to_it_and_to_its_cost(name):
    shown = catalogue.find(name)
    assert shown["cost_scale"] in {"fixed", "gdp", "developers"}
    alone = shown["with_nations"] == "an error: it acts on the world alone"
    assert alone == ("cost_with_nations" not in shown)
    if not alone:
        assert ("upper bound" in shown["cost_with_nations"]) == (shown["cost_scale"] == "fixed")


def test_a_comparison_ends_with_what_the_choices_are_to_the_focus(here):
    words = ("compare", "mine.yaml", "--until", "2030-08", "--runs", "4", "--no-sizes")
    two = ("--focus", "BRA,IND")
    done = sim(*words, *two, cwd=here)
    assert done.returncode == 0, done.stderr
    end = done.stdout[done.stdout.index("Seen from 2 nations, 2030-08: 4 runs") :]
    for text in ("on US models, %", "Chinese stop: kept, %", "at most ", "- change"):
        assert text in end
    assert "Under baseline, " in end
    assert "`" not in end
    said = json.loads(sim(*words, *two, "--json", cwd=here).stdout)["focus"]
    assert said["paragraph"].split() == end[end.index("Under baseline") :].split("\n\n")[0].split()
    (file,) = (here / "results" / "compare").glob("*/[0-9a-f]*/focus.csv")
    head, *rows = (line.split(",") for line in file.read_text().splitlines())
    assert len(rows) == len(said["table"]) == 20
    assert {row[head.index("nations")] for row in rows} == {"BRA;IND"}
    assert set(said["table"][0]) == set(head)
    page = html.unescape((file.parent / "report.html").read_text(encoding="utf-8"))
    for name in ("tp_trusted_local_hosting", "tp_vet_foreign_weights"):
        assert levers.read()[name].title in page[page.index("For some nations alone") :]
        assert name not in page


def test_a_choice_without_a_focus_is_refused_in_one_line(here):
    done = sim("compare", "back_us_open", "hedge", "--runs", "2", cwd=here)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "the scenario uses focus and has none (add --focus IND" in line
