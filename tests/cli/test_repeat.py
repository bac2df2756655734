"""``sim repeat``: every kind of result from its manifest alone, in another folder.

Where that takes seconds the command is called in the tests' own process, and else as a user starts
it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim as library
from sim.calibration.fit import Plan
from sim.study import saved
from sim.study.calibrate import calibrate
from sim.study.compare.packages import package
from sim.study.hindcast import hindcast
from sim.study.hypotheses.experiments import examine_all
from sim.study.manifest import renamed
from sim.study.seals import KINDS, over
from tests.cli import here as inside

TABLE = """\
iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point,groups
BRA,Brazil,latin_america_and_caribbean,7000000,0.85,21590,0.16,58,-0.3,mine
USA,United States,North America,4000000,0.9,80000,0.3,40,2.2,
XXA,Nowhere,Sub-Saharan Africa,1000,0.5,5000,0.1,60,-0.5,mine
"""

SCENARIO = """\
extends: baseline
title: A nation, a lever and a group of my own
nations: nations.csv
period: {end: 2026-12}
groups: {pair: [BRA, USA]}
own_levers:
  my_lever:
    title: Chinese services are hard to reach
    source: judgement
    effects:
      - {driver: access, op: multiply, low: -0.1, central: -0.2, high: -0.3,
         ecosystems: [cn_closed], ways: [maker], conversion: As it is said.}
levers:
  - {id: my_lever, strength: high, start: 2025-06}
  - {id: us_permissive_licence_incentive, strength: 0.5, start: 2025-06}
ensemble: {runs: 3, seed: 2}
"""

POLICIES = """\
scenario: mine.yaml
policies: [mine.yaml, other.yaml]
vary: {parameters.network: "uniform(0.2,1.6)", levers.my_lever.start: [2025-01, 2026-01]}
design: {kind: lhs, points: 3}
ensemble: {runs: 1, seed: 1}
outcomes: {metrics: [share.bloc_us, cost.public], groups: [world, pair]}
robust: {metric: share.bloc_us, threshold: 0.6}
"""

CLAIM = """\
scenario: mine
ensemble: {runs: 3}
hypothesis:
  id: H10
  claim: My lever takes developers from closed Chinese models.
  metric: share.cn_closed
  group: pair
  month: 2026-12
  smallest: 0.005
  arms:
    without: {levers: [{id: my_lever, strength: 0}]}
    with: {}
  measures: [{name: lever, terms: {with: 1, without: -1}, expect: negative}]
  switch:
    free: {parameters.network: 0.4}
    bound: {parameters.network: 1.2}
  judgement: All of it.
"""

LEVER = "us_permissive_licence_incentive"

SMALL = Plan(members=200, steps=1, until="2025-03")


def _package(out):
    levers = ["my_lever", LEVER]
    return package("mine.yaml", levers=levers, runs=2, out=out)


MAKERS = {
    "run": lambda out: library.run("mine.yaml", out=out),
    "sweep": lambda out: library.sweep(
        "mine.yaml", ["parameters.network=0.2:1.6:2", f"levers.{LEVER}.strength=0,1"],
        runs=2, overrides=["parameters.nest_dissimilarity=0.6"], out=out,
    ),
    "sensitivity": lambda out: library.sensitivity(
        "mine.yaml",
        ["parameters.network=uniform(0.2,1.6)", "parameters.nest_dissimilarity=uniform(0.4,0.8)"],
        design="morris", points=2, runs=1, out=out,
    ),
    "robust": lambda out: library.robust("policies.yaml", out=out),
    "comparison": lambda out: library.compare(
        "mine.yaml", runs=3, cost=True, each="levers", out=out,
    ),
    "package": _package,
    "hypotheses": lambda out: examine_all(["claim.yaml"], out=out),
    "calibration": lambda out: calibrate(SMALL, out=out),
    "hindcast": lambda out: hindcast(["2025-03"], plan=SMALL, out=out),
}  # fmt: skip


@pytest.fixture
def called(tmp_path):
    """Run ``sim`` in this process, in an empty folder."""
    return lambda *words: inside.sim(*words, cwd=tmp_path)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Return a folder with a user's files, of which results must not need any later."""
    folder = tmp_path_factory.mktemp("here")
    named = folder / "scenarios"  # arms of a claim extend a scenario by its name
    named.mkdir()
    for place in (folder, named):
        (place / "nations.csv").write_text(TABLE)
        (place / "mine.yaml").write_text(SCENARIO)
    (folder / "other.yaml").write_text(
        "extends: mine.yaml\nlevers: [{id: my_lever, strength: low, start: 2025-06}]\n"
    )
    (folder / "policies.yaml").write_text(POLICIES)
    (folder / "claim.yaml").write_text(CLAIM)
    return folder


def test_every_kind_of_result_has_a_case():
    assert set(MAKERS) == set(KINDS)


@pytest.mark.parametrize(
    "kind",
    [
        # Each of these is fitted twice.
        pytest.param(kind, marks=[pytest.mark.long] * (kind in {"calibration", "hindcast"}))
        for kind in KINDS
    ],
)
def test_a_result_is_made_again_to_the_byte_from_its_manifest_alone(
    request, called, sim, here, tmp_path, monkeypatch, kind
):
    drawn = kind in {"run", "calibration", "hindcast"}  # made again as a user starts it
    if not drawn:  # the pages of the others are made in other tests
        request.getfixturevalue("undrawn")
    monkeypatch.chdir(here)
    made = MAKERS[kind](Path("out"))
    first = here / made.folder
    # Asked for once more, it is read.
    known = MAKERS[kind](Path("out"))
    assert known.unchanged
    assert not made.unchanged
    assert known.hash == made.hash
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(first / "manifest.json", alone)
    repeat = sim if drawn else called
    done = repeat("repeat", alone, "--out", "again", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.keys() == {"kind", "hash", "folder"}
    assert (told["kind"], told["hash"]) == (kind, made.hash)
    again = tmp_path / told["folder"]
    seals = json.loads((first / "manifest.json").read_text())["seals"]
    assert seals
    for name in seals:
        assert (again / name).read_bytes() == (first / name).read_bytes(), name
    one, other = (json.loads((f / "manifest.json").read_text()) for f in (first, again))
    one.pop("made")
    other.pop("made")
    assert one == other
    assert {file.name for file in again.iterdir()} == {file.name for file in first.iterdir()}
    assert saved.read(again).hash == made.hash
    if kind == "run":
        once_more = called("repeat", alone, "--out", "again")
        assert "(unchanged, kept from " in once_more.stdout


@pytest.fixture(scope="module")
def run_of(here):
    """Return the folder of a run that keeps everything."""
    return library.run(here / "mine.yaml", out=here / "full", full=True).folder


def test_a_full_run_is_made_again_full(called, undrawn, run_of, tmp_path):
    done = called("repeat", run_of, "--out", tmp_path / "again", "--quiet")
    assert done.returncode == 0, done.stderr
    again = Path(done.stdout.strip())
    for table in run_of.glob("*.parquet"):
        assert (again / table.name).read_bytes() == table.read_bytes()


def test_a_result_that_keeps_less_will_not_do_and_one_that_keeps_more_will(here, run_of, tmp_path):
    short = library.run(here / "mine.yaml", out=tmp_path)
    less = tmp_path / "less"
    shutil.copytree(short.folder, less)
    again = library.repeat(run_of, out=tmp_path)
    assert again.full
    assert not again.unchanged
    kept = library.repeat(less, out=tmp_path)
    assert kept.full
    assert kept.unchanged


def test_the_effect_against_the_reference_is_made_again(called, undrawn, tmp_path):
    words = ("run", "rand_package", "--runs", 2, "--until", "2027-03", "--nations", "BRA,USA")
    first = tmp_path / json.loads(called(*words, "--json").stdout)["folder"]
    again = tmp_path / called("repeat", first, "--out", "again", "--quiet").stdout.strip()
    table = (first / "against.csv").read_bytes()
    assert (again / "against.csv").read_bytes() == table


def _edit(folder, run_of, change):
    """Write a manifest that is sound in itself and says something else."""
    known = json.loads((run_of / "manifest.json").read_text())
    if change is not None:
        change(known)
    known["hash"], known["sealed"] = renamed(known), over(known["seals"])
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(known))
    return folder


OTHERS = {
    "another model": (
        lambda known: known.update(model_version=2), "its model version is 2, here it is ",
    ),
    "other facts": (
        lambda known: known.update(evidence_hash="0" * 64),
        "facts, parameters or draws of the calibration have changed: their hash is 000000000000",
    ),
    "another lever": (
        lambda known: known["used"]["levers"][LEVER].update(ramp_months=99),
        f"the lever {LEVER} has changed",
    ),
    "a lever that is gone": (
        lambda known: known["used"]["levers"].update(gone=known["used"]["levers"].pop(LEVER)),
        "the lever gone is gone",
    ),
    "another table": (
        lambda known: known["seals"].update({"runs.parquet": "1" * 64}),
        "comes out otherwise here: runs.parquet",
    ),
    "another package": (
        lambda known: (
            known["versions"].update(numpy="1.0"),
            known["seals"].update({"curves.csv": "1" * 64}),
        ),
        "comes out otherwise here: curves.csv, with numpy ",
    ),
    "an edited question": (None, "was edited"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_what_differs_is_named_with_exit_3_and_nothing_is_written(called, run_of, tmp_path, case):
    change, said = OTHERS[case]
    folder = _edit(tmp_path / "alone", run_of, change)
    if change is None:
        text = (folder / "manifest.json").read_text()
        (folder / "manifest.json").write_text(text.replace('"seed": 2', '"seed": 3'))
    done = called("repeat", folder, "--out", "again")
    assert done.returncode == 3
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list((tmp_path / "again").rglob("manifest.json"))


METRIC = """\
import sim

@sim.metric("my_share", unit="fraction", title="A share of my own")
def my_share(month):
    return month.share[:, 0]
"""


def test_a_metric_of_ones_own_is_asked_for_by_its_file(sim, tmp_path):
    # In processes: a metric stays known in the one that has read it.
    (tmp_path / "open.py").write_text(METRIC)
    words = ("run", "baseline", "--runs", 2, "--until", "2024-12", "--nations", "BRA,USA")
    made = sim(*words, "--metrics", "open.py", "--quiet")
    assert made.returncode == 0, made.stderr
    folder = tmp_path / made.stdout.strip()
    without = sim("repeat", folder, "--out", "again")
    assert without.returncode == 3
    assert "the metric my_share is not known here (--metrics open.py adds it)" in without.stderr
    again = sim("repeat", folder, "--out", "again", "--metrics", "open.py", "--quiet")
    assert again.returncode == 0, again.stderr
    table = "outcomes.parquet"
    assert (tmp_path / again.stdout.strip() / table).read_bytes() == (folder / table).read_bytes()
    (tmp_path / "open.py").write_text(METRIC.replace("0]", "1]"))
    other = sim("repeat", folder, "--out", "third", "--metrics", "open.py")
    assert other.returncode == 3
    assert "the metric my_share is computed otherwise by open.py" in other.stderr
    assert not (tmp_path / "third").exists()


def test_no_folder_and_no_result_exit_3(called, tmp_path):
    assert "there is no folder" in called("repeat", "nowhere").stderr
    assert called("repeat", tmp_path).returncode == 3


def test_a_damaged_result_is_made_again_and_that_is_said(called, undrawn, tmp_path):
    words = ("sweep", "baseline", "--vary", "parameters.network=0.4,1.2", "--runs", 1,
             "--until", "2024-12", "--nations", "BRA,USA")  # fmt: skip
    folder = tmp_path / called(*words, "--quiet").stdout.strip()
    kept = called(*words)
    assert "(unchanged, kept from " in kept.stdout
    assert "unchanged" in json.loads(called(*words, "--json").stdout)
    table = folder / "outcomes.parquet"
    sound = table.read_bytes()
    table.write_bytes(sound[:-9])
    done = called(*words)
    assert done.returncode == 0
    assert "outcomes.parquet is not the table that was written; it is made again" in done.stderr
    assert "kept from" not in done.stdout
    assert table.read_bytes() == sound


def test_from_python_nothing_is_written_unless_it_is_asked_for(here, run_of):
    result = library.Result.read(run_of)
    again = library.repeat(result)
    assert again.folder is None
    assert again.outcomes.equals(result.outcomes)
    assert library.repeat(run_of, out=here / "full").unchanged
