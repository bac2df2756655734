"""Options that cannot act together: a command line with both is refused before anything is run.

What one option asks for may leave another one nothing to do. To drop it in silence would answer
another question than the one that was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer


@dataclass(frozen=True)
class Rule:
    """What an option leaves no place for.

    Parameters
    ----------
    option : str
    without : tuple of str
        Options that may not stand beside it.
    why : str
        The end of a sentence that begins with the option.
    """

    option: str
    without: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Need:
    """What an option is of no use without.

    Parameters
    ----------
    option : str
    one_of : tuple of str
        Options of which one must stand beside it.
    why : str
        A sentence.
    """

    option: str
    one_of: tuple[str, ...]
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

NEEDS: Mapping[str, tuple[Need, ...]] = {
    "hindcast": (
        Need("--observations", ("--score",), "they are compared with a file of forecasts alone"),
    ),
    "compare": (
        Need(
            "--start",
            ("--levers", "--each-lever", "--cost", "--budget", "--interactions"),
            "it is the start of single levers, and whole scenarios say when theirs start",
        ),
    ),
}
"""By command, the options that act only beside another."""


def require(context: typer.Context) -> None:
    """Refuse a command line on which an option could not act.

    Raises
    ------
    UsageError
        With both options and the reason.
    """
    command = str(context.info_name)
    given = _given(context)
    for rule in RULES.get(command, ()):
        both = [option for option in rule.without if option in given]
        if rule.option in given and both:
            message = f"{both[0]} cannot act beside {rule.option}, which {rule.why}"
            context.fail(f"{message} (leave one of them out)")
    for need in NEEDS.get(command, ()):
        if need.option in given and not given.intersection(need.one_of):
            context.fail(
                f"{need.option} does nothing here: {need.why} (it goes with one of "
                f"{', '.join(need.one_of)})"
            )


def require_local(context: typer.Context, cluster: str | None) -> None:
    """Refuse a number of workers for a scheduler that has its own.

    Raises
    ------
    UsageError
    """
    if cluster not in (None, "local") and "--workers" in _given(context):
        message = f"--workers cannot act beside --cluster {cluster}, which has workers of its own"
        context.fail(f"{message} (leave it out)")


def require_one(context: typer.Context, option: str, values: int, beside: str) -> None:
    """Refuse several values of an option where one is taken.

    Raises
    ------
    UsageError
    """
    if values > 1 and _given(context).issuperset((option, beside)):
        message = f"{beside} takes one value of {option}, and {values} are given"
        context.fail(f"{message} (leave the others out)")


def _given(context: typer.Context) -> set[str]:
    """Return the options that the command line names, each by its long form."""
    found: set[str] = set()
    for param in context.command.params:
        source = context.get_parameter_source(str(param.name))
        if source is not None and source.name == "COMMANDLINE":
            found.update(name for name in param.opts if name.startswith("--"))
    return found
