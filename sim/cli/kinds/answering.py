"""Responses: what others do once they see a sign."""

from __future__ import annotations

from pathlib import Path

from sim.cli.kinds.kind import Fields, Kind, Row, cited
from sim.cli.output import Table
from sim.errors import InputError
from sim.scenario import load, places, responses
from sim.scenario.responses import Response


def _rows() -> list[Row]:
    """Return every response; of one that is wrong the name alone, a run says what is."""
    return [_row(name, file) for name, file in responses.known().items()]


def _row(name: str, file: Path) -> Row:
    where = {"file": places.shown(file)}
    try:
        known = _read(name)
    except InputError:
        return Row(name, "", where)
    ids = tuple(entry.id for entry in known.levers)
    more = {"actor": known.actor, "levers": list(ids), "description": known.description}
    return Row(name, known.title, where | more, (known.actor, *ids))


def _read(name: str) -> Response:
    """Return a response, checked as a scenario that names it would be."""
    # The world as focus, so that one for any focus can be shown.
    scenario = load("baseline", [("responses", [name]), ("focus", "world")])
    return scenario.responses[0]


def _shown(name: str) -> Fields:
    """Return who answers, to which sign, with what and on what evidence."""
    known = _read(name)
    entries = [
        {
            "lever": entry.id,
            "strength": entry.strength,
            "when": "" if entry.when is None else entry.when.in_words(),
            "until": "" if entry.end_when is None else entry.end_when.in_words(),
        }
        for entry in known.levers
    ]
    plain = known.model_dump(mode="json", exclude={"name", "levers"})
    return plain | {
        "levers": Table(entries, ("lever", "strength", "when", "until")),
        "sources": cited([known.source]),
    }


RESPONSES = Kind(
    "responses", "response", "what others may do once they see a sign",
    ("name", "actor", "title"), _rows, _shown, names=responses.known,
)  # fmt: skip
