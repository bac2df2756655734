"""The pages on scenario files, results and decisions are complete."""

from __future__ import annotations

import re
import tomllib

import pytest

from making import pages
from sim.cli.app import app
from sim.evidence import user_table
from sim.scenario import distribution, paths
from sim.scenario.document import Ensemble, Scenario
from sim.scenario.drivers import OPERATIONS
from sim.scenario.entry import LeverEntry
from sim.scenario.lever_effect import SELECTORS, Effect
from sim.scenario.levers import Lever
from sim.study.result import TABLES

ROOT = pages.ROOT
FILES, RESULTS, DECISIONS, FRONT, TUTORIAL = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in (
        "docs/scenario-files.md",
        "docs/results.md",
        "docs/decisions.md",
        "README.md",
        "docs/tutorial.md",
    )
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIRED = [
    re.match(r"[\w.-]+", line)[0]
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
]
KEYS = {
    *Scenario.known_keys(), *LeverEntry.known_keys(), *Ensemble.known_keys(),
    *Lever.known_keys(), *Effect.known_keys(),
    *SELECTORS, *OPERATIONS, *distribution.KEYS, *user_table.COLUMNS, *user_table.OPTIONAL,
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(KEYS))
def test_the_page_on_scenario_files_names_every_key(key):
    assert f"`{key}`" in FILES


@pytest.mark.parametrize("head", paths._HEADS)
def test_it_names_every_path_that_may_be_set(head):
    said = FILES.split("## Changing one value")[1].split("\n## ")[0]
    assert re.search(rf"`{head}[.`]", said)


@pytest.mark.parametrize("name", [*TABLES, "manifest.json", "report.html"])
def test_the_page_on_results_names_every_file(name):
    file = name if "." in name else f"{name}.parquet"
    assert f"`{file}`" in RESULTS


@pytest.mark.parametrize("name", REQUIRED)
def test_a_dependency_has_its_licence_and_its_reason(name):
    rows = [line.split(" | ") for line in DECISIONS.splitlines() if f"| `{name}` |" in line]
    ((_, licence, reason),) = rows
    assert re.search(r"MIT|BSD|Apache|MPL|PSF", licence)
    assert len(reason) > 8


def test_no_dependency_is_listed_that_is_gone():
    listed = re.findall(r"^\| `([\w.-]+)` \|", DECISIONS, re.MULTILINE)
    assert sorted(listed) == sorted(REQUIRED)


def test_the_front_page_advertises_only_commands_that_exist():
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    named = set(re.findall(r"(?:`|\$ )sim ([a-z]+)", FRONT + TUTORIAL + FILES + RESULTS))
    assert {"run", "list", "show", "validate"} <= named
    assert named <= known


def test_the_first_screen_asks_shows_and_says_what_was_lost():
    head = FRONT.split("\n## ")[0]
    assert len(head.splitlines()) <= 40
    assert "how sure can one be?" in head
    assert "$ sim compare rand_package" in head
    assert "<!-- made: hindcast -->" in head
    assert len(FRONT.splitlines()) <= 150


def test_make_targets_that_pages_name_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for text in (FRONT, TUTORIAL, FILES, RESULTS, DECISIONS):
        for target in re.findall(r"`make ([a-z]+)`", text):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
