"""``python -m validation.mutants``: small mistakes made on purpose, and what sees them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from validation.mutants import loop, rooms

COUNT, SEED = 320, 20261130


def run(
    count: int = COUNT, seed: int = SEED, only: str = "", say: loop.Say | None = None
) -> dict[str, Any]:
    """Make mutants, run the tests of each, and return what `validation.mutants.loop.run` does.

    Parameters
    ----------
    count : int
    seed : int
    only : str
        Part of the name of the modules that are changed.
    say : callable, optional
        Takes a line before each step.
    """
    chosen = rooms.sampled(count, seed, only)
    return {"seed": seed, **loop.run(chosen, _said if say is None else say)}


def _said(text: str) -> None:
    print(f"mutants: {text}", file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> int:
    """Print the counts as one JSON object; end with 1 where a mutant survived without a reason."""
    parser = argparse.ArgumentParser(prog="python -m validation.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", metavar="MODULE", help="part of a module's name")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the counts are kept")
    asked = parser.parse_args(words)
    found = run(asked.count, asked.seed, asked.only)
    text = json.dumps(found, indent=1)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    return bool(found["survived"])


if __name__ == "__main__":
    sys.exit(main())
