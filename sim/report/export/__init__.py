"""Results for other tools: one function a format, each of plain tables and a manifest.

==========  =====================================================================================
`iamc`      one wide CSV file by region, variable and year, as pyam and scenario databases read it
`netcdf`    labelled arrays over run, month, group and ecosystem, as xarray reads them
`texts`     every table as CSV beside a description of its columns (a Frictionless data package)
`workbook`  every table as a sheet of one Excel file behind a read-me
==========  =====================================================================================

Tables are data frames by name, with words as text and months as ``YYYY-MM``, empty for a whole run.
Nothing here knows a kind of result: a format takes the tables that it can, and says what it lacks.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import InputError, Problem, cited, nearest

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.export.about import About

__all__ = ["FORMATS", "Format", "known"]

Write = Callable[[Path, "Mapping[str, pd.DataFrame]", "About"], None]


class Format(NamedTuple):
    """A form in which results are handed over.

    Parameters
    ----------
    module : str
        Module of this room whose ``write`` makes it.
    ending : str
        End of the name of what is made: a file, or a folder where there is no dot.
    reads : tuple of str
        Tables that it reads where they are there; all if empty.
    """

    module: str
    ending: str
    reads: tuple[str, ...] = ()

    @property
    def write(self) -> Write:
        """What writes tables at a path."""
        found: Write = importlib.import_module(f"sim.report.export.{self.module}").write
        return found


FORMATS: Mapping[str, Format] = {
    "iamc": Format("iamc", "-iamc.csv", ("curves", "outcomes", "effects")),
    "netcdf": Format("netcdf", ".nc", ("runs", "curves", "outcomes", "effects", "design")),
    "csv": Format("texts", "-csv"),
    "xlsx": Format("workbook", ".xlsx"),
}


def known(form: str) -> Format:
    """Return the format of a name.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if form not in FORMATS:
        hint = nearest(form, FORMATS) or f"one of {', '.join(FORMATS)}"
        raise InputError(Problem(f"no format is called {cited(form)}", path="format", hint=hint))
    return FORMATS[form]
