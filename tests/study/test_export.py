"""Results in the formats of other tools, read back by those tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

import sim
from sim.cli import catalogue
from sim.errors import InputError, StoreError
from sim.report import export as formats
from sim.report.export import iamc, netcdf, texts, workbook
from sim.report.export.about import About
from sim.study.hypotheses.experiments import Findings
from sim.study.manifest import manifest

UNTIL = "2025-12"
FORMS = ("iamc", "netcdf", "csv", "xlsx")


@pytest.fixture(scope="module")
def run():
    return sim.run("baseline", runs=3, seed=5, until=UNTIL)


@pytest.fixture(scope="module")
def brazil():
    return sim.run("baseline", runs=2, until="2025-12", nations="BRA")


@pytest.fixture(scope="module")
def sweep():
    return sim.sweep(
        "baseline", ["parameters.network=0.2:1.6:3"], runs=2, overrides=[f"period.end={UNTIL}"]
    )


@pytest.fixture(scope="module")
def comparison():
    few = [f"period.end={UNTIL}"]
    return sim.compare("rand_package", runs=3, overrides=few, sizes=False)


@pytest.fixture(scope="module")
def findings():
    facts = manifest("hypotheses", {"claims": ["H1"]}, [])
    verdicts = pd.DataFrame({"id": ["H1"], "words": ["=1+1"], "runs": [4]})
    return Findings(facts, verdicts, pd.DataFrame({"id": ["H1"], "value": [0.5]}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("handed over")


def read_by_pyam(file):
    script = Path(__file__).with_name("with_pyam.py")
    # Its store of units remembers where the packages once were, which may be gone since.
    own = os.environ | {"IAM_UNITS_CACHE": str(Path(file).with_name("units"))}
    done = subprocess.run(
        [sys.executable, script, file], capture_output=True, text=True, check=False, env=own
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def at_the_end(table, metric):
    last = table["month"].astype(str) == UNTIL
    return table[last & (table["metric"] == metric) & (table["group"] == "world")]


@pytest.mark.oracle
def test_pyam_reads_a_run_and_its_shares_add_up(run, folder):
    seen = read_by_pyam(run.export("iamc", folder))
    assert seen["model"] == [f"open-model-sim {sim.__version__}"]
    assert (seen["scenario"], seen["year"]) == (["baseline"], [2023, 2024, 2025])
    assert {"World", "Global South", "Brazil"} <= set(seen["region"])
    shares = [name for name in seen["variable"] if name.startswith("Developers|Share|")]
    assert len(shares) == 7 * 6
    assert {"fraction", "developers"} <= set(seen["unit"])
    groups = run.curves["group"].nunique()
    np.testing.assert_allclose(seen["whole"], np.ones(groups * 3), atol=1e-12)
    values = {(name, year): value for _, name, year, value in seen["data"]}
    for tail, statistic in (("", "mean"), ("|p05", "p05"), ("|p50", "p50"), ("|p95", "p95")):
        for year in (2023, 2025):
            expected = run.share("world", f"{year}-12").loc["cn_open", statistic]
            assert values[f"Developers|Share|cn_open{tail}", year] == expected
    used = at_the_end(run.outcomes, "used.cn")
    assert values["Developers|Used|cn", 2025] == pytest.approx(used["value"].mean())
    assert values["Developers|Used|cn|p05", 2025] == pytest.approx(used["value"].quantile(0.05))


@pytest.mark.long
@pytest.mark.oracle
def test_pyam_reads_sweeps_by_point_and_comparisons_as_effects(sweep, comparison, folder):
    seen = read_by_pyam(sweep.export("iamc", folder))
    assert seen["scenario"] == [f"baseline point 000{n}" for n in range(3)]
    point = at_the_end(sweep.summary().query("point == 1"), "share.cn_open")
    values = {tuple(row[:3]): row[3] for row in seen["data"]}
    found = values["baseline point 0001", "Developers|Share|cn_open|p95", 2025]
    assert found == pytest.approx(point["p95"].item())
    seen = read_by_pyam(comparison.export("iamc", folder))
    assert seen["scenario"] == ["rand_package against baseline"]
    row = at_the_end(comparison.table, "share.bloc_us")
    values = {tuple(row[1:3]): row[3] for row in seen["data"]}
    bloc = "Developers|Share of bloc|us|Effect"
    assert values[bloc, 2025] == pytest.approx(row["effect"].item())
    assert values[f"{bloc}|p95", 2025] == pytest.approx(row["p95"].item())


def test_no_two_metrics_have_one_variable():
    names = [row["name"] for row in catalogue.rows("metrics", [])]
    assert len({iamc.variable(name) for name in names}) == len(names) > 50
    assert iamc.variable("hardware_share.us") == "Hardware share|us"


def test_one_nation_alone_has_a_region_for_each_of_its_groups(brazil, folder):
    made = pd.read_csv(brazil.export("iamc", folder))
    assert not made.duplicated(["Region", "Variable"]).any()
    assert {"Brazil", "Brazil (BRA)", "Latin America and the Caribbean"} <= set(made["Region"])


@pytest.mark.oracle
def test_xarray_reads_every_cell_of_a_run(run, folder):
    with xr.open_dataset(run.export("netcdf", folder)) as made:
        assert made["share"].dims == ("run", "month", "group", "ecosystem")
        assert (made["share"].units, made["developers"].units) == ("fraction", "developers")
        assert made.attrs["hash"] == run.hash
        assert made["group_title"].sel(group="global_south") == "Global South"
        for name in ("share", "developers"):
            cells = made[name].to_series()
            table = run.runs.assign(month=run.runs["month"].dt.to_timestamp())
            rows = table.set_index(["run", "month", "group", "ecosystem"])[name]
            assert len(cells) == len(rows)
            np.testing.assert_array_equal(rows.loc[cells.index], cells)
        curve = made["nation_share_over_runs"].sel(statistic="p95", nation="BRA")
        mine = run.share("BRA", UNTIL)["p95"]
        last = curve.sel({curve.dims[0]: f"{UNTIL}-01"})
        np.testing.assert_array_equal(last, mine.loc[list(last["ecosystem"].to_numpy())])
        assert made["tokens.bloc_cn"].attrs["group"] == "world"
        assert made["cost.public"].dims == ("run",)
        assert all(np.isfinite(made[name].to_numpy()).all() for name in made.data_vars)


@pytest.mark.oracle
def test_xarray_reads_points_of_a_sweep_and_statistics_of_effects(sweep, comparison, folder):
    with xr.open_dataset(sweep.export("netcdf", folder)) as made:
        assert made["share.cn_open"].dims == ("point", "run", "month", "group")
        np.testing.assert_allclose(made["parameters.network"], (0.2, 0.9, 1.6))
    with xr.open_dataset(comparison.export("netcdf", folder)) as made:
        effect = made["share.bloc_us"].sel(scenario="rand_package", group="world")
        table = comparison.table.query("metric == 'share.bloc_us' and group == 'world'")
        np.testing.assert_allclose(effect.sel(statistic="p95"), table["p95"])


def test_a_table_with_a_hole_is_not_made_an_array(run):
    tables = run.frames(["runs"])
    about = About("x", "x", run.manifest)
    for wrong in (tables["runs"].iloc[:-1], pd.concat([tables["runs"], tables["runs"].tail(1)])):
        with pytest.raises(StoreError, match="lacks a cell or holds one twice"):
            netcdf.dataset({"runs": wrong}, about)


def test_tables_of_other_months_share_no_dimension(run):
    tables = run.frames(["runs", "curves"])
    quarters = tables["runs"]["month"].str[5:].isin(["03", "06", "09", "12"])
    single = tables["curves"]["group"].str.fullmatch("[A-Z]{3}")
    thin = {
        "runs": tables["runs"][quarters],
        "curves": tables["curves"][~single | tables["curves"]["month"].str.endswith("-12")],
    }
    made = netcdf.dataset(thin, About("x", "x", run.manifest))
    assert (made.sizes["month"], made.sizes["curve_month"]) == (12, 36)
    assert made["nation_share_over_runs"].dims[1] == "nation_curve_month"
    assert made.sizes["nation_curve_month"] == 3


def test_a_data_package_describes_every_table(run, folder):
    made = run.export("csv", folder)
    about = json.loads((made / texts.DESCRIPTION).read_text(encoding="utf-8"))
    assert {file.name for file in made.iterdir()} == {
        texts.DESCRIPTION, *(each["path"] for each in about["resources"])
    }  # fmt: skip
    for each in about["resources"]:
        table = pd.read_csv(made / each["path"])
        fields = {field["name"]: field for field in each["schema"]["fields"]}
        assert list(table.columns) == list(fields)
        for name in table.select_dtypes("number"):
            assert fields[name]["type"] in {"integer", "number"}
    runs = next(each for each in about["resources"] if each["name"] == "runs")
    assert runs["schema"]["fields"][2]["type"] == "yearmonth"
    pd.testing.assert_series_equal(
        pd.read_csv(made / "runs.csv")["share"], run.runs["share"], check_exact=True
    )


@pytest.mark.oracle
def test_a_workbook_holds_every_table_behind_a_read_me(run, folder):
    book = openpyxl.load_workbook(run.export("xlsx", folder), read_only=True)
    assert book.sheetnames[0] == workbook.README
    assert set(book.sheetnames[1:]) == set(run.frames())
    said = {row[0]: row for row in book[workbook.README].iter_rows(values_only=True) if row[0]}
    assert said["hash"][1] == run.hash
    assert said["curves"][1] == len(run.curves)
    assert said["BRA"][3] == "Brazil"
    head, *rows = book["runs"].iter_rows(values_only=True)
    table = pd.DataFrame(rows, columns=head)
    assert list(table.columns) == list(run.runs.columns)
    np.testing.assert_allclose(table["share"], run.runs["share"], rtol=1e-14)
    assert table["month"].tolist() == run.runs["month"].astype(str).tolist()


def test_a_long_table_of_runs_is_given_over_its_runs(run, folder, monkeypatch):
    monkeypatch.setattr(workbook, "READABLE", 1000)
    book = openpyxl.load_workbook(run.export("xlsx", folder), read_only=True)
    head, *rows = book["runs"].iter_rows(values_only=True)
    table = pd.DataFrame(rows, columns=head).set_index(["month", "group", "ecosystem"])
    shares = run.curves.assign(month=run.curves["month"].astype(str))
    curves = shares.set_index(["month", "group", "ecosystem"]).loc[table.index]
    for name in ("mean", "p05", "p95"):
        # Shares of single runs and of nations are kept to four decimals.
        np.testing.assert_allclose(table[f"share_{name}"], curves[name], atol=1.001e-4)
    said = [row[3] for row in book[workbook.README].iter_rows(values_only=True) if row[0] == "runs"]
    assert "over runs" in said[0]


def test_what_has_no_months_is_handed_over_as_tables_alone(findings, folder):
    for form in ("iamc", "netcdf"):
        with pytest.raises(InputError, match=r"hypotheses\) is by .*csv and xlsx hold"):
            findings.export(form, folder)
    assert pd.read_csv(findings.export("csv", folder) / "verdicts.csv")["words"][0] == "=1+1"
    book = openpyxl.load_workbook(findings.export("xlsx", folder))
    assert book["verdicts"]["B2"].data_type == "s"  # no formula


def test_a_result_without_a_december_has_no_year(folder):
    short = sim.run("baseline", runs=1, until="2023-06", nations="BRA")
    with pytest.raises(InputError, match="no December"):
        short.export("iamc", folder)


def test_a_kept_result_and_one_in_memory_give_the_same_files(brazil, tmp_path):
    kept = sim.Result.read(brazil.save(tmp_path / "results"))
    for form in ("iamc", "csv"):
        paths = kept.export(form), brazil.export(form, tmp_path / "memory")
        assert paths[0].parent == kept.folder / "export"
        one, other = (
            {
                file.name: file.read_bytes()
                for file in ([path] if path.is_file() else path.iterdir())
            }
            for path in paths
        )
        assert one == other
    # What was handed over is no part of the result, and is made anew by another call.
    assert sim.export(kept.folder, "csv") == paths[0] == kept.folder / "export" / paths[0].name
    sim.Result.read(kept.folder)


def test_nothing_is_left_of_what_cannot_be_written(brazil, tmp_path, monkeypatch):
    def broken(path, *_):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(iamc, "write", broken)
    with pytest.raises(StoreError, match=r"iamc\.csv cannot be written: No space left on device"):
        brazil.export("iamc", tmp_path / "new" / "deep")
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_what_was_there(brazil, tmp_path, monkeypatch):
    made = brazil.export("csv", tmp_path)
    monkeypatch.setattr(texts, "description", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        brazil.export("csv", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [made.name]
    assert (made / texts.DESCRIPTION).is_file()


def test_what_cannot_be_asked_is_refused(brazil, tmp_path):
    with pytest.raises(InputError, match="did you mean 'netcdf'"):
        brazil.export("netcfd", tmp_path)
    with pytest.raises(InputError, match="say where to: out=FOLDER"):
        brazil.export("csv")
    assert tuple(formats.FORMATS) == FORMS


@pytest.mark.parametrize(("form", "package"), [("netcdf", "xarray"), ("xlsx", "xlsxwriter")])
def test_a_missing_package_is_named_with_what_installs_it(
    brazil, tmp_path, monkeypatch, form, package
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(StoreError, match=r"pip install 'open-model-sim\[export\]'"):
        brazil.export(form, tmp_path)
    assert not list(tmp_path.iterdir())
