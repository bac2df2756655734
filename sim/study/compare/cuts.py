"""The paired experiment of a cut: the services of one bloc stop for some nations, and come back.

The makers of a bloc sell nothing to the nations from `BEGIN` to `END`: their closed models cannot
be had at all, their open weights not from the maker. What others host and what runs on own machines
goes on, as in every order so far. Each world is run with the cut and without, and with the same
random numbers, so that all that differs is the cut's.

No lever of the catalogue does this on either side: that of the United States halves access to
closed models, and that on Chinese models acts in the United States and on their clouds. A cut is
therefore a lever of its own, the same for both blocs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim import evidence, months
from sim.analysis.cuts import BACK
from sim.scenario import Scenario, load, nations
from sim.scenario.nations import FOCUS
from sim.scenario.paths import Override

BEGIN, END = "2030-01", "2030-06"
"""First and last month of a cut: as long as that of the scenario access_shock_six_months."""

BLOCS = {"us": "US", "cn": "Chinese"}
"""Blocs whose services may stop, with the word for each."""


def terms() -> dict[str, Any]:
    """Return the terms of the experiment, as a manifest keeps them."""
    return {"cut": [BEGIN, END], "back": BACK}


def reached(scenario: Scenario) -> bool:
    """Return whether a scenario runs from before a cut to beyond its end."""
    first, last = months.parse(BEGIN), months.parse(END)
    return scenario.period.start < first and last < scenario.period.end


def watched(scenario: Scenario) -> tuple[str, ...]:
    """Return the months in which use is compared: from the one before the cut to the last."""
    return tuple(map(months.text, range(months.parse(BEGIN) - 1, scenario.period.end + 1)))


def cut(scenario: Scenario, bloc: str, focus: Sequence[Override]) -> Scenario:
    """Return a scenario in which the services of a bloc stop for the focus.

    Parameters
    ----------
    scenario : Scenario
    bloc : {"us", "cn"}
    focus : sequence of override
        Of the path ``focus``: what the word is to stand for.

    Raises
    ------
    InputError
        If the focus is wrong, or none of it is simulated.
    """
    name = _name(bloc)
    document = scenario.document()
    document["own_levers"] |= {name: _lever(bloc)}
    document["levers"] = [
        *document["levers"],
        {"id": name, "strength": 1.0, "start": BEGIN, "end": END, "nations": FOCUS},
    ]
    return load(document, focus)


def nations_of(stopped: Scenario, bloc: str) -> tuple[str, ...]:
    """Return the ISO3 codes on which a cut acts: those of the focus that are simulated."""
    mine = next(entry.nations for entry in stopped.levers if entry.id == _name(bloc))
    return tuple(code for code in nations.table(stopped).iso3 if mine is None or code in mine)


def _name(bloc: str) -> str:
    return f"{bloc}_services_stop"


def _lever(bloc: str) -> Mapping[str, Any]:
    """Return the lever by which the services of a bloc stop."""
    return {
        "title": f"The {BLOCS[bloc]} makers stop their services",
        "source": "judgement",
        "note": "An experiment and no forecast: nobody has ordered so much.",
        "effects": [
            _stop(bloc, ["maker", "host"], is_open=False),
            _stop(bloc, ["maker"], is_open=True),
        ],
    }


def _stop(bloc: str, ways: list[str], *, is_open: bool) -> Mapping[str, Any]:
    every = evidence.load().ecosystems
    theirs = [one.id for one in every if one.bloc == bloc and one.open == is_open]
    return {
        "driver": "access", "op": "multiply", "low": -1.0, "central": -1.0, "high": -1.0,
        "ecosystems": theirs, "ways": ways,
        "conversion": "All of it, by the terms of the experiment.",
    }  # fmt: skip
