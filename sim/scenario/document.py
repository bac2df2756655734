"""The resolved scenario: frozen, with no reference left, and its one plain form.

What a file may say and how it is read is the business of the other modules; a
`Scenario` is what is left when every base, name and default has been put in place.
"""

from __future__ import annotations

import copyreg
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    field_validator,
    model_validator,
)

from sim import months
from sim.scenario import faults, identity, levers
from sim.scenario.distribution import Distribution, Normal, Triangular, Uniform
from sim.scenario.levers import Lever

LAST = months.parse("2040-12")
"""The last month that a scenario may name: trends are not stretched further."""

MAX_RUNS = 1_000_000
MAX_DELAY = 120
"""Longest lag or ramp, in months."""

Month = Annotated[int, Field(ge=months.FIRST, le=LAST)]
Delay = Annotated[int, Field(ge=0, le=MAX_DELAY)]
Iso3 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Value = FiniteFloat | Distribution


def _proxy(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(items)


# Scenarios travel to worker processes, and a mapping proxy has no pickled form of its own.
copyreg.pickle(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Frozen):
    """First and last month of the runs, both included."""

    start: Month
    end: Month

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(
                f"the period is empty: end {months.text(self.end)} is before start "
                f"{months.text(self.start)}"
            )
        return self


class LeverEntry(_Frozen):
    """One use of one lever.

    Attributes
    ----------
    id : str
        The lever's id in the table of levers.
    strength : float or distribution
        From 0 to 1; 1/3, 2/3 and 1 are the table's low, central and high.
    start, end : int, int or None
        First and last month, before the lag; None means until the end of the runs.
    ramp_months : int
        Months over which the effect grows from nothing to the whole.
    lag_months : int
        Months by which both ends are shifted.
    nations : tuple of str or None
        ISO3 codes of the nations to which its effects on nations are narrowed; None means all on
        which the lever acts.
    """

    id: Slug
    strength: Value
    start: Month
    end: Month | None = None
    ramp_months: Delay
    lag_months: Delay
    nations: Annotated[tuple[Iso3, ...], Field(min_length=1)] | None = None

    @field_validator("nations")
    @classmethod
    def _each_once(cls, nations: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if nations is None else tuple(sorted(set(nations)))

    @field_validator("strength")
    @classmethod
    def _fraction(cls, strength: Value) -> Value:
        low, high = bounds(strength)
        if low < 0 or high > 1:
            raise ValueError("strength must lie from 0 to 1")
        return strength

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError("end is before start")
        return self

    @property
    def first(self) -> int:
        """First month in which the lever acts."""
        return self.start + self.lag_months

    @property
    def last(self) -> int | None:
        """Last month in which it acts, None without an end."""
        return None if self.end is None else self.end + self.lag_months

    @property
    def order(self) -> tuple[str, int, tuple[str, ...]]:
        """Where it stands among the entries of a scenario: by id, start and nations."""
        return self.id, self.start, () if self.nations is None else self.nations


class Ensemble(_Frozen):
    """How many replicates, from which seed, and where parameters come from.

    ``calibrated``: from the draws of the calibration, and from their ranges where it has none;
    ``drawn``: from their ranges, the priors alone; ``default``: held at their defaults. ``future``
    takes one of the three of `sim.scenario.futures` alone.
    """

    runs: Annotated[int, Field(ge=1, le=MAX_RUNS)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    parameters: Literal["calibrated", "drawn", "default"] = "calibrated"
    future: Literal["all", "none", "stops", "goes_on"] = "all"


class NationTable(_Frozen):
    """A user's own table of nations, carried whole so that the scenario refers to no file.

    Attributes
    ----------
    name : str
        Name of the file it came from, for messages.
    csv : str
        The text of the table.
    """

    name: str
    csv: str


class Scenario(_Frozen):
    """One question to the simulator, complete.

    Attributes
    ----------
    name, title, description : str
        The name is the file's, made fit for a folder.
    topic : str
        Heading under which lists show it.
    period : Period
        Months that are run.
    facts_until : int or None
        Last month whose dated facts are known; None means the last in the evidence.
    levers : tuple of LeverEntry
        In the order of id, start and nations, whatever the order in the file. None has strength 0.
    own_levers : mapping
        The levers that the scenario defines itself, by id.
    parameters : mapping
        From a path such as ``network`` or ``lag.cn_open`` to a number or a distribution.
    nations : None, str, tuple of str or NationTable
        All nations, a group's slug, ISO3 codes, or a user's table.
    groups : mapping
        The user's own groups: slug to ISO3 codes.
    ensemble : Ensemble
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    title: str
    description: str = ""
    topic: str = ""
    period: Period
    facts_until: Month | None = None
    levers: tuple[LeverEntry, ...] = ()
    own_levers: Mapping[Slug, Lever] = MappingProxyType({})
    parameters: Mapping[str, Value] = MappingProxyType({})
    nations: Slug | tuple[Iso3, ...] | NationTable | None = None
    groups: Mapping[Slug, tuple[Iso3, ...]] = MappingProxyType({})
    ensemble: Ensemble

    @field_validator("levers")
    @classmethod
    def _ordered(cls, levers: tuple[LeverEntry, ...]) -> tuple[LeverEntry, ...]:
        used = (entry for entry in levers if entry.strength != 0)
        return tuple(sorted(used, key=lambda entry: entry.order))

    @field_validator("own_levers")
    @classmethod
    def _sound(cls, own_levers: Mapping[str, Lever]) -> Mapping[str, Lever]:
        for lever in own_levers.values():
            found = [fault for effect in lever.effects for fault in faults.of_effect(effect)]
            for fault in (*faults.of_lever(lever), *found):
                raise ValueError(f"{lever.id}: {fault.message}")
        return MappingProxyType(dict(sorted(own_levers.items())))

    @field_validator("parameters")
    @classmethod
    def _by_path(cls, parameters: Mapping[str, Value]) -> Mapping[str, Value]:
        return MappingProxyType(dict(sorted(parameters.items())))

    @field_validator("nations")
    @classmethod
    def _unique(
        cls, nations: str | tuple[str, ...] | NationTable | None
    ) -> str | tuple[str, ...] | NationTable | None:
        return tuple(sorted(set(nations))) if isinstance(nations, tuple) else nations

    @field_validator("groups")
    @classmethod
    def _by_slug(cls, groups: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        ordered = sorted(groups.items())
        return MappingProxyType({slug: tuple(sorted(set(codes))) for slug, codes in ordered})

    def known_levers(self) -> dict[str, Lever]:
        """Return every lever that an entry may use, by id: the catalogue's and the scenario's."""
        return {**levers.read(), **self.own_levers}

    def document(self) -> dict[str, Any]:
        """Return the scenario as one plain mapping that JSON and YAML can hold.

        Months are text, levers stand in their own order, and nothing refers to another file, so
        ``load(scenario.document())`` gives an equal scenario.
        """
        plain: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "topic": self.topic,
            "period": {
                "start": months.text(self.period.start),
                "end": months.text(self.period.end),
            },
            "facts_until": None if self.facts_until is None else months.text(self.facts_until),
            "levers": [_plain_entry(entry) for entry in self.levers],
            "own_levers": {name: levers.plain(lever) for name, lever in self.own_levers.items()},
            "parameters": _nested(self.parameters),
            "nations": _plain_nations(self.nations),
            "groups": {slug: list(members) for slug, members in self.groups.items()},
            "ensemble": self.ensemble.model_dump(),
        }
        return plain

    def __hash__(self) -> int:
        return hash(json.dumps(self.document(), sort_keys=True))

    def hash(self, model_version: int, facts_hash: str) -> str:
        """Return the SHA-256, in hexadecimal, that names every result of this scenario.

        It covers the resolved scenario, the levers and drivers that it uses in full, the facts and
        the model version, and nothing else.

        Parameters
        ----------
        model_version : int
            Raised whenever any number can move.
        facts_hash : str
            Of all facts, parameters and draws of the calibration.

        Raises
        ------
        KeyError
            If the scenario pulls a lever that there is not; a loaded one never does.
        """
        document = self.document()
        asked = {"kind": "run", "scenario": document}
        return identity.of(asked, identity.used(document), model_version, facts_hash)


def bounds(value: float | Uniform | Triangular | Normal) -> tuple[float, float]:
    """Return the least and the largest number that a value can take."""
    if isinstance(value, int | float):
        return float(value), float(value)
    return value.low, value.high


def _plain_value(value: Value) -> float | dict[str, Any]:
    if isinstance(value, int | float):
        return float(value) + 0.0  # minus zero would hash apart from zero
    return value.model_dump()


def _plain_entry(entry: LeverEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "strength": _plain_value(entry.strength),
        "start": months.text(entry.start),
        "end": None if entry.end is None else months.text(entry.end),
        "ramp_months": entry.ramp_months,
        "lag_months": entry.lag_months,
        # Left out where there are none: what names the results of other scenarios stays as it was.
        **({} if entry.nations is None else {"nations": list(entry.nations)}),
    }


def _plain_nations(
    nations: str | tuple[str, ...] | NationTable | None,
) -> str | list[str] | dict[str, str] | None:
    if isinstance(nations, tuple):
        return list(nations)
    return nations.model_dump() if isinstance(nations, NationTable) else nations


def _nested(parameters: Mapping[str, Value]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in parameters.items():
        name, _, index = path.partition(".")
        if index:
            nested.setdefault(name, {})[index] = _plain_value(value)
        else:
            nested[name] = _plain_value(value)
    return nested
