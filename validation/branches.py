"""Which branches of the package the tests take: ``python -m validation.branches [ROOM ...]``.

The tests of each room that `make test` runs are run under coverage.py, one room after the other,
and what they reached is put together. Machine code cannot be watched: the rules count through the
small worlds of ``tests/world/test_uncompiled.py``, which a process of its own runs as plain Python.
Of every file in which fewer than 95 % of branches are taken, `REASONS` says why; without a reason
it is an end with 1. About an hour on one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "branches"
REASONS = Path(__file__).with_name("branches.csv")
"""Files in which fewer branches are taken than `WANTED`, each with its reason."""

WANTED = 0.95


def rooms() -> list[str]:
    """Return the folders of tests, and the files of tests beside them."""
    tests = ROOT / "tests"
    folders = (place.parent.relative_to(tests).parts[0] for place in tests.glob("*/**/test_*.py"))
    return sorted({*folders, *(file.name for file in tests.glob("test_*.py"))})


def run(chosen: Sequence[str] = (), say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Run the tests of some rooms, all by default, and return what was reached so far.

    Parameters
    ----------
    chosen : sequence of str
        Rooms; of the others counts what an earlier run left in ``build/branches``.
    say : callable
        Takes a line for each room.

    Returns
    -------
    dict
        ``rooms`` with the seconds, the tests and the failures of each; ``branches`` and ``taken``,
        ``lines`` and ``run`` of the whole package; ``files`` with the same of each.
    """
    for room in chosen or rooms():
        say(room)
        _measure(room)
    return _together()


def _measure(room: str) -> None:
    """Run the tests of a room under coverage.py, and keep its data and its counts."""
    place = BUILD / room
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    began = time.monotonic()
    report = place / "tests.xml"
    command = [
        sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "-m", "not long", f"--junit-xml={report}", f"tests/{room}",
    ]  # fmt: skip
    more = {"COVERAGE_FILE": str(place / "data"), "HYPOTHESIS_PROFILE": "ci"}
    with (place / "said.txt").open("w", encoding="utf-8") as said:
        subprocess.run(command, cwd=ROOT, env=os.environ | more, check=False, stdout=said)
    counts = _tests(report) | {"seconds": round(time.monotonic() - began)}
    (place / "counts.json").write_text(json.dumps(counts), encoding="utf-8")


def _tests(report: Path) -> dict[str, int]:
    """Return how many tests a report of pytest has, how many failed and how many were skipped."""
    from xml.etree import ElementTree as ET

    suite = next(ET.parse(report).iter("testsuite"))  # noqa: S314 - pytest wrote it just now
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return {"tests": int(suite.get("tests", 0)), "failed": failed,
            "skipped": int(suite.get("skipped", 0))}  # fmt: skip


def _together() -> dict[str, Any]:
    """Return what the data of all rooms say together."""
    done = sorted(place.parent for place in BUILD.glob("*/counts.json"))
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder) / "data", Path(folder) / "report.json"
        parts = [str(part) for place in done for part in sorted(place.glob("data.*"))]
        environment = os.environ | {"COVERAGE_FILE": str(data)}
        for words in (["combine", "--keep", "-q", *parts], ["json", "-q", "-o", str(report)]):
            command = [sys.executable, "-m", "coverage", *words]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))
    files = {name: _counts(file["summary"]) for name, file in sorted(found["files"].items())}
    counts = {p.name: json.loads((p / "counts.json").read_text(encoding="utf-8")) for p in done}
    return {"rooms": counts, **_counts(found["totals"]), "files": files}


def _counts(summary: dict[str, Any]) -> dict[str, int]:
    return {
        "branches": summary["num_branches"], "taken": summary["covered_branches"],
        "lines": summary["num_statements"], "run": summary["covered_lines"],
    }  # fmt: skip


def part(counts: dict[str, int]) -> float:
    """Return the part of branches that are taken; of a file without any, the part of lines."""
    if counts["branches"]:
        return counts["taken"] / counts["branches"]
    return counts["run"] / counts["lines"] if counts["lines"] else 1.0


def reasons() -> dict[str, str]:
    """Return why fewer branches are taken in some files, by their path."""
    with REASONS.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["reason"] for row in csv.DictReader(file)}


def unexplained(found: dict[str, Any]) -> list[str]:
    """Return the files in which fewer branches than `WANTED` are taken, without a reason."""
    known = reasons()
    return [name for name, file in found["files"].items()
            if part(file) < WANTED and name not in known]  # fmt: skip


def _said(text: str) -> None:
    print(f"branches: {text}", file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> int:
    """Print the counts as one JSON object; end with 1 where a file lacks branches and a reason."""
    parser = argparse.ArgumentParser(prog="python -m validation.branches", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="folders below tests")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the counts are kept")
    asked = parser.parse_args(words)
    found = run(asked.rooms, _said)
    text = json.dumps(found, indent=1)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    left = unexplained(found)
    for name in left:
        counts = found["files"][name]
        _said(f"{name}: {100 * part(counts):.0f} % of {counts['branches']} branches, no reason")
    return bool(left)


if __name__ == "__main__":
    sys.exit(main())
