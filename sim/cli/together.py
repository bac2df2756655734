"""Options that cannot act together: a command line with both is refused before anything is run.

What one option asks for may leave another one nothing to do. To drop it in silence would answer
another question than the one that was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand


class Rule(NamedTuple):
    """How an option stands to others.

    Parameters
    ----------
    option : str
    others : tuple of str
        In `RULES` options that may not stand beside it, in `NEEDS` those of which one must.
    why : str
        In `RULES` the end of a sentence that begins with the option, in `NEEDS` a whole one.
    """

    option: str
    others: tuple[str, ...]
    why: str


RULES: Mapping[str, tuple[Rule, ...]] = {
    "list": (Rule("--json", ("--quiet",), "prints every field, not only names"),),
    "validate": (Rule("--json", ("--quiet",), "prints a list even where nothing is wrong"),),
    "explain": (
        Rule(
            "--from",
            ("--scenario", "--runs", "--seed", "--set", "--focus"),
            "explains a run as it was",
        ),
        Rule("--json", ("--quiet",), "prints all of it, the figure among them"),
    ),
    "report": (Rule("--json", ("--quiet",), "prints where the report is"),),
    "export": (Rule("--json", ("--quiet",), "prints where the file is"),),
    "compare": (
        Rule(
            "--interactions",
            ("--without", "--each-lever", "--cost", "--budget", "--sizes", "--precision",
             "--cluster"),
            "runs combinations of levers a set number of times, on this machine",
        ),
        Rule("--without", ("--each-lever", "--budget"), "takes levers out of the whole package"),
        Rule("--each-lever", ("--levers",), "takes every lever"),
        Rule("--budget", ("--cost", "--quiet"), "prints packages, which no file holds"),
        Rule("--precision", ("--runs",), "says itself how many replicates are run"),
    ),
    "robust": (
        Rule("--json", ("--policy",), "prints every box of every policy"),
        Rule("--quiet", ("--policy",), "prints the result folder alone"),
    ),
    "hindcast": (
        Rule(
            "--score",
            ("--cutoff", "--rolling", "--nations", "--alternatives", "--members", "--steps",
             "--seed", "--out", "--quiet"),
            "fits nothing, and prints its scores, which no file holds",
        ),
        Rule(
            "--nations",
            ("--alternatives", "--cutoff", "--rolling", "--out", "--quiet"),
            "leaves out nations and no months, and prints its scores, which no file holds",
        ),
        Rule(
            "--alternatives",
            ("--rolling", "--out", "--quiet"),
            "takes one cut-off and prints its scores, which no file holds",
        ),
        Rule("--rolling", ("--cutoff",), "takes four cut-offs of its own"),
    ),
    "observe": (Rule("--json", ("--csv",), "is another form of the same table"),),
}  # fmt: skip
"""By command, the options that cannot act together."""

NEEDS: Mapping[str, tuple[Rule, ...]] = {
    "hindcast": (
        Rule("--observations", ("--score",), "they are compared with a file of forecasts alone"),
    ),
    "compare": (
        Rule(
            "--start",
            ("--levers", "--each-lever", "--cost", "--budget", "--interactions"),
            "it is the start of single levers, and whole scenarios say when theirs start",
        ),
    ),
}
"""By command, the options that act only beside another."""


SINGLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "compare": (("--metric", "--interactions"), ("--groups", "--interactions")),
    "hindcast": (("--cutoff", "--alternatives"),),
}
"""By command, an option that takes several values, and the one beside which it takes one."""


class Command(TyperCommand):
    """A command that refuses options which cannot act together before it begins."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer has no name for its contexts
        """Check which options are given and call the function."""
        require(ctx)
        return super().invoke(ctx)


def require(context: typer.Context) -> None:
    """Refuse a command line on which an option could not act.

    Raises
    ------
    UsageError
        With both options and the reason.
    """
    command, values = str(context.info_name), context.params
    given = _given(context)
    for option, others, why in RULES.get(command, ()):
        both = [other for other in others if other in given]
        if option in given and both:
            message = f"{both[0]} cannot act beside {option}, which {why}"
            context.fail(f"{message} (leave one of them out)")
    for option, others, why in NEEDS.get(command, ()):
        if option in given and not given.intersection(others):
            message = f"{option} does nothing here: {why}"
            context.fail(f"{message} (it goes with one of {', '.join(others)})")
    address = values.get("cluster")
    if address not in (None, "local") and "--workers" in given:
        message = f"--workers cannot act beside --cluster {address}, which has workers of its own"
        context.fail(f"{message} (leave it out)")
    for option, beside in SINGLE.get(command, ()):
        value = values[option.lstrip("-")]
        count = len(value.split(",") if isinstance(value, str) else value or ())
        if count > 1 and given.issuperset((option, beside)):
            message = f"{beside} takes one value of {option}, and {count} are given"
            context.fail(f"{message} (leave the others out)")


def _given(context: typer.Context) -> set[str]:
    """Return the options that the command line names, each by its long form."""
    found: set[str] = set()
    for param in context.command.params:
        source = context.get_parameter_source(str(param.name))
        if source is not None and source.name == "COMMANDLINE":
            found.update(name for name in param.opts if name.startswith("--"))
    return found
