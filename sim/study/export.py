"""A result of any kind in the formats of other tools."""

from __future__ import annotations

from pathlib import Path

from sim.report.export import known
from sim.study import saved


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
    known(form)  # before anything is read
    given = result if isinstance(result, saved.Saved) else saved.read(result)
    return given.export(form, out)
