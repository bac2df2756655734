"""Robustness of a small real study."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import InputError
from sim.report import robust as drawing
from sim.study.robust.robust import robust
from sim.study.sweeps.study_file import load_study

STUDY = {
    "title": "Small",
    "policies": ["baseline", "rand_package"],
    "vary": {
        "parameters.network": {"dist": "uniform", "low": 0, "high": 3},
        "parameters.stay": {"dist": "uniform", "low": 0.5, "high": 3},
    },
    "design": {"kind": "lhs", "points": 24, "seed": 1},
    "ensemble": {"runs": 2, "seed": 1},
    "until": "2029-12",
    "outcomes": {
        "metrics": ["share.bloc_us"],
        "groups": ["world", "global_south"],
        "months": "end",
    },
    "robust": {"metric": "share.bloc_us", "group": "global_south", "threshold": 0.65},
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return robust(STUDY, out=tmp_path_factory.mktemp("out"))


def test_every_policy_is_run_in_every_world(found):
    assert found.values.shape == (24, 2)
    assert len(found.worlds) == 24
    assert set(found.table["policy"]) == {"baseline", "rand_package"}
    folder = found.folder
    assert (folder / "robustness.csv").exists()
    assert (folder / "boxes.csv").exists()


def test_policies_of_a_world_have_common_random_numbers_and_parameters(found):
    """The same world of two policies differs by the policy alone: gains are much alike."""
    gain = found.values["rand_package"] - found.values["baseline"]
    assert gain.std() < 0.5 * found.values["baseline"].std() + 0.02
    assert (gain > 0).mean() > 0.9


def test_the_threshold_decides_what_fails(found):
    for name, path in found.paths.items():
        np.testing.assert_array_equal(path.failed, found.values[name] < 0.65)


def test_pictures(found):
    assert drawing.regret(found.values, larger_is_better=True).axes
    for path in found.paths.values():
        assert len(drawing.boxes(path, path.usual()).axes) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policies": None}, "nothing is judged"),
        ({"policies": ["baseline"]}, "two policies"),
        ({"robust": {"metric": "share.bloc_cn"}}, "not kept"),
        ({"robust": {"metrik": "share.bloc_us"}}, "metrik"),
        ({"policies": ["baseline", "no_such"]}, "no_such"),
    ],
)
def test_a_study_that_cannot_be_judged(changes, words, tmp_path):
    asked = {key: value for key, value in (STUDY | changes).items() if value is not None}
    with pytest.raises(InputError, match=words):
        robust(asked | {"design": {"kind": "lhs", "points": 2}}, out=tmp_path)


def test_a_plain_study_is_no_study_of_policies(tmp_path):
    with pytest.raises(InputError, match="names no policies"):
        robust("network_on_shares", out=tmp_path)


def test_the_shipped_study_is_sound():
    study = load_study("us_policies_in_many_worlds")
    assert len(study.points().points) == 5 * study.count
