"""What would stop a study after it was started is told before, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.study.checking import problems_of_study
from sim.study.sweeps import study_file

SWEEP = """scenario: baseline
vary:
  parameters.network: 0.2:1.6:3
outcomes:
  metrics: [share.bloc_us]
  groups: [world]
"""
SPREAD = "vary:\n  parameters.network: 0.2:1.6:3\n"
ROBUST = """policies: [baseline, rand_package]
vary: {parameters.network: [0.2, 1.6]}
outcomes: {metrics: [share.bloc_us], groups: [world], months: end}
robust: {metric: share.bloc_us, threshold: 0.5}
"""
CLAIM = """scenario: baseline
hypothesis:
  id: H99
  claim: Nothing does nothing.
  metric: share.bloc_us
  group: world
  month: 2030-06
  arms:
    none: {}
    open: {levers: [{id: us_sme_open_adoption, strength: high, start: 2026-12}]}
  measures:
    - {name: effect, terms: {open: 1, none: -1}, smallest: 0.005}
  switch: {as fitted: {}, plain: {parameters.nest_dissimilarity: 1}}
  judgement: All of it.
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def said(text):
    Path("study.yaml").write_text(text)
    return [str(problem) for problem in problems_of_study("study.yaml")]


@pytest.mark.parametrize("text", [SWEEP, ROBUST, CLAIM])
def test_a_sound_study_has_no_problem(text):
    assert said(text) == []


@pytest.mark.parametrize("name", study_file.names())
def test_every_shipped_study_can_be_run(name):
    assert problems_of_study(name) == []


@pytest.mark.parametrize(
    ("text", "old", "new", "says"),
    [
        (SWEEP, "[share.bloc_us]", "[share.bloc_us, shar.bloc_us]", "study.yaml:5:28"),
        (SWEEP, "[share.bloc_us]", "[shar.bloc_us]", "did you mean 'share.bloc_us'?"),
        (SWEEP, "[world]", "[wrld]", "study.yaml:6:12: outcomes.groups[0]: no group is called"),
        (SWEEP, "[world]", "[world]\n  months: [2050-01]", "2050-01"),
        (SWEEP, "[world]", "[world]\n  months: [2039-01]", "not in the period"),
        (SWEEP, "0.2:1.6:3", "0.2:9:3", "study.yaml:3:3: vary.parameters.network: network 9 is"),
        (SWEEP, "0.2:1.6:3", "[0.2, high]", "study.yaml:3:3: vary.parameters.network: high is no"),
        (SWEEP, "outcomes:", "  scenario: [baseline, basline]\noutcomes:", "no scenario is named"),
        (SWEEP, "vary:", "set: {parameters.netwrk: 1}\nvary:", "study.yaml:2:7: set.parameters.ne"),
        (SWEEP, "vary:", "set: {ensemble.runs: abc}\nvary:", "runs must be a whole number"),
        (SWEEP, "vary:", "until: 2022-01\nvary:", "study.yaml:2:"),
        (SWEEP, "vary:", "nations: [ATL]\nvary:", "study.yaml:2:1: nations: the nation 'ATL'"),
        (SWEEP, SPREAD, "points: [{parameters.network: 9}]\n", "9 is outside 0 to 3"),
        (SWEEP, "outcomes:", "design: {kind: sobol, points: 3}\noutcomes:", "yaml:4:1: design"),
        (SWEEP, "0.2:1.6:3", "'uniform(0.2,1)'", "yaml:2:1: vary: a grid needs listed"),
        (SWEEP, "scenario: baseline", "scenario: basline", "no scenario is named 'basline'"),
        (ROBUST, "rand_package", "rand_pakage", "study.yaml:1:22: policies[1]: no scenario is"),
        (ROBUST, "metric: share.bloc_us", "metric: share.bloc_cn", "study.yaml:4:1: robust: share"),
        (ROBUST, "threshold", "group: BRA, threshold", "share.bloc_us of BRA is not among"),
        (CLAIM, "arms:", "armz:", "unknown key 'armz'"),
        (CLAIM, "us_sme_open_adoption", "us_sme", "unknown lever 'us_sme'"),
        (CLAIM, "metric: share.bloc_us", "metric: shar.bloc_us", "no metric is called"),
        (CLAIM, "2030-06", "2039-06", "not in the period"),
        (CLAIM, "{open: 1, none: -1}", "{opne: 1, none: -1}", "no arm is called 'opne'"),
        (CLAIM, "{open: 1, none: -1}", "{open: much}", "study.yaml:12:36: hypothesis.mea"),
        (CLAIM, "{open: 1, none: -1}", "3", "12:22: hypothesis.measures[0].terms"),
        (CLAIM, "none: {}", "none: 3", "must be a mapping"),
        (CLAIM, "parameters.nest_dissimilarity: 1", "parameters.nst: 1", "unknown parameter"),
        (CLAIM, "  id: H99\n", "", "the hypothesis has no id"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_told_with_its_place(text, old, new, says):
    assert old in text
    found = said(text.replace(old, new))
    assert any(says in line for line in found), found
    assert all(line.startswith("study.yaml:") for line in found), found
