"""The examples of the pages, run as a reader would run them.

Every page is one session in an empty folder, from top to bottom:

``console``
    Lines that begin with ``$`` are commands; what follows is what they print on a terminal of 96
    columns. ``make run`` stands for the command in its recipe.
``python``
    With prompts, a session whose output is shown as `doctest` would compare it; without, a script
    that must run. All of a page share their names.
``yaml``, ``csv``
    A comment ``<!-- file: NAME -->`` in the line above writes the block to that file first.

A comment ``<!-- shown: 1-8 -3 -->`` above a console block keeps those lines of the output (a
negative number counts from the end) and puts ``...`` where others were left out. Names of results,
which are hashes, are written ``...`` too.

`renewed` returns the page with the outputs of today. The test compares it with the page as it is;
``python -m making`` writes it.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from typing import Any

from sim.metrics import registry

ROOT = Path(__file__).parents[1]
COLUMNS = 96
_FENCE = re.compile(
    r"(?P<above>(?:<!-- (?:file|shown): [^\n]+ -->\n)?)```(?P<kind>console|python|yaml|csv)\n"
    r"(?P<body>.*?)```\n",
    re.DOTALL,
)
_ABOVE = re.compile(r"<!-- (file|shown): ([^\n]+) -->\n")
_HASH = re.compile(r"(?<=[/-])[0-9a-f]{12}\b|\b[0-9a-f]{64}\b")
_RANGE = re.compile(r"(-?\d+)(?:-(\d+))?")


@dataclass
class Session:
    """What the examples of one page share: a folder and the names of its Python."""

    folder: Path
    names: dict[str, Any]


def renewed(text: str) -> str:
    """Return a page with the output of every example as it is today."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), _own_metrics_left():
        session = Session(Path(folder), {"__name__": "__main__"})
        return _FENCE.sub(lambda match: _renew(match, session), text)


@contextlib.contextmanager
def _own_metrics_left() -> Iterator[None]:
    """Take out again what a page adds to the metrics, which later runs would measure too."""
    before = registry.added()
    try:
        yield
    finally:
        for name in registry.added().keys() - before.keys():
            registry.forget(name)


def has_examples(text: str) -> bool:
    """Return whether a page holds anything that can be run."""
    return any(match["kind"] in ("console", "python") for match in _FENCE.finditer(text))


def bodies(text: str, kind: str) -> list[str]:
    """Return what stands in the blocks of a kind, in their order.

    Parameters
    ----------
    text : str
        Of a page.
    kind : str
        ``console``, ``python``, ``yaml`` or ``csv``.
    """
    return [match["body"] for match in _FENCE.finditer(text) if match["kind"] == kind]


def files(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file that a page writes."""
    for match in _FENCE.finditer(text):
        above = _ABOVE.fullmatch(match["above"])
        if above and above[1] == "file":
            yield above[2], match["body"]


def _renew(match: re.Match[str], session: Session) -> str:
    above = _ABOVE.fullmatch(match["above"])
    body = match["body"]
    if match["kind"] in ("yaml", "csv"):
        if above and above[1] == "file":
            place = session.folder / above[2]
            place.parent.mkdir(exist_ok=True)
            place.write_text(body, encoding="utf-8")
    elif match["kind"] == "console":
        shown = above[2] if above and above[1] == "shown" else ""
        body = "\n".join(_console(body, shown)) + "\n"
    else:
        body = _python(body, session)
    return f"{match['above']}```{match['kind']}\n{body}```\n"


def _console(body: str, shown: str) -> Iterator[str]:
    """Yield the commands of a block, each with what it prints."""
    for line in body.splitlines():
        if line.startswith("$ "):
            yield line
            yield from _kept(command(line[2:]).splitlines(), shown)


def command(line: str) -> str:
    """Return what a command prints on a terminal, its error messages last.

    Raises
    ------
    ValueError
        If it is no command of this project.
    """
    words = shlex.split(recipe() if line == "make run" else line)
    if words[0] != "sim":
        raise ValueError(f"an example may call sim or make run, not {line!r}")
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    process = subprocess.Popen(  # noqa: S603 - this project's own command
        [sys.executable, "-m", "sim", *words[1:]],
        stdout=theirs,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1"}
        | {"COLUMNS": str(COLUMNS)},  # a test runner's own would come before the terminal's
    )
    os.close(theirs)
    printed = _drained(ours)
    _, said = process.communicate()
    text = printed.decode().replace("\r\n", "\n") + said.decode()
    return _HASH.sub("...", text)


def recipe() -> str:
    """Return the command that ``make run`` runs."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^run:.*\n\t@\$\(BIN\)/(sim .*)$", makefile, re.MULTILINE)
    if found is None:
        raise ValueError("the Makefile has no recipe for run that calls sim")
    return found[1]


def _drained(handle: int) -> bytes:
    """Return all that is written to a terminal until its other end is closed."""
    parts = []
    with open(handle, "rb", buffering=0) as terminal:
        while True:
            try:
                part = terminal.read(65536)
            except OSError:  # Linux says so where others return nothing
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts)


def _kept(lines: list[str], shown: str) -> list[str]:
    """Return the chosen lines, with ``...`` for each run of others."""
    while lines and not lines[-1].strip():
        lines.pop()
    if not shown:
        return lines
    wanted = set()
    for first, last in _RANGE.findall(shown):
        start = int(first) if int(first) > 0 else len(lines) + 1 + int(first)
        wanted |= set(range(start, int(last or start) + 1))
    kept = []
    for number, line in enumerate(lines, start=1):
        if number in wanted:
            kept.append(line)
        elif not kept or kept[-1] != "...":
            kept.append("...")
    return kept


def _python(body: str, session: Session) -> str:
    """Return a session with its output of today; a script is run and returned as it is."""
    if ">>> " not in body:
        exec(compile(body, "<example>", "exec"), session.names)  # noqa: S102 - our own pages
        return body
    parts = []
    for part in doctest.DocTestParser().parse(body):
        if isinstance(part, str):
            parts.append(part)
        else:
            lines = part.source.splitlines()
            if lines[-1].startswith(" "):  # what closes a block at a prompt, which doctest drops
                lines.append("")
            prompts = [">>> ", *["... "] * (len(lines) - 1)]
            parts += [f"{p}{line}".rstrip() + "\n" for p, line in zip(prompts, lines, strict=True)]
            parts.append(_output(part.source, session))
    return "".join(parts)


def _output(source: str, session: Session) -> str:
    """Return what one statement prints."""
    store = io.StringIO()
    with contextlib.redirect_stdout(store):
        try:
            exec(compile(source, "<example>", "single"), session.names)  # noqa: S102 - our pages
        except Exception as error:  # noqa: BLE001 - an example may show any error
            last = traceback.format_exception_only(error)[-1]
            store.write(f"Traceback (most recent call last):\n  ...\n{last}")
    return _HASH.sub("...", store.getvalue())
