"""The picture of the explorer and what was measured of it, for the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from making.picture import FOLDER
from making.tables import table

PLACE = FOLDER / "explorer.png"
STATE = "b=rand_package&cn_licence_tightening=high@2028-01&r=china_cuts_prices"
"""What the picture shows: a shipped scenario, a lever moved by hand and an answer switched on."""
WIDTH, HEIGHT = 1280, 900

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"

MEASURED = (
    ("from a move of the hand to the drawn preview, p95", "explorer_preview_ms_p95", "ms", 60),
    ("16 runs, processor time of the server, p95", "explorer_cpu_ms_16_p95", "ms", 100),
    ("100 runs", "explorer_cpu_ms_100_p95", "ms", 300),
    ("200 runs", "explorer_cpu_ms_200_p95", "ms", 600),
    ("16 runs, of a parameter or a lever before the last fact", "explorer_early_cpu_ms_16_p95",
     "ms", 200),
    ("100 runs, likewise", "explorer_early_cpu_ms_100_p95", "ms", 600),
    ("200 runs, likewise", "explorer_early_cpu_ms_200_p95", "ms", 1200),
    ("memory of the server after 500 moves", "explorer_memory_mb", "MB", 700),
    ("its growth from move 100 to move 500", "explorer_memory_growth_mb", "MB", 20),
    ("largest error of a preview, single levers in strength", "explorer_strength_error_points",
     "points", 0.3),
)  # fmt: skip
"""What `benchmarks.explorer` finds, and what was set as a goal."""


def draw() -> None:
    """Write the picture: the page in a browser, at rest, from all runs."""
    from benchmarks.explorer import opened, served

    with served() as (address, _), opened(f"{address}#{STATE}", WIDTH, HEIGHT) as tab:
        tab.screenshot(path=PLACE)


def caption() -> str:
    """Return the picture with words for who cannot see it."""
    return (
        "![The explorer: levers by actor on the left; the finding in a sentence, figures with "
        "intervals and curves as differences from today's policies on the right]"
        f"(img/{PLACE.name})"
    )


def measured() -> str:
    """Return the newest figures of the benchmark beside their goals."""
    newest = max(RESULTS.glob("explorer-*.json"))
    found: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    figures = found["figures"]
    rows = [
        (what, f"{figures[key]:,.3g} {unit}", f"at most {goal:g} {unit}")
        for what, key, unit, goal in MEASURED
    ]
    on = f"On {found['date']}, {found['machine']['cores']} cores"
    head = ("what", "measured", "goal")
    return f"{on}, load {figures['explorer_load']:.1f}:\n\n{table(head, rows)}"


BLOCKS = {"explorer": caption, "explorer measured": measured}
