"""The same numbers again, to the byte, from the manifest of a result of any kind.

A manifest holds all that was asked with no reference left: scenarios with a user's nations, levers
and groups in full, the points of a design, the plan of a calibration. So it is all that is needed,
in any folder; what it rests on, the model, its facts and its levers, must be what it was.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.errors import StoreError
from sim.evidence import load
from sim.evidence.tables import data_hash
from sim.scenario import identity
from sim.study import finished
from sim.study.result import Result
from sim.study.saved import Saved, kind_of
from sim.study.seals import MANIFEST, are_written, read_manifest, shown
from sim.version import MODEL

REPEATERS = {
    "run": "against",
    "sweep": "sweeps.sweep",
    "sensitivity": "sweeps.sensitivity",
    "robust": "robust",
    "comparison": "compare.compare",
    "package": "compare.packages",
    "hypotheses": "hypotheses.experiments",
    "calibration": "calibrate",
    "hindcast": "hindcast",
}
"""Kind of result to the module of this room whose ``again`` makes it from a manifest.

Every ``again`` takes a manifest, the folder for finished blocks (or None) and a number of workers,
and returns the result, which is not written yet.
"""


def repeat(result: str | Path | Saved, *, out: str | Path | None = None, workers: int = 1) -> Saved:
    """Make a result again from its manifest, and hold it to the seals of its tables.

    Where the result is under ``out`` already, and sound, it is read and not made again.

    Parameters
    ----------
    result : str, Path or result
        Folder of a result, of which only ``manifest.json`` is read, or a result.
    out : str or Path, optional
        Folder that stands for ``results/``; without it nothing is written.
    workers : int
        How many blocks are run at a time.

    Returns
    -------
    Run, Sweep, Sensitivity, Robust, Comparison, Package, Findings, Calibration or Hindcast
        All its tables are those of ``result`` to the byte, and its manifest apart from ``made``.

    Raises
    ------
    StoreError
        If there is no sound manifest; if the model's version, facts or levers are not those of the
        result; or if a table comes out otherwise. What differs is named.
    """
    known, what = _known(result)
    require_same(known, what, "repeated")
    found = finished.find(kind_of(known), known, out)
    if found is not None and (not isinstance(found, Result) or found.holds(known["repeat"])):
        return found
    maker = importlib.import_module(f"sim.study.{REPEATERS[known['kind']]}")
    made: Saved = maker.again(known, out, workers)
    _require_equal(made, known, what)
    return made.saved(out)


def _known(result: str | Path | Saved) -> tuple[Mapping[str, Any], str]:
    """Return the manifest of a result, and what it is called in a message."""
    if isinstance(result, Saved):
        return result.manifest, result.what
    place = Path(result)
    place = place.parent if place.name == MANIFEST else place
    return read_manifest(place), shown(place)


def require_same(known: Mapping[str, Any], what: str, purpose: str) -> None:
    """Refuse a result that rests on another model, other facts or other levers than are here.

    Parameters
    ----------
    known : mapping
        Its manifest.
    what, purpose : str
        What it is called in a message, and what cannot be done with it: ``repeated``.

    Raises
    ------
    StoreError
        Naming all that differs.
    """
    differs = []
    if known["model_version"] != MODEL:
        differs.append(f"its model version is {known['model_version']}, here it is {MODEL}")
    # A calibration makes draws, and rests on observations instead.
    here = data_hash() if known["kind"] in {"calibration", "hindcast"} else load().hash
    if known["evidence_hash"] != here:
        differs.append(
            "facts, parameters or draws of the calibration have changed: their hash is "
            f"{known['evidence_hash'][:12]}, here it is {here[:12]}"
        )
    differs += identity.changed(known["used"])
    if differs:
        raise StoreError(f"{what} cannot be {purpose}: {'; '.join(differs)}")


def _require_equal(made: Saved, known: Mapping[str, Any], what: str) -> None:
    """Refuse what came out otherwise, before it is written anywhere.

    Raises
    ------
    StoreError
        Naming the tables that differ, and the packages.
    """
    if "seals" not in known:
        return  # a result in memory: nothing was sealed
    if not are_written(known):
        raise StoreError(f"{what} was edited: the seals are not those that were written")
    with TemporaryDirectory() as folder:
        seals = made.sealed(Path(folder))
    # A table that was not kept yet when the result was made cannot differ.
    names = sorted({*seals, *known["seals"]} - (made.later - known["seals"].keys()))
    wrong = [name for name in names if seals.get(name) != known["seals"].get(name)]
    if not wrong and made.hash == known["hash"]:
        return
    versions = [
        f"{name} {number} in place of {known['versions'].get(name)}"
        for name, number in made.manifest["versions"].items()
        if number != known["versions"].get(name)
    ]
    why = f", with {', '.join(versions)}" if versions else ""
    raise StoreError(f"{what} comes out otherwise here: {', '.join(wrong) or 'its hash'}{why}")
