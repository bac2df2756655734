"""The resolved scenario: frozen, with no reference left, and its one plain form.

What a file may say and how it is read is the business of the other modules; a
`Scenario` is what is left when every base, name and default has been put in place.
"""

from __future__ import annotations

import copyreg
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_serializer, field_validator

from sim.errors import cited
from sim.evidence.selectors import nested
from sim.scenario import futures, identity, levers, places
from sim.scenario.entry import Iso3, LeverEntry, Slug, after_start
from sim.scenario.fields import Line, Month, Text, Value, bounds, one_of, whole_number
from sim.scenario.levers import Lever
from sim.scenario.responses import Response
from sim.scenario.walk import Form, refuse

__all__ = ["Ensemble", "LeverEntry", "NationTable", "Period", "Scenario", "bounds"]

MAX_RUNS = 1_000_000

DRAWN = ("calibrated", "drawn", "default")
BASELINE = "state it, or write `extends: baseline`"
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"


def _proxy(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(items)


# Scenarios travel to worker processes, and a mapping proxy has no pickled form of its own.
copyreg.pickle(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


class Period(Form):
    """First and last month of the runs, both included."""

    NEEDS: ClassVar[str] = BASELINE

    start: Month
    end: Month

    @field_validator("end")
    @classmethod
    def _ordered(cls, end: int, info: ValidationInfo) -> int:
        return after_start(end, info, "the period is empty: ")


class Ensemble(Form):
    """How many replicates, from which seed, and where parameters come from.

    ``calibrated``: from the draws of the calibration, and from their ranges where it has none;
    ``drawn``: from their ranges, the priors alone; ``default``: held at their defaults. ``future``
    takes one of the three of `sim.scenario.futures` alone.
    """

    NEEDS: ClassVar[str] = BASELINE

    runs: Annotated[int, whole_number(1, MAX_RUNS)]
    seed: Annotated[int, whole_number(0, 2**63 - 1)]
    parameters: Annotated[
        str,
        one_of(DRAWN, "ensemble.parameters"),
        Field(description="Draw the parameters from their ranges, or hold the defaults."),
    ] = "calibrated"
    future: Annotated[
        str,
        one_of((futures.ALL, *futures.FUTURES), "ensemble.future"),
        Field(description="Whether builders go on learning of Chinese models: one future."),
    ] = futures.ALL


class NationTable(Form):
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


class Scenario(Form):
    """One question to the simulator, complete.

    Attributes
    ----------
    name : str
        The file's, made fit for a folder.
    title : str
        In a line.
    description : str
        What it assumes, in sentences.
    topic : str
        Heading under which lists show it.
    period : Period
        Months that are run.
    facts_until : int or None
        Last month whose dated facts are known; None means the last in the evidence.
    levers : tuple of LeverEntry
        In the order of id, start and nations, whatever the order in the file. None has strength 0.
    responses : tuple of Response
        What others do once they see a sign, by name.
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

    CALLED: ClassVar[str] = "a scenario"
    NEEDS: ClassVar[str] = BASELINE

    name: Text
    title: Line
    description: Line = ""
    topic: Line = ""
    period: Period
    facts_until: Month | None = None
    levers: tuple[LeverEntry, ...] = ()
    # Left out where there are none: what names the results of other scenarios stays as it was.
    responses: Annotated[tuple[Response, ...], Field(exclude_if=lambda given: not given)] = ()
    own_levers: Mapping[str, Lever] = Field(default_factory=_empty)
    parameters: Mapping[str, Any] = Field(default_factory=_empty)
    nations: Slug | tuple[Iso3, ...] | NationTable | None = None
    groups: Mapping[Slug, tuple[Iso3, ...]] = Field(default_factory=_empty)
    ensemble: Ensemble

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys of a file: two of them are gone where a scenario is complete."""
        fields = list(cls.model_fields)
        fields.insert(fields.index("nations") + 1, "focus")
        return ("extends", *fields)

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not re.fullmatch(NAME, name):
            hint = "letters, digits, underscores and hyphens: it names a folder"
            raise refuse("{name} cannot name a scenario", hint, name=cited(name))
        if len(name) > places.LONGEST:
            hint = f"at most {places.LONGEST} characters: it names a folder"
            raise refuse("the name {name} is too long", hint, name=cited(name))
        return name

    @field_validator("levers")
    @classmethod
    def _ordered(cls, levers: tuple[LeverEntry, ...]) -> tuple[LeverEntry, ...]:
        used = (entry for entry in levers if entry.strength != 0)
        return tuple(sorted(used, key=lambda entry: entry.order))

    @field_validator("own_levers", "parameters")
    @classmethod
    def _by_name(cls, named: Mapping[str, Any]) -> Mapping[str, Any]:
        return MappingProxyType(dict(sorted(named.items())))

    @field_serializer("own_levers", "groups")
    def _unlocked(self, named: Mapping[str, Any]) -> dict[str, Any]:
        return dict(named)

    @field_serializer("parameters")
    def _nested(self, parameters: Mapping[str, Value]) -> dict[str, Any]:
        return nested(
            {
                path: value if isinstance(value, float) else value.model_dump()
                for path, value in parameters.items()
            }
        )

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

    @field_validator("responses")
    @classmethod
    def _by_response(cls, responses: tuple[Response, ...]) -> tuple[Response, ...]:
        return tuple(sorted(responses, key=lambda response: response.name))

    def entries(self) -> tuple[LeverEntry, ...]:
        """Return every use of a lever: those of the scenario and those of its responses."""
        answers = (entry for response in self.responses for entry in response.levers)
        return (*self.levers, *(entry for entry in answers if entry.strength != 0))

    def known_levers(self) -> dict[str, Lever]:
        """Return every lever that an entry may use, by id: the catalogue's and the scenario's."""
        return {**levers.read(), **self.own_levers}

    def document(self) -> dict[str, Any]:
        """Return the scenario as one plain mapping that JSON and YAML can hold.

        Months are text, levers stand in their own order, and nothing refers to another file, so
        ``load(scenario.document())`` gives an equal scenario.
        """
        return self.model_dump(mode="json")

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
