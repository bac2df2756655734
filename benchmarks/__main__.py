"""Measure, print a table, and on the last line one JSON object."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from benchmarks import KEYS, bound, commands, explorer, levers, machine, replicate, sweeping

TARGETS = {
    "ms_per_replicate_core": "at most 6, 3 wanted",
    "ratio_mesa_driver": "at least 20",
    "arithmetic_bound_fraction": "at least 0.4",
    "help_s": "under 0.3",
    "run_200_warm_s": "under 5",
    "run_200_cold_s": "under 30",
    "sweep_store_overhead": "at most 0.15",
    "compile_changed_lever_ms": "at most 10",
    "each_lever_shared_ratio": "at least 1.3",
    "explorer_preview_ms_p95": "at most 60",
    "explorer_cpu_ms_16_p95": "at most 100",
    "explorer_cpu_ms_100_p95": "at most 300",
    "explorer_cpu_ms_200_p95": "at most 600",
    "explorer_early_cpu_ms_16_p95": "at most 200",
    "explorer_early_cpu_ms_100_p95": "at most 600",
    "explorer_early_cpu_ms_200_p95": "at most 1200",
    "explorer_memory_mb": "at most 700",
    "explorer_memory_growth_mb": "at most 20",
    "explorer_strength_error_points": "at most 0.3",
}
"""What this project has set itself."""

WORDS = {
    "exp": "exponentials",
    "log": "logarithms",
    "sqrt": "roots",
    "div": "divisions",
    "draw": "draws",
    "madd": "multiply-adds",
}


def measure() -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return the figures by key, and the parts of the arithmetic bound by kind of operation."""
    from sim.scenario import compile as compiled
    from sim.scenario import load

    scenario = load("baseline")
    drivers, seed = compiled(scenario), scenario.ensemble.seed
    replicate.kernel(drivers, seed)  # compiles, or reads what was compiled
    # The nine timings of the kernel are spread over the run: on a shared machine a busy moment
    # lasts longer than all nine would take one after the other.
    kernel: list[float] = []

    def then[T](measured: T) -> T:
        kernel.append(replicate.kernel(drivers, seed))
        return measured

    needed = then(bound.counts(drivers, seed))
    each = then(bound.nanoseconds())
    mesa = then(replicate.mesa(drivers, seed))
    figures = {
        "help_s": then(commands.help_seconds()),
        "run_200_warm_s": then(commands.run_warm()),
        "run_200_cold_s": then(commands.run_cold()),
        "sweep_store_overhead": then(sweeping.overhead()),
        **{f"sweep_runs_per_s_{name}": rate for name, rate in then(sweeping.rates()).items()},
        "sweep_ratio_mesa_batch_run": then(sweeping.batch_run()),
        "compile_changed_lever_ms": levers.compile_ms(),
        "each_lever_s": then(levers.each_lever()),
        "each_lever_shared_ratio": then(levers.shared_ratio()),
        "months_part": levers.months_part(),
        "ten_signs_read_ratio": levers.waiting_ratio(come=False),
        "ten_signs_come_ratio": levers.waiting_ratio(come=True),
        **explorer.figures(),
    }
    best = min(kernel)
    parts = bound.milliseconds(needed, each)
    figures |= {
        "ms_per_replicate_core": 1e3 * best,
        "ratio_mesa_driver": mesa / best,
        "arithmetic_bound_fraction": 1e-3 * sum(parts.values()) / best,
    }
    return figures, {"count": needed, "nanoseconds": each, "milliseconds": parts}


def table(
    figures: dict[str, float], parts: dict[str, dict[str, float]], on: dict[str, Any]
) -> list[str]:
    """Return the results as lines for people."""
    lines = [", ".join(f"{name} {value}" for name, value in on.items()), ""]
    lines += [f"{key:32s}{figures[key]:10.3f}   {TARGETS.get(key, '')}" for key in KEYS]
    lines += ["", f"{'arithmetic of one replicate':28s}{'count':>12s}{'ns each':>10s}{'ms':>8s}"]
    for kind, word in WORDS.items():
        count, each, all_ = (parts[name][kind] for name in ("count", "nanoseconds", "milliseconds"))
        lines.append(f"{word:28s}{count:12,.0f}{each:10.3f}{all_:8.3f}")
    total = sum(parts["milliseconds"].values())
    lines.append(f"{'the bound':28s}{'':12s}{'':10s}{total:8.3f}")
    busy, cores = on["load"][0], on["cores"]
    if busy > 0.5 * cores:
        lines += [
            "",
            f"The machine was busy at the start: load {busy} on {cores} cores.",
        ]
    return lines


def main(words: list[str] | None = None) -> None:
    """Measure and print; with ``--save`` keep the result beside the code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write results/<date>.json")
    save = parser.parse_args(words).save
    on = machine.describe()  # before: the load afterwards is our own
    figures, parts = measure()
    rounded = {key: float(f"{figures[key]:.4g}") for key in KEYS}
    print("\n".join(table(figures, parts, on)))
    if save:
        place = machine.save("", machine=on, figures=rounded, arithmetic=parts)
        print(f"\nsaved as {os.path.relpath(place)}")
    print()
    print(json.dumps(rounded))


if __name__ == "__main__":
    main()
