"""A study from its file, with the place of everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag, field_validator

from sim import months
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.tasks import Level
from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import Scenario, fields, load, places, walk
from sim.scenario.document import MAX_RUNS
from sim.scenario.fields import Line, Month, Number, Text, one_of, whole_number
from sim.scenario.merge import is_there, read_file
from sim.scenario.nations import FOCUS
from sim.scenario.paths import only, present
from sim.scenario.tree import Mark, Node, plant
from sim.scenario.walk import Fault, Form, refusal
from sim.study.sweeps import design
from sim.study.sweeps.factors import Factor, read
from sim.study.sweeps.study import Judged, Override, Study

FOLDER = "studies"
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


class Made(Form):
    """The design over what varies."""

    kind: Annotated[str, one_of(design.KINDS, "design")] = "grid"
    points: Annotated[int, whole_number(1, design.MAX_POINTS)] | None = None
    seed: Annotated[int, whole_number(0, 2**31 - 1)] = 1


class Correlation(Form):
    """How two of what varies go together."""

    CALLED: ClassVar[str] = "a correlation"
    NEEDS: ClassVar[str] = "two paths and a number"

    between: tuple[Line, ...]
    rank: Number

    @field_validator("between")
    @classmethod
    def _two(cls, between: tuple[str, ...]) -> tuple[str, ...]:
        if len(between) != 2 or not all(between):
            raise refusal(Fault("a correlation is between two paths", at_key=True))
        return between


class Luck(Form):
    """Replicates of a point, and the seed that all points share."""

    runs: Annotated[int, whole_number(1, MAX_RUNS)] | None = None
    seed: Annotated[int, whole_number(0, 2**63 - 1)] | None = None


Months = Annotated[
    Annotated[tuple[Month, ...], Tag("listed")]
    | Annotated[str, one_of(WHEN, "months"), Tag("word")],
    Discriminator(lambda given: "listed" if isinstance(given, tuple) else "word"),
]


class Wanted(Form):
    """What is to be kept of every replicate; what is not said, or empty, is as usual."""

    metrics: tuple[Text, ...] = ()
    groups: tuple[Text, ...] = ()
    months: Months | None = None

    def outcomes(self) -> Outcomes:
        """Return what is to be kept."""
        usual = Outcomes()
        when = self.months if isinstance(self.months, str | None) else map(months.text, self.months)
        return Outcomes(
            tuple(filter(None, self.metrics)) or usual.metrics,
            tuple(filter(None, self.groups)) or usual.groups,
            usual.months if when is None else when if isinstance(when, str) else tuple(when),
        )


class StudyFile(Form):
    """What a file may say; what varies and what is claimed have readers of their own."""

    CALLED: ClassVar[str] = "a study"

    title: Line = ""
    description: Line = ""
    scenario: Text = "baseline"
    vary: Any = None
    points: Any = None
    design: Made = Made()
    correlations: tuple[Correlation, ...] = ()
    ensemble: Luck = Luck()
    changes: Annotated[Mapping[str, Any], Field(alias="set", default_factory=dict)]
    until: Month | None = None
    nations: Any = None
    outcomes: Wanted = Wanted()
    policies: tuple[Text, ...] = ()
    robust: Judged | None = None
    hypothesis: Mapping[str, Any] | None = None


def _read(
    tree: Node,
    name: str,
    beside: Path | None,
    overrides: Sequence[Override],
    problems: list[Problem],
) -> Study | None:
    asked = walk.read(StudyFile, tree, walk.Reading(problems), "a study")
    given = entries(tree)
    if {"vary", "points", "hypothesis"}.isdisjoint(given):
        hint = "name what varies: vary: {parameters.network: 0.2:1.6:5}"
        problems.append(tree.place.problem("a study needs vary or points", hint))
    if "vary" in given and "points" in given:
        hint = "give the points, or what varies and a design"
        problems.append(given["points"].place.problem("both vary and points are given", hint))
    if "robust" in given and "policies" not in given:
        hint = "name policies: [one, other]"
        problems.append(given["robust"].place.problem("nothing is judged", hint))
    _require_unlike(given.get("policies"), problems)
    changes = _changes(given)
    base = _scenario(given.get("scenario"), beside, only((*changes, *overrides), FOCUS), problems)
    own = tuple(base.own_levers) if isinstance(base, Scenario) else ()
    factors, listed = _factors(given.get("vary"), own, problems), _points(given, own, problems)
    if asked is None or problems:
        return None
    return Study(
        name=name,
        title=asked.title or name,
        description=asked.description,
        scenario=base,
        factors=factors,
        listed=listed,
        kind="list" if listed else asked.design.kind,
        count=asked.design.points,
        design_seed=asked.design.seed,
        correlations={
            (present(one.between[0]), present(one.between[1])): one.rank
            for one in asked.correlations
        },
        runs=asked.ensemble.runs,
        seed=asked.ensemble.seed,
        overrides=changes,
        outcomes=asked.outcomes.outcomes(),
        policies=tuple(filter(None, asked.policies)),
        judged=asked.robust,
        claim=walk.plain(given["hypothesis"]) if "hypothesis" in given else None,
    )


def _require_unlike(policies: Node | None, problems: list[Problem]) -> None:
    """Note a policy that is named more than once: it would be judged against itself."""
    given = policies.value if policies is not None else ()
    before: list[object] = []
    for one in given if isinstance(given, tuple) else ():
        if one.value in before:
            problems.append(one.place.problem(f"{one.value} is named more than once"))
        before.append(one.value)


def _changes(given: Mapping[str, Node]) -> tuple[Override, ...]:
    """Return what the file changes in its scenarios; what is wrong with it was noted already."""
    changed = entries(given["set"]) if "set" in given else {}
    found: list[Override] = [(path, walk.plain(child)) for path, child in changed.items()]
    if "until" in given and isinstance(given["until"].value, str):
        found.append(("period.end", given["until"].value))
    if "nations" in given:
        found.append(("nations", walk.plain(given["nations"])))
    return tuple(found)


def _scenario(
    node: Node | None, beside: Path | None, focus: Sequence[Override], problems: list[Problem]
) -> Any:  # noqa: ANN401
    """Return the base scenario, loaded, so that its own levers are known."""
    if node is None:
        return load("baseline")
    word = node.value
    if not isinstance(word, str):
        return None  # noted already
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
    given = None if node is None else fields.mapping(node, None, problems, what)
    found = [read(path, child, problems, own) for path, child in (given or {}).items()]
    return tuple(factor for factor in found if factor is not None)


def _points(
    given: Mapping[str, Node], own: tuple[str, ...], problems: list[Problem]
) -> tuple[Mapping[str, Level], ...]:
    if "points" not in given:
        return ()
    rows = []
    for item in fields.items(given["points"], problems, "points") or ():
        found = _factors(item, own, problems, "a point")
        if any(factor.values is None or len(factor.values) > 1 for factor in found):
            problems.append(item.place.problem("a point gives one level to each path"))
        rows.append({factor.path: factor.values[0] for factor in found if factor.values})
    if not rows:
        problems.append(given["points"].place.problem("the list has no point to run"))
    return tuple(rows)
