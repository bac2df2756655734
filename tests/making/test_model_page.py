"""The model description names what the code has, all of it, and nothing else."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest

from making import pages, streams, tables
from sim import evidence
from sim.ensemble import runner
from sim.evidence.nations import Constants
from sim.metrics.registry import every
from sim.scenario import Effect, Scenario, futures, levers, names
from sim.scenario.drivers import Drivers, Effects, EntrySize, Facts, Schedule, vocabulary
from sim.scenario.entry import LeverEntry
from sim.scenario.triggers import Condition
from sim.world.in_force import InForce
from sim.world.rows import SWITCHES
from sim.world.state import State

ROOT = pages.ROOT
TEXT = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
SUBMODELS = TEXT.split("\n## 7 ")[1].split("\n## 8 ")[0]
PROSE = re.sub(r"<!-- made: .*?<!-- end -->", "", TEXT, flags=re.DOTALL)
_BLOCK = re.compile(r"```text\n(.*?)```", re.DOTALL)
CODE = {" ".join(span.split()) for span in re.findall(r"`([^`]+)`", _BLOCK.sub("", PROSE))}
FORMULAS = "\n".join([*CODE, *_BLOCK.findall(PROSE)])
PARAMETERS = evidence.load().parameters

_LIKE_A_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+(\.[a-z_]+)?")
"""What looks like the name of a parameter, a driver or a field: words with underscores."""

_OTHER = re.compile(r"_[a-z]$|\.(csv|md|py|yaml)$")
"""Symbols of the equations end in an index of one letter; files are looked for on their own."""


def rules():
    """Yield file and name of every compiled rule."""
    for file in sorted((ROOT / "sim" / "world" / "rules").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield file.stem, node.name


RULES = list(rules())


def cited(name, text=TEXT):
    return f"`{name}`" in text


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.path)
def test_a_parameter_stands_in_the_table_and_in_the_words(row):
    assert cited(row.path)
    assert re.search(rf"\b{row.name}\b", FORMULAS), f"nothing says what {row.name} does"


@pytest.mark.parametrize("name", [*State._fields, *Facts._fields, *vocabulary(), *streams.PURPOSE])
def test_a_field_a_driver_or_a_stream_stands_on_the_page(name):
    assert cited(name)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_explained_beside_its_table(name):
    assert name in CODE


@pytest.mark.parametrize(("file", "name"), RULES)
def test_a_rule_is_named_in_its_submodel(file, name):
    assert cited(name, SUBMODELS)
    assert f"<!-- made: rules {file} -->" in SUBMODELS


def test_a_rule_that_is_not_there_would_be_noticed():
    assert len(RULES) > 30
    assert not cited("no_such_rule", SUBMODELS)


def known():
    """Return everything that a name in backticks may mean."""
    room = evidence.load()
    ids = tuple(ecosystem.id for ecosystem in room.ecosystems)
    kinds = (State, InForce, Facts, Effects, Schedule)
    return {
        *(row.path for row in PARAMETERS),
        *(row.name for row in PARAMETERS),
        *Constants.__dataclass_fields__,
        *vocabulary(),
        *(field for kind in kinds for field in kind._fields),
        *Drivers.__dataclass_fields__,
        *EntrySize.__dataclass_fields__,
        *ids,
        *room.nations.groups,
        *(metric.name for metric in every(ids)),
        *levers.read(),
        *(scenario.name for scenario in names()),
        *(name for _, name in RULES),
        *Scenario.known_keys(),
        *LeverEntry.known_keys(),
        *futures.FUTURES,
        *levers.Lever.known_keys(),
        *Effect.known_keys(),
        *Condition.known_keys(),
    }


def test_every_name_in_the_words_exists():
    named = {word for word in CODE if _LIKE_A_NAME.fullmatch(word) and not _OTHER.search(word)}
    assert len(named) > 50
    assert named <= known(), sorted(named - known())


def test_files_that_are_named_exist():
    files = {word for word in CODE if word.endswith((".csv", ".py", ".md", ".yaml"))}
    there = {path.name for path in ROOT.rglob("*") if ".venv" not in path.parts}
    assert {Path(file).name for file in files} <= there


def test_sources_that_are_named_exist():
    named = set(re.findall(r"\b[ST]\d{3}[A-Z]?\b", PROSE)) | {"BASS_META"}
    assert named <= set(evidence.load().sources)


def test_defaults_that_the_words_repeat_are_those_of_the_table():
    row = next(line for line in TEXT.splitlines() if line.startswith("| wide priors"))
    said = dict(re.findall(r"`([a-z_.]+)` ([\d.]+)", row))
    assert len(said) == 4
    defaults = {row.path: row.default for row in evidence.load().parameters}
    for path, value in said.items():
        assert float(value) == defaults[path]


def test_the_schedule_is_the_code_s():
    """The steps of section 3 are in the order in which the kernel calls them."""
    tree = ast.parse((ROOT / "sim" / "world" / "kernel.py").read_text(encoding="utf-8"))
    kernel = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Kernel")
    run = next(n for n in kernel.body if isinstance(n, ast.FunctionDef) and n.name == "run")
    steps = {"begin", "perceive", "review", "decide", "observe", "finish", "note"}
    calls = [n for n in ast.walk(run) if isinstance(n, ast.Call)]
    calls = [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr in steps]
    calls.sort(key=lambda call: call.lineno)
    assert [call.func.attr for call in calls] == [
        "begin", "perceive", "review", "decide", "observe", "finish", "note",
    ]  # fmt: skip
    section = TEXT.split("\n## 3 ")[1].split("\n## 4 ")[0]
    steps = re.findall(r"^\d\. \*\*(.+?)\*\*", section, re.MULTILINE)
    assert steps == [
        "World, before the nations.",
        "Each nation perceives.",
        "Each government reviews",
        "Each nation decides.",
        "Users of routers choose",
        "Views",
        "World, after the nations.",
        "Signs are read",
    ]
    last = ast.unparse(run.body[-1]).splitlines()[-1].strip()
    assert last == "triggers.read(t, self.block, self.record)"


def test_the_table_of_constants_reads_the_code():
    assert f"| LANES | {runner.LANES} |" in tables.constants()


def test_every_operation_belongs_to_a_step_and_its_formulas_are_sound():
    with (ROOT / "docs" / "operations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    steps = {row["step"] for row in rows}
    assert steps == {
        "once", "1 supply", "2 capability", "3 attention", "4 stance", "5 uptake", "6 choice",
        "7 record",
    }  # fmt: skip
    assert all(row["what"] and row["times"] for row in rows)
