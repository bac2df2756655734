"""Results on disk: one base for every kind, written whole or not at all, sealed, and read back.

A result is staged in a hidden folder beside its place and renamed when every file is there, so a
reader never meets half of one; whatever fails, the stage and the folders made for it are removed.
What a reader checks before it believes a folder is in `sim.study.seals`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from sim.errors import SimError, StoreError, cited, printable
from sim.study.seals import KINDS, MANIFEST, check_seals, over, read_manifest, seal, shown

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.drawings import Drawing

LATEST = "latest"
PAGE = "report.html"

LEFTOVER = 86_400.0
"""Seconds after which a stage is nobody's: its process may run on another machine."""

_STAGE = re.compile(r"\..+\.(\d+)-[0-9a-f]{8}")
"""Hidden name of what is staged: what it is for, its process, and something random."""

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

    manifest: Mapping[str, Any]
    folder: Path | None = field(default=None, kw_only=True)
    unchanged: bool = field(default=False, kw_only=True)

    @property
    def hash(self) -> str:
        """Names the result: of all that was asked and all that can move a number."""
        return str(self.manifest["hash"])

    @classmethod
    @abstractmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folders between the one for all results and that of the hash."""

    @property
    def where(self) -> tuple[str, ...]:
        """Folders between the one for all results and that of the hash."""
        return self.folders(self.manifest)

    @abstractmethod
    def _tables(self) -> Mapping[str, Writer]:
        """Return what writes each table, by the name of its file; all are sealed."""

    def _figures(self) -> list[Drawing]:
        """Return the figures of this kind of result."""
        from sim import report

        return report.drawings_of(self)

    def _page(self, drawn: Sequence[Drawing]) -> str:
        """Return the report as one HTML page, with figures as `_figures` returned them."""
        from sim import report

        return report.page_of(self, drawn)

    @classmethod
    @abstractmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:
        """Return the tables that a result with this manifest always has, by their file."""

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
            with staged(place) as stage:
                self._write(stage)
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"{shown(place)} cannot be written: {reason}; nothing was written"
            raise StoreError(message) from error
        return place

    def saved(self, out: str | Path | None) -> Self:
        """Return the result with its folder once it is written, or as it is without one."""
        return self if out is None else replace(self, folder=self.save(out))

    def export(self, form: str, out: str | Path | None = None) -> Path:
        """Write the result in the format of other tools, as `sim.study.export.export` does."""
        from sim.study.export import export

        return export(self, form, out)

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
        tables = self._tables()
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(lambda: [write(stage / name) for name, write in tables.items()])
            drawn = self._figures()
            for name, content in ((n, c) for one in drawn for n, c in one.files.items()):
                (stage / name).write_bytes(content)
            written.result()
        seals = {name: seal(stage / name) for name in sorted(tables)}
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


def point_latest(place: Path) -> None:
    """Let ``latest`` beside a folder point to it, in one step.

    Raises
    ------
    StoreError
        If it cannot be set.
    """
    link = place.parent / f".{LATEST}.{os.getpid()}-{uuid4().hex[:8]}"
    try:
        link.symlink_to(place.name)
        link.replace(place.parent / LATEST)
    except OSError as error:
        link.unlink(missing_ok=True)
        raise StoreError(f"{shown(place.parent / LATEST)} cannot be set: {error}") from error


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
        raise StoreError(f"{shown(place)} cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
    return place


def require_writable(out: Path) -> None:
    """Refuse at once what could not be written after minutes of work.

    Raises
    ------
    StoreError
        If the folder, or the first one above it that exists, is no folder or may not be written,
        a name is too long or the path is no text in UTF-8.
    """
    missing: list[str] = []
    try:
        place = out.absolute()
        while not (place.exists() or place.is_symlink()):
            missing.append(place.name)
            place = place.parent
        longest = os.pathconf(place, "PC_NAME_MAX")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError):
            reason = "the current folder does not exist any more"
        raise StoreError(f"{cited(str(out))} cannot be written: {reason}") from error
    whole = str(out.absolute())
    try:
        whole.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{printable(whole)} cannot be written: its name is no text in UTF-8; "
            "choose another folder"
        ) from error
    if not place.is_dir():
        raise StoreError(f"{shown(out)} cannot be written: {shown(place)} is not a folder")
    for name in missing:
        if len(os.fsencode(name)) > longest:
            raise StoreError(f"{cited(str(out))} cannot be written: {cited(name)} is too long")
    if not os.access(place, os.W_OK | os.X_OK):
        raise StoreError(f"{shown(out)} cannot be written: no permission in {shown(place)}")


@contextmanager
def _readable(place: Path) -> Iterator[None]:
    """Turn whatever is wrong with the files of a result into one clear message."""
    try:
        yield
    except StoreError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SimError) as error:
        raise StoreError(f"{shown(place)} cannot be read as a result: {error}") from error


@contextmanager
def staged(place: Path) -> Iterator[Path]:
    """Give a folder to fill beside a place, and put it there when the block ends well."""
    made = make_folders(place.parent)
    _remove_leftovers(place.parent)
    mark = f"{os.getpid()}-{uuid4().hex[:8]}"
    stage, old, link = (place.parent / f".{name}.{mark}" for name in (place.name, "old", LATEST))
    try:
        stage.mkdir()
        yield stage
        # All that can fail for want of room or rights comes before the first rename.
        link.symlink_to(place.name)
        swap(stage, place, old)
        link.replace(place.parent / LATEST)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        link.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):  # another run may have put something there
                folder.rmdir()
        raise


def _remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed have staged: older than a day, by nobody alive."""
    for entry in folder.iterdir():
        found = _STAGE.fullmatch(entry.name)
        if found is None or _is_alive(int(found[1])):
            continue
        with suppress(FileNotFoundError):  # another process may be at it
            if time.time() - entry.lstat().st_mtime < LEFTOVER:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        return True
    return True


def make_folders(folder: Path) -> list[Path]:
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


def swap(stage: Path, place: Path, aside: Path) -> None:
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
