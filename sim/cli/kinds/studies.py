"""Studies: what can be swept, judged and claimed by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.cli.kinds.kind import Fields, Kind, Row
from sim.errors import InputError
from sim.scenario import places
from sim.scenario.paths import Override
from sim.study.sweeps.study_file import load_study, names


def _studies() -> list[Row]:
    """Return every study; of one that is wrong the name alone, `validate` says what is."""
    return [_study_row(name, file) for name, file in names().items()]


def _study_row(name: str, file: Path) -> Row:
    where = {"file": places.shown(file)}
    try:
        asked = load_study(file, [("focus", "world")])
        if asked.claim is not None:
            varies = list(asked.claim.get("arms") or {})
            kind, points = "claim", len(varies)
        else:
            made = asked.points()
            kind, points, varies = made.kind, len(made.points), list(made.paths)
    except InputError:
        return Row(name, "", where)
    more = {"design": kind, "points": points, "varies": varies, "description": asked.description}
    return Row(name, asked.title, where | more, (kind, *asked.policies), words=" ".join(varies))


def study(source: str, overrides: Sequence[Override] = ()) -> Fields:
    """Return what a study runs: its scenario, what varies, its design, policies and claim.

    Parameters
    ----------
    source : str
        Name or path.
    overrides : sequence of str or (str, value), optional
        Over what it says of its scenarios.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    asked = load_study(source, overrides)
    shown = {"kind": "study"} | asked.document()
    shown |= {"scenario": asked.scenario.name, "runs": asked.runs, "seed": asked.seed}
    if asked.judged is not None:
        shown["robust"] = asked.judged.document()
    if asked.claim is not None:
        shown["hypothesis"] = dict(asked.claim)
        del shown["design"]
    else:
        shown["number_of_points"] = len(asked.points().points)
    return {name: value for name, value in shown.items() if value not in ({}, [], None, "")}


STUDIES = Kind(
    "studies", "study", "what can be swept by name", ("name", "design", "points", "title"),
    _studies, study, names=names, focused=True,
)  # fmt: skip
