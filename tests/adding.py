"""A copy of the project in which something was added, and what runs in it.

Whoever adds a thing edits some files; how many is what the examples show. Their edits are made in a
copy, which runs in a process of its own, because tables are read once when the package is imported.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("sim", "scenarios", "tests/world")

Edits = Mapping[str, str | tuple[str, str]]
"""By file: lines that are put at its end, or a text in it and what stands in its place."""


def added(folder: Path, edits: Edits) -> Path:
    """Copy the project to a folder and make the edits there."""
    for part in COPIED:
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "studies")
        )
    for name, edit in edits.items():
        place = folder / name
        text = place.read_text(encoding="utf-8")
        if isinstance(edit, str):
            text += edit
        else:
            before, after = edit
            assert text.count(before) == 1, (name, before)
            text = text.replace(before, after)
        place.write_text(text, encoding="utf-8")
    return folder


def said(folder: Path, script: str) -> object:
    """Run a script in a copy and return what it printed, which is JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder)}, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
