"""Files that lie in the current folder are data: nothing there is ever executed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import StoreError
from sim.study.staging import require_writable
from sim.world import warmup
from tests.cli.conftest import ROOT, environment

SCRIPT = "from sim.cli import main\n\nif __name__ == '__main__':\n    main()\n"
SHORT = ("--nations", "BRA,CHN,USA", "--until", "2023-06")


@pytest.fixture
def trap(tmp_path):
    """Return a folder whose modules leave a mark when they are executed, and the mark's place."""
    mark = tmp_path / "executed"
    folder = tmp_path / "downloaded"
    (folder / "sim").mkdir(parents=True)
    text = f"open({str(mark)!r}, 'a').write(__file__ + '\\n')\n"
    for name in ("struct.py", "random.py", "sim/__init__.py"):
        (folder / name).write_text(text)
    return folder, mark


def as_installed(tmp_path, folder, *words):
    """Run ``sim`` as its installed script does: with the script's folder first on the path."""
    script = tmp_path / "bin" / "sim.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(SCRIPT)
    # Of the same name as the package: the script's folder must not stand for it.
    script = script.rename(script.with_name("command"))
    return subprocess.run(
        [sys.executable, script, *words], cwd=folder, env=environment(), capture_output=True,
        text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "100"),
        ("run", "baseline", "--engine", "mesa", "--runs", "52"),
    ],
)
def test_worker_processes_execute_nothing_of_the_current_folder(tmp_path, trap, words):
    folder, mark = trap
    done = as_installed(tmp_path, folder, *words, *SHORT, "--workers", "2", "--quiet")
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()


@pytest.mark.cluster
@pytest.mark.long
def test_a_cluster_of_this_machine_executes_nothing_of_the_current_folder(tmp_path, trap):
    folder, mark = trap
    words = ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "2", *SHORT)
    done = as_installed(tmp_path, folder, *words, "--cluster", "local", "--workers", "2", "-q")
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()


def test_the_second_compiler_executes_nothing_of_the_current_folder(trap, monkeypatch):
    folder, mark = trap
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    done = subprocess.run(warmup.command(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()


def test_a_folder_whose_name_is_no_text_is_refused_in_a_line(tmp_path):
    name = os.fsdecode(b"a\xff\xfeb")
    words = ("run", "baseline", "--runs", "2", "--until", "2023-02", "--out", name)
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], capture_output=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 3
    (line,) = done.stderr.decode().splitlines()
    assert "its name is no text in UTF-8" in line
    assert list(tmp_path.iterdir()) == []


def test_a_folder_above_whose_name_is_no_text_is_named(tmp_path, monkeypatch):
    inside = tmp_path / os.fsdecode(b"a\xff\xfeb")
    inside.mkdir()
    monkeypatch.chdir(inside)
    with pytest.raises(StoreError, match=r"a\\udcff\\udcfeb.results cannot be written: its"):
        require_writable(Path("results"))
    assert list(inside.iterdir()) == []


def test_a_line_feed_in_a_name_makes_no_second_line(tmp_path):
    words = [sys.executable, "-m", "sim", "report", "x\ny"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_design_is_no_design(tmp_path):
    words = ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--design", "")
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], capture_output=True, text=True, cwd=tmp_path,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "design" in done.stderr
