"""A new command is three places: its function, what it prints, and its line in the walk.

The walk over all pairs of options is `test_together`; it meets the new command like any other.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment

ROOT = Path(__file__).parents[2]

PRINTED = '''"""``sim members``: the nations of a group."""

from __future__ import annotations

from sim.cli.kinds import Fields


def members(group: str) -> list[Fields]:
    """Return the nations of a group with their developers."""
    from sim.cli import catalogue

    return list(catalogue.find(f"groups.{group}")["members"])
'''
COMMAND = '''

@command()
def members(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="A group of nations.")],
    json: Json = False,
    quiet: Bare = False,
) -> None:
    """List the nations of a group."""
    from sim.cli import members

    columns = ("nation",) if quiet else ("nation", "developers", "title")
    show = partial(output.print_rows, columns=columns)
    output.finish(members.members(group), list, show, json=json)
'''
START = '"members": ["members", "brics"],'


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Copy the package and the walk, and add a command to both."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "sim", tree / "sim")
    walk = (ROOT / "tests" / "cli" / "test_together.py").read_text(encoding="utf-8")
    assert walk.count("START = {") == 1
    (tree / "test_together.py").write_text(walk.replace("START = {", f"START = {{{START}"))
    (tree / "sim" / "cli" / "members.py").write_text(PRINTED)
    with (tree / "sim" / "cli" / "app.py").open("a") as app:
        app.write(COMMAND)
    return tree


CALLED = """
import contextlib, io, json, sys
import sim.cli

printed = {}
for line in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = sim.cli._exit_code(line.split())
    assert code == 0, line
    printed[line] = out.getvalue()
print(json.dumps(printed))
"""
"""Calls command lines one after the other in one process, and prints what each printed."""


@pytest.fixture(scope="module")
def python(tree):
    """Run Python in the copied tree as a process and return what it printed."""

    def call(*words, **more):
        done = subprocess.run(
            [sys.executable, *words], cwd=tree, capture_output=True, text=True,
            env=environment(PYTHONPATH=str(tree), **more), check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="module")
def printed(python):
    """Return what command lines with the new command print, by line."""
    with_options = [f"members brics{more}" for more in ("", " --json", " --quiet")]
    both = "members brics --json --quiet"
    return json.loads(python("-c", CALLED, "--help", "members --help", *with_options, both))


def test_it_stands_in_the_help(printed):
    assert "  members      List the nations of a group.\n" in printed["--help"]
    assert "A group of nations." in printed["members --help"]


def test_it_obeys_json_and_quiet(printed):
    found = json.loads(printed["members brics --json"])
    codes = [row["nation"] for row in found]
    assert {"BRA", "CHN", "IND"} <= set(codes)
    assert printed["members brics --quiet"].split() == codes
    assert printed["members brics"].splitlines()[0].split()[0] == codes[0]
    assert json.loads(printed["members brics --json --quiet"]) == found


def test_it_passes_the_walk_over_all_commands(python):
    walk = "test_together.py::test_an_option_acts_beside_every_other_or_is_refused[members]"
    words = ("-q", "-p", "no:cacheprovider", "-c", "/dev/null", walk)
    every = "test_together.py::test_every_command_is_walked"
    # Without the plug-ins of the other tests, which the walk does not need and has to load.
    done = python("-m", "pytest", *words, every, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert "2 passed" in done
