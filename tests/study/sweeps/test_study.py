"""Study files: what they may say, and where they are wrong."""

from __future__ import annotations

import pytest

from sim.ensemble.store import digest
from sim.errors import FormerName, InputError
from sim.study.hypotheses import claims
from sim.study.sweeps import study_file

GOOD = """\
title: Lock-in and licences
scenario: rand_package
vary:
  parameters.network: {dist: uniform, low: 0.2, high: 1.6}
  levers.us_permissive_licence_incentive.strength: [0, 0.5, 1]
  parameters.alignment_weight: 0:1:3
design: {kind: lhs, points: 12, seed: 3}
correlations:
  - {between: [parameters.network, parameters.alignment_weight], rank: 0.4}
ensemble: {runs: 16, seed: 5}
set: {parameters.exit_penalty: 0.1}
until: 2030-12
outcomes: {metrics: [share.bloc_us], groups: [world, BRA], months: [2028-12, 2030-12]}
"""


def written(tmp_path, text):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return file


def test_a_file_says_all_that_options_say_and_more(tmp_path):
    study = study_file.load_study(written(tmp_path, GOOD))
    assert study.name == "mine"
    assert [factor.path.split(".")[-1] for factor in study.factors] == [
        "network", "strength", "alignment_weight",
    ]  # fmt: skip
    assert len(study.points().points) == 12
    assert (study.runs, study.seed) == (16, 5)
    assert ("period.end", "2030-12") in study.overrides
    assert study.outcomes.months == ("2028-12", "2030-12")
    digest(study.document())  # is plain data


def test_points_may_be_listed(tmp_path):
    text = "points:\n  - {parameters.network: 0.2}\n  - {parameters.network: 1.6}\n"
    study = study_file.load_study(written(tmp_path, text))
    assert study.points().points == ((0.2,), (1.6,))


@pytest.mark.parametrize("name", sorted(study_file.names()))
def test_shipped_studies_are_sound(name):
    study = study_file.load_study(name)
    assert study_file.is_study(name)
    assert len(study.description) > 100
    if study.claim is None:
        assert len(study.points().points) >= 3
    else:  # a claim has arms of its own, and nothing that could be swept
        with pytest.raises(InputError, match="nothing varies"):
            study.points()


def test_a_scenario_is_no_study():
    assert not study_file.is_study("baseline")


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (("vary:", "vray:"), (3, 1), "did you mean 'vary'"),
        (("network:", "netwrk:"), (4, 3), "did you mean 'network'"),
        (("low: 0.2", "low: 2.2"), (4, 23), "low 2.2 is above high 1.6"),
        (("[0, 0.5, 1]", "[]"), (5, 3), "no level"),
        (("kind: lhs", "kind: lsh"), (7, 16), "did you mean 'lhs'"),
        (("rank: 0.4", "rank: much"), (9, 62), "rank must be a number"),
        (("runs: 16", "runs: 0"), (10, 18), "outside 1"),
        (("rand_package", "rand_pckage"), (None, None), "did you mean 'rand_package'"),
        (("2030-12\n", "2030-12-01\n"), (12, 8), "full date"),
        (("months: [", "months: [2028-13, "), (13, 78), "is not a month"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, change, place, says):
    with pytest.raises(InputError) as caught:
        study_file.load_study(written(tmp_path, GOOD.replace(*change, 1)))
    problem = caught.value.problems[0]
    assert says in str(problem)
    if place[0]:
        assert problem.line == place[0]


def test_a_file_that_varies_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="needs vary or points"):
        study_file.load_study(written(tmp_path, "title: nothing\n"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("points: []\n", "the list has no point to run"),
        ("points: [{parameters.network: [0.5, 1]}]\n", "one level to each path"),
        ("points: [{parameters.network: 1}]\nvary: {parameters.network: [0.5, 1]}\n",
         "both vary and points are given"),
        ("vary: {parameters.network: [1, 2]}\ncorrelations: [{between: [a], rank: 1}]\n",
         "between two paths"),
        ("vary: {parameters.network: [0.5, 1]}\nscenario: [baseline]\n", "scenario"),
        ("robust: {metric: share.bloc_us}\nvary: {parameters.network: [0.5, 1]}\n",
         "nothing is judged"),
    ],
)  # fmt: skip
def test_points_and_what_varies_are_said_rightly_or_refused(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        study_file.load_study(written(tmp_path, text))


def test_an_unknown_name_gets_the_nearest(tmp_path):
    with pytest.raises(InputError, match="no study is named"):
        study_file.load_study("nothing_like_it")


CLAIM = """\
title: A claim
hypothesis:
  id: H99
  claim: Something helps.
  metric: share.bloc_us
  group: world
  month: 2030-06
  smallest: 0.005
  arms:
    none: {}
    some: {levers: []}
  measures:
    - {name: gain, terms: {some: 1, none: -1}, expect: positive}
  switch:
    one: {}
    other: {parameters.nest_dissimilarity: 1}
  judgement: None.
"""


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (("metric:", "metrc:"), (5, 3), "did you mean 'metric'"),
        (("  judgement: None.\n", ""), (2, 1), "has no judgement"),
        (("terms: {some", "terms: {sone"), (13, 28), "did you mean 'some'"),
        (("{some: 1, none: -1}", "[{arm: sone}]"), (13, 29), "did you mean 'some'"),
        (("expect: positive", "expect: up"), (13, 48), "cannot be expected"),
        (("smallest: 0.005", "smallest: much"), (8, 3), "no smallest effect"),
        (("expect: positive", "scale: log"), (13, 48), "no scale"),
        (("    other: {parameters.nest_dissimilarity: 1}\n", ""), (14, 3), "not run both ways"),
        (("  judgement:", "  runs: 5\n  judgement:"), (17, 3), "unknown key 'runs'"),
        (
            ("{some: 1,", "{some: much,"),
            (13, 34),
            "times of the arm 'some' must be a finite number",
        ),
        (("    one: {}", "    one: 3"), (15, 5), "'one' must be a mapping: of switch"),
        (("id: H99", "id: 99"), (3, 7), "put it in quotes: '99'"),
        (("  measures:", "  cascade: {coverage: 1, months: 9}\n  measures:"), (12, 3), "pair is"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said_with_its_place(tmp_path, change, place, says):
    text = CLAIM.replace(*change, 1)
    study = study_file.load_study(written(tmp_path, text))
    with pytest.raises(InputError) as caught:
        claims.read("mine", study.claim)
    (problem,) = caught.value.problems
    assert says in str(problem)
    assert problem.file.endswith("mine.yaml")
    assert (problem.line, problem.column) == place


def test_a_scenario_that_is_no_file_is_told_where_the_study_names_it(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("scenario: base/nothing\nvary:\n  parameters.network: 0.2:1.6:8\n")
    words = r"x\.yaml:1:11: scenario: there is no file '.*base/nothing'"
    with pytest.raises(InputError, match=words):
        study_file.load_study(path)


def test_a_study_may_use_the_names_that_parameters_had_before(tmp_path):
    now = study_file.load_study(written(tmp_path, GOOD))
    former = GOOD.replace("alignment_weight", "align").replace("exit_penalty", "hurt")
    with pytest.warns(FormerName) as said:
        before = study_file.load_study(written(tmp_path, former))
    assert before.points().paths == now.points().paths
    assert before.points().points == now.points().points
    assert {str(one.message) for one in said} == {
        "the parameter align is called alignment_weight now",
        "the parameter hurt is called exit_penalty now",
    }
