"""Seals: what a reader checks before it believes a folder of results.

The manifest holds a hash of all that was asked, a seal of every table, and a seal over the seals: a
table that was cut, changed, added or taken from another result is found, and so is a manifest that
was edited or whose seals were shortened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sim.errors import StoreError, cited, cut, on_one_line
from sim.study.manifest import renamed
from sim.version import FORMAT

MANIFEST = "manifest.json"

TABLES = (".csv", ".npz", ".parquet")
"""Ends of the names of tables: a file of such a name that has no seal is not of the result."""

PARTS = (
    "kind", "asked", "used", "model_version", "evidence_hash", "hash", "versions", "made", "seals",
)  # fmt: skip
"""What every manifest holds."""

KINDS: dict[str, tuple[str, str]] = {
    "run": ("sim.study.result:Result", "sim run"),
    "sweep": ("sim.study.sweeps.result:Sweep", "sim sweep"),
    "sensitivity": ("sim.study.sweeps.sensitivity:Sensitivity", "sim sensitivity"),
    "robust": ("sim.study.robust:Robust", "sim robust"),
    "comparison": ("sim.study.compare.compare:Comparison", "sim compare"),
    "package": ("sim.study.compare.packages:Package", "sim compare --interactions"),
    "hypotheses": ("sim.study.hypotheses.experiments:Findings", "sim hypotheses"),
    "calibration": ("sim.study.calibrate:Calibration", "sim calibrate"),
    "hindcast": ("sim.study.hindcast:Hindcast", "sim hindcast"),
}
"""Kind of result to the class that reads it and the command that makes it."""


def seal(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a result, checked against its own hash.

    Raises
    ------
    StoreError
        If there is none, it is in another format, or it was edited.
    """
    path = folder / MANIFEST
    if not path.is_file():
        there = f"{shown(folder)} is not a result: it has no {MANIFEST}"
        raise StoreError(there if folder.exists() else f"there is no folder {shown(folder)}")
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{shown(path)} cannot be read: {error}") from error
    if not isinstance(known, dict) or not isinstance(known.get("format_version"), int):
        raise StoreError(f"{shown(path)} is not the manifest of a result")
    kind = str(known.get("kind"))
    if known["format_version"] != FORMAT:
        again = KINDS[kind][1] if kind in KINDS else "the command that made it"
        raise StoreError(
            f"{shown(folder)} was written in format {known['format_version']}; this version reads "
            f"format {FORMAT}: run {again} again"
        )
    for part in PARTS:
        if part not in known:
            raise StoreError(f"{shown(path)} lacks {part!r}: it is not the manifest of a result")
    if kind not in KINDS:
        raise StoreError(f"{shown(folder)} holds a result of no known kind: {cited(kind)}")
    _require_unedited(known, path)
    return known


def _require_unedited(known: Mapping[str, Any], path: Path) -> None:
    """Hold a manifest to its own hash, and its kind to that of what was asked, which is hashed."""
    try:
        made, kind = renamed(known), known["asked"]["kind"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"{shown(path)} cannot be read: {error}") from error
    if made != known["hash"]:
        raise StoreError(
            f"{shown(path)} was edited: its hash is {on_one_line(str(known['hash'])[:12])}, what "
            f"it says was asked gives {made[:12]}"
        )
    if kind != known["kind"]:
        raise StoreError(f"{shown(path)} was edited: it is not of a {cited(str(known['kind']))}")


def over(seals: Mapping[str, str]) -> str:
    """Return the seal over the seals: the SHA-256 of all of them, in hexadecimal."""
    return hashlib.sha256(json.dumps(seals, sort_keys=True).encode()).hexdigest()


def are_written(known: Mapping[str, Any]) -> bool:
    """Return whether seals are those that were written; of results of before nothing says so."""
    return "sealed" not in known or known["sealed"] == over(known["seals"])


def check_seals(folder: Path, known: Mapping[str, Any], required: Collection[str]) -> None:
    """Compare every table with its seal, and the seals with what is there.

    Parameters
    ----------
    folder : Path
    known : mapping
        The manifest.
    required : collection of str
        Tables that must have a seal.

    Raises
    ------
    StoreError
        Naming every table that is missing, differs, or has no seal.
    """
    seals = known["seals"]
    if not isinstance(seals, dict):
        raise StoreError(f"{shown(folder / MANIFEST)} holds no seals")
    files = {path.name for path in folder.iterdir() if path.is_file()}
    there = {name for name in files if Path(name).suffix in TABLES}
    wrong = [f"{name} has no seal" for name in sorted({*there, *required} - set(seals))]
    if not wrong and not are_written(known):
        wrong = ["the seals are not those that were written"]
    for name, expected in seals.items():
        # A name leads nowhere but to a file of the folder, whatever it says.
        if name not in files:
            wrong.append(f"{on_one_line(cut(name))} is missing")
        elif seal(folder / name) != expected:
            wrong.append(f"{name} is not the table that was written")
    if wrong:
        raise StoreError(f"{shown(folder)} was changed: {'; '.join(wrong)}")


def shown(path: Path) -> str:
    """Return a path as the user would write it: relative where it is below the current folder."""
    path = path.absolute()
    below = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return on_one_line(str(below))
