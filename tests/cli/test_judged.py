"""``sim compare``, ``robust``, ``hypotheses``, ``calibrate``, ``hindcast`` and ``observe``."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from sim.calibration.naive import NAMES
from sim.cli import bars, calibrating, output
from sim.report.drawings import data_address
from sim.study import saved
from sim.study.hindcast import Hindcast
from tests.cli.here import sim

SHORT = ("--until", "2028-12", "--runs", "8")


LINE = re.compile(
    r"^US bloc, world, 2028: [+-][\d.]+ points \([+-]?[\d.]+ to [+-]?[\d.]+\), (up|down) in \d+ % "
    r"of worlds; simulation error [\d.]+$",
    re.MULTILINE,
)


def test_a_comparison_for_a_person(tmp_path, undrawn):
    done = sim("compare", "rand_package", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "rand_package against baseline: median over 8 paired worlds" in done.stdout
    assert LINE.search(done.stdout)
    # The four blocs and dependence stand side by side; what only a statistician reads does not.
    for name in ("Chinese bloc", "European bloc", "Sovereign", "Dependence"):
        assert f"\n{name}, world, 2028: " in done.stdout
    for word in ("variance ratio", "log-odds", "nan", "share.bloc"):
        assert word not in done.stdout
    assert "Levers of rand_package at low, central and high strength: " in done.stdout
    assert "as if decided in April 2026" in done.stdout
    assert "Largest lever of rand_package: " in done.stdout
    table = pd.read_csv(next(tmp_path.rglob("effects.csv")))
    assert set(table["scenario"]) == {"rand_package"}


def test_a_comparison_of_one_nation_is_named_by_it(tmp_path):
    done = sim("compare", "rand_package", *SHORT, "--nations", "BRA", "--no-sizes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\nUS bloc, Brazil, 2028: " in done.stdout
    assert "This run holds Brazil alone" in done.stdout
    assert not re.search(r"bloc, world", done.stdout)
    page = next(tmp_path.rglob("report.html")).read_text()
    assert "Brazil alone</h1>" in page
    assert "By future, Brazil, 2028" in re.findall("<h2>(.*?)</h2>", page)
    assert set(re.findall('data-view="(.*?)\\|', page)) == {"Brazil"}


def test_where_no_bar_is_seen_a_line_comes_every_ten_seconds(capsys):
    now = iter((0.0, 4.0, 11.0, 15.0, 22.0, 40.0))
    show = bars.lines("a\x1b[2Jb", lambda: next(now))
    for done in (10, 20, 30, 50, 100):
        show(done, 100)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        r"sim: a\x1b[2Jb: 20 of 100, about 44 s left",
        r"sim: a\x1b[2Jb: 50 of 100, about 22 s left",
    ]  # fmt: skip
    with bars.bar("quiet", silent=True) as nothing:
        assert nothing is None


def test_the_title_of_a_bar_cannot_command_a_terminal():
    shown = output.beside_a_bar("\x1b[2Ja[bold]" + 60 * "b")
    assert shown.startswith(r"\x1b[2Ja\[bold]")
    assert output.beside_a_bar("study") == "study"
    assert len(output.beside_a_bar(500 * "b")) == output.TITLE


def test_several_policies_are_ranked_with_ties(tmp_path, undrawn):
    done = sim("compare", "rand_package", "fortress", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"rand_package before fortress in \d+ % of worlds", done.stdout)
    assert "two policies tie where neither has" in " ".join(done.stdout.split())
    without = sim("compare", "rand_package", *SHORT, "--without", "--levers",
                  "us_private_open_strategy,us_public_open_lab", cwd=tmp_path)  # fmt: skip
    heading = " ".join(without.stdout.split("\n\n")[0].split())
    assert heading.startswith("What each lever adds to rand_package last, the package less the ")
    assert max(len(text) for text in without.stdout.split("\n\n")[0].splitlines()) <= 96
    # What is ranked are levers here, and no policies.
    assert re.search("^rank +lever +median", without.stdout, re.MULTILINE)
    assert "two levers tie where neither has" in " ".join(without.stdout.split())
    assert "polic" not in without.stdout
    assert {"us_private_open_strategy", "us_public_open_lab"} <= set(without.stdout.split())


def test_the_order_of_metrics_and_groups_is_that_of_the_command(tmp_path):
    words = ("compare", "rand_package", *SHORT, "--no-sizes", "--metric", "plurality,share.bloc_cn")
    done = sim(*words, "--groups", "BRA,global_south", "--json", cwd=tmp_path)
    known = json.loads(done.stdout)
    assert [(row["metric"], row["group"]) for row in known["effects"]] == [
        ("plurality", "BRA"), ("share.bloc_cn", "BRA"),
    ]  # fmt: skip
    page = next(tmp_path.rglob("report.html")).read_text()
    first = page[page.index("Effects in Brazil") :]
    assert first.index("Plurality, ") < first.index("Chinese bloc, points")


def test_a_comparison_for_a_program(tmp_path, undrawn):
    words = ("compare", "rand_package", *SHORT, "--levers", "us_cloud_credits_open_models")
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert {row["scenario"] for row in known["effects"]} == {"us_cloud_credits_open_models"}
    assert next(row["metric"] for row in known["effects"]) == "share.bloc_us"
    assert sim(*words, "--quiet", cwd=tmp_path).stdout.strip() == known["folder"]


def test_nothing_differs(tmp_path, undrawn):
    done = sim("compare", "baseline", *SHORT, cwd=tmp_path)
    assert "Nothing differs: every effect is zero." in done.stdout


def test_interactions_costs_and_a_budget(tmp_path):
    two = ("--levers", "us_permissive_licence_incentive,us_cloud_credits_open_models")
    done = sim("compare", "rand_package", *SHORT, *two, "--interactions", cwd=tmp_path)
    assert "Shapley, all combinations" in done.stdout
    assert "Pair, in percentage points, with its 95 % interval:" in done.stdout
    priced = sim("compare", "rand_package", *SHORT, *two, "--cost", cwd=tmp_path)
    assert "USD million a year" in priced.stdout
    assert "nan" not in priced.stdout
    # A table says of what, of whom, when, and where all of it is.
    heading = " ".join(priced.stdout.split("\n\n")[0].split())
    assert heading == (
        "2 levers, each alone, against baseline: median over 8 paired worlds (5 to 95 % of them), "
        "seed 1. US bloc, world, 2028, in points, beside costs."
    )
    assert re.search(r"at low and high strength +points for a billion USD", priced.stdout)
    assert "- and" not in priced.stdout
    assert priced.stdout.splitlines()[-1].startswith("All effects by outcome, group and month: ")
    place = next(tmp_path.rglob("cost_effect.svg")).parent
    assert "mathdefault" not in (place / "cost_effect.svg").read_text()
    words = re.sub('base64,[^"]*', "", (place / "report.html").read_text())
    words = re.sub("<script.*?</script>", "", words, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\$|mathdefault", words.split("</style>")[1])
    best = json.loads(
        sim("compare", "rand_package", *SHORT, *two, "--budget", "1000000", "--json",
            cwd=tmp_path).stdout
    )  # fmt: skip
    assert best["packages"]
    poor = sim("compare", "rand_package", *SHORT, *two, "--budget=-5", cwd=tmp_path)
    assert poor.returncode == 1
    assert "the cheapest costs" in poor.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("compare", "rand_package", "--against", "basline"), "did you mean 'baseline'?"),
        (("compare", "baseline", "--levers", "us_cloud_credit"), "did you mean"),
        (("compare", "rand_package", "--groups", "globalsouth", *SHORT), "no group"),
        (
            ("compare", "rand_package", "--metric", "cost.public", "--groups", "BRA", *SHORT),
            "cost.public is of the world alone: there is no figure of BRA (--groups BRA,world)",
        ),
        (
            (
                "compare",
                "rand_package",
                "--interactions",
                "--metric",
                "cost.public",
                "--groups",
                "BRA",
                *SHORT,
            ),
            "cost.public is of the world alone",
        ),
        (("compare", "baseline", "--without"), "nothing to leave out"),
        (("compare", "fortress", "--metric", "chinese", *SHORT), "no metric is called 'chinese'"),
        (("compare", "fortress", "open_only", "--cost"), "one scenario at a time"),
        (("compare", "fortress", "--runs", "1"), "two draws or more"),
        (("hypotheses", "h07_permissive_licences", "--runs", "1"), "two draws or more"),
        (("robust", "network_on_shares"), "names no policies"),
        (("hypotheses", "h99_nothing"), "no study is named"),
        (("calibrate", "--members", "3"), "too few"),
        (("hindcast", "--cutoff", "2026-06"), "nothing can be forecast"),
        (("observe", "baseline", "--series", "web_visits"), "no series"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(words, told, tmp_path):
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_robustness_in_words(tmp_path, undrawn):
    words = ("robust", "us_policies_in_many_worlds", "--points", "12", "--runs", "1", "--until",
             "2028-12")  # fmt: skip
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Largest regret, %" in done.stdout
    assert "Share of the US bloc, Global South (without China), in 12 worlds" in done.stdout
    # A threshold that bites, whatever the model says today: what baseline misses in some worlds.
    folder = next((tmp_path / "results" / "robust").rglob("worlds.csv")).parent
    values = pd.read_csv(folder / "worlds.csv").query("policy == 'baseline'")["value"]
    words += ("--threshold", str(values.median()))
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert known["worlds"] == known["shared_worlds"] == 12
    assert len(known["policies"]) == 5
    assert known["threshold"] == pytest.approx(values.median())
    assert "baseline" in known["conditions"]
    shown = sim(*words, "--policy", "baseline", "--box", "1", cwd=tmp_path).stdout
    assert "A tree of the same worlds:" in shown
    assert "Today's policies: fails where" in shown
    far = sim(*words, "--policy", "baseline", "--box", "999", cwd=tmp_path)
    assert far.returncode == 1
    assert "there is no box 999" in far.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--threshold", "nan"), "threshold must be a finite number"),
        (("--threshold", "inf"), "threshold must be a finite number"),
        (("--policy", "baselin"), "did you mean 'baseline'"),
        (("--box", "1"), "a box is one of a policy"),
        (("--policy", "baseline", "--box", "-1"), "there is no box -1"),
        (("--points", "0"), "not 0"),
    ],
)
def test_what_cannot_be_judged_is_refused_before_anything_runs(options, says, tmp_path):
    done = sim("robust", "us_policies_in_many_worlds", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
    assert not list(tmp_path.iterdir())


def test_hypotheses_for_a_person_and_a_program(tmp_path, undrawn):
    done = sim("hypotheses", "h07_permissive_licences", "--runs", "8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "H7" in done.stdout
    assert "US open models" in done.stdout
    assert "sign in worlds" in done.stdout
    known = json.loads(
        sim("hypotheses", "h16_agreement_of_two", "--runs", "50", "--json", cwd=tmp_path).stdout
    )
    assert known[0]["id"] == "H16"


def test_a_calibration_and_a_view(tmp_path, undrawn, monkeypatch):
    words = ("calibrate", "--members", "200", "--steps", "1", "--until", "2025-03")
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "200 members" in done.stdout
    folder = next((tmp_path / "results").rglob("manifest.json")).parent
    # The result that was written stands in for the same calibration again.
    monkeypatch.setattr(bars, "watched", lambda *_, **__: saved.read(folder))
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert known["members"] == 200
    rows = json.loads(
        sim("observe", "baseline", "--series", "web_visit_share_chinese_llm_sites", "--ecosystem",
            "cn_all", "--runs", "12", "--until", "2025-12", "--json", cwd=tmp_path).stdout
    )  # fmt: skip
    known = ["month", "nation", "ecosystem", "mean", "p05", "p50", "p95", "observed"]
    assert list(rows[0]) == known
    assert rows[-1]["month"] == "2025-12"
    seen = {row["month"]: row["observed"] for row in rows if row["observed"] is not None}
    assert seen == {"2025-01": 3.0, "2025-02": 13.0, "2025-08": 6.0}


def test_a_view_stands_beside_what_was_observed(tmp_path):
    words = ("observe", "baseline", "--series", "enterprise_workload_share_open_source", "--runs",
             "4", "--until", "2027-06")  # fmt: skip
    lines = sim(*words, cwd=tmp_path).stdout.splitlines()
    assert lines[0].endswith("; percent of enterprise workloads")
    assert lines[2].split() == ["month", "nation", "ecosystem", "model", "5", "to", "95", "%",
                                "observed"]  # fmt: skip
    assert lines[3].startswith("2023-12")
    assert lines[3].split()[-1] == "20"
    months = [line[:7] for line in lines[3:] if line[:2] == "20"]
    assert months[-2:] == ["2026-12", "2027-06"]
    plain = sim(*words, "--csv", cwd=tmp_path).stdout.splitlines()
    assert plain[0] == "month,nation,ecosystem,mean,p05,p50,p95,observed"
    assert plain[1].startswith("2023-01")
    assert len(plain) == 1 + 54


@pytest.mark.long
def test_a_hindcast_says_what_it_lost(tmp_path, monkeypatch):
    words = ("hindcast", "--members", "200", "--steps", "1")
    done = sim(*words, cwd=tmp_path)
    # To lose is a result and no failure.
    assert (done.returncode, done.stderr) == (0, "")
    folder = next((tmp_path / "results" / "hindcast").iterdir())
    # The result that was written stands in for the same half minute again.
    monkeypatch.setattr(bars, "watched", lambda *_, **__: saved.read(folder))
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    lost, compared = len(known["lost"]), known["compared"]
    assert 0 < lost < compared
    assert f"loses to a naive forecast in {lost} of {compared} comparisons" in done.stdout
    lowest = [line.split("  ") for line in done.stdout.splitlines() if "_" in line.split(" ")[0]]
    naive = [row for row in lowest if {cell.strip() for cell in row} & set(NAMES)]
    assert len(naive) == lost
    files = {f.name for f in folder.iterdir()}
    drawn = {name for name in files if name.endswith(".svg")}
    tables = {"points.csv", "scores.csv", "lost.csv", "forecasts.csv", "judgement.csv"}
    assert files - drawn == {*tables, "manifest.json", "report.html"}
    page = (folder / "report.html").read_text()
    assert len(drawn) >= 5
    assert all(data_address((folder / name).read_bytes()) in page for name in drawn)


def test_a_place_where_nothing_is_says_so_and_is_not_called_a_result(tmp_path):
    done = sim("report", "results/baseline/latest", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "sim: there is no folder results/baseline/latest\n"
    (tmp_path / "results").mkdir()
    done = sim("report", "results", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "sim: results is not a result: it has no manifest.json\n"


def test_a_judgement_over_cut_offs_is_printed_and_told_as_json(capsys):
    """Made up: from two cut-offs the model is better by one point in each of six months."""
    rows = [
        {"cutoff": cutoff, "drivers": "later", "series": "openrouter_open_weight_token_share",
         "place": "WLD", "month": f"2026-0{n}", "ecosystem": "all_open", "observed": 20.0,
         "horizon": n, "method": method, "p05": 10.0, "p50": 20.0, "p95": 30.0, "crps": crps,
         "crps_log_odds": 0.1, "interval_score": 20.0, "error": 1.0, "covered": True}
        for cutoff in ("2025-09", "2025-12") for n in range(1, 7)
        for method, crps in (("model", 2.0), ("last value", 3.0 + 0.01 * n))
    ]  # fmt: skip
    every = pd.DataFrame(rows)
    table = (
        every.assign(width=20.0).groupby(["cutoff", "drivers", "series", "method"], sort=False)
        .agg(points=("crps", "size"), crps=("crps", "mean"), mae=("error", "mean"),
             coverage=("covered", "mean"), width=("width", "mean"),
             crps_log_odds=("crps_log_odds", "mean")).reset_index()
    )  # fmt: skip
    mine = every[every["method"] == "model"].drop(columns="method")
    done = Hindcast({}, mine, table, every)
    calibrating.print_hindcast(done)
    said = capsys.readouterr().out
    assert "Over all cut-offs, drivers known later" in said
    (line,) = [line for line in said.splitlines() if "last value" in line and "+1.0" in line]
    assert line.split("  ")[-1].strip() == "better"
    rival = calibrating.hindcast_json(done)["judgement"][1]
    assert (rival["figures"], rival["forecasts"], rival["origins"]) == (6, 12, 2)
    assert rival["verdict"] == "better"
    # A result of before has no forecasts by figure of every method, and is printed without.
    old = Hindcast({}, mine, table)
    calibrating.print_hindcast(old)
    assert "Over all cut-offs" not in capsys.readouterr().out
    assert calibrating.hindcast_json(old)["judgement"] is None
