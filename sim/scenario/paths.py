"""PATH=VALUE: how ``--set`` and designs reach into a scenario.

``parameters.<name>[.<segment or ecosystem>]``, ``levers.<id>.strength|start|end|ramp_months|
lag_months`` (all entries of that id), ``period.start|end``,
``ensemble.runs|seed|parameters|future``, ``facts_until``, ``nations``, ``focus`` and ``responses``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.errors import InputError, Problem, alike, cited, nearest
from sim.evidence.parameters import current, renamed
from sim.scenario import levers, vocabulary
from sim.scenario.document import Ensemble
from sim.scenario.merge import lever_id
from sim.scenario.nations import FOCUS
from sim.scenario.tree import Broken, Mark, Node, moved, parse, plant

FILE = "--set"
"""What stands in the place of a file's name when an override is wrong."""

RUNS, SEED, FUTURE = "ensemble.runs", "ensemble.seed", "ensemble.future"

OPTIONS = {
    "nations": "--nations",
    "focus": "--focus",
    "responses": "--responses",
    "period.end": "--until",
    RUNS: "--runs",
    SEED: "--seed",
}
"""Paths that have an option of their own; a path and value given apart come from that option."""

Override = str | tuple[str, object]

_ALONE = ("facts_until", "nations", "focus", "responses")
_ENSEMBLE_KEYS = Ensemble.known_keys()
_HEADS = ("parameters", "levers", "period", "ensemble", *_ALONE)
_BEGINNINGS = (
    "parameters., levers., period., ensemble., or are facts_until, nations, focus or responses"
)
_OF_NATIONS = {"nations": "nations=null means all", "focus": "a nation or a group"}
_LEVER_FIELDS = ("strength", "start", "end", "ramp_months", "lag_months")
_FORM = "write PATH=VALUE, such as parameters.network=0.8"


def apply(tree: Node, overrides: Sequence[Override], problems: list[Problem]) -> Node:
    """Return a merged tree with the overrides in it, the later ones over the earlier.

    Parameters
    ----------
    tree : Node
        A mapping with all bases merged in.
    overrides : sequence of str or (str, value)
        ``"PATH=VALUE"``, or the two apart; a value that is text is read as YAML would read it.
    problems : list of Problem
        Overrides that cannot be placed are noted; the others are applied.
    """
    for override in overrides:
        path, value = _halves(override, problems)
        if path:
            mark = _mark(override, path)
            if path in _OF_NATIONS and isinstance(value, str) and not value.strip():
                problems.append(mark.problem("no nation is named", _OF_NATIONS[path]))
                continue
            tree = _placed(tree, path, _node(value, mark, problems), problems)
    return tree


def replaced(overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides whose path a later one sets again."""
    given = [(_halves(override, [])[0], override) for override in overrides]
    return [one for n, (path, one) in enumerate(given) if path in dict(given[n + 1 :])]


def named(overrides: Sequence[Override]) -> set[str]:
    """Return the paths that overrides set."""
    return {_halves(override, [])[0] for override in overrides}


def only(overrides: Sequence[Override], path: str) -> list[Override]:
    """Return the overrides of one path."""
    return [override for override in overrides if _halves(override, [])[0] == path]


def _mark(override: Override, path: str) -> Mark:
    """Return where an override stands: in the option that was typed, or at its path of --set."""
    if not isinstance(override, str) and path in OPTIONS:
        return Mark(OPTIONS[path])
    return Mark(FILE, path=path)


def is_about(problem: Problem, path: str) -> bool:
    """Return whether a problem with a path and value given apart is one of that path itself."""
    option = OPTIONS.get(path)
    return problem.path == path or (option is not None and problem.file == option)


def present(path: str) -> str:
    """Return a path with the present name of its parameter, and warn of one that it had before."""
    head, dot, rest = path.partition(".")
    return f"{head}{dot}{current(rest)}" if head == "parameters" else path


def check(path: str, own_levers: tuple[str, ...] = ()) -> None:
    """Raise unless a path is one that may differ between scenarios that are run together.

    Parameters
    ----------
    path : str
    own_levers : tuple of str, optional
        Ids of the levers that the scenario defines itself.

    Raises
    ------
    InputError
        With the nearest valid path.
    """
    problems: list[Problem] = []
    mark = Mark(FILE, path=path)
    _steps(path, mark, problems, own_levers)
    if path == FOCUS:
        hint = "run it once for each, with --focus"
        problems.append(mark.problem("all points have one focus", hint))
    if problems:
        raise InputError(problems)


def _halves(override: Override, problems: list[Problem]) -> tuple[str, object]:
    if not isinstance(override, str):
        return present(override[0]), override[1]
    path, equals, value = override.partition("=")
    if not equals or not path.strip():
        problems.append(Problem(f"{cited(override)} is not PATH=VALUE", FILE, hint=_FORM))
        return "", None
    return present(path.strip()), value.strip()


def _node(value: object, mark: Mark, problems: list[Problem]) -> Node:
    if not isinstance(value, str):
        planted = plant(value, mark, problems)
        # An option has no path, so that a place in its list would stand there alone.
        return planted if mark.path else moved(planted, mark)
    if not value:
        return Node(None, mark, mark)
    faults: list[Problem] = []
    node = parse(value, FILE, faults)
    problems += (mark.problem(fault.message, fault.hint) for fault in faults)
    return moved(node or Node(Broken.VALUE, mark), mark)


def _placed(tree: Node, path: str, value: Node, problems: list[Problem]) -> Node:
    steps = _steps(path, value.mark, problems, _own(tree))
    if not steps:
        return tree
    if steps[0] == "levers":
        return _into_levers(tree, steps[1], steps[2], value, problems)
    return _into(tree, steps, value)


def _own(tree: Node) -> tuple[str, ...]:
    """Return the ids of the levers that a tree defines itself."""
    root = tree.value if isinstance(tree.value, Mapping) else {}
    defined = root.get("own_levers")
    return tuple(defined.value) if defined and isinstance(defined.value, Mapping) else ()


def _into(tree: Node, steps: tuple[str, ...], value: Node) -> Node:
    if not steps:
        return value
    inside = dict(tree.value) if isinstance(tree.value, Mapping) else {}
    below = inside.get(steps[0], Node({}, value.mark, value.mark))
    inside[steps[0]] = _into(below, steps[1:], value)
    return Node(inside, tree.mark, tree.key)


def _into_levers(tree: Node, lever: str, field: str, value: Node, problems: list[Problem]) -> Node:
    root = tree.value if isinstance(tree.value, Mapping) else {}
    entries = root.get("levers")
    items = entries.value if entries is not None and isinstance(entries.value, tuple) else ()
    if entries is None or not any(lever_id(item) == lever for item in items):
        hint = f"add an entry with id {lever} to levers in the scenario"
        problems.append(value.mark.problem(f"the scenario has no entry of {lever}", hint))
        return tree
    changed = tuple(
        _into(item, (field,), value) if lever_id(item) == lever else item for item in items
    )
    return _into(tree, ("levers",), Node(changed, entries.mark, entries.key))


def _steps(
    path: str, mark: Mark, problems: list[Problem], own_levers: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the keys of a path, or nothing with a problem noted."""
    head, *rest = path.split(".")
    tails = {"period": ("start", "end"), "ensemble": _ENSEMBLE_KEYS}
    if head in tails and len(rest) == 1:
        return (head, rest[0]) if _known(rest[0], tails[head], head, mark, problems) else ()
    if head in _ALONE and not rest:
        return (head,)
    if head == "levers" and len(rest) == 2:
        lever = _known(rest[0], (*levers.read(), *own_levers), "lever", mark, problems)
        field = _known(rest[1], _LEVER_FIELDS, "field of a lever", mark, problems)
        return (head, *rest) if lever and field else ()
    if head == "parameters" and len(rest) in (1, 2):
        return (head, *rest) if _known_parameter(rest, mark, problems) else ()
    forms = {
        "parameters": "parameters.<name> or parameters.<name>.<segment or ecosystem>",
        "levers": f"levers.<id>.{'|'.join(_LEVER_FIELDS)}",
        "period": "period.start or period.end",
        "ensemble": f"ensemble.{'|'.join(_ENSEMBLE_KEYS)}",
        **{name: name for name in _ALONE},
    }
    hint = f"write {forms[head]}" if head in forms else _meant(path, own_levers)
    problems.append(mark.problem(f"{cited(path)} is not a path of a scenario", hint))
    return ()


def _meant(path: str, own_levers: tuple[str, ...]) -> str | None:
    """Return the whole paths that a word without its beginning may stand for."""
    whole = {name: f"parameters.{name}" for name in vocabulary.parameters()}
    whole |= {name: f"parameters.{now}" for name, now in renamed().items() if now in whole}
    whole |= {name: f"levers.{name}.strength" for name in (*levers.read(), *own_levers)}
    whole |= {"start": "period.start", "end": "period.end", "runs": "ensemble.runs"}
    whole |= {
        "seed": "ensemble.seed",
        "future": "ensemble.future",
        **{head: head for head in _HEADS},
    }
    words = [path] if path in whole else alike(path, whole)
    found = [whole[word] for word in words]
    return f"did you mean {' or '.join(found)}?" if found else f"paths begin with {_BEGINNINGS}"


def _known_parameter(rest: list[str], mark: Mark, problems: list[Problem]) -> bool:
    name = ".".join(rest)
    if name in vocabulary.parameters():
        return True
    if name == rest[0] and vocabulary.indices(name):
        return True  # the missing index is noted where the value is read
    hint = nearest(name, vocabulary.parameters())
    problems.append(mark.problem(f"unknown parameter {cited(name)}", hint))
    return False


def _known(
    word: str, known: Mapping[str, object] | tuple[str, ...], what: str, mark: Mark,
    problems: list[Problem],
) -> bool:  # fmt: skip
    if word in known:
        return True
    hint = nearest(word, known) or f"one of {', '.join(known)}"
    problems.append(mark.problem(f"unknown {what} {cited(word)}", hint))
    return False
