"""The explorer as a hand feels it: in a real browser, with the server's account of its work.

A drag is from the browser's input event to the frame that shows the changed curve. An answer's
processor time is what the server's threads took from receipt of the state to its bytes; its wall is
from the move to the drawn curve, the rest before runs are asked for included.

``python -m benchmarks.explorer --save`` measures the explorer alone and writes what it finds to
``benchmarks/results``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Page

LATE = ("cn_licence_tightening", "us_permissive_licence_incentive", "cn_permissive_open_release")
"""Levers that act after the facts."""
EARLY = "@2025-01"
PARAMETERS = ("network", "learning", "switching_cost")

DRAGS, ANSWERS, MOVES = 120, 20, 500
SAID = (16, 100, 200)
"""Replicates after which an answer is timed; that of 48 stands between them."""

PROBE = """() => {
  const drags = [], answers = [];
  let moved = 0;
  addEventListener("input", (event) => { moved = event.timeStamp; }, true);
  const line = document.querySelector("#main-chart path[data-line]");
  new MutationObserver(() => {
    const from = moved;
    if (!window.page.answer?.preview) return;
    requestAnimationFrame((shown) => { drags.push(Math.max(shown, performance.now()) - from); });
  }).observe(line, { attributes: true, attributeFilter: ["d"] });
  const before = window.page.answered.bind(window.page);
  window.page.answered = (head, arrays) => {
    before(head, arrays);
    answers.push([head.runs, head.cpu_ms, performance.now() - window.page.asked_at]);
  };
  const ask = window.page.ask.bind(window.page);
  window.page.ask = () => { window.page.asked_at = performance.now(); ask(); };
  window.probe = { drags, answers };
}"""

ANSWERED = "() => window.probe.answers.some(([runs]) => runs === window.page.known.runs)"
PATIENCE = 300_000
"""Milliseconds that a busy machine is given for an answer."""

MOVE = "(link) => { window.page.asked_at = performance.now(); location.hash = link; }"


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """Start ``sim explore`` and yield its address and the number of its process."""
    command = [sys.executable, "-m", "sim", "explore"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            line = process.stdout.readline().decode() if process.stdout else ""
            found = re.search(r"http://\S+", line)
            if found is None:
                raise RuntimeError("the explorer did not start")
            yield found[0], process.pid
        finally:
            process.terminate()


@contextmanager
def opened(address: str, width: int = 1400, height: int = 1000) -> Iterator[Page]:
    """Open the page in the system's Chromium and wait for its last answer."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("needs Chromium on the path (Debian: apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": height})
        tab.goto(address)
        _rest(tab)
        yield tab
        browser.close()


def _rest(tab: Page) -> None:
    tab.locator("#runs", has_text="as sim run").wait_for(timeout=PATIENCE)


def memory_mb(pid: int) -> float:
    """Return the memory that a process holds, MB."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", text)
    return int(found[1]) / 1e3 if found else 0.0


def _track(tab: Page, key: str) -> Any:  # noqa: ANN401 - a Locator
    """Return the slider of a control, brought into sight."""
    tab.locator("#controls input[type=search]").fill(key.removeprefix("p."))
    track = tab.locator(f'[data-key="{key}"] input[type=range]').first
    track.scroll_into_view_if_needed()
    return track


def drags(tab: Page) -> list[float]:
    """Return milliseconds from each move of a hand on a slider to its drawn preview."""
    track = _track(tab, LATE[0])
    track.focus()
    tab.wait_for_timeout(3_000)  # nodes come
    box = track.bounding_box()
    y = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + 10, y)
    tab.mouse.down()
    for n in range(DRAGS):
        part = 0.5 + 0.48 * np.sin(n / 9.0)
        tab.mouse.move(box["x"] + box["width"] * part, y)
        tab.wait_for_timeout(16)
    tab.mouse.up()
    _rest(tab)
    found: list[float] = tab.evaluate("() => window.probe.drags.splice(0)")
    return found


def answers(tab: Page, links: Sequence[str]) -> dict[int, list[tuple[float, float]]]:
    """Return processor time and wall of the answers to states, milliseconds, by their runs."""
    found: dict[int, list[tuple[float, float]]] = {}
    for link in links:
        tab.evaluate(MOVE, link)
        tab.wait_for_function(ANSWERED, timeout=PATIENCE)
        for runs, cpu, wall in tab.evaluate("() => window.probe.answers.splice(0)"):
            found.setdefault(int(runs), []).append((cpu, wall))
    return found


def growth(tab: Page, pid: int) -> tuple[float, float]:
    """Return the memory after all moves, and what it grew by from move 100 on, MB."""
    at_first = 0.0
    for n in range(MOVES):
        link = f"#b=baseline&{LATE[n % 3]}={(n + 1) / (MOVES + 1):.4f}@20{27 + n % 7}-0{1 + n % 9}"
        tab.evaluate("(link) => { location.hash = link; }", link)
        tab.wait_for_timeout(40)
        if n == 100:
            _rest(tab)
            at_first = memory_mb(pid)
    _rest(tab)
    last = memory_mb(pid)
    return last, last - at_first


def figures() -> dict[str, float]:
    """Return what is measured of the explorer, by key."""
    from benchmarks import interpolation

    strengths = np.linspace(0.11, 0.97, ANSWERS)
    late = [f"#{LATE[n % 3]}={x:.4f}" for n, x in enumerate(strengths)]
    early = [f"#{LATE[n % 3]}={x:.4f}{EARLY}" for n, x in enumerate(strengths[::2])]
    early += [f"#p.{PARAMETERS[n % 3]}={0.2 + x / 2:.4f}" for n, x in enumerate(strengths[::2])]
    found: dict[str, float] = {}
    with served() as (address, pid), opened(address) as tab:
        tab.evaluate(PROBE)
        previews = drags(tab)
        found["explorer_preview_ms_median"] = float(np.median(previews))
        found["explorer_preview_ms_p95"] = float(np.quantile(previews, 0.95))
        for name, links in (("", late), ("early_", early)):
            for runs, measured in answers(tab, links).items():
                if runs not in SAID:
                    continue
                cpu, wall = np.array(measured).T
                found[f"explorer_{name}cpu_ms_{runs}_p95"] = float(np.quantile(cpu, 0.95))
                found[f"explorer_{name}wall_ms_{runs}_p95"] = float(np.quantile(wall, 0.95))
        found["explorer_load"] = os.getloadavg()[0]
        found["explorer_memory_mb"], found["explorer_memory_growth_mb"] = growth(tab, pid)
        found |= interpolation.figures(tab)
    return found


def main(words: list[str]) -> None:
    """Measure and print; with ``--save`` keep the result beside the code."""
    from benchmarks import machine

    on = machine.describe()
    rounded = {key: float(f"{value:.4g}") for key, value in figures().items()}
    if "--save" in words:
        machine.save("explorer-", machine=on, figures=rounded)
    print(json.dumps(rounded))


if __name__ == "__main__":
    main(sys.argv[1:])
