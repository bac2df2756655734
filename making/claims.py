"""Tables of the page on hypotheses, from the kept results of a run."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from making.tables import code, table
from sim.report.effects import percent

PLACE = Path(__file__).parents[1] / "docs" / "hypotheses"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a kept table."""
    with (PLACE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdicts() -> str:
    """Return every claim with its verdict."""
    return table(
        ("", "claim", "verdict", "rests on judgement"),
        ((r["id"], r["claim"], f"**{r['words']}**", r["judgement"]) for r in rows("verdicts")),
    )


def counted() -> str:
    """Return how many claims have each verdict, and which are contradicted or negligible."""
    found = rows("verdicts")
    by_word: dict[str, list[str]] = {}
    for row in found:
        by_word.setdefault(row["verdict"], []).append(row["id"])
    parts = [f"{len(ids)} {word} ({', '.join(ids)})" for word, ids in sorted(by_word.items())]
    return f"Of {len(found)} claims: {'; '.join(parts)}."


def measures() -> str:
    """Return the numbers behind every verdict."""
    return table(
        ("", "setting of the switch", "measure", "scale", "mean effect (95 %)", "smallest",
         "same sign in worlds", "in draws", "says"),
        (
            (r["id"], r["setting"], r["measure"], r["scale"],
             f"{float(r['effect']):+.3g} ({float(r['low']):+.3g} to {float(r['high']):+.3g})",
             f"{float(r['smallest']):g}", f"{percent(float(r['worlds']))} %",
             f"{percent(float(r['draws']))} %", r["says"])
            for r in rows("measures")
        ),
    )  # fmt: skip


def studies() -> str:
    """Return the file of every claim."""
    return ", ".join(f"{code(r['study'])}" for r in rows("verdicts"))


def made() -> str:
    """Return how the tables were made."""
    known = json.loads((PLACE / "made.json").read_text(encoding="utf-8"))
    runs = {row["runs"] for row in rows("verdicts")}
    return (
        f"Made with model version {known['model_version']} in {known['seconds']} seconds on one "
        f"core of {known['machine']['processor']}; {' or '.join(sorted(runs, key=int))} runs an "
        "arm."
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "verdicts": verdicts,
    "measures": measures,
    "claims counted": counted,
    "claim files": studies,
    "claims made": made,
}
