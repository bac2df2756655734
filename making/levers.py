"""The page of levers and the list of scenarios, made from the tables of the scenario room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from making.tables import code, number, table
from sim.evidence import load
from sim.numerals import counted
from sim.scenario import levers, names, reach
from sim.scenario.drivers import vocabulary
from sim.scenario.lever_effect import SELECTORS, Effect
from sim.scenario.levers import LeftOut, Lever

ACTORS = {
    "us": "the United States",
    "china": "China",
    "multilateral": "several together",
    "third_party": "third nations",
}


def summary() -> str:
    """Return how many levers each actor has, how many effects, and what was left out."""
    known = levers.read().values()
    rows = []
    for actor, words in ACTORS.items():
        mine = [lever for lever in known if lever.actor == actor]
        effects = [effect for lever in mine for effect in lever.effects]
        side = sum(effect.role == "side" for effect in effects)
        absent = sum(measure.actor == actor for measure in levers.left_out().values())
        rows.append((words, len(mine), len(effects), side, absent))
    total = [sum(row[column] for row in rows) for column in range(1, 5)]  # type: ignore[misc]
    head = ("levers of", "levers", "effects", "of them side effects", "measures left out")
    return table(head, [*rows, ("all", *total)])


def of_actor(actor: str) -> str:
    """Return one section for each lever of an actor."""
    return _sections(levers=[row for row in levers.read().values() if row.actor == actor])


def absent() -> str:
    """Return the measures that no lever stands for, each with its reason."""
    return _sections(measures=levers.left_out().values())


def _sections(**rows: Iterable[Lever | LeftOut]) -> str:
    house = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined,
        autoescape=False, trim_blocks=True, lstrip_blocks=True,  # noqa: S701 - it is no HTML
    )  # fmt: skip
    page = house.get_template("levers.md.j2")
    said = page.render(
        rows, number=number, code=code, words=reach.words, effects=_effects, counted=counted
    )
    return said.strip()


def scenarios() -> str:
    """Return the shipped scenarios with their topics and first levers."""
    return table(
        ("scenario", "topic", "title"),
        ((code(known.name), known.topic, known.title) for known in names() if known.shipped),
    )


def _effects(lever: Lever) -> str:
    head = ("moves", "where", "how", "low", "central", "high", "conversion", "source")
    return table(head, (_row(effect) for effect in lever.effects))


def _row(effect: Effect) -> tuple[object, ...]:
    driver = vocabulary()[effect.driver]
    words = [", ".join(getattr(effect, column)) for column in SELECTORS]
    how = {
        "multiply": "times 1 + v",
        "add": f"plus v, {driver.unit}",
        "move": f"v of the way to {number(effect.target or 0.0)}",
        "floor": f"at least v, {driver.unit}",
        "cap": f"at most v, {driver.unit}",
    }[effect.op]
    side = " (side effect)" if effect.role == "side" else ""
    sizes = (number(effect.low), number(effect.central), number(effect.high))
    where = "; ".join(word for word in words if word) or "everywhere"
    source = effect.source.replace(";", ", ")
    return code(effect.driver) + side, where, how, *sizes, effect.conversion, source


def sources() -> str:
    """Return the sources that levers name, with title, publisher and date."""
    rows = [row for lever in levers.read().values() for row in (lever, *lever.effects)]
    cited = {part for row in rows for part in row.source.split(";")} - {"judgement"}
    known = load().sources
    return table(
        ("id", "title", "publisher", "date"),
        (
            (code(name), known[name].title, known[name].publisher, known[name].date)
            for name in sorted(cited)
        ),
    )


BLOCKS: dict[str, Callable[..., str]] = {
    "levers": summary,
    "levers left out": absent,
    "lever sources": sources,
    "scenarios": scenarios,
    **{
        f"levers of {words}".replace("the ", "").lower(): lambda actor=actor: of_actor(actor)
        for actor, words in ACTORS.items()
    },
}
