"""What the page says of each control: who acts, what it does, how much, how well it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sim import evidence, months
from sim.analysis.ranks import rank_correlations
from sim.calibration.fitted import posterior, status
from sim.ensemble import runner
from sim.evidence import Parameter
from sim.explorer.baseline import WORLD, Baseline
from sim.explorer.bases import Bases
from sim.explorer.state import VERSION
from sim.report import style
from sim.report.interactive.run import places
from sim.report.naming import known_names
from sim.scenario import futures, reach, triggers, vocabulary
from sim.scenario.drivers import vocabulary as drivers
from sim.scenario.lever_effect import Effect
from sim.scenario.levers import Lever
from sim.scenario.triggers import Condition
from sim.version import MODEL, package

ACTORS = {
    "us": "United States",
    "china": "China",
    "multilateral": "Several together",
    "third_party": "Other governments",
    "user": "This scenario's own",
}
MATTER = 12
"""Parameters that are listed first."""

CANNOT = """\
The model compares policies in worlds that share everything else; it forecasts no date, no firm and
no revenue.

A share is of developers by main ecosystem. Consumers, tokens and what else a developer works with
are not in it.

Nobody answers unless you switch an answer on: when a rival would, and how strongly, is judgement.
Today's policies, with which all is compared, have no answers.

Most sizes of levers are judgement, marked as such; no policy of this kind has been measured after
the fact.

War, a collapse of the market, a new kind of model and a new ecosystem are in none of the runs."""
"""What the model cannot say, for the same screen as what it says."""


def start(bases: Bases, baseline: Baseline) -> dict[str, Any]:
    """Return all that the page must know before anything is moved, as plain data."""
    d = baseline.drivers
    names = known_names()
    called = dict(zip(names.iso3, names.name, strict=True))
    base = bases.first
    return {
        "version": VERSION,
        "program": f"sim {package()}, model {MODEL}",
        "reference": {"name": bases.reference.name, "title": bases.reference.title},
        "first": base.scenario.name,
        "runs": baseline.runs,
        "stages": list(baseline.stages),
        "seed": baseline.seed,
        "months": [months.text(int(d.facts.months[t])) for t in baseline.months],
        "facts": months.text(months.FIRST + d.facts.last_fact),
        "ends": [months.text(base.scenario.period.start), months.text(base.scenario.period.end)],
        "decembers": baseline.decembers.tolist(),
        "lines": [*(_line(name) for name in d.ecosystems), *_blocs()],
        "ecosystems": len(d.ecosystems),
        "groups": [{"id": slug, "name": style.group_name(slug)} for slug in baseline.groups.slugs],
        "nations": [
            {"id": code, "name": called.get(code, code), "place": list(place)}
            for code, place in places(d.nations).items()
        ],
        "places": {slug: style.group_name(slug) for slug in vocabulary.groups()},
        "world": list(WORLD),
        "actors": ACTORS,
        "levers": [_lever(lever) for lever in _every(bases)],
        "parameters": _parameters(baseline),
        "responses": [_response(response, bases) for response in bases.responses.values()],
        "futures": {futures.ALL: "all three, a third of the runs each", **futures.WORDS},
        "presets": [_preset(bases, name) for name in bases.names],
        "cannot": [" ".join(text.split()) for text in CANNOT.split("\n\n")],
        "sources": _sources(),
    }


def _line(name: str) -> dict[str, Any]:
    look = style.look(name)
    return {"id": name, "name": look.name, "colour": look.colour, "ink": style.ink(look.colour),
            "dash": list(look.dash), "bloc": look.bloc}  # fmt: skip


def _blocs() -> Iterator[dict[str, Any]]:
    for name, look in style.BLOCS.items():
        yield {"id": f"bloc_{name}", "name": look.name, "colour": look.colour,
               "ink": style.ink(look.colour), "dash": [], "bloc": name}  # fmt: skip


def _every(bases: Bases) -> Iterable[Lever]:
    """Return every lever of every base, by id."""
    found: dict[str, Lever] = {}
    for name in bases.names:
        found |= bases.get(name).levers
    return found.values()


def _lever(lever: Lever) -> dict[str, Any]:
    """Return what the page says of a lever."""
    scaled = reach.acts_on(lever, evidence.load().nations)
    sources, judged = _cited([lever.source, *(effect.source for effect in lever.effects)])
    return {
        "id": lever.id,
        "title": lever.title,
        "actor": lever.actor,
        "seed": lever.seed,
        "status": lever.status,
        "does": [_does(effect) for effect in lever.effects],
        "sizes": list(lever.magnitude.sizes),
        "neutral": lever.magnitude.neutral,
        "unit": lever.magnitude.unit,
        "cost": list(lever.cost.sizes),
        "cost_kind": lever.cost_kind,
        "lag": lever.lag_months,
        "ramp": lever.ramp_months,
        "nations": int(scaled.sum()),
        "side": lever.side,
        "note": lever.note,
        "sources": sources,
        "judged": judged,
    }


def _does(effect: Effect) -> dict[str, Any]:
    driver = drivers()[effect.driver]
    return {
        "role": effect.role,
        "driver": driver.meaning,
        "op": effect.op,
        "sizes": list(effect.sizes),
        "unit": driver.unit,
        "on": [style.look(name).name for name in effect.ecosystems]
        + [*effect.ways, *effect.segments, *effect.nations, *effect.stances, *effect.pools],
        "conversion": effect.conversion,
    }


def _cited(cells: Iterable[str]) -> tuple[list[str], bool]:
    """Return the sources of cells, and whether judgement is among them."""
    words = dict.fromkeys(part.strip() for cell in cells for part in cell.split(";"))
    return [word for word in words if word and word != "judgement"], "judgement" in words


def _parameters(baseline: Baseline) -> list[dict[str, Any]]:
    """Return all parameters, those first whose draws go most with the outcome in the baseline."""
    rank = _matter(baseline)
    rows = sorted(evidence.load().parameters, key=lambda row: -abs(rank.get(row.path, 0.0)))
    return [_parameter(row, rank.get(row.path)) for row in rows]


def _parameter(row: Parameter, rank: float | None) -> dict[str, Any]:
    sources, judged = _cited([row.source])
    return {
        "path": row.path,
        "title": f"{row.title}: {row.index}" if row.index else row.title,
        "unit": row.unit,
        "low": row.low,
        "default": row.default,
        "high": row.high,
        "switch": row.dist == "switch",
        "status": status(row),
        "fitted": posterior(row),
        "meaning": row.meaning,
        "sources": sources,
        "judged": judged,
        "rank": rank,
    }


def _matter(baseline: Baseline) -> Mapping[str, float]:
    """Return how each parameter goes with the US bloc's share at the end, rank correlation."""
    place = "global_south" if "global_south" in baseline.groups.slugs else "world"
    row = baseline.groups.slugs.index(place)
    us = baseline.drivers.facts.bloc == 0
    outcome = baseline.share[-1, row, us].sum(axis=0)
    runs = np.arange(baseline.runs)
    draws = runner.every_draw(baseline.drivers, 0, baseline.seed, runs)
    known = vocabulary.parameters()
    mine = {
        path: values for path, values in draws.items() if path in known and np.ptp(values) > 0.0
    }
    if len(runs) < 4 or not mine:
        return {}
    found = rank_correlations(np.stack(list(mine.values())), outcome, len(runs))[:, 0]
    return dict(zip(mine, found.tolist(), strict=True))


def _preset(bases: Bases, name: str) -> dict[str, Any]:
    """Return a scenario as the page offers it, with the story that its file tells."""
    base = bases.get(name)
    return {
        "name": name,
        "title": base.scenario.title,
        "story": base.scenario.description,
        "topic": base.scenario.topic,
        "focus": base.needs_focus,
        "levers": {key: shown(entry) for key, entry in base.entries.items()},
        "parameters": {
            path: value for path, value in base.scenario.parameters.items()
            if isinstance(value, float)
        },
        "future": base.scenario.ensemble.future,
        "responses": list(base.responses),
        "fresh": months.text(base.fresh_start),
    }  # fmt: skip


def shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as the page shows it; what it cannot move is null, and said."""
    strength = entry["strength"]
    kept = {
        name: entry.get(name) for name in ("start", "end", "nations", "lag_months", "ramp_months")
    }
    return {
        "id": entry["id"],
        "strength": strength if isinstance(strength, int | float) else None,
        **kept,
        **{key: sign(entry[key]) for key in triggers.KEYS if entry.get(key) is not None},
    }


def sign(given: Mapping[str, Any]) -> str:
    """Return a condition as the page says it, such as a share that is above a level."""
    words = Condition.model_validate(given).in_words()
    said = [f"{word} {given[key]}" for key, word in (("from", "from"), ("until", "until"))
            if given.get(key)]  # fmt: skip
    return f"{words} ({', '.join(said)})" if said else words


def _response(given: Mapping[str, Any], bases: Bases) -> dict[str, Any]:
    """Return what the page says of a response."""
    sources, judged = _cited([given["source"]])
    levers = bases.first.levers
    return {
        "name": given["name"],
        "title": given["title"],
        "actor": ACTORS.get(given["actor"], given["actor"].capitalize()),
        "story": given["description"],
        "levers": [
            {**shown(entry), "title": levers[entry["id"]].title} for entry in given["levers"]
        ],
        "sources": sources,
        "judged": judged,
    }


def _sources() -> dict[str, Any]:
    return {
        key: {"title": source.title, "publisher": source.publisher, "date": source.date,
              "url": source.url}
        for key, source in evidence.load().sources.items()
    }  # fmt: skip
