"""Every small change of a module, by its syntax tree."""

from __future__ import annotations

import ast
import copy
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

EQUIVALENT = Path(__file__).with_name("equivalent.csv")
"""Changes that no test could see, each with its reason."""

KINDS = (
    "compare", "arithmetic", "constant", "boolean", "minmax", "index", "statement", "return",
)  # fmt: skip
"""What is changed."""

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
"""At the border, and turned around."""

_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip

_EXCHANGED = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "floor": "ceil",
    "ceil": "floor", "any": "all", "all": "any", "argmin": "argmax", "argmax": "argmin",
}  # fmt: skip
"""Functions and methods that are easily taken for each other."""

_SILENT = ("strict", "ignore_index", "copy")
"""Keywords whose value no sound input can show: ``zip(..., strict=True)``."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Parameters
    ----------
    module : str
        Such as ``sim.analysis.paired``.
    function : str
        Where it is, with its classes; empty at the level of the module.
    line : int
    kind : str
        One of `KINDS`.
    was, now : str
        The expression or statement before and after.
    number : int
        Place among the changes of the module.
    at_import : bool
        Whether it runs when the module is imported, and no call runs it.
    nth : int
        Place among those of the same function that read the same, from 1.
    """

    module: str
    function: str
    line: int
    kind: str
    was: str
    now: str
    number: int
    at_import: bool = False
    nth: int = 1

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names it although lines move: where it is, before and after, and which of equals."""
        return self.module, self.function, self.was, self.now, self.nth


def file_of(module: str) -> Path:
    """Return the file of a module."""
    return ROOT / (module.replace(".", "/") + ".py")


def mutants(module: str) -> list[Mutant]:
    """Return all changes of a module, in the order of its text."""
    return list(_mutants(module, file_of(module).read_bytes()))


@cache
def _mutants(module: str, _text: bytes) -> tuple[Mutant, ...]:
    walk = _Walk(module)
    walk.visit(_tree(module))
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for mutant in walk.found:
        seen[mutant.key[1:4]] += 1
        found.append(replace(mutant, nth=seen[mutant.key[1:4]]))
    return tuple(found)


def changed(mutant: Mutant) -> ast.Module:
    """Return the syntax tree of the module with one change made."""
    tree: ast.Module = _Walk(mutant.module, mutant.number).visit(_tree(mutant.module))
    return ast.fix_missing_locations(tree)


def equivalent() -> dict[tuple[str, str, str, str, int], str]:
    """Return the reasons why some changes could be seen by no test, by `Mutant.key`."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {
            (row["module"], row["function"], row["was"], row["now"], int(row["nth"])): row["reason"]
            for row in csv.DictReader(file)
        }


def unknown() -> list[str]:
    """Return the rows of `EQUIVALENT` that name no change of the code as it is."""
    rows = equivalent()
    there = {mutant.key for module in {key[0] for key in rows} for mutant in mutants(module)}
    return [" ".join(map(str, key)) for key in rows if key not in there]


def _tree(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


class _Walk(ast.NodeTransformer):
    """Finds the changes of a module, and makes the one that is wanted."""

    def __init__(self, module: str, wanted: int | None = None) -> None:
        self.found: list[Mutant] = []
        self._module, self._wanted = module, wanted
        self._names: list[str] = []
        self._counters: list[set[str]] = [set()]
        self._returns: list[str] = []

    def visit(self, node: ast.AST) -> ast.AST:
        """Note the changes of a node, and return it, or the change that is wanted."""
        if _is_left_out(node):
            return node
        wanted: ast.AST | None = None
        for kind, new in self._changes(node):
            if len(self.found) == self._wanted:
                wanted = ast.copy_location(new, node)
            line = getattr(node, "lineno", 0)
            was, now = _text(node), _text(new)
            where = ".".join(self._names)
            self.found.append(
                Mutant(
                    self._module,
                    where,
                    line,
                    kind,
                    was,
                    now,
                    len(self.found),
                    at_import=not self._returns,
                )
            )
        into = self._into(node)
        return into if wanted is None else wanted

    def _into(self, node: ast.AST) -> ast.AST:
        """Return a node whose parts were visited."""
        if isinstance(node, ast.ClassDef):
            self._names.append(node.name)
            node.body = self._all(node.body)
            self._names.pop()
        elif isinstance(node, ast.FunctionDef):
            self._names.append(node.name)
            self._counters.append(_whole_numbers(node))
            self._returns.append("" if node.returns is None else ast.unparse(node.returns))
            node.body = self._all(node.body)
            for stack in (self._names, self._counters, self._returns):
                stack.pop()
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                node.value = self.visit(node.value)  # type: ignore[assignment]
        elif isinstance(node, ast.keyword) and node.arg in _SILENT:
            pass
        elif isinstance(node, ast.Subscript):
            # Whole numbers in it are indices, which have a kind of their own.
            node.value = self.visit(node.value)  # type: ignore[assignment]
            if not isinstance(node.slice, ast.Constant | ast.Tuple):
                node.slice = self.visit(node.slice)  # type: ignore[assignment]
        else:
            self.generic_visit(node)
        return node

    def _all(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [self.visit(one) for one in body]  # type: ignore[misc]

    def _changes(self, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        yield from _operators(node)
        yield from _exchanges(node)
        yield from _constants(node)
        yield from _conditions(node)
        if isinstance(node, ast.Subscript):
            yield from _indices(node, self._counters[-1])
        if self._returns:
            yield from _removals(node)
            yield from _answers(node, self._returns[-1])


def _is_left_out(node: ast.AST) -> bool:
    """Return whether changes in a part would be seen by nobody, or by everybody at once."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    # What errors say, what texts say, and what types are.
    return isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert)


def _whole_numbers(function: ast.FunctionDef) -> set[str]:
    """Return the names of a function that stand for whole numbers: counters and parameters."""
    given = {
        arg.arg
        for arg in function.args.args
        if arg.annotation is not None and ast.unparse(arg.annotation) == "int"
    }
    counted = {
        loop.target.id
        for loop in ast.walk(function)
        if isinstance(loop, ast.For)
        and isinstance(loop.target, ast.Name)
        and isinstance(loop.iter, ast.Call)
        and ast.unparse(loop.iter.func) == "range"
    }
    return given | counted


def _operators(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in _COMPARED[type(op)]:
                new = copy.deepcopy(node)
                new.ops[place] = other()
                yield "compare", new
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COMPUTED:
        is_text = isinstance(node, ast.BinOp) and isinstance(
            node.left, ast.Constant | ast.JoinedStr
        )
        if not (is_text and isinstance(getattr(node.left, "value", ""), str)):
            new = copy.deepcopy(node)
            new.op = _COMPUTED[type(node.op)]()
            yield "arithmetic", new
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "arithmetic", copy.deepcopy(node.operand)


def _exchanges(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Call another function of the same form."""
    if not isinstance(node, ast.Call):
        return
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    if name in _EXCHANGED:
        new = copy.deepcopy(node)
        if isinstance(new.func, ast.Name):
            new.func.id = _EXCHANGED[name]
        elif isinstance(new.func, ast.Attribute):
            new.func.attr = _EXCHANGED[name]
        yield "minmax", new


def _constants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float):
        return
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
        return
    yield "constant", ast.Constant(value + 1)
    if value != 0:
        yield "constant", ast.UnaryOp(ast.USub(), ast.Constant(value))


def _conditions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BoolOp):
        new = copy.deepcopy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", new
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "boolean", copy.deepcopy(node.operand)
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(
        node.test,
        ast.Compare | ast.UnaryOp,  # these are turned around by themselves
    ):
        other = copy.copy(node)  # its parts are visited no more, and stay as they are
        other.test = ast.UnaryOp(ast.Not(), node.test)
        yield "boolean", other


def _indices(node: ast.Subscript, counters: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """Shift one index by one: a constant up, a counter down, which from 0 goes to the end."""
    many = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for place, index in enumerate(many):
        if isinstance(index, ast.Constant) and type(index.value) is int:
            shifted: ast.expr = ast.Constant(index.value + 1)
        elif isinstance(index, ast.Name) and index.id in counters:
            shifted = ast.BinOp(copy.deepcopy(index), ast.Sub(), ast.Constant(1))
        else:
            continue
        new = copy.deepcopy(node)
        if isinstance(new.slice, ast.Tuple):
            new.slice.elts[place] = shifted
        else:
            new.slice = shifted
        yield "index", new


def _removals(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Leave out a statement that no other needs in order to run at all."""
    is_kept = isinstance(node, ast.Assign) and all(
        isinstance(target, ast.Subscript | ast.Attribute) for target in node.targets
    )
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if is_kept or called or isinstance(node, ast.AugAssign | ast.Continue):
        yield "statement", ast.Pass()


def _answers(node: ast.AST, returns: str) -> Iterator[tuple[str, ast.AST]]:
    """Return something else of the same type, or nothing."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if isinstance(node.value, ast.Constant) and node.value.value is None:
        return
    value = copy.deepcopy(node.value)
    if returns == "bool":
        value = ast.UnaryOp(ast.Not(), value)
    elif returns in ("int", "float"):
        value = ast.BinOp(value, ast.Add(), ast.Constant(1))
    else:
        value = ast.Constant(None)
    yield "return", ast.Return(value)


def _text(node: ast.AST) -> str:
    """Return a node on one line; of a block its head."""
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}:"
    return " ".join(ast.unparse(node).splitlines()[0].split())
