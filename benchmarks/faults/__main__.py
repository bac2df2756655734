"""Run the groups, print a line for each and name what broke."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import machine
from benchmarks.faults import (
    clocks,
    dates,
    explorer,
    files,
    handed,
    oldest,
    options,
    places,
    repeatability,
    security,
    serving,
    signals,
    stores,
    waiting,
)
from benchmarks.faults.probe import Attempt, chosen, clean

GROUPS: dict[str, Callable[[], Iterable[Attempt]]] = {
    "files": files.attempts,
    "options": options.attempts,
    "signals": signals.attempts,
    "first_second": signals.first_second,
    "together": signals.together,
    "stores": stores.attempts,
    "compiled": stores.compiled,
    "places": places.attempts,
    "environments": places.environments,
    "repeatability": repeatability.attempts,
    "security": security.attempts,
    "soak": repeatability.soak,
    "results": stores.results,
    "calibration": stores.calibration,
    "questions": options.questions,
    "handed": handed.attempts,
    "handed_killed": handed.killed,
    "waiting": waiting.attempts,
    "waiting_killed": waiting.killed,
    "explorer": explorer.attempts,
    "serving": serving.attempts,
    "clocks": clocks.attempts,
    "dates": dates.attempts,
    "oldest": oldest.attempts,
}
"""Groups of attempts by name, in the order in which they are made."""

IN_THIS_PROCESS = (
    "files", "options", "stores", "places", "security", "results", "calibration", "questions",
    "handed", "waiting",
)  # fmt: skip
"""Groups whose attempts share one process, and so go one after the other."""


def tried(name: str, attempts: list[Attempt]) -> dict[str, str]:
    """Make the attempts of a group, each in an empty folder, and return what broke and why."""

    def one(attempt: Attempt) -> str | None:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            try:
                return attempt.make(Path(folder))
            except Exception as error:  # noqa: BLE001 - an attempt that fails has shown nothing
                return f"the attempt itself failed: {error!r}"

    with ThreadPoolExecutor(2) as pool:
        how = map if name in IN_THIS_PROCESS else pool.map
        return {
            attempt.name: broken
            for attempt, broken in zip(attempts, how(one, attempts), strict=True)
            if broken is not None
        }


def main(words: list[str] | None = None) -> int:
    """Run groups, print what was tried and kept, and return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each N-th attempt")
    parser.add_argument("--save", action="store_true", help="keep the counts beside the code")
    given = parser.parse_args(words)
    counts: dict[str, dict[str, int | float]] = {}
    for name in given.groups or GROUPS:
        began = time.perf_counter()
        attempts = chosen(GROUPS[name](), given.every)
        try:
            broken = tried(name, attempts)
        finally:
            clean()
        seconds = round(time.perf_counter() - began, 1)
        held = len(attempts) - len(broken)
        counts[name] = {"tried": len(attempts), "kept": held, "seconds": seconds}
        print(f"{name}: {len(attempts)} tried, {held} kept, {seconds:.0f} s", flush=True)
        for what, why in broken.items():
            print(f"  {what}: {' '.join(why.split())[:400]}", flush=True)
    all_tried = sum(count["tried"] for count in counts.values())
    all_kept = sum(count["kept"] for count in counts.values())
    print(f"{all_tried} tried, {all_kept} kept")
    if given.save:
        machine.save("faults-", machine=machine.describe(), every=given.every, groups=counts)
    print(json.dumps(counts))
    return 0 if all_tried == all_kept else 1


if __name__ == "__main__":
    sys.exit(main())
