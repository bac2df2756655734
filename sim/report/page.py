"""The report: one HTML file that needs no network and no other file, and is whole without script.

What the page says is prepared here as plain words and numbers; the template only lays them out.
Titles and descriptions come from users' files, so everything is escaped on the way in, and the
page's own policy lets a browser load nothing and run one script alone, named by its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.calibration.check import NAME as CHECK
from sim.calibration.fitted import STATUSES
from sim.report import (
    basis,
    check,
    figures,
    futures,
    history,
    mid_2025,
    nations,
    notes,
    rows,
    style,
    tables,
    why,
)
from sim.report.drawings import Drawing, Page, data_address, on_page
from sim.report.interactive.inline import block
from sim.report.interactive.known import folder
from sim.report.interactive.run import data
from sim.report.kit import svg
from sim.report.naming import Naming, distinct, naming
from sim.report.record import badge, records
from sim.report.summary import against_words, findings
from sim.scenario import nations as choosing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.ensemble.record import Tables
    from sim.evidence import Nations, Parameter, Source
    from sim.evidence.optimism import Claim
    from sim.scenario.levers import Lever

FIRST_GROUPS = ("world", "global_south", "global_south_with_china")
MOVED = 5
"""Nations that are listed on each side of the largest changes."""
FILES = (
    ("curves.csv", "shares by group, nation and month, with bands"),
    ("runs.parquet", "shares and developers of every run"),
    ("outcomes.parquet", "every metric of every run"),
    ("manifest.json", "the scenario as it was run, versions and hashes"),
    ("adoption_curves.png", "the curves as a picture"),
    ("adoption_nations.svg", "the nations as a drawing"),
)
FUTURES = ("futures.csv", "what depends on whether learning never was, stops or goes on")
HEADLINE = ("headline.csv", "mid-2025 outside China, beside a survey")
UTILITY = ("utility.parquet", "parts of utility of every nation")


@dataclass(frozen=True, slots=True)
class Background:
    """What the page tells of the evidence and the levers, apart from the result.

    Parameters
    ----------
    names : Nations
        Names and regions of nations.
    parameters : sequence of Parameter
        The parameter table.
    sources : mapping of str to Source
        By id.
    levers : mapping of str to Lever
        The table of levers, by id.
    optimism : sequence of Claim
        The source documents' claim beside what could be confirmed.
    """

    names: Nations
    parameters: Sequence[Parameter]
    sources: Mapping[str, Source]
    levers: Mapping[str, Lever]
    optimism: Sequence[Claim]


def background() -> Background:
    """Return the background of this installation."""
    from sim import evidence
    from sim.evidence import optimism
    from sim.scenario import levers

    known = evidence.load()
    return Background(
        known.nations,
        known.parameters,
        known.sources,
        levers.read(),
        optimism.claims(),
    )


def page(
    result: Tables,
    known: Background | None = None,
    drawn: Sequence[Drawing] = (),
) -> str:
    """Return the report of a result as one HTML document.

    Parameters
    ----------
    result : Result
        What a run gave.
    known : Background, optional
        Evidence and levers; those of this installation by default.
    drawn : sequence of Drawing, optional
        Its figures, where they have been drawn already.
    """
    said = of_background(result, known)
    return said.html(result.manifest, drawn or list(of_run(result)))


def of_background(result: Tables, known: Background | None = None) -> Page:
    """Return the page of a run before this background, or before that of this installation."""
    return Page("report.html.j2", context(result, background() if known is None else known))


def context(result: Tables, known: Background) -> dict[str, Any]:
    """Return everything that the template shows, as words, numbers and paths of drawings."""
    shown = tables.curves(result)
    named = naming(result, shown, known.names)
    unions = distinct(shown, [*(g for g in FIRST_GROUPS if g in shown.groups), *shown.unions])
    groups = [group for group in unions if group in FIRST_GROUPS]
    when = tables.moments(result, shown)
    years = tables.years(result, shown)
    shares = tables.run_shares(result, shown, shown.unions, sorted({*when, *years}))
    scenario = result.scenario
    called = dict(zip(known.names.iso3, known.names.name, strict=True))
    every = {**known.levers, **scenario.own_levers}
    whole = choosing.whole(scenario.nations)
    used = [*known.parameters, *known.optimism, *(every[entry.id] for entry in scenario.entries())]
    sources = rows.cited(used, known.sources)
    parameters = scenario.ensemble.parameters
    in_fit = basis.used(parameters)
    three = futures.figure(result, narrow=True)
    of_2026 = check.view(result.seen, called, records())
    parts = why.read(result, shown.ecosystems)
    return {
        "title": named.titled(scenario.title),
        "who": named.note,
        "against": "" if result.against is None else against_words(result.against, named),
        "south": "global_south" in groups,
        "name": scenario.name,
        "description": scenario.description,
        "runs": tables.run_words(result.n_runs),
        "first": months.text(shown.months[0]),
        "last": months.text(shown.months[-1]),
        "facts": months.text(tables.facts_end(result)),
        "error": f"{100 * tables.chance_error(result.n_runs):.0f}",
        "findings": [
            _ahead(result, shown, group, when, shares, named) | {"words": sentence}
            for group, sentence in zip(groups, findings(result, shown, groups, named), strict=True)
        ],
        "mid_2025": (
            None
            if result.headline is None
            else {
                "words": mid_2025.sentence(result.headline),
                "lines": mid_2025.lines(result.headline),
                "asked": mid_2025.asked_and_judged(result.headline, in_fit),
            }
        ),
        "futures": futures.view(result, "" if three is None else _address(three)),
        "blocs": style.BLOCS,
        "notes": notes.notes(result, every),
        "headline": figures.headline(result, shown, groups[:2], named),
        "narrow": _address(figures.adoption_curves(result, groups[:2], stacked=True)),
        "years": [months.text(month) for month in years],
        # A narrow screen does without what lies between the months that the summary speaks of.
        "between": [months.text(m) for m in years if m not in when and m > when[0]],
        "tables": [_share_table(shown, group, years, shares, named) for group in groups],
        "others": [
            _share_table(shown, group, years, shares, named)
            for group in unions
            if group not in groups
        ],
        "outcomes": rows.outcomes(result, groups),
        "outcome_groups": [named.name(group) for group in groups],
        # One nation's chart would only repeat its curves.
        "regions": (
            _regions(nations.tiles(result, shown, known.names)) if len(shown.nations) > 1 else []
        ),
        "explained": folder(result),
        "example": (shown.nations[0], months.text(shown.months[-1])),
        "noted": why.NOTED,
        "largest": None if parts is None else why.largest(parts, shown, called),
        "straight": tables.STRAIGHT if shown.straight else "",
        "layers": {
            nations.slug(name): (name, colour) for name, colour in style.LAYER_COLOURS.items()
        },
        "tile_width": nations.WIDTH,
        "tile_height": nations.HEIGHT,
        "moved": _moved(result, shown, named),
        "moments": [months.text(month) for month in (when[0], when[-1])],
        "basis": basis.sentence(parameters),
        "doubt": basis.doubt(parameters),
        "history": [
            history.view(name, table, called, in_fit)
            for name, table in result.seen.items()
            if name != CHECK
        ],
        "check": of_2026,
        "record": badge("share"),
        "strip": (history.WIDTH, history.HEIGHT),
        "optimism": rows.optimism(known.optimism, called, known.sources),
        "levers": [rows.lever(entry, every[entry.id], whole) for entry in scenario.entries()],
        "statuses": STATUSES,
        "parameters": [
            rows.parameter(each, scenario.parameters, known.sources) for each in known.parameters
        ],
        "sources": sources,
        "cited": {source["id"] for source in sources},
        "data": block(
            data(result, shown, unions, named, known.names, parts)
            | {"charts": [] if of_2026 is None else [of_2026["chart"].data]}
        ),
        "hash": result.hash,
        "seed": result.seed,
        "count": result.n_runs,
        "files": (
            *FILES,
            *([] if result.futures is None else [FUTURES]),
            *([] if result.headline is None else [HEADLINE]),
            *([] if result.utility is None else [UTILITY]),
        ),
    }


@on_page("run")
def of_run(result: Tables) -> Iterator[Drawing]:
    """Draw the curves, the nations and the futures, which have their own places on the page."""
    yield Drawing("adoption_curves", "", figures.adoption_curves(result), png=True)
    yield Drawing("adoption_nations", "", nations.adoption_nations(result))
    three = futures.figure(result)
    if three is not None:
        yield Drawing("futures", "", three)


def _address(figure: Figure) -> str:
    return data_address(svg(figure).encode())


def _ahead(
    result: Tables,
    shown: tables.Curves,
    group: str,
    when: Sequence[int],
    shares: Mapping[tuple[str, int], tables.Floats],
    named: Naming,
) -> dict[str, Any]:
    """Return in how many runs each bloc is the largest, by month."""
    lines = []
    for month in when:
        blocs = tables.blocs(shares[group, month], shown.ecosystems)
        largest = np.argmax(list(blocs.values()), axis=0)
        wins = np.bincount(largest, minlength=len(blocs))
        often = [
            f"{style.BLOCS[bloc].name} in {count} of {tables.run_words(result.n_runs)}"
            for bloc, count in zip(blocs, wins.tolist(), strict=True)
            if count
        ]
        lines.append(
            {
                "month": months.text(month),
                "often": ", ".join(often),
                "parts": [
                    {
                        "name": style.BLOCS[bloc].name,
                        "bloc": bloc,
                        "width": f"{100 * count / result.n_runs:.2f}",
                        "text": tables.percent(count / result.n_runs),
                        "shown": count / result.n_runs >= 0.15,
                    }
                    for bloc, count in zip(blocs, wins.tolist(), strict=True)
                    if count
                ],
            }
        )
    return {"group": named.name(group), "rows": lines}


def _share_table(
    shown: tables.Curves,
    group: str,
    years: Sequence[int],
    shares: Mapping[tuple[str, int], tables.Floats],
    named: Naming,
) -> dict[str, Any]:
    """Return the medians and bands of one group: ecosystems first, then blocs."""
    low, middle, high = (shown.of(group, name) for name in ("p05", "p50", "p95"))
    lines = []
    for name in style.ECOSYSTEMS:
        if name in shown.ecosystems:
            at = shown.ecosystems.index(name), [shown.at(month) for month in years]
            look = style.look(name)
            cells = zip(middle[at].tolist(), low[at].tolist(), high[at].tolist(), strict=True)
            lines.append(
                {"name": look.name, "colour": look.colour, "cells": [rows.cell(*c) for c in cells]}
            )
    for bloc in ("us", "cn"):
        spreads = [
            tables.spread_of(tables.blocs(shares[group, month], shown.ecosystems)[bloc])
            for month in years
        ]
        lines.append(
            {
                "name": style.BLOCS[bloc].name,
                "colour": "",
                "cells": [rows.cell(*s) for s in spreads],
            }
        )
    return {"group": named.name(group), "slug": group, "rows": lines}


def _regions(tiles: Iterable[nations.Tile]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the nations' charts by region."""
    found: dict[str, list[dict[str, str]]] = {}
    for tile in tiles:
        found.setdefault(style.group_name(tile.region), []).append(
            {
                "name": tile.name,
                "words": tile.words,
                "chinese": tables.percent(tile.chinese),
                "paths": tile.paths,
            }
        )
    return list(found.items())


def _moved(result: Tables, shown: tables.Curves, named: Naming) -> list[tuple[str, str, str, str]]:
    """Return the nations where the Chinese bloc's mean share rises most and falls most."""
    when = tables.moments(result, shown)
    rises, falls = tables.moves(shown, when[0], when[-1], style.LAYERS["Chinese"])
    return [
        (
            named.name(code),
            tables.percent(before),
            tables.percent(after),
            tables.points(after - before),
        )
        for code, before, after in [*rises[:MOVED], *reversed(falls[:MOVED])]
    ]
