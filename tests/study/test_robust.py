"""Robustness of a small real study."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.ensemble import blocks
from sim.errors import InputError
from sim.report import robust as drawing
from sim.study.checking import problems_of_study
from sim.study.robust import Robust, robust
from sim.study.sweeps.study_file import load_study

STUDY = {
    "title": "Small",
    "policies": ["baseline", "rand_package"],
    "vary": {
        "parameters.network": {"dist": "uniform", "low": 0, "high": 3},
        "parameters.switching_cost": {"dist": "uniform", "low": 0.5, "high": 3},
    },
    "design": {"kind": "lhs", "points": 24, "seed": 1},
    "ensemble": {"runs": 2, "seed": 1},
    "until": "2029-12",
    "outcomes": {
        "metrics": ["share.bloc_us"],
        "groups": ["world", "global_south"],
        "months": "end",
    },
    "robust": {"metric": "share.bloc_us", "group": "global_south"},
}  # fmt: skip

LEVER = "levers:\n  - {id: us_nairr_scaleup, strength: 1, start: 2026-10%s}\n"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def threshold(out):
    """What baseline misses in four worlds of ten, whatever the model says today."""
    return float(robust(STUDY, out=out).values["baseline"].quantile(0.4))


@pytest.fixture(scope="module")
def found(out, threshold):
    return robust(STUDY, threshold=threshold, out=out)


def test_every_policy_is_run_in_every_world(found):
    assert found.values.shape == (24, 2)
    assert found.values.index.tolist() == found.worlds.index.tolist() == list(range(24))
    assert set(found.table["policy"]) == {"baseline", "rand_package"}
    assert {file.name for file in found.folder.iterdir()} >= {
        "robustness.csv", "worlds.csv", "boxes.csv", "limits.csv", "regret.svg",
        "boxes_baseline.svg", "report.html", "manifest.json",
    }  # fmt: skip


def test_policies_of_a_world_have_common_random_numbers_and_parameters(found):
    """The same world of two policies differs by the policy alone: gains are much alike."""
    gain = found.values["rand_package"] - found.values["baseline"]
    assert gain.std() < 0.5 * found.values["baseline"].std() + 0.02
    assert (gain > 0).mean() > 0.9


def test_the_threshold_decides_what_fails(found, threshold):
    assert "baseline" in found.boxes
    for name, boxes in found.boxes.items():
        failed = boxes.searches[0].failed
        np.testing.assert_array_equal(failed, found.values[name] < threshold)
        best = max(box.density for box in boxes.searches[0].boxes)
        assert best > failed.mean()


def test_threshold_and_outcome_name_the_result(found, out, threshold):
    asked = found.manifest["asked"]["judged"]
    assert asked["threshold"] == threshold
    assert asked["metric"] == "share.bloc_us"
    assert robust(STUDY, out=out).folder != found.folder


def test_it_reads_back_with_its_boxes(found):
    again = Robust.read(found.folder)
    assert again.table.equals(found.table)
    assert again.values.equals(found.values)
    assert again.box_table().equals(found.box_table())
    assert again._page(again._figures()) == found._page(found._figures())


def test_pictures_and_page_name_things_by_their_titles(found):
    drawn = {one.name: one.figure for one in found._figures()}
    assert set(drawn) == {"regret", *(f"boxes_{name}" for name in found.boxes)}
    labels = [label.get_text() for label in drawn["regret"].axes[0].get_yticklabels()]
    assert sorted(labels) == ["The RAND package", "Today's policies"]
    axes = drawn["boxes_baseline"].axes
    assert len(axes) == 2
    words = {axes[1].get_xlabel(), axes[1].get_ylabel()}
    assert words == {"Strength of network effects", "Inertia of developers"}
    page = found._page(found._figures())
    assert "nan" not in page.lower().split("</style>")[1].split("base64")[0]
    for word in ("Share of the US bloc, Global South", "The RAND package", "Today&#39;s policies:"):
        assert word in page
    assert "parameters.network" not in page


def scenarios(tmp_path, monkeypatch):
    """Put three policies with one lever into ./scenarios: of two it ends, at the first in 2027."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name, end in (("lasting", ""), ("short", ", end: 2027-06"), ("none", ", end: 2026-11")):
        text = f"extends: baseline\ntitle: Policy {name}\nnations: [BRA, CHN, USA]\n"
        (folder / f"{name}.yaml").write_text(text + LEVER % end)
    monkeypatch.chdir(tmp_path)


def failing(policies):
    """Return a study whose lever starts after it would end, in some worlds."""
    return STUDY | {
        "policies": policies,
        "vary": {
            "levers.us_nairr_scaleup.start": ["2026-12", "2027-03", "2028-01", "2028-06"],
            "parameters.network": [0.2, 0.8, 1.5, 2.5],
        },
        "design": {"kind": "grid"},
        "ensemble": {"runs": 1, "seed": 1},
        "robust": {"metric": "share.bloc_us", "group": "world", "threshold": 0.0},
    }


def test_worlds_in_which_a_policy_cannot_be_run_are_failures_of_it(tmp_path, monkeypatch):
    scenarios(tmp_path, monkeypatch)
    found = robust(failing(["lasting", "short", "none"]), out=tmp_path / "out")
    table = found.table.set_index("policy")
    assert table["failed"].to_dict() == {"lasting": 0, "short": 8, "none": 16}
    assert table["worlds"].eq(16).all()
    assert table["satisficing"].to_dict() == {"lasting": 1.0, "short": 0.5, "none": 0.0}
    assert found.shared == 8
    # The start, a month, sets the worlds apart in which it could not be run; never the number.
    assert set(found.boxes) == {"short"}
    (said,) = found.boxes["short"].sentences()
    assert said.startswith("fails where levers.us_nairr_scaleup.start is at least 2028-01")
    assert said.endswith("100 % of its failures lie there, and 100 % of the worlds there fail")
    rows = found.by_world()
    assert rows.groupby("policy")["value"].count().to_dict() == {
        "lasting": 16,
        "short": 8,
        "none": 0,
    }
    assert (found.folder / "worlds.csv").read_text().count("none,\n") == 16
    said = "\n".join(drawing.lead(found))
    assert "Policy short could not be run in 8 of 16 worlds; these count as worlds" in said
    assert "Policy none could not be run in 16 of 16 worlds" in said
    assert "over the 8 worlds in which every policy" in said
    rows = drawing.policies(found).rows
    assert rows[-1][:4] == ["Policy none", "16 worlds", "0 %", ""]
    assert "nan" not in json.dumps(rows)
    assert "nan" not in (found.folder / "robustness.csv").read_text()


def test_equal_worlds_stay_apart():
    """Three worlds of which two are equal are three worlds, and not two."""
    points = [{"parameters.network": level} for level in (0.5, 0.5, 2.5)]
    study = {key: value for key, value in STUDY.items() if key not in ("vary", "design")}
    found = robust(study | {"points": points, "until": "2026-12"})
    assert found.values.shape == (3, 2)
    assert found.values.loc[0].equals(found.values.loc[1])
    assert found.worlds["parameters.network"].tolist() == [0.5, 0.5, 2.5]


def lasting(tmp_path, monkeypatch):
    """Put two policies into ./scenarios that end in different years."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for year in (2026, 2027):
        text = f"extends: baseline\nnations: [BRA, CHN, USA]\nperiod: {{end: {year}-12}}\n"
        (folder / f"to_{year}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    kept = ("title", "outcomes", "robust", "ensemble")
    return {key: STUDY[key] for key in kept} | {
        "policies": ["to_2026", "to_2027"],
        "vary": {"parameters.network": [0.2, 1.5]},
    }


def test_policies_that_end_in_different_months_are_not_compared(tmp_path, monkeypatch):
    """The earlier one has no value in the last month: it would seem to fail in every world."""
    study = lasting(tmp_path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(blocks, "run_part", lambda *_: pytest.fail("ran"))
        with pytest.raises(InputError) as caught:
            robust(study)
    assert str(caught.value) == (
        "policies: to_2026 and to_2027 differ in period.end, so that their outcomes cannot be "
        "compared (set one for all: until: YYYY-MM in the study, or --until)"
    )
    file = tmp_path / "study.yaml"
    file.write_text(json.dumps(study))
    (problem,) = problems_of_study(file)
    assert (problem.line, problem.message) == (1, caught.value.problems[0].message)
    found = robust(study, until="2026-12")
    assert found.values.notna().all(axis=None)
    assert found.table["failed"].eq(0).all()


def test_worlds_that_end_in_different_months_are_judged_each_in_its_last(tmp_path, monkeypatch):
    study = lasting(tmp_path, monkeypatch)
    vary = {"period.end": ["2026-12", "2027-12"], **study["vary"]}
    found = robust(study | {"vary": vary})
    assert found.shared == 4
    for end in vary["period.end"]:
        alone = robust(study, until=end)
        mine = found.values[found.worlds["period.end"].eq(end)]
        assert np.array_equal(mine.to_numpy(), alone.values.to_numpy())


def test_policies_of_different_nations_are_not_compared(tmp_path, monkeypatch):
    study = lasting(tmp_path, monkeypatch)
    words = "baseline and to_2026 differ in nations"
    with pytest.raises(InputError, match=words):
        robust(study | {"policies": ["to_2026", "baseline"]}, until="2026-12")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policies": None}, "nothing is judged"),
        (
            {"policies": ["rand_package", "baseline", "rand_package"]},
            r"policies\[2\]: rand_package is",
        ),
        ({"policies": ["baseline"]}, "two policies"),
        ({"robust": {"metric": "share.bloc_cn"}}, "share.bloc_cn is not among the outcomes"),
        (
            {"robust": {"metric": "share.bloc_us", "group": "oecd"}},
            "share.bloc_us of oecd is not among the outcomes",
        ),
        ({"robust": {"metrik": "share.bloc_us"}}, "metrik"),
        ({"policies": ["baseline", "no_such"]}, "no_such"),
        ({"vary": {"scenario": ["baseline", "fortress"]}}, "choices of the scenario already"),
    ],
)
def test_a_study_that_cannot_be_judged_is_refused_before_anything_runs(
    changes, words, tmp_path, monkeypatch
):
    monkeypatch.setattr(blocks, "run_part", lambda *_: pytest.fail("ran"))
    asked = {key: value for key, value in (STUDY | changes).items() if value is not None}
    with pytest.raises(InputError, match=words):
        robust(asked | {"design": {"kind": "lhs", "points": 2}}, out=tmp_path)


@pytest.mark.parametrize("limit", [float("nan"), float("inf")])
def test_a_threshold_that_is_not_finite_is_refused_before_anything_runs(limit, monkeypatch):
    monkeypatch.setattr(blocks, "run_part", lambda *_: pytest.fail("ran"))
    with pytest.raises(InputError, match="threshold must be a finite number"):
        robust(STUDY, threshold=limit)


def test_a_plain_study_is_no_study_of_policies(tmp_path):
    with pytest.raises(InputError, match="names no policies"):
        robust("network_on_shares", out=tmp_path)


def test_the_shipped_study_is_sound():
    study = load_study("us_policies_in_many_worlds")
    assert len(study.points().points) == 5 * study.count
