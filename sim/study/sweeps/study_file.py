"""A study from its file, with the place of everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim import months
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import Level
from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import Scenario, fields, load, places
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
    return tree is not None and not {"vary", "points", "hypothesis"}.isdisjoint(entries(tree))


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
    study = None if tree is None else _read(tree, name, beside, overrides, problems)
    if study is None or tree is None or problems:
        raise InputError(problems)
    if study.claim is None:
        _require_points(study, tree)
    return study


def _require_points(study: Study, tree: Node) -> None:
    """Refuse an impossible design, at the place that says which it is."""
    try:
        study.points()
    except InputError as error:
        given = entries(tree)
        node = next((given[key] for key in ("design", "vary", "points") if key in given), tree)
        if node.place.file is None:
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


def entries(node: Node) -> Mapping[str, Node]:
    """Return the entries of a mapping; none of what is no mapping."""
    return node.value if isinstance(node.value, Mapping) else {}


class _Section:
    """A mapping of the file, whose entries are read one by one; what is not there is None.

    Parameters
    ----------
    node : Node or None
    known : sequence of str or None
        Keys that it may have; any where None.
    problems : list of Problem
        Takes what is wrong.
    what : str
        What to call it in a message.
    """

    def __init__(
        self, node: Node | None, known: Sequence[str] | None, problems: list[Problem], what: str
    ) -> None:
        self.problems = problems
        found = None if node is None else fields.mapping(node, known, problems, what)
        self.given: Mapping[str, Node] = found or {}

    def read[T](
        self, reader: Callable[..., T | None], key: str, *bounds: object, what: str | None = None
    ) -> T | None:
        """Return an entry as a function of `sim.scenario.fields` reads it."""
        node = self.given.get(key)
        return None if node is None else reader(node, *bounds, self.problems, what or key)

    def words(self, key: str) -> tuple[str, ...]:
        """Return an entry that is a list of words."""
        found = [
            fields.text(item, self.problems, key) for item in self.read(fields.items, key) or ()
        ]
        return tuple(word for word in found if word)

    def line(self, key: str) -> str:
        """Return an entry that is a text, in one line."""
        return " ".join((self.read(fields.text, key) or "").split())


def _read(
    tree: Node,
    name: str,
    beside: Path | None,
    overrides: Sequence[Override],
    problems: list[Problem],
) -> Study | None:
    whole = _Section(tree, KEYS, problems, "a study")
    given = whole.given
    if {"vary", "points", "hypothesis"}.isdisjoint(given):
        hint = "name what varies: vary: {parameters.network: 0.2:1.6:5}"
        problems.append(tree.place.problem("a study needs vary or points", hint))
    if "vary" in given and "points" in given:
        hint = "give the points, or what varies and a design"
        problems.append(given["points"].place.problem("both vary and points are given", hint))
    changes = _overrides(whole, problems)
    focus = only((*changes, *overrides), FOCUS)
    base = _scenario(given.get("scenario"), beside, focus, problems)
    own = tuple(base.own_levers) if isinstance(base, Scenario) else ()
    made = _Section(given.get("design"), ("kind", "points", "seed"), problems, "design")
    kind = made.read(fields.choice, "kind", design.KINDS, what="design") or "grid"
    count = made.read(fields.whole, "points", 1, design.MAX_POINTS)
    design_seed = made.read(fields.whole, "seed", 0, 2**31 - 1)
    listed = _points(whole, own, problems)
    luck = _Section(given.get("ensemble"), ("runs", "seed"), problems, "ensemble")
    study = Study(
        name=name,
        runs=luck.read(fields.whole, "runs", 1, 1_000_000),
        seed=luck.read(fields.whole, "seed", 0, 2**63 - 1),
        title=whole.line("title") or name,
        description=whole.line("description"),
        scenario=base,
        factors=_factors(given.get("vary"), own, problems),
        listed=listed,
        kind="list" if listed else kind,
        count=count,
        design_seed=1 if design_seed is None else design_seed,
        correlations=_correlations(whole, problems),
        overrides=changes,
        outcomes=_outcomes(given.get("outcomes"), problems),
        policies=whole.words("policies"),
        judged=_judged(given.get("robust"), given.get("policies"), problems),
        claim=placed.plain(given["hypothesis"]) if "hypothesis" in given else None,
    )
    return None if problems else study


def _scenario(
    node: Node | None, beside: Path | None, focus: Sequence[Override], problems: list[Problem]
) -> Any:  # noqa: ANN401
    """Return the base scenario, loaded, so that its own levers are known."""
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
    node: Node | None, own: tuple[str, ...], problems: list[Problem], what: str = "vary"
) -> tuple[Factor, ...]:
    given = _Section(node, None, problems, what).given
    found = [read(path, child, problems, own) for path, child in given.items()]
    return tuple(factor for factor in found if factor is not None)


def _points(
    whole: _Section, own: tuple[str, ...], problems: list[Problem]
) -> tuple[Mapping[str, Level], ...]:
    rows = []
    for item in whole.read(fields.items, "points") or ():
        found = _factors(item, own, problems, "a point")
        if any(factor.values is None or len(factor.values) > 1 for factor in found):
            problems.append(item.place.problem("a point gives one level to each path"))
        rows.append({factor.path: factor.values[0] for factor in found if factor.values})
    if not rows and "points" in whole.given:
        problems.append(whole.given["points"].place.problem("the list has no point to run"))
    return tuple(rows)


def _correlations(whole: _Section, problems: list[Problem]) -> dict[tuple[str, str], float]:
    """Read a list of ``{between: [path, path], rank: 0.5}``."""
    found: dict[tuple[str, str], float] = {}
    for item in whole.read(fields.items, "correlations") or ():
        given = _Section(item, ("between", "rank"), problems, "a correlation")
        needed = "two paths and a number"
        fields.required(given.given, ("between", "rank"), item.place, problems, needed)
        pair = given.read(fields.items, "between")
        value = given.read(fields.number, "rank")
        if pair is None or value is None:
            continue
        words = [fields.text(part, problems, "a path") for part in pair]
        if len(words) != 2 or not all(words):
            problems.append(item.place.problem("a correlation is between two paths"))
            continue
        found[present(str(words[0])), present(str(words[1]))] = value
    return found


def _overrides(whole: _Section, problems: list[Problem]) -> tuple[Override, ...]:
    changed = _Section(whole.given.get("set"), None, problems, "set").given
    found: list[Override] = [(path, placed.plain(child)) for path, child in changed.items()]
    last = whole.read(fields.month, "until")
    if last is not None:
        found.append(("period.end", months.text(last)))
    if "nations" in whole.given:
        found.append(("nations", placed.plain(whole.given["nations"])))
    return tuple(found)


def _outcomes(node: Node | None, problems: list[Problem]) -> Outcomes:
    usual = Outcomes()
    given = _Section(node, ("metrics", "groups", "months"), problems, "outcomes")
    metrics, groups = given.words("metrics"), given.words("groups")
    if "months" in given.given and isinstance(given.given["months"].value, tuple):
        listed = [fields.month(item, problems, "month") for item in given.given["months"].value]
        when: str | tuple[str, ...] = tuple(months.text(one) for one in listed if one is not None)
    else:
        when = given.read(fields.choice, "months", WHEN) or usual.months
    return Outcomes(metrics or usual.metrics, groups or usual.groups, when)


def _judged(node: Node | None, policies: Node | None, problems: list[Problem]) -> Judged | None:
    """Read what policies are judged by: ``{metric: share.bloc_us, threshold: 0.5}``."""
    if node is None:
        return None
    if policies is None:
        problems.append(node.place.problem("nothing is judged", "name policies: [one, other]"))
    given = _Section(node, ("metric", "group", "threshold", "better"), problems, "robust")
    fields.required(given.given, ("metric",), node.place, problems, "an outcome")
    return Judged(
        metric=given.read(fields.text, "metric") or "",
        group=given.read(fields.text, "group") or "world",
        threshold=given.read(fields.number, "threshold"),
        larger_is_better=given.read(fields.choice, "better", ("larger", "smaller")) != "smaller",
    )
