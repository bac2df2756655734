"""Tables of the page on hypotheses, from the kept results of a run."""

from __future__ import annotations

import json
from collections.abc import Callable

from making.kept import DOCS, laid_out, read
from making.tables import code
from sim.report.effects import percent

VERDICTS = "hypotheses/verdicts"


def verdicts() -> str:
    """Return every claim with its verdict."""
    return laid_out(
        read(VERDICTS),
        {
            "": "{id}",
            "claim": "{claim}",
            "verdict": "**{words}**",
            "rests on judgement": "{judgement}",
        },
    )


def counted() -> str:
    """Return how many claims have each verdict, and which are contradicted or negligible."""
    found = read(VERDICTS)
    by_word: dict[str, list[str]] = {}
    for row in found:
        by_word.setdefault(row["verdict"], []).append(row["id"])
    parts = [f"{len(ids)} {word} ({', '.join(ids)})" for word, ids in sorted(by_word.items())]
    return f"Of {len(found)} claims: {'; '.join(parts)}."


def measures() -> str:
    """Return the numbers behind every verdict."""
    rows = (r | {name: percent(float(r[name])) for name in ("worlds", "draws")}
            for r in read("hypotheses/measures"))  # fmt: skip
    return laid_out(
        rows,
        {
            "": "{id}",
            "setting of the switch": "{setting}",
            "measure": "{measure}",
            "scale": "{scale}",
            "mean effect (95 %)": "{effect:+.3g} ({low:+.3g} to {high:+.3g})",
            "smallest": "{smallest:g}",
            "same sign in worlds": "{worlds} %",
            "in draws": "{draws} %",
            "says": "{says}",
        },
    )


def studies() -> str:
    """Return the file of every claim."""
    return ", ".join(f"{code(r['study'])}" for r in read(VERDICTS))


def made() -> str:
    """Return how the tables were made."""
    known = json.loads((DOCS / "hypotheses" / "made.json").read_text(encoding="utf-8"))
    runs = {row["runs"] for row in read(VERDICTS)}
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
