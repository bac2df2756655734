"""A study from its file, with the place of everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim import months
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import Level
from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import Scenario, fields, places
from sim.scenario.merge import is_there, read_file
from sim.scenario.nations import FOCUS
from sim.scenario.paths import only, present
from sim.scenario.tree import Mark, Node, plant
from sim.study.sweeps import design, placed
from sim.study.sweeps.factors import Factor, read
from sim.study.sweeps.study import Judged, Override, Study

FOLDER = "studies"
KEYS = ("title", "description", "scenario", "vary", "points", "design", "correlations", "ensemble",
        "set", "until", "nations", "outcomes", "policies", "robust", "hypothesis")  # fmt: skip
WHEN = ("yearly", "end")
_DESIGN_KEYS = ("kind", "points", "seed")
_OUTCOME_KEYS = ("metrics", "groups", "months")
_JUDGED_KEYS = ("metric", "group", "threshold", "better")


def names() -> dict[str, Path]:
    """Return the files of the studies that can be named, ``./scenarios/studies`` first."""
    found: dict[str, Path] = {}
    for folder in (places.local() / FOLDER, places.shipped() / FOLDER):
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                if file.suffix in places.ENDINGS and file.is_file():
                    found.setdefault(file.stem, file)
    return found


def is_study(source: str | Path) -> bool:
    """Return whether a name or file is a study: a file that says what varies."""
    if isinstance(source, str) and source in names() and source not in places.known():
        return True
    file = Path(source)
    if not places.is_file(file):
        return False
    tree = read_file(file, [])
    return tree is not None and not {"vary", "points", "hypothesis"}.isdisjoint(_entries(tree))


def load_study(source: str | Path | Mapping[str, Any], overrides: Sequence[Override] = ()) -> Study:
    """Return a study from a file, a name or a mapping, checked.

    Parameters
    ----------
    source : str, Path or mapping
    overrides : sequence of str or (path, value), optional
        What a caller changes in its scenarios. Of these the focus alone is taken here, without
        which a scenario that uses one cannot be read.

    Raises
    ------
    InputError
        With everything that is wrong, each with file, line and column.
    """
    problems: list[Problem] = []
    tree, name, beside = _tree(source, problems)
    study = _read(tree, name, beside, overrides, problems) if tree is not None else None
    if study is None or problems:
        raise InputError(problems)
    if study.claim is None:
        _require_points(study, tree)
    return study


def _require_points(study: Study, tree: Node | None) -> None:
    """Refuse an impossible design, at the place that says which it is."""
    try:
        study.points()
    except InputError as error:
        given = {} if tree is None else _entries(tree)
        node = next((given[key] for key in ("design", "vary", "points") if key in given), tree)
        if node is None or node.place.file is None:
            raise
        raise InputError(
            [node.place.problem(found.message, found.hint) for found in error.problems]
        ) from error


def tree_of(source: str | Path) -> Node:
    """Return the tree of a study that was loaded: where each word stands.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    problems: list[Problem] = []
    tree, _, _ = _tree(source, problems)
    if tree is None:
        raise InputError(problems)
    return tree


def _tree(
    source: str | Path | Mapping[str, Any], problems: list[Problem]
) -> tuple[Node | None, str, Path | None]:
    if isinstance(source, Mapping):
        return plant(source, Mark(None), problems), "study", None
    known = names()
    if isinstance(source, str) and not places.is_path(source) and source not in known:
        hint = nearest(source, known) or f"one of {', '.join(known)}"
        problems.append(Problem(f"no study is named {cited(source)}", hint=hint))
        return None, "", None
    file = known[source] if isinstance(source, str) and source in known else Path(source)
    return read_file(file, problems), places.for_a_folder(file.stem, "study"), file


def _entries(tree: Node) -> Mapping[str, Node]:
    return tree.value if isinstance(tree.value, Mapping) else {}


def _read(
    tree: Node,
    name: str,
    beside: Path | None,
    overrides: Sequence[Override],
    problems: list[Problem],
) -> Study | None:
    given = fields.mapping(tree, KEYS, problems, "a study") or {}
    if {"vary", "points", "hypothesis"}.isdisjoint(given):
        hint = "name what varies: vary: {parameters.network: 0.2:1.6:5}"
        problems.append(tree.place.problem("a study needs vary or points", hint))
    if "vary" in given and "points" in given:
        hint = "give the points, or what varies and a design"
        problems.append(given["points"].place.problem("both vary and points are given", hint))
    changes = _overrides(given, problems)
    focus = only((*changes, *overrides), FOCUS)
    base = _scenario(given.get("scenario"), beside, focus, problems)
    own = tuple(base.own_levers) if isinstance(base, Scenario) else ()
    kind, count, design_seed = _design(given.get("design"), problems)
    listed = _points(given.get("points"), own, problems)
    runs, seed = _ensemble(given.get("ensemble"), problems)
    study = Study(
        name,
        _text(given, "title", problems) or name,
        _text(given, "description", problems),
        base,
        _factors(given.get("vary"), own, problems),
        listed,
        "list" if listed else kind,
        count,
        design_seed,
        _correlations(given.get("correlations"), problems),
        runs,
        seed,
        changes,
        _outcomes(given.get("outcomes"), problems),
        _words(given.get("policies"), problems, "policies"),
        _judged(given.get("robust"), given.get("policies"), problems),
        placed.plain(given["hypothesis"]) if "hypothesis" in given else None,
    )
    return None if problems else study


def _scenario(
    node: Node | None, beside: Path | None, focus: Sequence[Override], problems: list[Problem]
) -> Any:  # noqa: ANN401
    """Return the base scenario, loaded, so that its own levers are known."""
    from sim.scenario import load

    if node is None:
        return load("baseline")
    word = fields.text(node, problems, "scenario")
    if word is None:
        return None
    near = beside.parent / word if beside is not None and places.is_path(word) else None
    if near is not None and not is_there(near, node, places.known(beside), problems):
        return None
    try:
        return load(near if near is not None else word, focus)
    except InputError as error:
        problems += (
            found if found.file else node.mark.problem(found.message, found.hint)
            for found in error.problems
        )
        return None


def _factors(
    node: Node | None, own: tuple[str, ...], problems: list[Problem]
) -> tuple[Factor, ...]:
    if node is None:
        return ()
    given = fields.mapping(node, None, problems, "vary") or {}
    found = (read(path, child, problems, own) for path, child in given.items())
    return tuple(factor for factor in found if factor is not None)


def _points(
    node: Node | None, own: tuple[str, ...], problems: list[Problem]
) -> tuple[Mapping[str, Level], ...]:
    if node is None:
        return ()
    rows = []
    for item in fields.items(node, problems, "points") or ():
        given = fields.mapping(item, None, problems, "a point") or {}
        found = {path: read(path, child, problems, own) for path, child in given.items()}
        levels = {f.path: f.values[0] for f in found.values() if f is not None and f.values}
        if any(f is not None and (f.values is None or len(f.values) > 1) for f in found.values()):
            problems.append(item.place.problem("a point gives one level to each path"))
        rows.append(levels)
    if not rows:
        problems.append(node.place.problem("the list has no point to run"))
    return tuple(rows)


def _design(node: Node | None, problems: list[Problem]) -> tuple[str, int | None, int]:
    if node is None:
        return "grid", None, 1
    given = fields.mapping(node, _DESIGN_KEYS, problems, "design") or {}
    kind = "grid"
    if "kind" in given:
        kind = fields.choice(given["kind"], design.KINDS, problems, "design") or kind
    count = (
        fields.whole(given["points"], 1, design.MAX_POINTS, problems, "points")
        if "points" in given
        else None
    )
    seed = fields.whole(given["seed"], 0, 2**31 - 1, problems, "seed") if "seed" in given else 1
    return kind, count, seed if seed is not None else 1


def _ensemble(node: Node | None, problems: list[Problem]) -> tuple[int | None, int | None]:
    if node is None:
        return None, None
    given = fields.mapping(node, ("runs", "seed"), problems, "ensemble") or {}
    runs = fields.whole(given["runs"], 1, 1_000_000, problems, "runs") if "runs" in given else None
    seed = fields.whole(given["seed"], 0, 2**63 - 1, problems, "seed") if "seed" in given else None
    return runs, seed


def _correlations(node: Node | None, problems: list[Problem]) -> dict[tuple[str, str], float]:
    """Read a list of ``{between: [path, path], rank: 0.5}``."""
    found: dict[tuple[str, str], float] = {}
    for item in () if node is None else fields.items(node, problems, "correlations") or ():
        given = fields.mapping(item, ("between", "rank"), problems, "a correlation") or {}
        fields.required(given, ("between", "rank"), item.place, problems, "two paths and a number")
        pair = fields.items(given["between"], problems, "between") if "between" in given else None
        value = fields.number(given["rank"], problems, "rank") if "rank" in given else None
        if pair is None or value is None:
            continue
        words = [fields.text(part, problems, "a path") for part in pair]
        if len(words) != 2 or not all(words):
            problems.append(item.place.problem("a correlation is between two paths"))
            continue
        found[present(str(words[0])), present(str(words[1]))] = value
    return found


def _overrides(given: Mapping[str, Node], problems: list[Problem]) -> tuple[Override, ...]:
    found: list[Override] = []
    if "set" in given:
        entries = fields.mapping(given["set"], None, problems, "set") or {}
        found += ((path, placed.plain(child)) for path, child in entries.items())
    if "until" in given:
        word = fields.month(given["until"], problems, "until")
        if word is not None:
            found.append(("period.end", months.text(word)))
    if "nations" in given:
        found.append(("nations", placed.plain(given["nations"])))
    return tuple(found)


def _outcomes(node: Node | None, problems: list[Problem]) -> Outcomes:
    usual = Outcomes()
    if node is None:
        return usual
    given = fields.mapping(node, _OUTCOME_KEYS, problems, "outcomes") or {}
    metrics = _words(given.get("metrics"), problems, "metrics") or usual.metrics
    groups = _words(given.get("groups"), problems, "groups") or usual.groups
    when: str | tuple[str, ...] = usual.months
    if "months" in given:
        child = given["months"]
        if isinstance(child.value, tuple):
            read_ = [fields.month(item, problems, "month") for item in child.value]
            when = tuple(months.text(month) for month in read_ if month is not None)
        else:
            when = fields.choice(child, WHEN, problems, "months") or when
    return Outcomes(metrics, groups, when)


def _judged(node: Node | None, policies: Node | None, problems: list[Problem]) -> Judged | None:
    """Read what policies are judged by: ``{metric: share.bloc_us, threshold: 0.5}``."""
    if node is None:
        return None
    if policies is None:
        problems.append(node.place.problem("nothing is judged", "name policies: [one, other]"))
    given = fields.mapping(node, _JUDGED_KEYS, problems, "robust") or {}
    fields.required(given, ("metric",), node.place, problems, "an outcome")
    metric = fields.text(given["metric"], problems, "metric") if "metric" in given else None
    group = fields.text(given["group"], problems, "group") if "group" in given else "world"
    least = (
        fields.number(given["threshold"], problems, "threshold") if "threshold" in given else None
    )
    better = "larger"
    if "better" in given:
        better = fields.choice(given["better"], ("larger", "smaller"), problems, "better") or better
    return Judged(metric or "", group or "world", least, better == "larger")


def _words(node: Node | None, problems: list[Problem], what: str) -> tuple[str, ...]:
    if node is None:
        return ()
    found = (fields.text(item, problems, what) for item in fields.items(node, problems, what) or ())
    return tuple(word for word in found if word)


def _text(given: Mapping[str, Node], key: str, problems: list[Problem]) -> str:
    word = fields.text(given[key], problems, key) if key in given else ""
    return " ".join((word or "").split())
