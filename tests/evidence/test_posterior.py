"""The draws of a calibration as they lie on disk: whole, absent or damaged."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.errors import InputError
from sim.evidence.posterior import DRAWS, PROVENANCE, read


def kept(folder, text):
    (folder / DRAWS).write_text(text, encoding="utf-8")
    (folder / PROVENANCE).write_text(json.dumps({"members": 2}), encoding="utf-8")
    return folder


def test_draws_are_read_as_they_were_written(tmp_path):
    found = read(kept(tmp_path, "network,learning\n0.5,1\n0.25,2\n"))
    assert found.names == ("network", "learning")
    np.testing.assert_array_equal(found.values, [[0.5, 1.0], [0.25, 2.0]])
    assert found.provenance == {"members": 2}


def test_a_folder_without_draws_has_none(tmp_path):
    assert read(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("network\nmuch\n", "a draw is no number"),
        ("network\nnan\n", "one finite number a column"),
        ("network,learning\n1\n2\n", "one finite number a column"),
    ],
)
def test_damaged_draws_are_refused(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read(kept(tmp_path, text))
