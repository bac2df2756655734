"""Long experiments, whose results are committed with date and machine: ``make validate``.

A sweep of 100,000 replicates of the full world with its peak memory; a small sweep that is killed
again and again and must end with the bytes of one that was left alone; recovery, hindcasts and
nations left out; the hypotheses; how often intervals hold the mean over a large posterior (key
`coverage`), which goes on where it stopped; the steps of the tutorial in a fresh clone (key
`tutorial`), none of which may take five minutes; the site, which must be built without a warning
(key `site`); a million inputs to everything that reads what a stranger wrote (key `fuzz`), of which
none may end in anything but a value or one clear error; mistakes made on purpose, which the tests
must see (key `mutants`); and the branches that the tests take (key `branches`). About four hours.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from making import site
from validation import branches, calibration, coverage, hypotheses, tutorial
from validation.fuzz import __main__ as fuzz
from validation.mutants import __main__ as mutants

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
POINTS, RUNS = 1000, 100
KILLS = 60
SMALL = ("parameters.network=0.2:1.6:40", "--runs", "96", "--seed", "5",
         "--nations", "BRA,CHN,KEN,USA")  # fmt: skip


def _sweep(out: Path, *words: str, workers: int = 2) -> list[str]:
    return [
        sys.executable, "-m", "sim", "sweep", "baseline", "--vary", *words,
        "--workers", str(workers), "--quiet", "--out", str(out),
    ]  # fmt: skip


def large(points: int = POINTS, runs: int = RUNS) -> dict[str, float]:
    """Run a sweep of ``points * runs`` replicates and return its time and its peak memory.

    The memory is that of the largest single process, parent or worker.
    """
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        vary = f"parameters.network=0.2:1.6:{points}"
        command = _sweep(Path(folder), vary, "--runs", str(runs), "--seed", "1")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    return {
        "replicates": points * runs,
        "seconds": round(taken, 1),
        "replicates_per_second": round(points * runs / taken, 1),
        "peak_gb": round(peak, 3),
        "disk_gb": round(size / 1e9, 3),
    }


def killed(kills: int = KILLS) -> dict[str, object]:
    """Kill a small sweep at random moments and return whether it ends as if left alone."""
    rng = np.random.default_rng(20261127)
    done = 0
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        subprocess.run(_sweep(Path(one), *SMALL), check=True, stdout=subprocess.DEVNULL)
        for attempt in range(kills):
            process = subprocess.Popen(
                _sweep(Path(other), *SMALL, workers=1 + attempt % 2),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(float(rng.uniform(0.5, 1.5)))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                done += 1
            process.wait()
        subprocess.run(_sweep(Path(other), *SMALL), check=True, stdout=subprocess.DEVNULL)
        equal = _seal(Path(one)) == _seal(Path(other))
    return {"kills": done, "same_bytes": equal}


def _seal(out: Path) -> str:
    return hashlib.sha256(next(out.rglob("outcomes.parquet")).read_bytes()).hexdigest()


def site_warnings() -> int:
    """Build the whole site and return how many warnings that gave."""
    with tempfile.TemporaryDirectory() as folder:
        return site.build(Path(folder))


def _said(text: str) -> None:
    print(f"coverage: {text}", file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> None:
    """Run all experiments, print them and keep them beside the code."""
    parser = argparse.ArgumentParser(prog="python -m validation.__main__", description=__doc__)
    parser.add_argument("--no-save", action="store_true", help="print only")
    keep = not parser.parse_args(words).no_save
    record: dict[str, Any] = {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "machine": machine.describe(),
        "large_sweep": large(),
        "killed_sweep": killed(),
        "calibration": calibration.run(list(calibration.experiments())),
        "hypotheses_seconds": round(hypotheses.run()),
        "coverage": coverage.run(_said),
        "tutorial": tutorial.run(),
        "site": {"warnings": site_warnings()},
        "fuzz": fuzz.run(),
        "mutants": mutants.run(),
        "branches": branches.run(),
    }
    if keep:
        RESULTS.mkdir(exist_ok=True)
        place = RESULTS / f"validate-{record['date']}.json"
        place.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        for name in ("fuzz", "mutants", "branches"):  # docs/reliability.md shows the latest
            text = json.dumps(record[name], indent=1) + "\n"
            (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    print(json.dumps(record))
    tutorial.require_short(record["tutorial"])
    if record["site"]["warnings"]:
        raise SystemExit("the site has warnings: make site shows them")
    if record["fuzz"]["failures"]:
        raise SystemExit("an input ended in something else than a value or one clear error")
    if record["mutants"]["survived"]:
        raise SystemExit("a mistake made on purpose was seen by no test, and nothing says why")
    if left := branches.unexplained(record["branches"]):
        raise SystemExit(f"tests take too few branches of {', '.join(left)}, and nothing says why")


if __name__ == "__main__":
    main()
