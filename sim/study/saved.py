"""Results on disk: one base for every kind, written whole or not at all, sealed, and read back.

How a folder is put in its place is in `sim.study.staging`, what a reader checks before it believes
one in `sim.study.seals`.
"""

from __future__ import annotations

import json
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from sim.errors import InputError, Problem, SimError, StoreError, printable, reason
from sim.study.seals import KINDS, MANIFEST, check_seals, over, read_manifest, seal, shown
from sim.study.staging import LATEST, require_writable, staged

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.drawings import Drawing

PAGE = "report.html"

FOLDER = "export"
"""Folder of a result for what was made of it, where no other is named."""

Writer = Callable[[Path], None]
"""Writes one file at the path that it is given."""


@dataclass(frozen=True, eq=False)
class Saved(ABC):
    """A result of any kind: what it was made of, where it is kept, and how it is written.

    Parameters
    ----------
    manifest : mapping
        As `sim.study.manifest.manifest` returns it.
    folder : Path, optional
        Where the result is kept; None where it was not written.
    unchanged : bool
        Whether it was asked for again, found sound in its place, and read rather than made.
    """

    kind: ClassVar[str]
    always: ClassVar[frozenset[str]]
    """Tables that every result of the kind has, by their file."""

    held: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """File to attribute of the tables that are written as they are; an empty one only if `always`
    has it."""

    later: ClassVar[frozenset[str]] = frozenset()
    """Tables that sound results of the same format lack where they were made before there were any,
    by their file."""

    words: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    """Columns of such tables that hold words, which may be empty in every row."""

    manifest: Mapping[str, Any]
    folder: Path | None = field(default=None, kw_only=True)
    unchanged: bool = field(default=False, kw_only=True)

    @property
    def hash(self) -> str:
        """Names the result: of all that was asked and all that can move a number."""
        return str(self.manifest["hash"])

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG003
        """Return the folders between the one for all results and that of the hash."""
        return (cls.kind,)

    @property
    def where(self) -> tuple[str, ...]:
        """Folders between the one for all results and that of the hash."""
        return self.folders(self.manifest)

    def _tables(self) -> Mapping[str, Writer]:
        """Return what writes each table, by the name of its file; all are sealed."""
        tables = {name: getattr(self, field) for name, field in self.held.items()}
        return {
            name: csv_of(table)
            for name, table in tables.items()
            if name in self.always or len(table)
        }

    @classmethod
    def _read_held(cls, folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Return the tables that a folder holds, by attribute."""
        return {
            field: read_table(folder / name, cls.words.get(name, ()))
            for name, field in cls.held.items()
            if name in manifest["seals"]
        }

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of its figures, for `figure`."""
        return tuple(one.name for one in self._figures() if one.name)

    def figure(self, name: str) -> Drawing:
        """Return one of its figures, which saves itself as PNG, SVG, PDF or a slide.

        >>> result.figure("adoption_curves").save("curves.pdf", slide=True)  # doctest: +SKIP

        Raises
        ------
        InputError
            If it has no figure of this name.
        """
        from sim.report import drawings

        return drawings.named(self, name)

    def _figures(self) -> list[Drawing]:
        """Return the figures of this kind of result."""
        from sim import report

        return report.drawings_of(self)

    def _page(self, drawn: Sequence[Drawing]) -> str:
        """Return the report as one HTML page, with figures as `_figures` returned them."""
        from sim import report

        return report.page_of(self, drawn)

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        """Return the tables that a result with this manifest always has, by their file."""
        return cls.always

    @classmethod
    @abstractmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Self:
        """Return what a folder holds, whose manifest and seals were checked."""

    @property
    def what(self) -> str:
        """What the result is of, in a few words."""
        return "/".join(self.where)

    def __repr__(self) -> str:
        """Say what it is of, which one and where: a notebook need not print its tables."""
        where = "not written" if self.folder is None else shown(self.folder)
        name = self.kind[:1].upper() + self.kind[1:]
        return f"{name} of {self.what}, hash {self.hash[:12]}, {where}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from html import escape

        from sim.report import html_rows
        from sim.study.glance import first_table

        table = first_table(self)
        return f"<p>{escape(repr(self))}</p>" if table is None else html_rows(table, repr(self))

    def place(self, out: Path) -> Path:
        """Return the folder of the result under the one for all results."""
        return out.joinpath(*self.where, self.hash[:12])

    def save(self, out: str | Path = "results") -> Path:
        """Write all files of the result, or nothing.

        Parameters
        ----------
        out : str or Path
            Folder that stands for ``results/``, as ``--out`` does.

        Returns
        -------
        Path
            The result's own folder.

        Raises
        ------
        StoreError
            If something cannot be written; then nothing is left behind.
        """
        place = self.place(Path(out))
        require_writable(Path(out))
        latest = place.parent / LATEST
        if latest.is_dir() and not latest.is_symlink():
            raise StoreError(f"{shown(latest)} is a folder where the link to the last result goes")
        try:
            with staged(place, latest=True) as stage:
                self._write(stage)
        except OSError as error:
            message = f"{shown(place)} cannot be written: {reason(error)}; nothing was written"
            raise StoreError(message) from error
        return place

    def saved(self, out: str | Path | None) -> Self:
        """Return the result with its folder once it is written, or as it is without one."""
        return self if out is None else replace(self, folder=self.save(out))

    def export(self, form: str, out: str | Path | None = None) -> Path:
        """Write the result in the format of other tools, as `sim.export` does."""
        from sim.report import export as formats
        from sim.report.export.about import About

        chosen = formats.known(form)
        if out is None and self.folder is None:
            message = "the result was not written, so that it has no folder"
            raise InputError(Problem(message, path="out", hint="say where to: out=FOLDER"))
        folder = Path(out) if out is not None else self.folder / FOLDER  # type: ignore[operator]  # checked above
        require_writable(folder)
        about = About("-".join((*self.where, self.hash[:12])), self.what, self.manifest)
        tables = self.frames(chosen.reads)
        place = folder / f"{about.name}{chosen.ending}"
        try:
            with staged(place) as stage:
                chosen.write(stage, tables, about)
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"{shown(place)} cannot be written: {reason(error)}") from error
        return place

    def frames(self, wanted: Collection[str] = ()) -> dict[str, pd.DataFrame]:
        """Return the tables of the result by name, as its files hold them.

        Words are text, months ``YYYY-MM``, empty for a whole run; of a table in two forms, that
        with all its figures.

        Parameters
        ----------
        wanted : collection of str
            Only these, as far as there are any; all by default.
        """

        def read(folder: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
            # CSV before Parquet, which has all figures.
            files = sorted(folder / name for name in names)
            mine = [file for file in files if not wanted or file.stem in wanted]
            return {file.stem: _as_text(file) for file in mine if file.suffix in FRAMES}

        if self.folder is not None:
            return read(self.folder, self.manifest["seals"])
        with tempfile.TemporaryDirectory() as folder:
            return read(Path(folder), self.sealed(Path(folder)))

    def sealed(self, folder: Path) -> dict[str, str]:
        """Write the tables into a folder and return the seal of each, by the name of its file."""
        tables = self._tables()
        for name, write in tables.items():
            write(folder / name)
        return {name: seal(folder / name) for name in sorted(tables)}

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read a result that was saved, and check its seals.

        Raises
        ------
        StoreError
            If the folder holds no such result, one in another format, or one that was changed;
            what differs is named.
        """
        place = Path(folder)
        known = read_manifest(place)
        if known["kind"] != cls.kind:
            raise StoreError(f"{shown(place)} holds a {known['kind']}, not a {cls.kind}")
        check_seals(place, known, cls._required(known))
        with _readable(place):
            return replace(cls._of(place, known), folder=place)

    def _write(self, stage: Path) -> None:
        """Write every file into a stage; tables go to disk on a thread while figures are drawn."""
        stage.mkdir()
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(self.sealed, stage)
            drawn = self._figures()
            for name, content in ((n, c) for one in drawn for n, c in one.files.items()):
                (stage / name).write_bytes(content)
            seals = written.result()
        facts = {**self.manifest, "seals": seals, "sealed": over(seals)}
        text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)
        (stage / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (stage / PAGE).write_text(self._page(drawn), encoding="utf-8")


def csv_of(table: pd.DataFrame) -> Writer:
    """Return what writes a table as CSV."""

    def write(path: Path) -> None:
        table.to_csv(path, index=False)

    return write


def read(folder: str | Path) -> Saved:
    """Read a result of any kind.

    Raises
    ------
    StoreError
        As `Saved.read`.
    """
    place = Path(folder)
    return kind_of(read_manifest(place)).read(place)


def kind_of(manifest: Mapping[str, Any]) -> type[Saved]:
    """Return the class of the results of a manifest's kind."""
    import importlib

    module, _, name = KINDS[manifest["kind"]][0].partition(":")
    found: type[Saved] = getattr(importlib.import_module(module), name)
    return found


def read_table(path: Path, words: Collection[str] = ()) -> pd.DataFrame:
    """Return a table that `csv_of` wrote: an empty word is a word, an empty number is missing.

    Parameters
    ----------
    path : Path
    words : collection of str
        Columns of words that may be empty in every row, so that nothing shows what they are.
    """
    import pandas as pd

    # A word such as NA or null is a name like any other.
    types = dict.fromkeys(words, "str")
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=types)
    texts = [name for name in table.columns if pd.api.types.is_string_dtype(table[name])]
    return table.assign(**{name: table[name].fillna("") for name in texts})


FRAMES = (".csv", ".parquet")
"""Ends of the names of tables that are frames."""


def _as_text(file: Path) -> pd.DataFrame:
    """Return the table of a file, with words as text."""
    import pandas as pd

    if file.suffix == ".csv":
        return read_table(file)
    table = pd.read_parquet(file)
    texts = table.select_dtypes(["category", "object", "string"]).columns
    return table.assign(**{name: table[name].astype("str").fillna("") for name in texts})


def plain_scenario(given: object) -> Mapping[str, Any]:
    """Return a scenario of a manifest, which must be a plain mapping.

    A text there would be taken for the name or the path of a file.

    Raises
    ------
    StoreError
        If it is anything else.
    """
    if not isinstance(given, Mapping):
        raise StoreError(f"the manifest holds a {type(given).__name__} in place of a scenario")
    return given


def rebuild_report(folder: Path) -> Path:
    """Write the page of a result of any kind again, in one step, and return its path.

    Raises
    ------
    StoreError
        If the folder holds no result, a changed one, or cannot be written.
    """
    found = read(folder)
    with _readable(folder):
        made = found._page(found._figures())  # noqa: SLF001 - of this module's own base
    return write_page(folder, PAGE, made)


def write_page(folder: Path, name: str, made: str) -> Path:
    """Write a page into the folder of a result, in one step, and return its path.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    place = folder / name
    new = folder / f".{name}.{uuid4().hex[:8]}"
    try:
        new.write_text(made, encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise StoreError(f"{shown(place)} cannot be written: {reason(error)}") from error
    finally:
        new.unlink(missing_ok=True)
    return place


@contextmanager
def _readable(place: Path) -> Iterator[None]:
    """Turn whatever is wrong with the files of a result into one clear message."""
    try:
        yield
    except StoreError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError,
            SimError) as error:  # fmt: skip
        # Arrow says some faults in several lines, and repeats bytes that it did not expect.
        said = printable(" ".join(str(error).split()))
        raise StoreError(f"{shown(place)} cannot be read as a result: {said}") from error
