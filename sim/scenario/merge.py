"""Inheritance: a file's chain of bases, and what a child's words do to its base's.

Mappings are merged key by key and the child wins; the entries of ``levers`` are matched by id;
every other list is replaced whole. A distribution is one value and is replaced whole too.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim.errors import Problem, cited, nearest, reason
from sim.evidence.parameters import current
from sim.evidence.selectors import split
from sim.scenario import places
from sim.scenario.tree import Broken, Node, describe, parse

LARGEST = 1 << 20
"""Bytes that a file of a scenario or a study may have; a long one of the project's has 4,000."""

_CHOICE = ("nations",)
"""One value even where it is a mapping, as a distribution is."""


def read_file(file: Path, problems: list[Problem]) -> Node | None:
    """Return the tree of one file, or None with a problem noted."""
    shown = places.shown(file)
    try:
        text = _content(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(f"not UTF-8 text: {error.reason} at byte {error.start}", shown))
        return None
    except OSError as error:
        hint = nearest(file.stem, places.known()) if isinstance(error, FileNotFoundError) else None
        problems.append(Problem(f"cannot read the file: {reason(error).lower()}", shown, hint=hint))
        return None
    except ValueError as error:  # such a path there cannot be
        problems.append(Problem(f"cannot read the file: {error}", shown))
        return None
    tree = parse(text, shown, problems)
    if tree is None or tree.value is Broken.VALUE:
        return None
    if not isinstance(tree.value, Mapping):
        message = f"a scenario must be a mapping of keys, not {describe(tree)}"
        problems.append(tree.mark.problem(message, "start with `extends: baseline`"))
        return None
    return tree


def _content(file: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    OSError
        If it is a pipe or a device, which may never end, or larger than any scenario.
    """
    about = file.stat()
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device")
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST:,} bytes")
    return content


def inherit(tree: Node, file: Path | None, problems: list[Problem]) -> Node:
    """Return a tree with all its bases merged in, nearest base first.

    Parameters
    ----------
    tree : Node
        A mapping, perhaps with ``extends``.
    file : Path or None
        Where it was read, None for a Python mapping.
    problems : list of Problem
        Missing bases, loops and bases out of bounds are noted; the rest is merged all the same.
    """
    chain = [spread(tree, problems)]
    seen = [] if file is None else [file.resolve()]
    while (extends := _entry(chain[-1], "extends")) is not None:
        base_file = _base(extends, file, problems)
        if base_file is None:
            break
        resolved = base_file.resolve()
        if resolved in seen:
            loop = [*seen[seen.index(resolved) :], resolved]
            names = " -> ".join(places.shown(link) for link in loop)
            problems.append(extends.mark.problem(f"the bases form a loop: {names}"))
            break
        seen.append(resolved)
        base = read_file(base_file, problems)
        if base is None:
            break
        chain.append(spread(base, problems))
        file = base_file
    merged = chain[-1]
    for child in reversed(chain[:-1]):
        merged = _without(merge(_without(merged, "name"), child), "extends")
    return _without(merged, "extends")


def merge(base: Node, child: Node, path: tuple[str, ...] = ()) -> Node:
    """Return what a child leaves of its base.

    Parameters
    ----------
    base, child : Node
        Trees of the same place in two files.
    path : tuple of str
        Keys down to this place.
    """
    if path == ("levers",) and isinstance(base.value, tuple) and isinstance(child.value, tuple):
        return Node(_merged_levers(base.value, child.value), child.mark, child.key)
    if (
        path == _CHOICE
        or _is_distribution(base)
        or _is_distribution(child)
        or not isinstance(base.value, Mapping)
        or not isinstance(child.value, Mapping)
    ):
        return child
    merged = dict(base.value)
    for name, inner in child.value.items():
        merged[name] = merge(merged[name], inner, (*path, name)) if name in merged else inner
    return Node(merged, child.mark, child.key)


def _merged_levers(base: tuple[Node, ...], child: tuple[Node, ...]) -> tuple[Node, ...]:
    replaced = {lever_id(entry) for entry in child} - {None}
    return (*(entry for entry in base if lever_id(entry) not in replaced), *child)


def lever_id(entry: Node) -> str | None:
    """Return the id of an entry of ``levers``, None where it has none."""
    name = _entry(entry, "id")
    return name.value if name is not None and isinstance(name.value, str) else None


def spread(tree: Node, problems: list[Problem]) -> Node:
    """Return a tree in which ``lag.cn_open: 3`` stands as ``lag: {cn_open: 3}``.

    Both ways of writing an indexed parameter mean the same, so they must merge as the same; and so
    must a name that a parameter had before and the one that it has now.
    """
    if not isinstance(tree.value, Mapping):
        return tree
    parameters = tree.value.get("parameters")
    if parameters is None or not isinstance(parameters.value, Mapping):
        return tree
    nested: dict[str, Node] = {}
    for name, node in parameters.value.items():
        head, index = split(current(name))
        inner = Node({index: node}, node.mark, node.key) if index else node
        nested[head] = _joined(nested[head], inner, problems) if head in nested else inner
    inside = Node(nested, parameters.mark, parameters.key)
    return Node({**tree.value, "parameters": inside}, tree.mark, tree.key)


def _joined(first: Node, second: Node, problems: list[Problem]) -> Node:
    if not isinstance(first.value, Mapping) or not isinstance(second.value, Mapping):
        problems.append(second.place.problem("this parameter is given twice", "keep one of them"))
        return first
    for index in first.value.keys() & second.value.keys():
        place = second.value[index].place
        problems.append(place.problem("this parameter is given twice", "keep one of them"))
    return Node({**second.value, **first.value}, first.mark, first.key)


def _base(extends: Node, file: Path | None, problems: list[Problem]) -> Path | None:
    if extends.value is Broken.VALUE:
        return None
    mark = extends.mark
    if not isinstance(extends.value, str):
        hint = "the name or the path of one scenario"
        problems.append(mark.problem(f"extends must be text, not {describe(extends)}", hint))
        return None
    text = extends.value
    known = places.known(file)
    if places.is_path(text):
        path = (Path.cwd() if file is None else file.parent) / text
    elif text in known:
        path = known[text]
    else:
        message = f"no scenario is named {cited(text)}"
        problems.append(mark.problem(message, nearest(text, known)))
        return None
    if not places.allowed(path, file):
        hint = "a base lies in the file's own folder, in ./scenarios or among the shipped"
        problems.append(mark.problem(f"{cited(text)} is outside the scenario folders", hint))
        return None
    return path if is_there(path, extends, known, problems) else None


def is_there(path: Path, node: Node, known: Iterable[str], problems: list[Problem]) -> bool:
    """Return whether a file that a node names is there, and note a problem if not."""
    if places.is_file(path):
        return True
    message = f"there is no file {places.shown(path)!r}"
    problems.append(node.mark.problem(message, nearest(path.stem, known)))
    return False


def _is_distribution(node: Node) -> bool:
    return isinstance(node.value, Mapping) and "dist" in node.value


def _entry(node: Node, name: str) -> Node | None:
    return node.value.get(name) if isinstance(node.value, Mapping) else None


def _without(node: Node, name: str) -> Node:
    if not isinstance(node.value, Mapping) or name not in node.value:
        return node
    return Node({k: v for k, v in node.value.items() if k != name}, node.mark, node.key)
