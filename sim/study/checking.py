"""Everything that is wrong with a study before it is run, with the place where it stands.

Reading a study's file shows what is wrong with its form. Here the rest is tried that a sweep or a
claim would refuse: its scenarios, the levels of what varies, outcomes, policies and arms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.ensemble.outcomes import Outcomes, kept
from sim.ensemble.tasks import SCENARIO
from sim.errors import InputError, Problem
from sim.scenario import Scenario, load
from sim.scenario import compile as compiled
from sim.scenario.nations import FOCUS
from sim.scenario.paths import only
from sim.scenario.tree import Mark, Node
from sim.study.sweeps import study_file
from sim.study.sweeps.study import Override, Study
from sim.study.sweeps.sweep import check_levels

Problems = dict[Problem, None]
"""In the order in which they were found, each once."""

NOWHERE = Mark(None)


def problems_of_study(source: str | Path, overrides: Sequence[Override] = ()) -> list[Problem]:
    """Return everything that is wrong with a study; an empty list means that it can be run.

    Parameters
    ----------
    source : str or Path
        Name or file of a study.
    overrides : sequence of (str, value), optional
        Over what the study changes in its scenarios.
    """
    found: Problems = {}
    study = _try(found, NOWHERE, study_file.load_study, source, overrides)
    if study is None:
        return list(found)
    study = replace(study, overrides=(*study.overrides, *overrides))
    tree = study_file.tree_of(source)
    base = _base(study, tree, found)
    if base is not None:
        _policies(study, tree, found)
        _levels(study, base, tree, found)
        _outcomes(base, tree, found)
        _judged(study, base, tree, found)
        _claim(study, tree, found)
    return list(found)


def _try[**P, T](
    found: Problems, place: Mark, work: Callable[P, T], *given: P.args, **named: P.kwargs
) -> T | None:
    """Return what some work gives, or None with its problems noted at a place."""
    try:
        return work(*given, **named)
    except InputError as error:
        _note(found, place, error.problems)
    return None


def _note(found: Problems, place: Mark, problems: Iterable[Problem]) -> None:
    """Note problems at a place; one that stands at a line of the same file stays there."""
    for problem in problems:
        if place is NOWHERE or (problem.line is not None and problem.file == place.file):
            found[problem] = None
        else:
            here = Mark(place.file, place.line, place.column, place.path or problem.path or "")
            found[here.problem(problem.message, problem.hint)] = None


def _node(tree: Node, *keys: str) -> Node:
    """Return the deepest node on a way of keys that is there."""
    for key in keys:
        inside = study_file.entries(tree)
        if key not in inside:
            break
        tree = inside[key]
    return tree


def _items(tree: Node, *keys: str) -> Sequence[Node]:
    node = _node(tree, *keys)
    return node.value if isinstance(node.value, tuple) else ()


def _base(study: Study, tree: Node, found: Problems) -> Scenario | None:
    """Return the scenario with the study's changes, each of which is also tried alone."""
    own = {"period.end": "until", "nations": "nations"}
    # Without its focus no other change of a scenario that uses one could be tried.
    focus = only(study.overrides, FOCUS)
    for change in study.overrides:
        path = str(change[0])
        changed = study_file.entries(tree).get("set")
        stated = changed is not None and path in study_file.entries(changed)
        node = _node(tree, "set", path) if stated else _node(tree, own.get(path, "set"))
        _try(found, node.place, load, study.scenario, [*focus, change])
    if found:
        return None
    return _try(found, _node(tree, "set").place, load, study.scenario, study.overrides)


def _policies(study: Study, tree: Node, found: Problems) -> None:
    """Try every policy, and whether all are of the same months and nations."""
    from sim.study.robust import require_one_world

    read = {}
    for item in _items(tree, "policies"):
        policy = _try(found, item.place, load, str(item.value), study.overrides)
        if policy is not None:
            read[str(item.value)] = policy.document()
    if len(read) > 1 and study.claim is None:
        place = _node(tree, "policies").place
        _try(found, place, require_one_world, read, study.points().paths)


def _levels(study: Study, base: Scenario, tree: Node, found: Problems) -> None:
    """Try the levels of what varies in every scenario that is run."""
    if study.claim is not None:
        return
    levels = study.points().levels()
    documents = []
    # Policies were tried already.
    for word in sorted(levels.pop(SCENARIO, set()) - {*study.policies}, key=str):
        chosen = _try(found, _place_of_levels(tree, SCENARIO), load, str(word), study.overrides)
        documents += [] if chosen is None else [chosen.document()]
    for path, values in levels.items():
        for document in documents or [base.document()]:
            _note(found, _place_of_levels(tree, path), check_levels(document, path, values))


def _place_of_levels(tree: Node, path: str) -> Mark:
    """Return where the levels of a path stand."""
    varied = "vary" in study_file.entries(tree)
    return (_node(tree, "vary", path) if varied else _node(tree, "points")).place


def _outcomes(base: Scenario, tree: Node, found: Problems) -> None:
    """Try every metric, group and month that is to be kept, each alone."""
    kinds = ("metrics", "groups", "months")
    wanted = [(kind, item) for kind in kinds for item in _items(tree, "outcomes", kind)]
    if not wanted:
        return
    drivers = compiled(base)
    for kind, item in wanted:
        one: dict[str, Any] = {kind: (str(item.value),)}
        _try(found, item.place, kept, drivers, Outcomes(**one))


def _judged(study: Study, base: Scenario, tree: Node, found: Problems) -> None:
    """Try what policies are judged by, which must be among what is kept."""
    from sim.study.robust import require_measured

    if study.judged is None:
        return
    place = _node(tree, "robust").place
    measured = _try(found, place, kept, compiled(base), study.outcomes)
    if measured is not None:
        _try(found, place, require_measured, measured, study.judged)


def _claim(study: Study, tree: Node, found: Problems) -> None:
    """Try a claim: its form, its arms under every setting of its switch, and what it measures."""
    from sim.study.hypotheses import claims, experiments, laid

    if study.claim is None:
        return
    place = _node(tree, "hypothesis").place
    claim = _try(found, place, claims.read, study.name, study.claim or {})
    if claim is None or claim.cascade is not None:
        return
    arms = [
        _try(
            found, _node(tree, "hypothesis", "arms", name).place,
            laid.arm, study.scenario, name, fragment, values, study.overrides,
        )
        for values in claim.switch.values()
        for name, fragment in claim.arms.items()
    ]  # fmt: skip
    first = next((arm for arm in arms if arm is not None), None)
    if first is not None:
        _try(found, place, kept, compiled(first), experiments.outcomes(claim))
