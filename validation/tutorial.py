"""The steps of the tutorial, typed in a shell of a fresh clone: each takes less than five minutes.

``python -m validation.tutorial`` clones the last commit, sets the clone up with ``make run`` and an
empty cache, as a newcomer would, runs what each step says, and prints how long it took. It exits 1
where a step fails or takes longer. ``--here`` installs nothing: the clone is run by this Python.
What the steps print is compared by `tests/making/test_examples.py`.
"""

from __future__ import annotations

import argparse
import doctest
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from making import examples, pages

PAGE = "docs/tutorial.md"
LIMIT = 300.0
"""Seconds that a step may take."""

SET_UP = 1800.0
"""Seconds that the set-up may take, which is no step: it downloads and compiles."""


class Taken(NamedTuple):
    """How long something took, and why it failed; empty where it did not."""

    seconds: float
    failure: str


def steps(text: str) -> dict[str, str]:
    """Return the shell script of each numbered section of a page that has examples, by its title.

    Parameters
    ----------
    text : str
        Of the page.
    """
    _, *sections = f"\n{text}".split("\n## ")
    scripts = {}
    for section in sections:
        title = section.partition("\n")[0]
        if title[:1].isdigit() and examples.has_examples(section):
            scripts[title] = "set -eu\n" + "".join(_lines(section))
    return scripts


def _lines(section: str) -> Iterator[str]:
    """Yield what a reader does: write the files, type the commands, then the Python in one go."""
    for name, body in examples.files(section):
        yield _fed(f"cat > {name}", body)
    for body in examples.bodies(section, "console"):
        for line in body.splitlines():
            if line.startswith("$ "):
                yield line[2:] + "\n"
    parts = [_source(body) for body in examples.bodies(section, "python")]
    if parts:
        yield _fed("python -", "".join(parts))


def _fed(command: str, body: str) -> str:
    return f"{command} <<'END OF BLOCK'\n{body}END OF BLOCK\n"


def _source(body: str) -> str:
    """Return the statements of a session without prompts, and a script as it is."""
    session = doctest.DocTestParser().get_examples(body)
    return "".join(example.source for example in session) if session else body


def taken(script: str, folder: Path, limit: float, environment: Mapping[str, str]) -> Taken:
    """Run a script in a shell and return how long it took and how it ended.

    Parameters
    ----------
    script : str
        For ``bash``.
    folder : Path
        Where it is run.
    limit : float
        Seconds after which it is ended.
    environment : mapping
        Beside that of this process.
    """
    began, failure = time.perf_counter(), ""
    try:
        done = subprocess.run(
            ["/bin/bash"], input=script, cwd=folder, env=os.environ | environment, timeout=limit,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        failure = f"took more than {limit:.0f} seconds"
    else:
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            failure = f"exit code {done.returncode}: {said[-1] if said else 'nothing was said'}"
    return Taken(round(time.perf_counter() - began, 1), failure)


def run(page: str = PAGE, *, here: bool = False) -> dict[str, Taken]:
    """Run the steps of a page in a fresh clone and return what each took, the set-up first.

    Parameters
    ----------
    page : str
        By its path in the repository.
    here : bool
        Whether this Python runs the clone, which then is only compiled beforehand.
    """
    with tempfile.TemporaryDirectory() as place:
        clone, desk = Path(place) / "clone", Path(place) / "desk"
        desk.mkdir()
        command = ["git", "clone", "--quiet", str(pages.ROOT), str(clone)]
        subprocess.run(command, check=True)
        if here:
            environment, set_up = _borrowed(clone, desk), "sim run baseline --runs 1"
        else:
            environment = {
                "SIM_CACHE_DIR": str(Path(place) / "cache"),
                "PATH": os.pathsep.join((str(clone / ".venv" / "bin"), os.environ["PATH"])),
                "PYTHONPATH": "",
            }
            set_up = "make run"
        found = {"Set-up": taken(set_up, clone, SET_UP, environment)}
        if not found["Set-up"].failure:
            for title, script in steps((clone / page).read_text(encoding="utf-8")).items():
                found[title] = taken(script, desk, LIMIT, environment)
    return found


def _borrowed(clone: Path, desk: Path) -> dict[str, str]:
    """Put commands on the path by which this Python runs a clone."""
    tools = desk.with_name("bin")
    tools.mkdir()
    for name, words in (("python", ""), ("sim", " -m sim")):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
        tool.chmod(0o755)
    path = os.pathsep.join((str(tools), os.environ["PATH"]))
    return {"PATH": path, "PYTHONPATH": str(clone)}


def require_short(found: Mapping[str, Taken]) -> None:
    """End with a sentence on what failed, if anything did."""
    failed = [f"{title}: {each.failure}" for title, each in found.items() if each.failure]
    if failed:
        sys.exit("\n".join(failed))


def main(words: list[str] | None = None) -> None:
    """Print how long each step takes."""
    parser = argparse.ArgumentParser(prog="python -m validation.tutorial", description=__doc__)
    parser.add_argument("--here", action="store_true", help="run the clone by this Python")
    found = run(here=parser.parse_args(words).here)
    wide = max(map(len, found))
    for title, each in found.items():
        print(f"{title:{wide}}  {each.seconds:6.1f} s  {'failed' if each.failure else 'done'}")
    require_short(found)


if __name__ == "__main__":
    main()
