"""What a claim comes to before anything is run, from its study or from a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.analysis.paired import require_two
from sim.errors import InputError, Problem, nearest
from sim.scenario import Scenario, load
from sim.scenario.paths import Override
from sim.study.hypotheses import claims
from sim.study.hypotheses.claims import Claim
from sim.study.saved import plain_scenario
from sim.study.sweeps import study_file

RUNS = 200
"""Replicates of every arm where nothing else is said."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """What a claim comes to, before anything is run.

    Parameters
    ----------
    claim : Claim
    runs : int
        Replicates of every arm.
    arms : mapping of str to mapping of str to Scenario
        By setting of the switch, then by name; without any, the claim is of a cascade.
    """

    claim: Claim
    runs: int
    arms: Mapping[str, Mapping[str, Scenario]]

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """The scenarios that are run, in full, setting after setting."""
        return [one.document() for arms in self.arms.values() for one in arms.values()]

    @property
    def asked(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"runs": self.runs, "claim": self.claim.document(), "arms": self.documents}


def laid_out(
    study: str | Path, runs: int | None = None, overrides: Sequence[Override] = ()
) -> Experiment:
    """Return what the claim of a study comes to; arguments and errors as in :func:`examine`."""
    wanted = study_file.load_study(study)
    if wanted.claim is None:
        raise InputError(
            Problem(
                f"{wanted.name} holds no hypothesis",
                path="hypothesis",
                hint=nearest(str(study), names()) or "sim hypotheses runs all that there are",
            )
        )
    claim = claims.read(wanted.name, wanted.claim)
    count = next(n for n in (runs, wanted.runs, RUNS) if n is not None)
    require_two(count)
    settings = {} if claim.cascade is not None else claim.switch
    arms = {
        setting: {
            name: arm(wanted.scenario, name, fragment, values, (*wanted.overrides, *overrides))
            for name, fragment in claim.arms.items()
        }
        for setting, values in settings.items()
    }
    return Experiment(claim, count, arms)


def experiment_of(asked: Mapping[str, Any]) -> Experiment:
    """Return the experiment that a manifest keeps as plain data."""
    claim = Claim.model_validate(asked["claim"])
    documents = iter(asked["arms"])
    settings = claim.switch if asked["arms"] else {}
    arms = {
        setting: {name: load(plain_scenario(next(documents))) for name in claim.arms}
        for setting in settings
    }
    return Experiment(claim, int(asked["runs"]), arms)


def names() -> list[str]:
    """Return the studies that hold a hypothesis, by the id of their claim: H9 before H10.

    Raises
    ------
    InputError
        If a study that may hold one is wrong.
    """
    found = []
    for name, file in study_file.names().items():
        study = study_file.load_study(file) if name.startswith("h") else None
        if study is not None and study.claim is not None:
            claim = claims.read(study.name, study.claim)
            # Digits by their value; an id of one's own may have any letters.
            parts = re.split(r"(\d+)", claim.number)
            order = [(int(part), "") if part.isdigit() else (0, part) for part in parts]
            found.append((order, name))
    return [name for _, name in sorted(found)]


def arm(
    base: Scenario,
    name: str,
    fragment: Mapping[str, Any],
    values: Mapping[str, Any],
    overrides: Sequence[Any],
) -> Scenario:
    """Return an arm: the study's scenario with a fragment, under one setting of the switch."""
    document = {"extends": base.name, "title": name, **fragment}
    changes = list(overrides)
    of_levers = any(str(path).startswith("levers.") for path in values)
    # Read before it is asked for its levers: what is wrong in an arm is told with its place.
    pulled = {entry.id for entry in load(document, changes).levers} if of_levers else set()
    for path, value in values.items():
        lever = str(path).removeprefix("levers.").partition(".")[0]
        if str(path).startswith("levers.") and lever not in pulled:
            continue  # a setting of a lever concerns the arms that pull it
        changes.append((str(path), value))
    return load(document, changes)
