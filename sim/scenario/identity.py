"""What names the numbers of a scenario: all that it uses of the tables of levers and drivers.

A resolved scenario names its levers by id alone. What a lever does stands in the tables, so results
are named by the levers and drivers that are used, in full; a lever that nobody pulls names nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sim.metrics import registry
from sim.scenario import drivers, levers

_WORDS = ("title", "source", "actor", "seed", "status", "cost_kind", "side", "note", "conversion")
"""Parts of a lever that say where a size comes from; no number depends on them."""


def used(*documents: Mapping[str, Any]) -> dict[str, Any]:
    """Return the levers of the catalogue that plain scenarios pull, and their drivers, in full.

    Levers that a scenario defines itself stand in its document already; their drivers do not.

    Parameters
    ----------
    *documents : mapping
        As `sim.scenario.Scenario.document` returns them.

    Returns
    -------
    dict
        ``levers`` and ``drivers``, by id and name, as plain data without words; ``metrics`` where
        a user added any, by the hash of what computes them.
    """
    catalogue = levers.read()
    pulled: dict[str, Any] = {}
    narrowed: set[str] = set()
    effects: list[Mapping[str, Any]] = []
    for document in documents:
        own = document["own_levers"]
        entries = [
            *document["levers"],
            *(entry for answer in document.get("responses", ()) for entry in answer["levers"]),
        ]
        narrowed |= {str(entry["id"]) for entry in entries if "nations" in entry}
        for name in {str(entry["id"]) for entry in entries}:
            if name in own:
                effects += own[name]["effects"]
            elif name not in pulled:
                pulled[name] = catalogue[name].model_dump(mode="json")
                effects += pulled[name]["effects"]
    # Where a lever acts on all its nations, no number depends on how its cost is scaled.
    scales = narrowed & set(pulled)
    known = drivers.vocabulary()
    names = {str(effect["driver"]) for effect in effects}
    own_metrics = registry.added()
    return {
        **({"metrics": own_metrics} if own_metrics else {}),
        "levers": {name: _row(catalogue[name], scaled=name in scales) for name in sorted(pulled)},
        "drivers": {name: _driver(known[name]) for name in sorted(names)},
    }


def changed(used_: Mapping[str, Any]) -> list[str]:
    """Say what of that which :func:`used` returned once is gone or another now."""
    catalogue, known = levers.read(), drivers.vocabulary()
    here: dict[str, dict[str, Any]] = {
        "lever": {
            name: _row(catalogue[name], scaled="cost_scale" in row)
            for name, row in used_["levers"].items()
            if name in catalogue
        },
        "driver": {name: _driver(known[name]) for name in used_["drivers"] if name in known},
    }
    said = [
        f"the {what} {name} {'has changed' if name in rows else 'is gone'}"
        for what, rows in here.items()
        for name, row in used_[f"{what}s"].items()
        if rows.get(name) != row
    ]
    return said + _changed_metrics(used_.get("metrics", {}), registry.added())


def _changed_metrics(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say which metrics of a user's own are missing, others, or more than there were."""
    said = [f"the metric {name} is measured here and was not there" for name in here.keys() - there]
    for name, row in there.items():
        if name not in here:
            file = row["file"] or "a file"
            said.append(f"the metric {name} is not known here (--metrics {file} adds it)")
        elif here[name]["sha256"] != row["sha256"]:
            said.append(f"the metric {name} is computed otherwise by {here[name]['file']}")
    return sorted(said)


def of(asked: Mapping[str, Any], used_: Mapping[str, Any], model: int, facts: str) -> str:
    """Return the SHA-256, in hexadecimal, that names what comes of a question.

    Parameters
    ----------
    asked : mapping
        All that was asked, as plain data.
    used_ : mapping
        From :func:`used`.
    model : int
        Version of the model, raised whenever any number can move.
    facts : str
        Hash of facts, parameters and draws of the calibration.
    """
    whole = {"asked": asked, "used": used_, "model_version": model, "facts": facts}
    text = json.dumps(
        whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _row(lever: levers.Lever, *, scaled: bool) -> dict[str, Any]:
    """Return a lever of the catalogue in numbers, with the scale of its cost where that counts."""
    scale = {"cost_scale": lever.cost_scale} if scaled else {}
    return _numbers(lever.model_dump(mode="json")) | scale


def _driver(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the vocabulary
    """Return a driver without what it means, as JSON gives it back."""
    plain = dataclasses.asdict(row)
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plain.items()
        if key != "meaning"
    }


def _numbers(lever: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lever without its words, and without the scale of its cost."""
    plain = {key: value for key, value in lever.items() if key not in (*_WORDS, "cost_scale")}
    effects = [
        {key: value for key, value in effect.items() if key not in _WORDS}
        for effect in lever["effects"]
    ]
    return {**plain, "effects": effects}
