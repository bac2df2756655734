"""Compilation: from a scenario to the drivers that the world room runs on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import evidence, months
from sim.errors import RunError
from sim.evidence.axes import SEGMENTS
from sim.evidence.tables import left_out
from sim.scenario import effects, facts, futures, nations
from sim.scenario.document import Scenario
from sim.scenario.drivers import Drivers, Effects, Facts, Joint, Schedule


def compile_scenario(scenario: Scenario) -> Drivers:
    """Return the drivers of a scenario.

    Months run from 2023-01 to the scenario's end, whatever its start: the states of the world are
    known there.

    Parameters
    ----------
    scenario : Scenario
        Resolved and checked.

    Returns
    -------
    Drivers
        Every array contiguous, writable and owned by the caller.

    Raises
    ------
    InputError
        If a user's table of nations is wrong; a loaded scenario has been checked already.
    RunError
        If a driver is not a finite number, which would be a fault of the evidence.
    """
    among = nations.table(scenario)
    calendar = np.arange(months.FIRST, scenario.period.end + 1, dtype=np.int64)
    ecosystems = evidence.load().ecosystems
    # What is built while rows of the evidence are left out is not kept.
    build = _facts.__wrapped__ if left_out.get() else _facts
    known = build(evidence.load(), among, scenario.period.end, scenario.facts_until)
    done = effects.build(
        scenario.entries(), scenario.known_levers(), among, calendar,
        nations.whole(scenario.nations),
    )  # fmt: skip
    own: dict[str, Any] = {
        n: v.copy() for n, v in known._asdict().items() if isinstance(v, np.ndarray)
    }
    for table in (done.effects, done.schedule):
        check_finite(table, among.iso3)
    return Drivers(
        facts=known._replace(**own),
        effects=done.effects,
        schedule=done.schedule,
        triggers=done.triggers,
        entries=done.entries,
        nations=among.iso3,
        ecosystems=tuple(ecosystem.id for ecosystem in ecosystems),
        segments=SEGMENTS,
        regions=facts.regions(among),
        groups=_groups(scenario, among),
        parameters=_parameters(scenario),
        drawn=scenario.ensemble.parameters != "default",
        fitted=_fitted(scenario),
        first=scenario.period.start - months.FIRST,
    )


@lru_cache(maxsize=4)
def _facts(_: evidence.Evidence, among: evidence.Nations, end: int, until: int | None) -> Facts:
    """Return the facts of some nations, checked; not to be written to.

    Nine tenths of a compilation are theirs, and no lever touches them.
    """
    known = facts.build(among, np.arange(months.FIRST, end + 1, dtype=np.int64), until)
    check_finite(known, among.iso3)
    return known


def _fitted(scenario: Scenario) -> Joint | None:
    """Return the draws of the calibration where the scenario asks for them."""
    if scenario.ensemble.parameters != "calibrated":
        return None
    known = evidence.posterior()
    if known is None:
        return None
    mine = futures.rows(known.names, known.values, scenario.ensemble.future)
    together = len(futures.FUTURES) if scenario.ensemble.future == futures.ALL else 1
    return Joint(known.names, known.values[mine], together=together)


def _parameters(scenario: Scenario) -> dict[str, object]:
    """Return the values that replace rows of the table: the scenario's, and those of a future."""
    given: dict[str, object] = dict(scenario.parameters)
    if scenario.ensemble.parameters == "calibrated" and evidence.posterior() is not None:
        return given
    return {**futures.held(scenario.ensemble.future), **given}


def check_finite(table: Facts | Effects | Schedule, codes: tuple[str, ...]) -> None:
    """Refuse facts or effects that hold something that is not a number.

    Parameters
    ----------
    table : Facts, Effects or Schedule
        What was compiled.
    codes : tuple of str
        ISO3 codes of the nations, for the message.

    Raises
    ------
    RunError
        Naming the first wrong array, its place, and the nation where the array has one a row.
    """
    for name, values in table._asdict().items():
        wrong = np.argwhere(~np.isfinite(np.atleast_1d(values)))
        if wrong.size:
            place = tuple(int(index) for index in wrong[0])
            axis = 1 if name in ("access", "unlisted", "leak_weight", "licence", "rooted") else 0
            by_nation = np.ndim(values) > axis and np.shape(values)[axis] == len(codes)
            whose = f", nation {codes[place[axis]]}" if by_nation else ""
            raise RunError(
                f"the driver {name!r} is no finite number at {place}{whose}: the evidence behind "
                "it must give one"
            )


def _groups(scenario: Scenario, among: evidence.Nations) -> dict[str, NDArray[np.bool_]]:
    """Return the groups that have members, slug to (I,), the scenario's own last."""
    members = nations.groups(scenario, among)
    masks = {slug: np.isin(among.iso3, codes) for slug, codes in members.items()}
    return {slug: mask for slug, mask in masks.items() if mask.any()}
