"""Sweeps: their numbers are those of single runs, whoever computes them and however often."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import threading
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.ensemble import blocks, tasks
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.store import Store, write_whole
from sim.ensemble.swept import OUTCOMES
from sim.errors import InputError, RunError, StoreError
from sim.metrics import registry as metrics
from sim.study import saved
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.study import of_options
from sim.study.sweeps.sweep import sweep
from tests.strategies import ECOSYSTEMS
from tests.study.sweeps.conftest import KEPT, SMALL, VARY

pytestmark = pytest.mark.usefixtures("undrawn")


def seal(done):
    return hashlib.sha256((done.folder / OUTCOMES).read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def finished(tmp_path_factory, small):
    return sweep(small, out=tmp_path_factory.mktemp("sweep"))


def test_the_files_are_those_of_the_contract(finished):
    assert list(finished.design.columns) == ["point", *(v.split("=")[0] for v in VARY)]
    assert list(finished.outcomes.columns) == [
        "point", "run", "metric", "group", "month", "value", "unit",
    ]  # fmt: skip
    assert len(finished.design) == 15
    rows = finished.outcomes
    assert not rows["value"].isna().any()
    assert rows.groupby("point", observed=True)["run"].nunique().eq(30).all()
    assert set(rows["metric"].unique()) == set(KEPT.metrics)
    assert (finished.folder.parent / "latest").resolve() == finished.folder.resolve()
    assert finished.failures.empty
    assert finished.asked["points"] == 15


@pytest.mark.parametrize("point", [0, 4, 14])
def test_a_point_has_the_numbers_of_a_run_of_its_own_to_the_bit(finished, point):
    row = finished.design.loc[point]
    paths = [(path, row[path]) for path in finished.design.columns[1:]]
    alone = sim.run(sim.load(SMALL, paths), runs=30, seed=7).outcomes
    keys = ["run", "metric", "group", "month"]
    mine = finished.outcomes.query("point == @point").set_index(keys)["value"].sort_index()
    other = alone.set_index(keys)["value"].sort_index()
    other = other[other.index.isin(mine.index)]
    assert len(other) == len(mine) > 0
    assert np.array_equal(mine.to_numpy(), other.to_numpy())


def test_entries_of_one_lever_for_nations_apart_are_varied_together_as_in_runs():
    """Which of them moves the world depends on their ramps alone, since all have one strength."""
    lever = "cn_service_accessibility"
    weak = {"id": lever, "strength": 0.2, "start": "2026-11", "nations": ["KEN"]}
    late = {"id": lever, "strength": 0.9, "start": "2027-05", "nations": ["BRA"]}
    given = SMALL | {"levers": [weak, late]}
    levels, path = (0.3, 0.8), f"levers.{lever}.strength"
    wanted = Outcomes(("share.cn_open", "cost.public"), ("world",), "end")
    study = of_options(given, (f"{path}=0.3,0.8",), runs=6, seed=7, outcomes=wanted)
    swept = sweep(study).outcomes
    for point, level in enumerate(levels):
        alone = sim.run(sim.load(given, [(path, level)]), runs=6, seed=7).outcomes
        for metric in wanted.metrics:
            mine, other = (
                table[(table["metric"] == metric) & (table["group"] == "world")]
                for table in (swept[swept["point"] == point], alone)
            )
            last = other[other["month"] == other["month"].max()] if len(other) > 6 else other
            assert np.array_equal(mine["value"].to_numpy(), last["value"].to_numpy()), metric


@pytest.fixture
def cn_above():
    """Add the months until the Chinese bloc has more than a share."""

    @metrics.metric("cn_above.months", unit="months", span="first")
    def above(month):
        return month.of_bloc(1) > 0.08

    yield
    metrics.forget("cn_above.months")


@pytest.mark.parametrize("when", ["yearly", "end"])
def test_every_metric_is_the_same_in_a_sweep_as_in_a_run(when, cn_above):
    """A metric of a first month too, also one that this code has never met."""
    names = tuple(m.name for m in metrics.every(ECOSYSTEMS) if m.kept != "where named")
    wanted = Outcomes(names, ("world", "global_south"), when)
    study = of_options(SMALL, ("parameters.network=0.5",), runs=12, seed=7, outcomes=wanted)
    swept = sweep(study).outcomes
    alone = sim.run(sim.load(SMALL, [("parameters.network", 0.5)]), runs=12, seed=7).outcomes
    keys = ["metric", "group", "month", "run"]
    one, other = (
        table.astype({"metric": str, "group": str, "month": str}).set_index(keys)["value"]
        for table in (swept, alone)
    )
    assert set(one.index.get_level_values("metric")) == set(names)
    assert one.loc["cn_above.months"].nunique() > 3
    pd.testing.assert_series_equal(one, other.loc[one.index], check_exact=True)


def test_use_of_a_year_is_measured_where_a_study_names_it():
    study = of_options(SMALL, (VARY[0],), runs=2, seed=7, outcomes=Outcomes((), ("world",), "end"))
    measured = set(sweep(study).outcomes["metric"])
    assert "share.bloc_cn" in measured
    assert not [name for name in measured if name.startswith(("used.", "only.", "both."))]


def test_points_have_common_random_numbers(finished):
    """Strength nought at one network is the same replicate as strength one, but for the lever."""
    rows = finished.outcomes.query("metric == 'share.bloc_us' and group == 'world'")
    last = rows[rows["month"] == rows["month"].max()]
    wide = last.pivot_table(index="run", columns="point", values="value", observed=True)
    assert wide[0].corr(wide[2]) > 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "cluster"), [(2, None), (3, None)])
def test_workers_change_no_byte(finished, small, tmp_path, workers, cluster):
    assert seal(sweep(small, out=tmp_path, workers=workers, cluster=cluster)) == seal(finished)


def test_mesa_gives_the_same_numbers(finished, tmp_path):
    study = of_options(SMALL, (VARY[0],), runs=2, seed=7, outcomes=KEPT)
    one, other = (
        sweep(study, out=tmp_path / engine, engine=engine).outcomes for engine in ("kernel", "mesa")
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_what_is_finished_is_not_run_again(small, tmp_path, monkeypatch):
    first = sweep(small, out=tmp_path)
    monkeypatch.setattr(blocks, "run_part", lambda *_: pytest.fail("ran again"))
    assert seal(sweep(small, out=tmp_path)) == seal(first)


def test_an_interrupted_sweep_goes_on(small, finished, tmp_path, monkeypatch):
    real, left = blocks.run_part, [1]

    def until_interrupted(jobs, part):
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return real(jobs, part)

    monkeypatch.setattr(blocks, "run_part", until_interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(small, out=tmp_path)
    monkeypatch.setattr(blocks, "run_part", real)
    done = []
    again = sweep(small, out=tmp_path, progress=lambda *at: done.append(at))
    assert done[0][0] == tasks.TASK_RUNS
    assert done[-1] == (450, 450, 0)
    assert seal(again) == seal(finished)


@given(place=st.integers(0, 10_000), byte=st.integers(1, 255), cut=st.booleans())
@settings(max_examples=8)
def test_a_damaged_shard_is_found_set_aside_and_redone(finished, small, place, byte, cut):
    shards = sorted((finished.folder.parents[1] / "shards").glob("*.parquet"))
    file = shards[place % len(shards)]
    content = bytearray(file.read_bytes())
    if cut:
        content = content[: place % len(content)]
    else:
        content[place % len(content)] ^= byte
    file.write_bytes(content)
    before = seal(finished)
    shutil.rmtree(finished.folder)  # else it would be read, and no shard looked at
    again = sweep(small, out=finished.folder.parents[2])
    assert [aside.stem for aside in again.damaged] == [file.stem]
    assert seal(again) == before
    again.damaged[0].unlink()


def test_two_sweeps_on_one_store_do_no_harm(small, finished, tmp_path):
    results = []
    pair = [threading.Thread(target=lambda: results.append(sweep(small, out=tmp_path)))
            for _ in range(2)]  # fmt: skip
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert [seal(done) for done in results] == [seal(finished)] * 2


def test_a_point_that_fails_is_a_row_with_the_reason(tmp_path):
    """A lever that would end before it starts, at some of the points."""
    levers = [
        {"id": "us_nairr_scaleup", "strength": 1, "start": "2026-10", "end": "2027-06"},
    ]
    base = SMALL | {"extends": "baseline", "levers": levers}
    study = of_options(
        base, ("levers.us_nairr_scaleup.start=2026-12,2028-01",), runs=3, seed=1, outcomes=KEPT
    )
    done = sweep(study, out=tmp_path)
    assert done.failures["point"].tolist() == [1]
    assert "end 2027-06 is before start 2028-01" in done.failures["reason"][0]
    assert set(done.outcomes["point"]) == {0}
    assert not done.outcomes["value"].isna().any()


@pytest.mark.parametrize(("when", "shown"), [("yearly", "2023-12"), ("end", "2024-08")])
def test_each_point_has_its_own_months_and_the_figure_those_of_all(tmp_path, when, shown):
    ends, wanted = ("2024-06", "2024-08"), dataclasses.replace(KEPT, months=when)
    study = of_options(SMALL, (f"period.end={','.join(ends)}",), runs=2, seed=7, outcomes=wanted)
    done = sweep(study, out=tmp_path)
    for point, end in enumerate(ends):
        mine = done.outcomes[done.outcomes["point"] == point]
        assert str(mine["month"].max()) == end
        alone = sim.run(sim.load(SMALL, [("period.end", end)]), runs=2, seed=7).outcomes
        keys = ["run", "metric", "group", "month"]
        other = alone.set_index(keys)["value"]
        mine = mine.set_index(keys)["value"]
        assert other.reindex(mine.index).tolist() == mine.tolist()
    assert set(done.last()["month"]) == {shown}


def test_scenarios_with_months_of_their_own_are_swept_side_by_side(tmp_path):
    study = of_options(
        "baseline", ("scenario=baseline,deepseek_hindcast",), runs=2, seed=7,
        outcomes=Outcomes(("share.bloc_us",)), overrides=[("nations", ["BRA"])],
    )  # fmt: skip
    found = sweep(study).outcomes.groupby("point", observed=True)["month"]
    assert found.max().astype(str).tolist() == ["2035-12", "2025-08"]


def test_where_all_points_fail_the_sweep_fails(tmp_path):
    levers = [{"id": "us_nairr_scaleup", "strength": 1, "start": "2026-10", "end": "2027-06"}]
    base = SMALL | {"extends": "baseline", "levers": levers}
    study = of_options(base, ("levers.us_nairr_scaleup.start=2028-01,2029-01",), runs=2, seed=1)
    with pytest.raises(RunError, match="every point failed"):
        sweep(study, out=tmp_path)


@pytest.mark.parametrize(
    ("vary", "options", "says"),
    [
        (("parameters.network=0,99",), {}, "--vary: parameters.network: network 99 is outside"),
        (("period.end=2027-01,2099-01",), {}, "--vary: period.end: end 2099-01 is outside"),
        (("nations=BRA,BRX",), {}, "--vary: nations: 'BRX' is neither"),
        (("parameters.network=a,b",), {}, "is no number"),
        ((), {}, "nothing varies"),
        (("parameters.network=0.2:1.6:3",), {"workers": 0}, "0 workers"),
        (("scenario=baseline,basline",), {}, "did you mean 'baseline'"),
        (("levers.us_nairr_scaleup.strength=0,1",), {}, "no entry of us_nairr_scaleup"),
        (("parameters.network=1,2",), {"outcomes": Outcomes(("share.cn",))}, "no metric"),
        (
            ("parameters.network=1,2",),
            {"outcomes": Outcomes(groups=("wrld",))},
            "did you mean 'world'",
        ),
        (
            ("parameters.network=1,2",),
            {"outcomes": Outcomes(months=("2045-01",))},
            "not in the period",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(vary, options, says, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "run_part", lambda *_: pytest.fail("ran"))
    with pytest.raises(InputError) as caught:
        sweep("baseline", vary, runs=2, out=tmp_path, **options)
    assert str(caught.value).count(says) == 1


@pytest.mark.parametrize(
    ("varied", "place"),
    [
        ({"vary": {"parameters.network": [0, 99]}}, "vary.parameters.network"),
        ({"points": [{"parameters.network": 0}, {"parameters.network": 99}]}, "points"),
    ],
)
def test_a_wrong_level_of_a_study_is_said_to_be_of_the_study(varied, place):
    with pytest.raises(InputError) as caught:
        sweep({"scenario": "baseline", **varied})
    (problem,) = caught.value.problems
    assert str(problem) == f"{place}: network 99 is outside 0 to 3"


def test_a_shard_is_whole_or_not_there(tmp_path, monkeypatch):
    store = Store(tmp_path)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.ensemble.store.os.fsync", full)
    with pytest.raises(StoreError, match="No space left on device; what is finished is kept"):
        store.put("key", b"content")
    assert list(store.folder.iterdir()) == []


def test_a_file_in_the_folder_s_place_is_one_clear_message(small, tmp_path):
    (tmp_path / "sweeps").write_text("in the way")
    with pytest.raises(StoreError, match="sweeps"):
        sweep(small, out=tmp_path)


def test_a_folder_that_holds_no_sweep_is_refused(tmp_path):
    with pytest.raises(StoreError, match="is not a result: it has no manifest"):
        Sweep.read(tmp_path)


def test_a_sweep_reads_back(finished):
    again = Sweep.read(finished.folder)
    pd.testing.assert_frame_equal(again.outcomes, finished.outcomes)
    table = again.summary()
    assert list(table.columns[:3]) == list(finished.design.columns)
    assert (table["p05"] <= table["p50"]).all()
    assert (table["runs"] == 30).all()


def test_nothing_is_written_unless_asked(small, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = sweep(small)
    assert list(tmp_path.iterdir()) == []
    assert done.folder is None
    pd.testing.assert_frame_equal(done.outcomes, finished.outcomes)
    pd.testing.assert_frame_equal(done.last(), finished.last())
    assert seal(Sweep.read(done.saved(tmp_path).folder)) == seal(finished)


@pytest.mark.parametrize("table", ["design.parquet", "outcomes.parquet", "failures.csv"])
def test_a_changed_table_of_a_sweep_is_refused(finished, tmp_path, monkeypatch, table):
    folder = tmp_path / "copy"
    shutil.copytree(finished.folder, folder)
    monkeypatch.undo()  # this one looks at the page
    page = saved.rebuild_report(folder).read_text()
    assert "<h1>" in page
    whole = (folder / table).read_bytes()
    (folder / table).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(StoreError, match=f"{table} is not the table"):
        saved.rebuild_report(folder)


@given(points=st.integers(1, 400), runs=st.integers(1, 500))
def test_tasks_cover_every_replicate_once(points, runs):
    base = sim.load("baseline").document()
    job = tasks.Job(base, {}, ("parameters.network",), tuple((float(n),) for n in range(points)),
                    runs, 1, KEPT)  # fmt: skip
    made = tasks.split(job, 1, "evidence")
    assert made[0].first == 0
    assert made[-1].last == points * runs
    assert all(a.last == b.first for a, b in pairwise(made))
    assert len({task.key for task in made}) == len(made)
    other = dataclasses.replace(job, seed=2)
    assert not {t.key for t in tasks.split(other, 1, "evidence")} & {task.key for task in made}
    assert not {t.key for t in tasks.split(job, 2, "evidence")} & {task.key for task in made}


def test_files_are_replaced_in_one_step(tmp_path):
    file = tmp_path / "a"
    write_whole(file, b"one")
    write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]
