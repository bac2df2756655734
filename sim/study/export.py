"""A result of any kind in the formats of other tools."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sim.errors import InputError, Problem, StoreError
from sim.report import export as formats
from sim.report.export.about import About
from sim.study import saved
from sim.study.seals import shown

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "export"
"""Folder of a result for what was made of it, where no other is named."""


def export(result: saved.Saved | str | Path, form: str, out: str | Path | None = None) -> Path:
    """Write a result in the format of other tools.

    Parameters
    ----------
    result : result or path
        Of any kind, or its folder, whose seals are checked.
    form : {"iamc", "netcdf", "csv", "xlsx"}
        ``iamc``: one CSV file by region, variable and December. ``netcdf``: arrays over run, month,
        group and ecosystem. ``csv``: a folder with every table and ``datapackage.json``. ``xlsx``:
        one workbook. The first two need a table by month and group: runs, sweeps and what is made
        from them, and comparisons have one.
    out : str or Path, optional
        Folder to write into; ``export`` in the folder of the result by default.

    Returns
    -------
    Path
        The file, or for ``csv`` the folder. One of before is replaced.

    Raises
    ------
    InputError
        If the format is unknown, the result has no table for it, or was not written and no folder
        is named.
    StoreError
        If the result cannot be read, something cannot be written, or a package is missing.
    """
    chosen = formats.known(form)
    given = result if isinstance(result, saved.Saved) else saved.read(result)
    if out is None and given.folder is None:
        message = "the result was not written, so that it has no folder"
        raise InputError(Problem(message, path="out", hint="say where to: out=FOLDER"))
    folder = Path(out) if out is not None else given.folder / FOLDER  # type: ignore[operator]  # checked above
    saved.require_writable(folder)
    about = About("-".join((*given.where, given.hash[:12])), given.what, given.manifest)
    tables = tables_of(given, chosen.reads)
    place = folder / f"{about.name}{chosen.ending}"
    _placed(place, lambda stage: chosen.write(stage, tables, about))
    return place


def tables_of(result: saved.Saved, wanted: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the tables of a result by name, as its files hold them.

    Words are text, months ``YYYY-MM``, empty for a whole run.

    Parameters
    ----------
    result : result
        Of any kind.
    wanted : collection of str
        Only these, as far as there are any; all by default.
    """

    def read(folder: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
        files = [folder / name for name in names]
        return _read(file for file in files if not wanted or file.stem in wanted)

    if result.folder is not None:
        return read(result.folder, result.manifest["seals"])
    with tempfile.TemporaryDirectory() as folder:
        writers = result._tables()  # noqa: SLF001 - of the same base
        for name, write in writers.items():
            write(Path(folder) / name)
        return read(Path(folder), writers)


def _read(files: Iterable[Path]) -> dict[str, pd.DataFrame]:
    """Return tables by name; of one in two forms, that with all its figures."""
    import pandas as pd

    found: dict[str, pd.DataFrame] = {}
    for file in sorted(files):  # CSV before Parquet
        if file.suffix == ".csv":
            found[file.stem] = saved.read_table(file)
        elif file.suffix == ".parquet":
            table = pd.read_parquet(file)
            texts = table.select_dtypes(["category", "object", "string"]).columns
            plain = {name: table[name].astype("str").fillna("") for name in texts}
            found[file.stem] = table.assign(**plain)
    return found


def _placed(place: Path, write: Callable[[Path], None]) -> None:
    """Write beside a place and put it there when it is whole; nothing is left of a failure."""
    folder = place.parent
    # Named as other stages are, so that what a killed process leaves can be told.
    stage = folder / f".{place.name}.{os.getpid()}-{uuid4().hex[:8]}"
    new: list[Path] = []
    try:
        new = saved.make_folders(folder)
        stage.mkdir()
        write(stage / place.name)
        saved.swap(stage / place.name, place, stage / "before")
        new = []
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        reason = error.strerror or str(error)
        raise StoreError(f"{shown(place)} cannot be written: {reason}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        for one in new:
            with suppress(OSError):  # another process may have put something there
                one.rmdir()
