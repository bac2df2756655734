"""Generated parts of the documents, made from the code's own tables.

A generated part stands between two comments, ``<!-- made: NAME -->`` and ``<!-- end -->``. Each
function here makes one; `python -m making` writes them all, and a test fails where one is not
current.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim import evidence
from sim.scenario.drivers import NATION_FAMILIES, Facts, vocabulary
from sim.world.state import COMPUTED_AGAIN, TRAITS, State

RULES = Path(__file__).parents[1] / "sim" / "world" / "rules"

_FIELD = re.compile(r"^    (\w+): \w+  # (.*)$", re.MULTILINE)
_SHAPE = re.compile(r"\[([^\]]*)\]\s*(.*)")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    head : sequence of str
        Titles of the columns.
    rows : iterable of sequences
        Cells; a bar inside one is escaped.
    """
    lines = [list(map(str, head)), ["---"] * len(head)]
    lines += [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(word: str) -> str:
    """Return a word as inline code, and nothing for nothing."""
    return f"`{word}`" if word else ""


def number(value: float) -> str:
    """Return a number as a person would write it."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"


def sentence(text: str) -> str:
    """Return the first sentence or clause of a text: numbers keep their points."""
    return re.split(r"(?<=[a-z0-9)])[.;:] |\.$", text, maxsplit=1)[0]


def _sources(cell: str) -> str:
    return cell.replace(";", ", ")


def parameters() -> str:
    """Return the parameter table, switches apart: prior and, where there is one, posterior."""
    from sim.calibration.fitted import posterior, status

    def after(row: evidence.Parameter) -> str:
        drawn = posterior(row)
        return "-" if drawn is None else f"{drawn[1]:.3g} ({drawn[0]:.3g} to {drawn[2]:.3g})"

    head = ("name", "symbol", "unit", "default", "range", "drawn", "posterior (5 to 95 %)")
    return table(
        (*head, "status", "source", "meaning"),
        (
            (
                code(row.path),
                row.symbol,
                row.unit,
                number(row.default),
                "-" if row.low == row.high else f"{number(row.low)} to {number(row.high)}",
                row.dist if row.dist != "fixed" else "no",
                after(row),
                status(row),
                _sources(row.source),
                sentence(row.meaning),
            )
            for row in evidence.load().parameters
            if row.dist != "switch"
        ),
    )


def statuses() -> str:
    """Return what the words for the status of a parameter mean."""
    from sim.calibration.fitted import STATUSES

    return "\n".join(f"- `{word}`: {meaning}." for word, meaning in STATUSES.items())


def switches() -> str:
    """Return the table of switches."""
    return table(
        ("switch", "default", "on means"),
        (
            (code(row.path), "on" if row.default else "off", sentence(row.meaning))
            for row in evidence.load().parameters
            if row.dist == "switch"
        ),
    )


def drivers() -> str:
    """Return the table of drivers that levers may move."""
    return table(
        ("driver", "by", "unit", "without levers", "bounds", "meaning"),
        (
            (
                code(row.name),
                " × ".join((*(("nation",) if row.scope == "nation" else ()), *row.index))
                or "world",
                row.unit,
                row.base,
                f"{number(row.low)} to {number(row.high)}",
                row.meaning,
            )
            for row in vocabulary().values()
        ),
    )


def fields(kind: type) -> list[tuple[str, str, str]]:
    """Return name, shape and meaning of the fields of a named tuple, from its comments.

    Raises
    ------
    ValueError
        If a field has no comment: the documents would be silent about it.
    """
    found = []
    comments = dict(_FIELD.findall(inspect.getsource(kind)))
    for name in kind._fields:  # type: ignore[attr-defined]
        if name not in comments:
            raise ValueError(f"{kind.__name__}.{name} has no comment that says what it is")
        split = _SHAPE.fullmatch(comments[name])
        shape, meaning = split.groups() if split else ("", comments[name])
        found.append((name, shape, meaning))
    return found


STATE_SAID = {
    "share": "main ecosystem of builders by segment, fraction",
    "national": "main ecosystem of builders over segments, by weight, fraction",
    "scar": "value that an earlier cut still takes, utils",
    "standing": "what developers hold of an ecosystem that no month changes: leaning, home, brand, "
    "English, taste, utils",
    "eager": "exp of `standing`: how much more developers try what they like, factor",
    "consumer": "what consumers hold of a chat service beyond what it can do, utils",
    "wander": "taste that changes by month, AR(1), utils",
    "stance": "0 open, 1 US, 2 Chinese, 3 sovereign",
    "worth": "`exp` of what a way is worth: price, trouble, licence",
    "regarded": "regard: all that does not depend on offers, users or the month, utils",
    "logsum0": "mean of `ln Z` over segments in the first month in which it is known, utils",
    "urge": "`p_i`, newcomers who come of themselves, per year",
    "price": "logarithm of the driver `price` in force",
    "opened": "access by way that builders really have, fraction",
    "by_maker": "part of an offer's users who come by its maker's service, `sigma`, fraction",
    "offered": "log-sum `B` over ways of access times worth, utils",
    "leaving": "part of users whose way is cut this month, fraction",
    "evicting": "1 where a nation has such users",
    "adopted": "`N/C` of last month, fraction",
    "linked": "its mean over linked nations, fraction",
    "stance_before": "`stance` of last month",
    "linked_share": "mean of `national` over linked nations, fraction",
    "member_counts": "members of a membership that hold a stance",
    "member_sizes": "members of a membership",
    "cells": "drivers of the world in force",
    "wanted": "part of a pool's demand that would go to Chinese hardware, fraction",
    "compute": "stock of accelerators by pool and hardware, H100e",
    "output": "Chinese output of accelerators, H100e a month",
    "unmet": "unmet part of Chinese demand for US accelerators in the last 12 months, fraction",
    "training": "training compute of Chinese laboratories, H100e",
    "serving": "serving compute of Chinese laboratories, H100e",
    "users": "builders on Chinese models by the maker's service, in the world",
    "users0": "`users` of July 2025; 0 before",
    "serving0": "`serving` of July 2025; 0 before",
    "training0": "`training` of July 2025; 0 before",
    "chinese_share0": "`chinese_share` of July 2025; 0 before",
    "load": "load `z` of Chinese services, 1 being full",
    "load_before": "`load` of last month",
    "extra_lag": "months that compute and deployment add to the lag of Chinese laboratories",
    "frontier": "best index by month, ECI points",
    "best_open": "best open weights by month, sovereign ones apart, ECI points",
    "own": "index of flagship and small offer, ECI points",
    "gap": "flagship's index less the small offer's at the last fact, ECI points",
    "rise": "rise of the flagship's index this month, ECI points",
    "cover": "worth of capability, `beta cov`, utils",
    "cover_before": "`cover` of last month",
    "lab_lag": "months by which a nation's own models trail before levers, months",
    "home_index": "index of a nation's own models, ECI points; sovereign ecosystems alone",
    "home_cover": "what the capability of a nation's own models is worth, `beta cov`, utils",
    "attention": "attention, the release of R1 being 1",
    "releases": "models that Chinese laboratories have released, `rel`",
    "gain": "what the month's releases add to what is known of Chinese models, logarithm",
    "learned": "what a nation has learned of Chinese models, logarithm of releases; 0 for others",
    "ln_price": "logarithm of the month's price by offer and way, USD per million tokens",
}
"""Fields of the state whose comment says too little to a stranger."""

FACTS_SAID = {
    "home": "1 where the ecosystem is of the bloc of the United States, China or France, and the "
    "nation is that one",
    "region": "index into the regions",
    "capability": "index of flagship and small offer, ECI points; 0 where not on sale",
    "on_sale": "1 where the offer is on sale",
    "access": "share of builders who can obtain it by each way, without levers, fraction",
    "licence": "permissiveness of the flagship's licence, without levers, fraction",
    "unlisted": "part of providers that do not list a nation; times `leak_developers` it is "
    "added to access by the maker",
    "leak_weight": "factor on the parameter `leak`, which consumers have in its place",
    "world": "drivers of the world without levers, in the order of the table of drivers; risk as "
    "a part of `initial_risk`",
    "nation_low": "lower bounds of the nations' drivers",
    "nation_high": "upper bounds of the nations' drivers",
    "world_low": "lower bounds of the world's drivers",
    "world_high": "upper bounds of the world's drivers",
    "compute": "stock of accelerators at the start, H100e",
    "lab_lag": "months by which a nation's laboratories trail beyond `sovereign_lag`",
    "lab_size": "ln of the reference over its developers where no lag is known, else 0",
    "later": "whole years since the last fact",
    "line_of": "index of the ecosystem of each product line that routers sell",
    "line_gap": "points that a line trails the flagship of its ecosystem, ECI points",
    "line_price": "natural logarithm of its list price, USD per million tokens",
    "line_on": "part of the month on sale, fraction",
    "line_free": "part of the month with a free variant, fraction",
    "releases": "models that Chinese laboratories had released by the end of the month",
    "recent": "models that an ecosystem released in the year before",
}
"""The same for facts."""


def state() -> str:
    """Return the state: what a month must know of those before it."""
    return _state(frozenset(State._fields) - TRAITS - COMPUTED_AGAIN)


def traits() -> str:
    """Return what is set before the first month and never changes."""
    return _state(TRAITS)


def computed_again() -> str:
    """Return what follows from the state, and is kept so that it is not computed twice."""
    return _state(COMPUTED_AGAIN)


def _state(names: frozenset[str]) -> str:
    words = vocabulary()
    in_force = {
        name: f"driver in force: {words[name].meaning}"
        for name in NATION_FAMILIES
        if name not in STATE_SAID
    }
    return _fields(State, STATE_SAID | in_force, names)


def facts() -> str:
    """Return what a compiled scenario knows."""
    return _fields(Facts, FACTS_SAID)


def _fields(kind: type, said: Mapping[str, str], names: frozenset[str] | None = None) -> str:
    """Return what is said of the fields of a group of arrays, of all or of some."""
    found = fields(kind)
    gone = set(said) - {name for name, _, _ in found}
    silent = [name for name, _, meaning in found if not said.get(name, meaning)]
    if gone or silent:
        raise ValueError(
            f"making/tables.py: {kind.__name__} has no {sorted(gone)}; nothing is said of {silent}"
        )
    rows = (
        (code(name), shape, said.get(name, meaning))
        for name, shape, meaning in found
        if names is None or name in names
    )
    return table(("name", "shape", "meaning, unit"), rows)


def ecosystems() -> str:
    """Return the ecosystems."""
    return table(
        ("ecosystem", "name", "bloc", "nest", "alignment `b_k`", "ways"),
        (
            (
                code(e.id),
                e.title,
                e.bloc,
                e.nest,
                f"{e.alignment:+g}" if e.alignment else "0",
                ", ".join(e.ways),
            )
            for e in evidence.load().ecosystems
        ),
    )


def groups() -> str:
    """Return the groups of nations with their sizes."""
    nations = evidence.load().nations
    notes = {rule.slug: rule.title for rule in nations.rules}
    return table(
        ("group", "name", "nations"),
        ((code(slug), notes[slug], int(mask.sum())) for slug, mask in nations.groups.items()),
    )


def outcomes() -> str:
    """Return the metrics, those by ecosystem in one row."""
    from sim.metrics.shipped import shipped as every

    return table(
        ("metric", "unit", "of", "when", "meaning"),
        (
            (
                code(metric.name.replace("<", "").replace(">", "")),
                metric.unit,
                "world" if metric.world else "each group",
                "each December, last month" if metric.span == "month" else "whole run",
                metric.description,
            )
            for metric in every(("ECOSYSTEM",))
        ),
    ).replace("ECOSYSTEM", "<ecosystem>")


def rules(file: str) -> str:
    """Return the functions of one file of rules with the first line of each docstring."""
    tree = ast.parse((RULES / f"{file}.py").read_text(encoding="utf-8"))
    rows = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            said = (ast.get_docstring(node) or "").split("\n\n")[0]
            rows.append((code(node.name), " ".join(said.split()).replace("``", "`")))
    head = f"rule in [`rules/{file}.py`](../sim/world/rules/{file}.py)"
    return table((head, "what it does"), rows)


def constants() -> str:
    """Return the numbers of the model that stand in the code and not in the parameter table."""
    from sim import months
    from sim.ensemble import runner
    from sim.evidence import history, router
    from sim.scenario import facts as known
    from sim.world.rules import capability, learning

    yardsticks = evidence.load().nations.constants
    rows: list[tuple[str, Any, str, str]] = [
        ("first month", months.text(months.FIRST), "month", "every world starts here"),
        ("base of load and lag", months.text(known.LOAD_BASE), "month",
         "serving load, training compute and deployment are measured against it"),
        ("anchor of uptake", months.text(known.UPTAKE), "month",
         "builders are counted back from here"),
        ("price_revision", f"{yardsticks.price_revision:g}", "months",
         "between revisions of price lists after the last fact (judgement)"),
        ("chip_price_reference", f"{yardsticks.chip_price_reference:,.0f}", "USD per H100e",
         "price at which `hardware.csv` turns Chinese demand from money to chips"),
        ("REFERENCE", capability.REFERENCE, "ECI points",
         "frontier of January 2025, from which the bar moves"),
        ("ON_SALE", history.ON_SALE, "months", "an offer is on sale, unless it is all there is"),
        ("SMALL", history.SMALL, "-", "a small offer costs at most this part of the flagship"),
        ("NOTABLE", history.NOTABLE, "ECI points", "a new best that is notable, on record"),
        ("KNOWN_AT", learning.KNOWN_AT, "releases",
         "at which Chinese models are known as the other parameters take them to be"),
        ("A_MONTH", learning.A_MONTH, "-", "learned in a month with the switch `learning_by_time`"),
        ("LEAST_INDEX", router.LEAST_INDEX, "ECI points", "from which a model counts as a release"),
        ("SAME_INDEX", router.SAME_INDEX, "ECI points",
         "an entry of the menu is a model of the catalogue within these"),
        ("SAME_DAYS", router.SAME_DAYS, "days", "and within these"),
        ("LANES", runner.LANES, "replicates", "computed side by side; no number depends on it"),
    ]  # fmt: skip
    return table(("constant", "value", "unit", "meaning"), rows)


def months_of_facts() -> str:
    """Return one line on where facts end and how price lists move after that."""
    from sim import months
    from sim.evidence import history
    from sim.evidence.releases import read_catalogue

    last = months.text(history.last_month(read_catalogue(), None))
    return (
        f"The last dated fact is of {last}. After it price lists are revised every "
        f"{evidence.load().nations.constants.price_revision:g} months (`price_revision`)."
    )


def judgement() -> str:
    """Return one line on how many parameters rest on judgement."""
    rows = evidence.load().parameters
    judged = sum(row.source == "judgement" for row in rows)
    ranges = sum(row.dist in ("triangular", "uniform") for row in rows)
    return (
        f"- **Judgement is marked.** {judged} of the {len(rows)} rows of the parameter table rest "
        f"on judgement and say so; {ranges} are drawn from a range in every run. How large a lever "
        "is was often judged too, with the conversion written beside it."
    )


BLOCKS: dict[str, Callable[..., str]] = {
    "judgement": judgement,
    "parameters": parameters,
    "statuses": statuses,
    "switches": switches,
    "drivers": drivers,
    "state": state,
    "traits": traits,
    "computed again": computed_again,
    "facts": facts,
    "ecosystems": ecosystems,
    "groups": groups,
    "outcomes": outcomes,
    "rules": rules,
    "constants": constants,
    "months of facts": months_of_facts,
}
"""Name of a block to what makes it; a word after ``rules`` is its file."""
