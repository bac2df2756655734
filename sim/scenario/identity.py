"""What names the numbers of a scenario: all that it uses of the tables of levers and drivers.

A resolved scenario names its levers by id alone. What a lever does stands in the tables, so results
are named by the levers and drivers that are used, in full; a lever that nobody pulls names nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sim.scenario import drivers, levers

_WORDS = ("title", "source", "actor", "seed", "status", "cost_kind", "side", "note", "conversion")
"""Parts of a lever that say where a size comes from; no number depends on them."""


def used(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the levers that a plain scenario pulls, and their drivers, in full.

    Parameters
    ----------
    document : mapping
        As `sim.scenario.Scenario.document` returns it.

    Returns
    -------
    dict
        ``levers`` and ``drivers``, by id and name, as plain data without words.
    """
    catalogue = levers.read()
    own = document["own_levers"]
    pulled = sorted({str(entry["id"]) for entry in document["levers"]})
    whole = {name: own[name] if name in own else levers.plain(catalogue[name]) for name in pulled}
    names = {str(effect["driver"]) for lever in whole.values() for effect in lever["effects"]}
    known = drivers.vocabulary()
    rows = {name: dataclasses.asdict(known[name]) for name in sorted(names)}
    return {
        "levers": {name: _numbers(lever) for name, lever in whole.items()},
        "drivers": {
            name: {key: value for key, value in row.items() if key != "meaning"}
            for name, row in rows.items()
        },
    }


def _numbers(lever: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lever without its words."""
    plain = {key: value for key, value in lever.items() if key not in _WORDS}
    effects = [
        {key: value for key, value in effect.items() if key not in _WORDS}
        for effect in lever["effects"]
    ]
    return {**plain, "effects": effects}
