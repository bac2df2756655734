"""The table of event studies on the page of validation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from making.kept import Row, read
from making.tables import code, table

rows = partial(read, "validation/events")


def _points(row: Row, what: str) -> str:
    """Return a median with its interval, or a dash."""
    low, middle, high = (row[f"{what}_{name}"] for name in ("p05", "p50", "p95"))
    return f"{float(middle):.1f} ({float(low):.1f} to {float(high):.1f})" if middle else "-"


def _of(row: Row) -> str:
    where = "" if row["nation"] == "WLD" else f", {row['nation']}"
    return f"{code(row['series'])}, {code(row['ecosystem'])}{where}"


def _when(row: Row, which: str) -> str:
    """Return what was observed and in which months."""
    months = row[which].split()
    if not months:
        return "-"
    span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
    return f"{float(row[f'observed_{which}']):.1f} ({span})"


def events() -> str:
    """Return what each event moved, in the figures and in the model."""
    return table(
        ("event", "date", "series", "observed before", "observed after", "change", "error",
         "model with", "model without", "effect", "verdict"),
        (
            (r["event"], r["date"], _of(r), _when(r, "before"), _when(r, "after"),
             f"{float(r['observed']):+.1f}" if r["before"] else f"level {float(r['observed']):.1f}",
             f"{float(r['error']):.1f}", _points(r, "with"), _points(r, "without"),
             _points(r, "effect"), r["verdict"])
            for r in rows()
        ),
    )  # fmt: skip


def counted() -> str:
    """Return how many comparisons have each verdict, and of which events."""
    found: dict[str, list[str]] = {}
    for row in rows():
        found.setdefault(row["verdict"], []).append(row["event"])
    total, events = sum(map(len, found.values())), {r["event"] for r in rows()}
    parts = [
        f"{len(named)} {words} ({', '.join(dict.fromkeys(named))})"
        for words, named in found.items()
    ]
    return f"Of {total} comparisons of {len(events)} events: {'; '.join(parts)}."


def sources() -> str:
    """Return the sources of the facts."""
    of = {row["event"]: row["source"] for row in rows()}
    return "; ".join(f"{event}: {cell.replace(';', ', ')}" for event, cell in of.items()) + "."


def levers() -> str:
    """Return the drivers that the facts moved, with the levers that move the same."""
    from sim.scenario import levers as catalogue

    found: dict[str, list[str]] = {}
    for row in rows():
        for driver in row["drivers"].split():
            found.setdefault(driver, []).append(row["event"])
    of = {
        driver: [
            lever.id
            for lever in catalogue.read().values()
            if any(effect.driver == driver for effect in lever.effects)
        ]
        for driver in found
    }
    return table(
        ("driver", "moved by the facts of", "levers on the same driver"),
        (
            (driver, ", ".join(dict.fromkeys(events)), ", ".join(map(code, of[driver])) or "none")
            for driver, events in found.items()
        ),
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "events": events,
    "events counted": counted,
    "event sources": sources,
    "event levers": levers,
}
