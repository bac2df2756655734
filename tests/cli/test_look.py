"""Commands that look things up: list, show, validate, schema; and what is refused, and how.

They are called in the tests' own process; one test shows for every exit code that a process as a
user starts it says and returns the same.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from sim import version
from tests.cli import here
from tests.cli.conftest import REAL, ROOT, environment

KINDS = (
    "scenarios", "levers", "nations", "groups", "ecosystems", "metrics", "parameters", "drivers",
    "series", "observations", "sources", "studies", "responses",
)  # fmt: skip
GOOD = "extends: baseline\ntitle: Mine\n"
BAD = "extends: baseline\nlevers:\n  - {id: us_genesis_misison}\nparamters: {}\n"


@pytest.fixture
def look(tmp_path):
    """Run ``sim`` in this process, in an empty folder."""
    return lambda *words: here.sim(*words, cwd=tmp_path)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("show network", 0),
        ("list levers sanctoin --json", 0),
        ("validate bad.yaml", 1),
        ("run basline", 1),
        ("run --json basline", 1),
        ("run baseline --rnus 3", 2),
        ("run", 2),
        ("report --json nowhere", 3),
    ],
)
def test_a_process_says_and_returns_what_the_command_does_here(sim, look, tmp_path, words, code):
    (tmp_path / "bad.yaml").write_text(BAD)
    process, called = sim(*words.split()), look(*words.split())
    assert process.returncode == called.returncode == code
    assert process.stdout == called.stdout
    assert process.stderr == called.stderr
    assert process.stdout or process.stderr


@pytest.mark.parametrize("kind", ["levers", "drivers", "sources"])
def test_list_prints_one_line_a_row_and_one_value_in_json(look, kind):
    done = look("list", kind, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert {row["kind"] for row in rows} == {kind.removesuffix("s")}
    assert len(look("list", kind).stdout.splitlines()) == len(rows)


def test_list_alone_counts_what_there_is(look):
    rows = json.loads(look("list", "--json").stdout)
    assert [row["name"] for row in rows] == list(KINDS)
    assert all(row["count"] > 0 for row in rows)


def test_list_searches_by_word(look):
    names = look("list", "levers", "licence", "--quiet").stdout.split()
    assert "us_permissive_licence_incentive" in names
    both = look("list", "levers", "LICENCE", "china", "--quiet").stdout.split()
    assert both
    assert set(both) < set(names)


def test_a_search_without_a_hit_is_said_and_is_no_error(look):
    done = look("list", "levers", "sanctoin")
    said = "sim: no lever matches 'sanctoin'; try 'sanction'\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", said)
    done = look("list", "levers", "sanctoin", "--json")
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [], said)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("baseline", "scenario"),
        ("us_permissive_licence_incentive", "lever"),
        ("BRA", "nation"),
        ("network", "parameter"),
        ("S160", "source"),
        ("what_matters", "study"),
        ("deepseek_market_share", "series"),
    ],
)
def test_show_finds_what_has_the_name(look, name, kind):
    found = json.loads(look("show", name, "--json").stdout)
    assert found["kind"] == kind
    text = look("show", name)
    assert text.returncode == 0
    assert text.stdout.strip()


def test_show_tells_unit_range_and_source_of_a_parameter(look):
    found = json.loads(look("show", "network", "--json").stdout)
    assert (found["low"], found["default"], found["high"]) == (0.0, 0.8, 3.0)
    assert found["unit"]
    assert found["source"]
    assert found["status"] == "range"
    assert "posterior" not in found


def test_show_tells_the_posterior_of_a_fitted_parameter(look):
    found = json.loads(look("show", "leak", "--json").stdout)
    assert found["status"] == "fitted"
    drawn = [found["posterior"][name] for name in ("p05", "p50", "p95")]
    assert found["low"] <= drawn[0] < drawn[1] < drawn[2] <= found["high"]
    assert "posterior" in look("show", "leak").stdout


@pytest.mark.parametrize("name", ["us_nairr_scaleup", "us_choice_factor_research"])
def test_show_says_who_asked_for_a_lever(look, name):
    found = json.loads(look("show", name, "--json").stdout)
    assert found["asked_for_by"].startswith("RAND brief:")
    assert "seed" not in found


def test_show_reads_a_file(look, tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD)
    found = json.loads(look("show", "mine.yaml", "--json").stdout)
    assert (found["name"], found["title"]) == ("mine", "Mine")


def test_validate_reports_every_problem_of_every_file(look, tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    assert look("validate", "good.yaml").returncode == 0
    done = look("validate", "good.yaml", "bad.yaml", "--json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)
    keys = {"file", "line", "column", "path", "message", "hint"}
    assert all(set(problem) == keys for problem in problems)
    assert {(problem["file"], problem["line"]) for problem in problems} == {
        ("bad.yaml", 3),
        ("bad.yaml", 4),
    }
    text = look("validate", "bad.yaml")
    assert text.returncode == 1
    assert "bad.yaml:4" in text.stdout


def test_schema_is_one_json_value(look):
    assert "properties" in json.loads(look("schema").stdout)


def test_version(sim):
    assert sim("--version").stdout == f"sim {version.package()} (model {version.MODEL})\n"


def test_nothing_at_all_shows_the_help(sim):
    assert sim().stdout == sim("--help").stdout
    assert "run" in sim().stdout


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("show basline", 1, "did you mean 'baseline'?"),
        ("show awareness", 1, "nothing is named 'awareness' (sim list shows what there is)"),
        ("list leevers", 1, "did you mean 'levers'?"),
        ("list zzz", 1, "one of scenarios, levers, nations, groups"),
        ("validate nowhere.yaml", 1, ""),
        ("run basline", 1, "did you mean 'baseline'?"),
        ("run nowhere.yaml", 1, "nowhere.yaml"),
        ("run baseline --runs 0", 1, "--runs: runs 0 is outside"),
        ("run baseline --runs many", 1, "--runs"),
        ("run baseline --seed -1", 1, "--seed: "),
        ("run baseline --until 2022-13", 1, "--until: "),
        ("run baseline --nations atlantis", 1, "--nations: 'atlantis' is neither"),
        ("run baseline --nations BRA,ATL", 1, "--nations: the nation 'ATL'"),
        ("run baseline --set network=1", 1, "did you mean parameters.network?"),
        ("run baseline --set parameters.netwrok=1", 1, "network"),
        ("run baseline --set parameters.network=.nan", 1, "network"),
        ("run baseline --engine kernal", 1, "did you mean 'kernel'?"),
        ("run baseline --workers 0", 1, "workers"),
        ("rnu", 2, "No such command 'rnu'"),
        ("run baseline --rnus 3", 2, "No such option"),
        ("run", 2, "SCENARIO"),
        ("run baseline --runs", 2, "requires an argument"),
        ("show", 2, "NAME"),
        ("report", 2, "RESULT"),
        ("report nowhere", 3, "nowhere"),
    ],
)
def test_what_is_wrong_has_its_code_and_one_clear_message(look, tmp_path, words, code, message):
    done = look(*words.split())
    assert done.returncode == code, done.stderr
    said = done.stderr + (done.stdout if words.startswith("validate") else "")
    assert message in said
    assert "Traceback" not in said
    assert len(done.stderr.splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []
    command, *rest = words.split()
    told = look(command, "--json", *rest)
    assert told.returncode == code
    if told.stderr:
        error = json.loads(told.stderr)
        assert error["error"] in {"input", "usage", "failure"}
        assert error["problems"]


def test_a_reader_that_stops_reading_is_no_error(tmp_path):
    command = " ".join([*REAL, "list", "parameters"])
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1"],
        capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_the_module_and_the_command_are_one():
    # ``[project.scripts]`` points here.
    assert 'sim = "sim.cli:main"' in (ROOT / "pyproject.toml").read_text()
