"""Whatever happens, a command ends in one line and the exit code that the interface names."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest

import sim.cli as command
from sim.cli import app as commands
from sim.errors import RunError, StoreError, printable
from tests.cli import here
from tests.cli.conftest import REAL, ROOT, environment


@pytest.fixture
def failing(monkeypatch):
    """Let ``sim list`` raise what a test wants it to raise."""
    from sim.cli import catalogue

    def let(error):
        def overview():
            raise error

        monkeypatch.setattr(catalogue, "overview", overview)

    return let


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ValueError("two\nlines"), 3, "unexpected ValueError: two lines (SIM_DEBUG=1 shows where)"),
        (MemoryError(), 3, "there is too little memory for this"),
        (RecursionError("deep"), 3, "unexpected RecursionError"),
        (EOFError(), 3, "unexpected EOFError"),
        (ImportError("no lib"), 3, "a package cannot be loaded: no lib"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.csv"), 3, "No such file: x.csv"),
        (RunError("it broke", 7), 3, "replicate 7: it broke"),
        (StoreError("a\nb/shards cannot be used"), 3, "a b/shards cannot be used"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 3, "Broken pipe"),  # not standard output's
    ],
)
def test_every_failure_is_a_line_and_a_code(failing, capsys, monkeypatch, error, code, says):
    monkeypatch.delenv("SIM_DEBUG", raising=False)
    failing(error)
    assert command._exit_code(["list"]) == code
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1
    assert command._exit_code(["list", "--json"]) == code
    assert says.split(" (")[0] in json.loads(capsys.readouterr().err)["message"]


def test_a_traceback_is_there_for_those_who_ask(failing, capsys, monkeypatch):
    failing(ValueError("why"))
    monkeypatch.setenv("SIM_DEBUG", "1")
    assert command._exit_code(["list"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("sim: unexpected ValueError: why")
    assert "Traceback" in said
    assert "in overview" in said


def test_a_request_to_end_passes_the_funnel(failing):
    failing(SystemExit(143))
    with pytest.raises(SystemExit):
        command._exit_code(["list"])


def test_an_import_that_was_interrupted_may_raise_anything(failing, capsys):
    interrupt = command._Interrupt()
    interrupt.asked = True
    failing(ImportError("half of a package"))
    assert command._exit_code(["list"], interrupt) == 130
    assert "half of a package" not in capsys.readouterr().err


def shell(line, cwd):
    text = f'S() {{ {" ".join(REAL)} "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", text], cwd=cwd, env=environment(), capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("S list metrics >&-", 3, "sim: standard output is closed\n"),
        ("S list metrics >/dev/full", 3, "standard output cannot be written: No space left"),
        ("S list parameters | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("S list parameters | (exec 0<&-; sleep 3); exit ${PIPESTATUS[0]}", 141, ""),
        ("S list nothing 2>&-", 1, ""),
        ("S list nothing 2>/dev/full", 1, ""),
        ("mkdir d; cd d; rmdir ../d; S list scenarios", 0, ""),
        ("mkdir d; cd d; rmdir ../d; S run baseline --runs 2 --until 2023-02", 3, "current folder"),
        ("MPLBACKEND=nonsense S list metrics", 0, ""),
        ("ulimit -v 900000; S run baseline --runs 2 --until 2023-02", 3, "ulimit -v"),
        ("ulimit -v 900000; S list metrics", 0, ""),
    ],
)
def test_streams_and_places_that_are_gone(tmp_path, line, code, says):
    done = shell(line, tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr


STARTED = "import pathlib, sim.cli; pathlib.Path('begun').touch(); sim.cli.main()"
"""The command, with a mark when Python has come to it: before, a signal is Python's own affair."""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.1, 0.3, 0.8])  # `make faults` tries 24 moments
def test_ctrl_c_in_the_first_second_is_no_traceback(tmp_path, after):
    words = ("run", "baseline", "--runs", "5000", "--quiet")
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, *words], cwd=tmp_path, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not (tmp_path / "begun").exists():
        time.sleep(0.001)
    time.sleep(0.02 + after)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said in {"", "sim: interrupted; nothing half-written is left\n"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_and_a_request_to_end_leave_nothing(tmp_path, number):
    begun = tmp_path / "begun"
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "cli" / "made_up.py"), "run", "baseline"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        env=environment(MADE_UP_SECONDS="1", MADE_UP_BEGUN=str(begun)),
    )  # fmt: skip
    while not begun.exists():
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert said == ""
    assert {entry.name for entry in tmp_path.iterdir()} == {"begun"}


ENDED = """
import atexit, pathlib, sys, time
import sim.cli

def wait(touch=pathlib.Path("ended").touch, sleep=time.sleep):
    touch()
    sleep(1)

class Late:
    def __del__(self, wait=wait):
        wait()

whole = sim.cli._exit_code

def command(words, *rest):
    code = whole(words, *rest)
    if MOMENT == "clean-up":
        atexit.register(wait)
    return code

sim.cli._exit_code = command
if MOMENT == "taking apart":
    late = Late()
sim.cli.main()
"""
"""The command, with a mark and a second's wait in a MOMENT after it has ended: while what packages
registered for the end runs, or while Python takes its modules apart."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["clean-up", "taking apart"])
def test_a_signal_after_the_command_is_no_death_and_no_traceback(tmp_path, number, moment):
    process = subprocess.Popen(
        [sys.executable, "-c", f"MOMENT = {moment!r}{ENDED}", "--version"], cwd=tmp_path,
        env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "ended").exists():
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (128 + number if moment == "clean-up" else 0, "")


def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path):
    line = "trap '' HUP INT; S list scenarios --quiet >/dev/null & p=$!; sleep 0.4; kill -HUP $p; "
    assert shell(line + "kill -INT $p; wait $p", tmp_path).returncode == 0


def test_nothing_that_is_printed_commands_a_terminal(tmp_path):
    assert printable("a\x1b]0;x\a\u202eb\x9b\ud800\tc\n") == (
        "a\\x1b]0;x\\x07\\u202eb\\x9b\\ud800\tc\n"
    )
    name = "a\x1b]0;x\ab.yaml"
    (tmp_path / name).write_text("extends: nothing\n")
    for words in (("validate", name), ("run", name), ("show", name), ("run", "b\x1b[2J.yaml")):
        done = here.sim(*words, cwd=tmp_path)
        assert done.returncode == 1
        assert "\\x1b" in done.stdout + done.stderr
        assert not {"\x1b", "\a"} & set(done.stdout + done.stderr)


def test_every_command_is_behind_the_funnel():
    assert commands.app.registered_commands
    assert command.__all__ == ["main"]


INTERRUPTED = "sim: interrupted; nothing half-written is left\n"


def _started(folder, command):
    """Return how ``sim`` ends whose command is the function ``interrupted`` of some source text."""
    (folder / "started.py").write_text(
        "import os, time\n"
        "import sim.cli, sim.errors\n"
        "from sim.cli import app, output, streams, together\n"
        f"{command}"
        "sim.cli._run = interrupted\n"
        "sim.cli.main()\n"
    )
    return subprocess.run(
        [sys.executable, "-m", "started"], cwd=folder, env=environment(), capture_output=True,
        text=True, check=False, timeout=50,
    )  # fmt: skip


def test_an_interrupt_inside_source_text_leaves_with_its_exit_code(tmp_path):
    done = _started(tmp_path, "def interrupted(*_):\n    exec('raise KeyboardInterrupt')\n")
    assert done.stderr == INTERRUPTED
    assert done.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_where_nothing_can_be_raised_is_heard(tmp_path, number):
    done = _started(
        tmp_path,
        "class Gone:\n"
        "    def __del__(self):\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "        time.sleep(0)\n"
        "def interrupted(words, interrupt):\n"
        "    interrupt.at_work = True\n"
        "    gone = Gone()\n"
        "    del gone\n"
        "    time.sleep(60)\n",
    )
    assert done.stderr == (INTERRUPTED if number == signal.SIGINT else "")
    assert done.returncode == 128 + number
