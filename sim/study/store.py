"""Results on disk: written whole or not at all, and read back.

A result is staged in a hidden folder beside its place and renamed when every file is there, so a
reader never meets half of one; whatever fails, the stage and the folders made for it are removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sim.errors import StoreError
from sim.study.history import VIEWS
from sim.version import FORMAT

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.study.result import Result

LATEST = "latest"
MANIFEST = "manifest.json"
PAGE = "report.html"
TABLES = ("curves", "runs", "outcomes")
HISTORY = "history_"


def require_writable(out: Path) -> None:
    """Refuse at once what could not be written after minutes of work.

    Raises
    ------
    StoreError
        If the folder, or the first one above it that exists, is no folder or may not be written.
    """
    place = out.absolute()
    while not (place.exists() or place.is_symlink()):
        place = place.parent
    if not place.is_dir():
        raise StoreError(f"{_shown(out)} cannot be written: {_shown(place)} is not a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise StoreError(f"{_shown(out)} cannot be written: no permission in {_shown(place)}")


def save(result: Result, out: Path) -> Path:
    """Write a result to ``OUT/<scenario>/<hash12>`` and let ``latest`` point to it.

    ``latest`` is a relative link that is replaced in one step.

    Raises
    ------
    StoreError
        If anything cannot be written; then nothing is left behind.
    """
    require_writable(out)
    place = out / result.scenario.name / result.hash[:12]
    latest = place.parent / LATEST
    if latest.is_dir() and not latest.is_symlink():
        raise StoreError(f"{_shown(latest)} is a folder where the link to the last result goes")
    try:
        with _staged(place) as stage:
            _write(result, stage)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{_shown(place)} cannot be written: {reason}; nothing was written"
        raise StoreError(message) from error
    return place


def read(folder: Path) -> Result:
    """Read a result.

    Raises
    ------
    StoreError
        If the folder holds no result, or one in a newer format.
    """
    from pyarrow import ArrowInvalid, csv, parquet

    from sim.scenario import load
    from sim.study.result import Result

    for name in (MANIFEST, *(f"{table}.parquet" for table in TABLES)):
        if not (folder / name).is_file():
            raise StoreError(f"{_shown(folder)} is not a result: it has no {name}")
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if facts["format_version"] > FORMAT:
            raise StoreError(
                f"{_shown(folder)} was written in format {facts['format_version']}; this version "
                f"reads up to {FORMAT}"
            )
        tables = {name: parquet.read_table(folder / f"{name}.parquet") for name in TABLES}
        seen = {
            name: _numbers(csv.read_csv(file))
            for name in VIEWS
            if (file := folder / f"{HISTORY}{name}.csv").exists()
        }
    except (OSError, ValueError, KeyError, TypeError, ArrowInvalid) as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{_shown(folder)} cannot be read as a result: {error}") from error
    return Result(load(facts["scenario"]), facts, tables, seen)


def _page_of(folder: Path) -> str:
    """Return the page of a run, a comparison or a hindcast, made from the tables in its folder."""
    import sim.report.calibration as of_hindcast
    import sim.report.compare as of_comparison
    from sim.report import page

    if (folder / "effects.csv").is_file():
        return of_comparison.page(*_comparison(folder))
    if (folder / "scores.csv").is_file():
        from sim.study.calibration.hindcast import read as read_hindcast

        return of_hindcast.page(read_hindcast(folder))
    return page(read(folder))


def _comparison(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tables and the manifest of a comparison.

    Raises
    ------
    StoreError
        If one is missing or cannot be read.
    """
    import pandas as pd

    # Both may be empty, which is no missing number.
    words = {"month": str, "next": str}
    names = ("effects.csv", "ranking.csv", "sizes.csv", "alone.csv")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = {name: pd.read_csv(folder / name, converters=words) for name in names}
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{_shown(folder)} cannot be read as a comparison: {error}; sim compare makes it anew"
        ) from error
    return tables, manifest


def point_latest(place: Path) -> None:
    """Let ``latest`` beside a folder point to it, in one step.

    Raises
    ------
    StoreError
        If it cannot be set.
    """
    link = place.parent / f".{LATEST}.{uuid4().hex[:8]}"
    try:
        link.symlink_to(place.name)
        link.replace(place.parent / LATEST)
    except OSError as error:
        link.unlink(missing_ok=True)
        raise StoreError(f"{place.parent / LATEST} cannot be set: {error}") from error


def rebuild_report(folder: Path) -> Path:
    """Write the page of a result again, in one step, and return its path.

    Raises
    ------
    StoreError
        If the folder holds no result or cannot be written.
    """
    made = _page_of(folder)
    place = folder / PAGE
    new = folder / f".{PAGE}.{uuid4().hex[:8]}"
    try:
        new.write_text(made, encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise StoreError(f"{_shown(place)} cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
    return place


def _write(result: Result, stage: Path) -> None:
    """Write every file; the large tables go to disk on another thread while pictures are drawn."""
    from sim import report

    text = json.dumps(result.manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (stage / MANIFEST).write_text(text + "\n", encoding="utf-8")
    with ThreadPoolExecutor(1) as pool:
        large = pool.submit(_write_tables, result, stage)
        figure = result.plot()
        curves = report.svg(figure)
        (stage / "adoption_curves.svg").write_text(curves, encoding="utf-8")
        (stage / "adoption_curves.png").write_bytes(report.png(figure))
        nations = report.adoption_nations(result)
        (stage / "adoption_nations.svg").write_text(nations, encoding="utf-8")
        # The page shows the drawing that has just been made.
        page = report.page(result, curves=curves)
        large.result()
    # Last, because the page links to the files that are there.
    (stage / PAGE).write_text(page, encoding="utf-8")


def _write_tables(result: Result, stage: Path) -> None:
    from pyarrow import csv, parquet

    for name in TABLES:
        table = result.tables[name]
        words = [field.name for field in table.schema if not _is_number(field)]
        parquet.write_table(
            table,
            stage / f"{name}.parquet",
            compression="zstd",
            use_dictionary=[*words, "run"],
            write_statistics=[*words, "run"],
        )
    options = csv.WriteOptions(quoting_style="needed")
    csv.write_csv(result.tables["curves"], stage / "curves.csv", options)
    for name, table in result.seen.items():
        csv.write_csv(table, stage / f"{HISTORY}{name}.csv", options)


def _numbers(table: pa.Table) -> pa.Table:
    """Return a table whose empty columns are columns of numbers, which a CSV cannot say."""
    import pyarrow as pa

    types = [pa.float64() if field.type == pa.null() else field.type for field in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))


def _is_number(field: pa.Field) -> bool:
    return str(field.type) in {"double", "int32", "int64"}


@contextmanager
def _staged(place: Path) -> Iterator[Path]:
    """Give a folder to fill beside a place, and put it there when the block ends well."""
    made = _make_folders(place.parent)
    mark = uuid4().hex[:8]
    stage, old, link = (place.parent / f".{name}.{mark}" for name in (place.name, "old", LATEST))
    try:
        stage.mkdir()
        yield stage
        # All that can fail for want of room or rights comes before the first rename.
        link.symlink_to(place.name)
        _swap(stage, place, old)
        link.replace(place.parent / LATEST)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        link.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):  # another run may have put something there
                folder.rmdir()
        raise


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder with those above it and return the new ones, deepest first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            made.insert(0, new)
    except OSError:
        for new in made:
            with suppress(OSError):
                new.rmdir()
        raise
    return made


def _swap(stage: Path, place: Path, aside: Path) -> None:
    """Rename a finished stage to its place; an older result there steps aside until it is done."""
    if place.exists():
        place.rename(aside)
    try:
        stage.rename(place)
    except OSError:
        if aside.exists():
            aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _shown(path: Path) -> str:
    """Return a path as the user would write it: relative where it is below the current folder."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
