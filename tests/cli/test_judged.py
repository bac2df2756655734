"""``sim compare``, ``robust``, ``hypotheses``, ``calibrate``, ``hindcast`` and ``observe``."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.cli.test_sweep import sim

SHORT = ("--until", "2028-12", "--runs", "8")


def test_a_comparison_for_a_person(tmp_path):
    done = sim("compare", "rand_package", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Effect on share.bloc_us of world in 2028-12 against baseline" in done.stdout
    assert "8 runs that share their luck" in done.stdout
    table = pd.read_csv(next(tmp_path.rglob("effects.csv")))
    assert set(table["scenario"]) == {"rand_package"}


def test_a_comparison_for_a_program(tmp_path):
    words = ("compare", "rand_package", *SHORT, "--levers", "us_cloud_credits_open_models")
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert [row["scenario"] for row in known["effects"]] == ["us_cloud_credits_open_models"]
    assert sim(*words, "--quiet", cwd=tmp_path).stdout.strip() == known["folder"]


def test_nothing_differs(tmp_path):
    done = sim("compare", "baseline", *SHORT, cwd=tmp_path)
    assert "Nothing differs: every effect is zero." in done.stdout


def test_interactions_costs_and_a_budget(tmp_path):
    two = ("--levers", "us_permissive_licence_incentive,us_cloud_credits_open_models")
    done = sim("compare", "rand_package", *SHORT, *two, "--interactions", cwd=tmp_path)
    assert "Shapley, all combinations" in done.stdout
    priced = sim("compare", "rand_package", *SHORT, *two, "--cost", cwd=tmp_path)
    assert "USD million a year" in priced.stdout
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
        (("compare", "baseline", "--without"), "nothing to leave out"),
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


def test_robustness_in_words(tmp_path):
    words = ("robust", "us_policies_in_many_worlds", "--points", "12", "--runs", "1", "--until",
             "2028-12")  # fmt: skip
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "max_regret" in done.stdout
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert known["worlds"] == 12
    assert len(known["policies"]) == 5
    some = next(iter(known["conditions"]), None)
    if some:
        told = sim(*words, "--policy", some, "--box", "0", cwd=tmp_path).stdout
        assert "A tree of the same worlds:" in told
        assert sim(*words, "--policy", some, "--box", "999", cwd=tmp_path).returncode == 1


def test_hypotheses_for_a_person_and_a_program(tmp_path):
    done = sim("hypotheses", "h07_permissive_licences", "--runs", "8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "H7" in done.stdout
    assert "US open models" in done.stdout
    known = json.loads(
        sim("hypotheses", "h16_agreement_of_two", "--runs", "50", "--json", cwd=tmp_path).stdout
    )
    assert known[0]["id"] == "H16"


def test_a_calibration_and_a_view(tmp_path):
    words = ("calibrate", "--members", "130", "--steps", "1", "--until", "2025-03")
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "130 members" in done.stdout
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert known["members"] == 130
    rows = json.loads(
        sim("observe", "baseline", "--series", "web_visit_share_chinese_llm_sites", "--ecosystem",
            "cn_all", "--runs", "12", "--until", "2025-12", "--json", cwd=tmp_path).stdout
    )  # fmt: skip
    assert list(rows[0]) == ["month", "nation", "ecosystem", "mean", "p05", "p50", "p95"]
    assert rows[-1]["month"] == "2025-12"


def test_a_hindcast_says_what_it_lost(tmp_path):
    words = ("hindcast", "--members", "200", "--steps", "3")
    done = sim(*words, cwd=tmp_path)
    # To lose is a result and no failure.
    assert (done.returncode, done.stderr) == (0, "")
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    lost, compared = len(known["lost"]), known["compared"]
    assert 0 < lost < compared
    assert f"loses to a naive forecast in {lost} of {compared} comparisons" in done.stdout
    lowest = [line.split("  ") for line in done.stdout.splitlines() if "_" in line.split(" ")[0]]
    naive = [row for row in lowest if set(row) & {"last value", "linear trend", "Bass curve",
             "flat model"}]  # fmt: skip
    assert len(naive) == lost
    folder = next((tmp_path / "results" / "hindcast").iterdir())
    assert {f.name for f in folder.iterdir()} == {
        "points.csv", "scores.csv", "lost.csv", "manifest.json", "hindcast.svg", "report.html",
    }  # fmt: skip
