"""Machine code is read only from where nobody else could have put it, and only undamaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.world import compiled, machine_code
from sim.world.rules import tally

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np
from sim.world.rules import tally

out = np.empty((1, 1))
tally.adoption(np.array([[2.0]]), np.array([[8.0]]), out)
print(out[0, 0], sum(tally.adoption.stats.cache_hits.values()))
"""


def program(cache):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, env=os.environ | {"SIM_CACHE_DIR": str(cache)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def says_again():
    machine_code.say.cache_clear()


def test_a_folder_is_made_for_this_user_alone_whatever_the_mask(tmp_path):
    before = os.umask(0)
    try:
        made = machine_code.private(tmp_path / "new" / "cache", "rules")
    finally:
        os.umask(before)
    assert made == tmp_path / "new" / "cache" / "open-model-sim" / "rules"
    for folder in (made, made.parent, made.parents[1], made.parents[2]):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702])
@pytest.mark.parametrize("level", ["", "open-model-sim", "open-model-sim/rules"])
def test_a_folder_that_others_can_write_is_refused(tmp_path, level, mode):
    base = tmp_path / "cache"
    (base / level).mkdir(parents=True, mode=0o700)
    (base / level).chmod(mode)
    assert machine_code.private(base, "rules") is None


def test_a_folder_below_one_that_others_can_write_is_refused(tmp_path):
    (tmp_path / "cache").mkdir()
    tmp_path.chmod(0o777)
    assert machine_code.private(tmp_path / "cache", "rules") is None
    tmp_path.chmod(0o1777)  # as /tmp is: nobody can rename what is another's
    assert machine_code.private(tmp_path / "cache", "rules") is not None


@pytest.mark.parametrize("level", ["open-model-sim", "open-model-sim/rules"])
def test_a_link_in_the_folders_place_is_refused(tmp_path, level):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    link = tmp_path / "cache" / level
    link.parent.mkdir(parents=True, mode=0o700)
    link.symlink_to(elsewhere)
    assert machine_code.private(tmp_path / "cache", "rules") is None


@pytest.mark.parametrize("level", ["", "open-model-sim", "open-model-sim/rules"])
def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch, level):
    made = machine_code.private(tmp_path / "cache", "rules")
    whose, real = tmp_path / "cache" / level, Path.lstat

    def lstat(path):
        about = list(real(path))
        about[4] = about[4] + (path == whose)
        return os.stat_result(about)

    assert machine_code.private(tmp_path / "cache", "rules") == made
    monkeypatch.setattr(Path, "lstat", lstat)
    # Root may own what is above: it could write anywhere in any case.
    assert machine_code.private(tmp_path / "cache", "rules") is None


def test_an_unsafe_folder_is_named_and_another_is_taken(tmp_path, monkeypatch, capsys):
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    unsafe.chmod(0o777)
    monkeypatch.setenv("SIM_CACHE_DIR", str(unsafe))
    monkeypatch.setattr(machine_code.tempfile, "gettempdir", lambda: str(tmp_path))
    found = machine_code.folder("rules")
    assert found.is_relative_to(tmp_path / f"open-model-sim-{os.geteuid()}")
    assert f"{unsafe} (SIM_CACHE_DIR) is not used" in capsys.readouterr().err
    monkeypatch.setattr(machine_code.tempfile, "gettempdir", lambda: str(unsafe))
    assert machine_code.folder("rules") is None
    assert "can be stored nowhere" in capsys.readouterr().err


def test_the_current_folder_is_never_taken_for_a_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIM_CACHE_DIR", raising=False)
    for variables in ({"HOME": ""}, {"HOME": "here"}, {"XDG_CACHE_HOME": "here", "HOME": ""}):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert all(base.is_absolute() for base in machine_code._bases())


def test_without_a_safe_folder_rules_are_compiled_and_not_stored(monkeypatch):
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)

    @compiled.rule
    def double(x):
        return 2.0 * x

    assert double(1.5) == 3.0
    assert double._cache.cache_path is None


def test_what_a_planted_file_would_execute_is_not_executed(tmp_path):
    """The payload of a shared folder stays unread: another place is used."""
    cache, mark = tmp_path / "cache", tmp_path / "executed"
    assert program(cache).stdout.split() == ["0.25", "0"]
    for file in cache.rglob("*.nbi"):
        file.write_bytes(b"cposix\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.")
    cache.chmod(0o777)
    environment = os.environ | {"SIM_CACHE_DIR": str(cache), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout.split()[0] == "0.25", done.stderr
    assert not mark.exists()


def _flip(file):
    content = bytearray(file.read_bytes())
    content[2 * len(content) // 3] ^= 0x10
    file.write_bytes(content)


def _as_folder(file):
    file.unlink()
    file.mkdir()


DAMAGES = {
    "empty": lambda file: file.write_bytes(b""),
    "random": lambda file: file.write_bytes(os.urandom(file.stat().st_size)),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-40]),
    "flipped": _flip,
    "folder": _as_folder,
}


def afresh():
    """Compile a rule or read it, as a new process does, and return its result and what was read."""
    machine_code.say.cache_clear()
    adoption = compiled.rule(tally.adoption.py_func)
    adoption(np.array([[2.0]]), np.array([[8.0]]), out := np.empty((1, 1)))
    return out[0, 0], sum(adoption.stats.cache_hits.values())


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_removed_and_compiled_again_and_said_once(
    tmp_path, monkeypatch, capsys, damage, ending
):
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    assert afresh() == (0.25, 0)
    assert afresh() == (0.25, 1)
    files = list(tmp_path.rglob(f"*.{ending}"))
    assert files
    for file in files:
        DAMAGES[damage](file)
    assert afresh() == (0.25, 0)
    said = capsys.readouterr().err
    assert said.count("was damaged") == 1
    assert len(said.splitlines()) == 1
    assert afresh() == (0.25, 1)
    assert capsys.readouterr().err == ""


@pytest.mark.long
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_processes_say_once_that_a_cache_was_damaged(tmp_path, ending):
    assert program(tmp_path).stdout.split() == ["0.25", "0"]
    assert program(tmp_path).stdout.split() == ["0.25", "1"]
    for file in list(tmp_path.rglob(f"*.{ending}")):
        _flip(file)
    done = program(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0.25", "0"]
    assert done.stderr.count("was damaged") == 1
    assert len(done.stderr.splitlines()) == 1
    again = program(tmp_path)
    assert (again.stdout.split(), again.stderr) == (["0.25", "1"], "")


def test_a_disk_that_takes_nothing_stops_no_computation(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)

    @compiled.rule
    def treble(x):
        return 3.0 * x

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(treble._cache._cache_file, "save", full)
    assert treble(1.5) == 4.5
    assert "cannot be stored: No space left on device" in capsys.readouterr().err
