"""Everything that is wrong with a study before it is run, with the place where it stands.

Reading a study's file shows what is wrong with its form. Here the rest is tried that a sweep or a
claim would refuse: its scenarios, the levels of what varies, outcomes, policies and arms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ensemble.outcomes import Outcomes, kept
from sim.ensemble.tasks import SCENARIO
from sim.errors import InputError, Problem
from sim.scenario.nations import FOCUS
from sim.scenario.paths import only
from sim.scenario.tree import Mark, Node
from sim.study.sweeps import study_file
from sim.study.sweeps.study import Override, Study
from sim.study.sweeps.sweep import check_levels

if TYPE_CHECKING:
    from sim.scenario import Scenario

Problems = dict[Problem, None]
"""In the order in which they were found, each once."""


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
    study = _try(lambda: study_file.load_study(source, overrides), found, None)
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


def _try[T](work: Callable[[], T], found: Problems, place: Mark | None) -> T | None:
    """Return what some work gives, or None with its problems noted at a place.

    One that stands at a line of the same file stays there.
    """
    try:
        return work()
    except InputError as error:
        for problem in error.problems:
            if place is None or (problem.line is not None and problem.file == place.file):
                found[problem] = None
                continue
            path = place.path or problem.path
            here = Mark(place.file, place.line, place.column, path or "")
            found[here.problem(problem.message, problem.hint)] = None
    return None


def _node(tree: Node, *keys: str) -> Node:
    """Return the deepest node on a way of keys that is there."""
    for key in keys:
        inside = tree.value if isinstance(tree.value, Mapping) else {}
        if key not in inside:
            break
        tree = inside[key]
    return tree


def _items(tree: Node, *keys: str) -> Sequence[Node]:
    node = _node(tree, *keys)
    return node.value if isinstance(node.value, tuple) else ()


def _base(study: Study, tree: Node, found: Problems) -> Scenario | None:
    """Return the scenario with the study's changes, each of which is also tried alone."""
    from sim.scenario import load

    own = {"period.end": "until", "nations": "nations"}
    # Without its focus no other change of a scenario that uses one could be tried.
    focus = only(study.overrides, FOCUS)
    for change in study.overrides:
        path = str(change[0])
        stated = "set" in _keys(tree) and path in _keys(_node(tree, "set"))
        node = _node(tree, "set", path) if stated else _node(tree, own.get(path, "set"))
        _try(lambda change=change: load(study.scenario, [*focus, change]), found, node.place)  # type: ignore[misc]
    if found:
        return None
    return _try(lambda: load(study.scenario, study.overrides), found, _node(tree, "set").place)


def _policies(study: Study, tree: Node, found: Problems) -> None:
    from sim.scenario import load

    for item in _items(tree, "policies"):
        _try(lambda item=item: load(str(item.value), study.overrides), found, item.place)  # type: ignore[misc]


def _levels(study: Study, base: Scenario, tree: Node, found: Problems) -> None:
    """Try the levels of what varies in every scenario that is run."""
    from sim.scenario import load

    if study.claim is not None:
        return
    levels = study.points().levels()
    documents = []
    for word in sorted(levels.pop(SCENARIO, ()), key=str):
        place = _node(tree, "vary", SCENARIO) if "vary" in _keys(tree) else _node(tree, "points")
        if word in study.policies:
            continue  # told already
        chosen = _try(lambda word=word: load(str(word), study.overrides), found, place.place)  # type: ignore[misc]
        documents += [] if chosen is None else [chosen.document()]
    for path, values in levels.items():
        wrong: list[Problem] = []
        for document in documents or [base.document()]:
            check_levels(document, path, values, wrong)
        node = _node(tree, "vary", path) if "vary" in _keys(tree) else _node(tree, "points")
        if wrong:
            _try(lambda wrong=wrong: _raise(wrong), found, node.place)  # type: ignore[misc]


def _keys(tree: Node) -> Mapping[str, Node]:
    return tree.value if isinstance(tree.value, Mapping) else {}


def _raise(problems: Sequence[Problem]) -> None:
    raise InputError(problems)


def _outcomes(base: Scenario, tree: Node, found: Problems) -> None:
    """Try every metric, group and month that is to be kept, each alone."""
    from sim.scenario import compile as compiled

    wanted: list[tuple[str, Node]] = [
        (kind, item)
        for kind in ("metrics", "groups", "months")
        for item in _items(tree, "outcomes", kind)
    ]
    if not wanted:
        return
    drivers = compiled(base)
    for kind, item in wanted:
        one: dict[str, Any] = {kind: (str(item.value),)}
        _try(lambda one=one: kept(drivers, Outcomes(**one)), found, item.place)  # type: ignore[misc]


def _judged(study: Study, base: Scenario, tree: Node, found: Problems) -> None:
    """Try what policies are judged by, which must be among what is kept."""
    from sim.scenario import compile as compiled
    from sim.study.robust import require_measured

    if study.judged is None:
        return

    judged = study.judged
    _try(
        lambda: require_measured(kept(compiled(base), study.outcomes), judged),
        found,
        _node(tree, "robust").place,
    )


def _claim(study: Study, tree: Node, found: Problems) -> None:
    """Try a claim: its form, its arms under every setting of its switch, and what it measures."""
    if study.claim is None:
        return
    from sim.scenario import compile as compiled
    from sim.study.hypotheses import claims, experiments, laid

    place = _node(tree, "hypothesis").place
    claim = _try(lambda: claims.read(study.name, study.claim or {}), found, place)
    if claim is None or claim.cascade is not None:
        return
    arms = []
    for values in claim.switch.values():
        for name, fragment in claim.arms.items():
            where = _node(tree, "hypothesis", "arms", name).place
            arms.append(
                _try(
                    lambda n=name, f=fragment, v=values: laid.arm(  # type: ignore[misc]
                        study.scenario, n, f, v, study.overrides
                    ),
                    found,
                    where,
                )
            )
    first = next((arm for arm in arms if arm is not None), None)
    if first is not None:
        _try(lambda: kept(compiled(first), experiments.outcomes(claim)), found, place)
