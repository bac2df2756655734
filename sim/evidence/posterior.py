"""The shipped draws of the calibration: values of parameters and tastes that go together."""

from __future__ import annotations

import csv
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.evidence.tables import DATA

FOLDER = DATA / "posterior"
DRAWS, PROVENANCE = "draws.csv", "provenance.json"


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of a calibration.

    Parameters
    ----------
    names : tuple of str
        Paths of parameters, and streams of tastes (``taste/nation/BRA/cn_open``).
    values : ndarray, shape (draws, names)
        Parameters in their units, tastes in standard scores.
    provenance : dict
        Seed, targets, model version and hashes of what they were made from.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    provenance: dict[str, Any]


@functools.cache
def read(folder: Path = FOLDER) -> Posterior | None:
    """Return the draws of a folder, or None where there are none.

    Raises
    ------
    InputError
        If a cell is no finite number.
    """
    path = folder / DRAWS
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    try:
        values = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError as error:
        raise InputError(Problem(f"a draw is no number: {error}", str(path))) from error
    if values.ndim != 2 or values.shape[1] != len(head) or not np.isfinite(values).all():
        raise InputError(
            Problem("every draw needs one finite number a column", str(path), hint="calibrate anew")
        )
    facts = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    return Posterior(tuple(head), values, facts)
