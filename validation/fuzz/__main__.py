"""``python -m validation.fuzz``: a million inputs, in one process, within an hour."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from validation.fuzz import kinds, loop

SEED = 20261129


def run(seconds: float = float("inf"), share: float = 1.0, seed: int = SEED) -> dict[str, Any]:
    """Make small results, fuzz all readers, and return what `validation.fuzz.loop.run` does.

    Parameters
    ----------
    seconds : float
        After which the run is cut short.
    share : float
        Of the million inputs.
    seed : int
    """
    counts = {name: max(1, round(count * share)) for name, count in loop.COUNTS.items()}
    with tempfile.TemporaryDirectory() as folder:
        made = kinds.small_results(Path(folder))
        with kinds.every(made) as every:
            return loop.run(every, counts, seed, seconds, _said)


def _said(text: str) -> None:
    print(f"fuzz: {text}", file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> None:
    """Print the counts as one JSON object; end with 1 where an input broke the contract."""
    parser = argparse.ArgumentParser(prog="python -m validation.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so many")
    parser.add_argument("--share", type=float, default=1.0, help="part of the million inputs")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(words)
    found = run(asked.seconds, asked.share, asked.seed)
    print(json.dumps(found))
    sys.exit(bool(found["failures"]))


if __name__ == "__main__":
    main()
