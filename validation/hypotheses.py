"""All hypotheses on one core, kept for docs/hypotheses.md: ``python -m validation.hypotheses``."""

from __future__ import annotations

import json
import time
from pathlib import Path

from benchmarks import machine
from sim.study.hypotheses.experiments import examine_all
from sim.version import MODEL

PLACE = Path(__file__).parents[1] / "docs" / "hypotheses"


def run() -> float:
    """Run every claim, write the tables and return the seconds that it took on one core."""
    began = time.perf_counter()
    found = examine_all(workers=1)
    taken = time.perf_counter() - began
    PLACE.mkdir(parents=True, exist_ok=True)
    found.verdicts.to_csv(PLACE / "verdicts.csv", index=False)
    found.measures.round(6).to_csv(PLACE / "measures.csv", index=False)
    about = {"seconds": round(taken), "model_version": MODEL, "machine": machine.describe()}
    (PLACE / "made.json").write_text(json.dumps(about, indent=2) + "\n")
    return taken


if __name__ == "__main__":
    print(f"{run():.0f} s")
