"""How many files it takes to add something: each test edits a copy and uses what it added."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import evidence
from sim.scenario import drivers, levers

ROOT = Path(sim.__file__).parent


def append(file: Path, row: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(row + "\n")


def test_a_lever_takes_a_row_in_each_of_two_tables(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(drivers.DATA, folder)
    append(
        folder / "levers.csv",
        "tp_new,third_party,A new lever,Made up,hypothetical,0,0,1,2,3,public outlay,fixed,,"
        "1,2,3,units,0,0.5,judgement,Nothing beside.,",
    )
    append(
        folder / "lever_effects.csv",
        "tp_new,main,pull,add,0.1,0.2,0.3,,cn_open,,,,,,,Judged.,judgement",
    )
    lever = levers.read(folder)["tp_new"]
    assert lever.cost.sizes == (1.0, 2.0, 3.0)
    assert lever.effects[0].ecosystems == ("cn_open",)


ASKED = """
import numpy as np
from sim.scenario import compile, json_schema, load
from sim.scenario.drivers import WORLD_FAMILIES, world_offsets
from sim.world.rows import FIRST, W

effect = {"driver": "grid", "op": "add", "low": 1, "central": 2, "high": 3, "pools": "china",
          "conversion": "Judged."}
own = {"more": {"title": "More", "source": "judgement", "effects": [effect]}}
compiled = compile(load({"extends": "baseline", "own_levers": own, "nations": ["BRA"],
                         "levers": [{"id": "more", "strength": 1, "start": "2027-01"}]}))
first = int(world_offsets(7)[WORLD_FAMILIES.index("grid")])
assert W.grid == first < FIRST, "the families by ecosystem come last"
cells = slice(first, first + 3)
assert (compiled.facts.world[:, cells] == 5.0).all()
assert list(np.diff(compiled.effects.world_start)[cells]) == [0, 1, 0]
assert "grid" in str(json_schema())
"""


def copied(folder: Path) -> Path:
    """Copy the package and the scenarios, and return the copy of the package."""
    shutil.copytree(ROOT, folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT.parent / "scenarios", folder / "scenarios")
    return folder / "sim"


def run_in(folder: Path, code: str) -> None:
    """Run code in a copy; whatever it asserts must hold there."""
    env = os.environ | {"PYTHONPATH": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_a_driver_of_the_world_takes_a_row_and_a_rule(tmp_path):
    """The row alone gives it cells, bounds, a name in the rules, and levers that move it."""
    data = copied(tmp_path) / "scenario" / "data"
    append(data / "drivers.csv", 'grid,world,pool,GW,5,0,100,"power for compute in a pool"')
    run_in(tmp_path, ASKED)


COLUMN = """
from pathlib import Path
from sim import evidence
from sim.errors import InputError

known = evidence.load().nations
assert known.tourism[known.index("BRA")] == 7.0
head = "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point,tourism"
row = "Brazil,latin_america_and_caribbean,7000000,0.85,21590,0.16,58,-0.3"
Path("mine.csv").write_text(f"{head}\\nBRA,{row},\\nXXA,{row},9\\nXXB,{row},\\n")
mine = evidence.user_nations("mine.csv").tourism.tolist()
assert mine == [7.0, 9.0, known.constants.english_mean]
Path("mine.csv").write_text(f"{head}\\nBRA,{row},200\\n")
try:
    evidence.user_nations("mine.csv")
except InputError as error:
    assert "(percent)" in str(error)
else:
    raise AssertionError("out of bounds")
"""


@pytest.mark.slow
def test_a_column_of_nations_takes_its_row_its_values_and_a_field(tmp_path):
    room = copied(tmp_path) / "evidence"
    append(room / "nation_columns.csv", "tourism,tourism,percent,0,100,0,english_mean,")
    for code in evidence.load().nations.iso3:
        row = f"{code},tourism,7,percent,2025,judgement,judgement,"
        append(room / "data" / "nation_values.csv", row)
    code = (room / "nations.py").read_text(encoding="utf-8")
    code = code.replace("    english: Floats\n", "    english: Floats\n    tourism: Floats\n")
    (room / "nations.py").write_text(code, encoding="utf-8")
    run_in(tmp_path, COLUMN)


WHY = "-,2024-03,judgement,judgement,made up"
ECOSYSTEM = {
    "evidence/data/ecosystems.csv": f"eu_closed,European closed,eu,closed,1,0,0,0,{WHY}\n",
    "evidence/data/parameters.csv": (
        "lag,eu_closed,,Lag,lag_k,months,9,5,15,triangular,range,judgement,,Made up.\n"
        "release_rate,eu_closed,,Rate,-,per month,0.2,0.1,0.3,triangular,range,judgement,,Too.\n"
    ),
    "evidence/data/releases.csv": f"eu_closed,Made-up 1,2024-03-01,120,,1,{WHY}\n",
    "evidence/data/prices.csv": f"eu_closed,Made-up 1,maker,2024-03-01,2,6,{WHY}\n",
    "evidence/data/access_rules.csv": f"eu_closed,maker,world,2024-03,,set,0.9,{WHY}\n",
    "report/looks.csv": "eu_closed,European closed,#0b5c49,\n",
}
"""Rows of an ecosystem by table; a calibration would say what its parameters are worth."""

DRIVER = {
    "scenario/data/drivers.csv": 'grid,world,pool,fraction,1,0,1,"chips with power in a pool"\n',
    "world/rules/supply.py": (
        "* keep + home\n",
        "* keep + home * cells[W.grid + CHINA, l]\n",
    ),
}
"""A driver of the world, and the rule that reads it."""

FACT = {
    "evidence/data/parameters.csv": (
        "crowd_pull,,,Crowd,-,utils,0,-1,1,fixed,value,judgement,,Made up.\n"
    ),
    "scenario/drivers.py": (
        "    routed: Floats",
        "    crowd: Floats  # [I] logarithm of people\n    routed: Floats",
    ),
    "scenario/facts.py": (
        '        "routed": own(',
        '        "crowd": own(np.log(nations.population)),\n        "routed": own(',
    ),
    "world/likings.py": (
        "    likes += of_language(f, p)\n",
        (
            "    likes += of_language(f, p)\n"
            "    likes += p[P.crowd_pull] * f.crowd[:, None, None] * f.pulled[:, None]\n"
        ),
    ),
}
"""A fact of nations and the parameter that says what it is worth; a fact that is in no table yet
takes the three places of a column of nations too."""


def edit(package: Path, edits: dict[str, str | tuple[str, str]]) -> None:
    """Put rows at the end of tables, and a text in the place of another in code."""
    for name, change in edits.items():
        text = (package / name).read_text(encoding="utf-8")
        if isinstance(change, tuple):
            assert text.count(change[0]) == 1, (name, change)
            text = text.replace(*change)
        else:
            text += change
        (package / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Copy the package and add an ecosystem, a driver, a fact and a parameter; compiled once."""
    folder = tmp_path_factory.mktemp("grown")
    package = copied(folder)
    for edits in (ECOSYSTEM, DRIVER, FACT):
        edit(package, edits)
    (folder / "tests" / "world").mkdir(parents=True)
    for name in ("test_engines.py", "worlds.py"):
        shutil.copy2(ROOT.parent / "tests" / "world" / name, folder / "tests" / "world" / name)
    return folder


BOTH_ENGINES = """
import numpy as np
from sim.scenario import compile, load
from tests.world.test_engines import kernel_run, mesa_run, require_equal


def both(**more):
    document = {"extends": "rand_package", "nations": ["CHN", "FRA", "IND", "USA"], **more}
    drivers = compile(load(document, [("period.end", "2027-06")]))
    ours = kernel_run(drivers, 1, [3, 5])
    require_equal(ours, mesa_run(drivers, 1, 5), 1, 2)
    return drivers, ours[0]


drivers, state = both()
"""


@pytest.mark.long
def test_an_ecosystem_takes_rows_of_tables_and_both_engines_agree_on_it(grown):
    assert {Path(name).suffix for name in ECOSYSTEM} == {".csv"}
    run_in(
        grown,
        BOTH_ENGINES
        + """
import sim
from sim.evidence import load as known
from sim.evidence.checks import check
from sim.report import style

assert check(known()) == []
assert drivers.ecosystems[-1] == "eu_closed"
share = state.national[:, -1]
assert ((share > 0.0) & (share < 0.5)).all()
shown = sim.run("baseline", runs=2, nations=["FRA", "USA"], until="2026-12")
assert 0.0 < shown.share("world", "2026-12")["mean"]["eu_closed"] < 0.5
assert [name for name, of in style.LAYERS.items() if "eu_closed" in of] == ["European"]
""",
    )


@pytest.mark.long
def test_a_driver_of_the_world_and_its_rule_take_two_files(grown):
    assert len(DRIVER) == 2, "and one more where the evidence tells its history"
    run_in(
        grown,
        BOTH_ENGINES
        + """
effect = {"driver": "grid", "op": "multiply", "low": -0.1, "central": -0.5, "high": -1,
          "pools": "china", "conversion": "Judged."}
dark = {"title": "Dark", "source": "judgement", "effects": [effect]}
entry = {"id": "dark", "strength": 1, "start": "2025-01"}
_, without = both(own_levers={"dark": dark}, levers=[entry])
_, withal = both(levers=[])
moved = withal.compute - without.compute
assert (moved[1, 1] > 0.0).all(), "Chinese chips in China have no power"
""",
    )


@pytest.mark.long
def test_a_fact_with_a_parameter_takes_four_files(grown):
    assert len(FACT) == 4
    run_in(
        grown,
        BOTH_ENGINES
        + """
assert drivers.facts.crowd.shape == (4,)
_, pulled = both(parameters={"crowd_pull": 0.1})
incumbent = int(np.flatnonzero(drivers.facts.pulled)[0])
assert (pulled.national[1:, incumbent] > state.national[1:, incumbent]).all()
""",
    )
