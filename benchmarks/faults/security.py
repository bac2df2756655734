"""Files that others wrote, read by somebody who did not look: nothing of them is executed."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import ROOT, Attempt, inside, outside, started

SCRIPT = "from sim.cli import main\n\nif __name__ == '__main__':\n    main()\n"
SHORT = ("--nations", "BRA,CHN,USA", "--until", "2023-06", "--quiet")
STARTS: dict[str, tuple[str, ...]] = {
    "a pool": ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "100",
               "--workers", "2", *SHORT),
    "mesa": ("run", "baseline", "--engine", "mesa", "--runs", "52", "--workers", "2", *SHORT),
    "a cluster": ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "2",
                  "--workers", "2", "--cluster", "local", *SHORT),
    "threads": ("compare", "rand_package", "--runs", "100", "--workers", "2", *SHORT),
}  # fmt: skip
PAYLOAD = "<script>document.title='x'</script><img src=x onerror=alert(1)>\"'--></title>]]>"
TALLY = """
import numpy as np
from sim.world.rules import tally
tally.adoption(np.ones((1, 1)), np.ones((1, 1)), np.empty((1, 1)))
"""


def attempts() -> Iterator[Attempt]:
    """Yield planted modules, planted machine code, names that climb, pages with scripts."""
    yield from (
        Attempt(f"modules in the current folder, {start}", partial(_planted, words))
        for start, words in STARTS.items()
    )
    yield Attempt("modules in the current folder, the second compiler", _second_compiler)
    yield from (
        Attempt(
            f"machine code in {level or 'a folder'} of mode {mode:o}", partial(_code, level, mode)
        )
        for level, mode in itertools.product(("", "open-model-sim"), (0o777, 0o770))
    )
    yield from (
        Attempt(f"a study called {name!r}", partial(_climbing, name))
        for name in ("...yaml", "..yaml", "a\n<b>.yaml", "-x.yaml", " .yaml")
    )
    yield from (
        Attempt(
            f"a scenario called {name!r}", partial(_refused, f"extends: baseline\nname: '{name}'\n")
        )
        for name in ("..", "../x", "/x", ".", "a/b", "-x", "a" * 101)
    )
    yield from (
        Attempt(f"a script in the {field} of a page", partial(_page, field))
        for field in ("title", "description", "topic")
    )
    for base in ("/etc/passwd", "../secret.yaml", "/proc/self/environ"):
        yield Attempt(f"a base {base}", partial(_refused, f"extends: {base}\n"))
        yield Attempt(f"nations {base}", partial(_refused, f"extends: baseline\nnations: {base}\n"))
    for tag in ("!!python/object/apply:os.system [touch x]", "!!python/name:os.system",
                "!!python/object/new:subprocess.Popen [touch]"):  # fmt: skip
        yield Attempt(f"the tag {tag}", partial(_refused, f"extends: baseline\ntitle: {tag}\n"))


TRAPS = (
    "struct", "random", "json", "numpy", "sitecustomize", "sim/__init__", "msgpack", "tornado",
)  # fmt: skip
"""Modules that somebody else's folder may hold."""


def _traps(folder: Path) -> Path:
    mark = folder.parent / f"{folder.name}-executed"
    (folder / "sim").mkdir()
    text = f"open({str(mark)!r}, 'a').write(__file__ + '\\n')\n"
    for name in TRAPS:
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return mark


def _marked(mark: Path) -> str | None:
    if not mark.exists():
        return None
    text = mark.read_text(encoding="utf-8")
    mark.unlink()
    return f"executed: {text}"


def _planted(words: tuple[str, ...], folder: Path) -> str | None:
    mark = _traps(folder)
    script = folder / "bin" / "command"
    script.parent.mkdir()
    script.write_text(SCRIPT, encoding="utf-8")
    code, said, _ = started((sys.executable, script, *words), folder)
    return _marked(mark) or (None if code == 0 else said[-300:])


def _second_compiler(folder: Path) -> str | None:
    from sim.world import warmup

    mark = _traps(folder)
    before, sys.path[:] = list(sys.path), [str(ROOT), *sys.path]
    try:
        words = warmup.command()
    finally:
        sys.path[:] = before
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return _marked(mark) or (None if done.returncode == 0 else done.stderr[-300:])


def _code(level: str, mode: int, folder: Path) -> str | None:
    cache, mark = folder / "cache", folder / "executed"

    def once() -> str:
        variables = {"SIM_CACHE_DIR": str(cache), "TMPDIR": str(folder)}
        code, said, _ = started((sys.executable, "-c", TALLY), folder, **variables)
        return "" if code == 0 else said

    if said := once():
        return said[-300:]
    for file in cache.rglob("*.nbi"):
        file.write_bytes(b"cposix\nsystem\n(S'touch " + os.fsencode(mark) + b"'\ntR.")
    (cache / level).chmod(mode)
    said = once()
    return "it was executed" if mark.exists() else said[-300:] or None


STUDY = """vary: {parameters.network: [0.2, 1.6]}
ensemble: {runs: 2}
until: 2023-03
nations: [BRA, CHN, USA]
"""


def _climbing(name: str, folder: Path) -> str | None:
    (folder / name).write_text(STUDY, encoding="utf-8")
    words = ["sweep", f"./{name}", "--quiet", "--out", "out/put"]
    if broken := inside(words, (0,), folder):
        return broken
    inside_ = {entry.name for entry in (folder / "out").iterdir()} == {"put"}
    sweeps = {entry.name for entry in (folder / "out" / "put").iterdir()} == {"sweeps"}
    return None if inside_ and sweeps else "it was written elsewhere"


RUN = ["run", "x.yaml", "--runs", "2", "--until", "2023-03"]


def _refused(text: str, folder: Path) -> str | None:
    """Run a scenario that must not be run, and leave nothing behind."""
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    broken = inside(RUN, (1,), folder)
    left = {entry.name for entry in folder.iterdir()}
    return broken or (None if left == {"x.yaml"} else f"left: {left}")


def _page(field: str, folder: Path) -> str | None:
    text = f"extends: baseline\n{field}: |-\n  {PAYLOAD}\n"
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    if broken := outside([*RUN, "--quiet"], (0,), folder):
        return broken
    pages = [file.read_text(encoding="utf-8") for file in folder.rglob("report.html")]
    wrong = any("<img src=x" in page or "<script>document.title" in page for page in pages)
    return "the page holds what the file said" if wrong or not pages else None
