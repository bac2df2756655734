"""A study: a scenario, what varies in it, and what is to be kept of every replicate."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo

from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import SCENARIO, Level
from sim.errors import InputError, Problem
from sim.scenario import Scenario, places
from sim.scenario.fields import Number, Text
from sim.scenario.nations import FOCUS
from sim.scenario.paths import only
from sim.scenario.tree import Mark
from sim.scenario.walk import Form, refuse
from sim.study.sweeps import design
from sim.study.sweeps.factors import Factor, parse_option

Override = str | tuple[str, Any]

RUNS = 100
"""Replicates of a point where nothing else is said."""


def _better(given: object, info: ValidationInfo) -> object:
    """Return whether larger is better, which a file says in a word."""
    if info.context is None:
        return given
    words = {"larger": True, "smaller": False}
    if not isinstance(given, str) or given not in words:
        raise refuse("unknown better: {value}", f"one of {', '.join(words)}")
    return words[given]


class Judged(Form):
    """What policies are judged by.

    Attributes
    ----------
    metric, group : str
        Outcome, in the last month that is kept.
    threshold : float, optional
        What is good enough.
    larger_is_better : bool
    """

    NEEDS: ClassVar[str] = "an outcome"

    metric: Text
    group: Text = "world"
    threshold: Number | None = None
    larger_is_better: Annotated[bool, BeforeValidator(_better), Field(alias="better")] = True

    def document(self) -> dict[str, Any]:
        """Return it as plain data, which ``Judged.model_validate`` takes."""
        return self.model_dump(by_alias=False)


@dataclass(frozen=True)
class Study:
    """What a sweep is to run.

    Parameters
    ----------
    name, title, description : str
    scenario : str, Path, mapping or Scenario
        The base of every point.
    factors : tuple of Factor
        What varies; empty where ``listed`` gives the points.
    listed : tuple of mapping
        Points that are given one by one.
    kind : str
        Design over the factors, a key of `sim.study.sweeps.design.KINDS`, or ``list``.
    count : int, optional
        As `sim.study.sweeps.design.make` takes it.
    design_seed : int
    correlations : mapping of (path, path) to float
    runs, seed : int, optional
        Replicates a point, and the seed that all points share.
    overrides : tuple of str or (path, value)
        Changes that all points share.
    outcomes : Outcomes
    policies : tuple of str
        Scenarios that are run in every world that the factors give; empty in a plain sweep.
    judged : Judged, optional
        What policies are judged by.
    claim : mapping, optional
        What a hypothesis claims, as `sim.study.hypotheses` reads it.
    from_options : bool
        Whether options say what varies, and no file: it decides where a wrong level stands.
    """

    name: str
    title: str
    description: str
    scenario: Any
    factors: tuple[Factor, ...] = ()
    listed: tuple[Mapping[str, Level], ...] = ()
    kind: str = "grid"
    count: int | None = None
    design_seed: int = 1
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)
    runs: int | None = None
    seed: int | None = None
    overrides: tuple[Override, ...] = ()
    outcomes: Outcomes = Outcomes()
    policies: tuple[str, ...] = ()
    judged: Judged | None = None
    claim: Mapping[str, Any] | None = None
    from_options: bool = False

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Study:
        """Return a study from what `document` gave; its scenarios stand beside it."""
        made = plain["design"]
        return cls(
            name=plain["name"],
            title=plain["title"],
            description=plain["description"],
            scenario=None,
            factors=tuple(Factor.of_spec(path, spec) for path, spec in plain["vary"].items()),
            listed=tuple(plain["points"]),
            kind=made["kind"],
            count=made["points"],
            design_seed=made["seed"],
            correlations={(one, other): value for one, other, value in plain["correlations"]},
            overrides=tuple(
                change if isinstance(change, str) else tuple(change) for change in plain["set"]
            ),
            outcomes=Outcomes.of(plain["outcomes"]),
            policies=tuple(plain["policies"]),
        )

    def points(self) -> design.Design:
        """Return the design's points.

        Raises
        ------
        InputError
            If the design is impossible or empty.
        """
        if self.listed:
            made = design.listed(self.listed)
        else:
            made = design.make(
                self.factors, self.kind, self.count, self.design_seed, self.correlations
            )
        if not self.policies:
            return made
        if SCENARIO in made.paths:
            hint = "vary other paths, or leave policies out"
            problem = Problem(
                "policies are choices of the scenario already", path="vary", hint=hint
            )
            raise InputError(problem)
        crossed = tuple((policy, *point) for point in made.points for policy in self.policies)
        return design.Design(made.kind, (SCENARIO, *made.paths), crossed)

    def place_of_levels(self, path: str) -> Mark:
        """Return where the levels of a path were given."""
        if self.from_options:
            return Mark("--vary", path=path)
        return Mark(None, path="points" if self.listed else f"vary.{path}")

    def document(self) -> dict[str, Any]:
        """Return the study as plain data, apart from its scenario."""
        focus = only(self.overrides, FOCUS)
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "vary": {factor.path: factor.spec() for factor in self.factors},
            "policies": list(self.policies),
            "points": [dict(point) for point in self.listed],
            "design": {"kind": self.kind, "points": self.count, "seed": self.design_seed},
            "correlations": [[*pair, value] for pair, value in self.correlations.items()],
            # The scenarios that are run hold the nations for which a focus stands, if they use it.
            "set": [
                change if isinstance(change, str) else list(change)
                for change in self.overrides
                if change not in focus
            ],
            "outcomes": {
                "metrics": list(self.outcomes.metrics),
                "groups": list(self.outcomes.groups),
                "months": self.outcomes.months,
            },
        }


def of_options(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    vary: Sequence[str | Factor],
    *,
    kind: str = "grid",
    count: int | None = None,
    design_seed: int = 1,
    runs: int | None = None,
    seed: int | None = None,
    overrides: Sequence[Override] = (),
    outcomes: Outcomes = Outcomes(),
) -> Study:
    """Return the study that options ask for.

    Raises
    ------
    InputError
        If an option is wrong.
    """
    factors = tuple(f if isinstance(f, Factor) else parse_option(f) for f in vary)
    stem = Path(scenario).stem if isinstance(scenario, str | os.PathLike) else ""
    name = places.for_a_folder(stem, "scenario")
    if isinstance(scenario, Scenario):
        name = scenario.name
    varied = ", ".join(factor.path for factor in factors)
    return Study(
        name=name,
        title=f"{name} over {varied}",
        description="",
        scenario=scenario,
        factors=factors,
        kind=kind,
        count=count,
        design_seed=design_seed,
        runs=runs,
        seed=seed,
        overrides=tuple(overrides),
        outcomes=outcomes,
        from_options=True,
    )
