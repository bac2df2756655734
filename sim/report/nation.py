"""The page of one nation: its curves, why its developers choose, what was seen, known and moves it.

It rests on plain tables: those of a run, those of an explanation of one figure, and the effects of
the run's levers in the nation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.metrics.utility import PARTS, SLIGHT
from sim.report import compare, effects, figures, scored, style, titles
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Cell, Table, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FULL = 2.0
"""Utils at which a part has the full colour."""

OBSERVED: Mapping[Cell, Cell] = {
    "Series": "{title}", "Month": "{month}", "Of": "{of}", "Observed": "{observed:g}",
    ("Model", "5 to 95 %"): ("{p50:.1f}", "{p05:.1f} to {p95:.1f}"),
    ("Source", "series"): ("{source}", "{series}"),
}  # fmt: skip
INPUTS: Mapping[Cell, Cell] = {
    "What": "{what}", ("Value", "unit"): ("{its}", "{unit}"), "Median of the region": "{near}",
    "Status": "{status}", ("Period", "source"): ("{period}", "{source}"), "Column": "{variable}",
}  # fmt: skip
CHOICES: Mapping[Cell, Cell] = {
    "Ecosystem": "{name}",
    ("All", "5 to 95 %"): ("{all}", "{all_band}"),
    ("Enterprises", "5 to 95 %"): ("{enterprise}", "{enterprise_band}"),
    ("Independents", "5 to 95 %"): ("{independent}", "{independent_band}"),
    ("Research", "5 to 95 %"): ("{research}", "{research_band}"),
}
STANCES: Mapping[Cell, Cell] = {"Government": "{words}", "Part of worlds": "{runs:.0%}"}
LEVERS: Mapping[Cell, Cell] = {
    "Lever": "{title}", "Acts on": "{acts_on}", "In force": "{in_force:.0%}", "Source": "{source}",
}  # fmt: skip
EFFECTS: Mapping[Cell, Cell] = {
    "Lever alone": "{name}",
    ("Chinese bloc, points", "5 to 95 %"): ("{cn}", "{cn_band}"),
    ("US bloc, points", "5 to 95 %"): ("{us}", "{us_band}"),
}
MOVERS: Mapping[Cell, Cell] = {
    "Parameter": "{title}", "Path": "{parameter}",
    ("Rank correlation", "5 to 95 %"): ("{correlation:+.2f}", "{low:+.2f} to {high:+.2f}"),
    "Unit": "{unit}", "Status": "{status}", "Source": "{source}",
}  # fmt: skip
SOURCES: Mapping[Cell, Cell] = {
    "Id": "{id}", "Title": "{title}", "Publisher": "{publisher}", "Date": "{date}",
    "Address": "{url}",
}  # fmt: skip
STANDS = {
    "open": "open to all", "us": "with the United States", "chinese": "with China",
    "sovereign": "for models of its own",
}  # fmt: skip
"""Words for what a government holds to."""

CHINESE, AMERICAN = "share.bloc_cn", "share.bloc_us"


@on_page("nation")
def draw(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a study's record, which is not imported
    """Yield the figures of a nation's page."""
    why = found.why
    yield Drawing(
        "", f"Developers of {why.name} by main ecosystem: medians and 5 to 95 % of worlds.",
        figures.adoption_curves(found.run, (why.nation,)),
    )  # fmt: skip
    yield Drawing(
        "", f"What speaks for and against each ecosystem in {why.name}, {why.month}: parts of "
        "utility, utils, medians of worlds.", parts(why), title=True, numbers=_parts_table(why),
    )  # fmt: skip
    if len(found.effects):
        yield Drawing(
            "", f"Each lever alone: change of the Chinese bloc's share in {why.name}, "
            f"{found.effects['month'].max()}.", lever_effects(found.effects), title=True,
            numbers=_effects_table(found.effects),
        )  # fmt: skip
    if len(why.movers):
        yield Drawing(
            "", "What goes with the Chinese bloc's share: rank correlation over the runs' own "
            "draws, with 5 and 95 % bounds.", movers(why.movers), title=True,
            numbers=Table.of("What goes with it", MOVERS, why.movers),
        )  # fmt: skip


def parts(why: Any) -> Figure:  # noqa: ANN401 - an Explanation
    """Return the parts of utility as a table in colours: rows are parts, columns ecosystems."""
    middle = why.utility.pivot_table(index="part", columns="ecosystem", values="p50", dropna=False)
    ecosystems = [name for name in style.ECOSYSTEMS if name in middle.columns]
    rows = [name for name in PARTS if middle.loc[name, ecosystems].abs().max() > SLIGHT]
    whole = why.choices[why.choices["segment"] == "all"].set_index("ecosystem")["p50"]
    with canvas(1.5 + 0.62 * len(ecosystems), 1.0 + 0.24 * (len(rows) + 2)) as (figure, (axis,)):
        for x, ecosystem in enumerate(ecosystems):
            look = style.look(ecosystem)
            axis.text(x, -0.75, look.name.replace(" ", "\n"), ha="center",
                      va="bottom", fontsize=8, color=style.ink(look.colour))  # fmt: skip
            for y, name in enumerate((*rows, "utility")):
                value = float(middle.loc[name, ecosystem])
                below = 0.35 if name == "utility" else 0.0
                if name != "utility" and not math.isnan(value) and abs(value) > SLIGHT:
                    strength = min(abs(value) / FULL, 1.0)
                    # Filled speaks for it, hatched against it, as on the page of a comparison.
                    axis.barh(y, 0.94, 0.88, left=x - 0.47, color=look.colour if value > 0 else "w",
                              edgecolor=look.colour, hatch="" if value > 0 else "/////",
                              alpha=0.1 + 0.4 * strength, linewidth=0)  # fmt: skip
                text = "–" if math.isnan(value) else f"{value:+.2f}"
                quiet = name != "utility" and (math.isnan(value) or abs(value) <= SLIGHT)
                axis.text(x, y + below, text, ha="center", va="center", fontsize=8,
                          color=style.QUIET if quiet else style.INK,
                          weight="bold" if name == "utility" else "normal")  # fmt: skip
            share = f"{100.0 * whole[ecosystem]:.1f} %"
            axis.text(x, len(rows) + 1.35, share, ha="center", va="center", fontsize=8,
                      weight="bold", color=style.ink(look.colour))  # fmt: skip
        heads = [PARTS[name].title for name in rows]
        places = [*range(len(rows)), len(rows) + 0.35, len(rows) + 1.35]
        axis.set_yticks(places, [*heads, "sum: utility", "main ecosystem"], fontsize=8)
        axis.axhline(len(rows) - 0.4, color=style.RULE, linewidth=0.8)
        axis.set_xlim(-0.55, len(ecosystems) - 0.45)
        axis.set_ylim(len(rows) + 1.9, -1.9)
        axis.set_xticks([])
        axis.tick_params(length=0, colors=style.INK)
        dress(axis, bare=("top", "right", "bottom", "left"))
    return figure


def movers(table: pd.DataFrame) -> Figure:
    """Return rank correlations as points with bounds, the largest on top."""
    return _points(table["title"], table[["low", "correlation", "high"]], "rank correlation")


def lever_effects(table: pd.DataFrame) -> Figure:
    """Return effects on the Chinese bloc as points with 5 to 95 % of worlds, largest on top."""
    mine = table[table["metric"] == CHINESE]
    order = mine["p50"].abs().sort_values(ascending=False).index[: compare.MOST]
    mine = mine.loc[order]
    bands = 100.0 * mine[["p05", "p50", "p95"]]
    return _points(mine["name"], bands, "points", style.BLOCS["cn"].colour)


def _points(names: pd.Series, bands: pd.DataFrame, across: str, colour: str = style.INK) -> Figure:
    """Return points with bounds, one below the other, each name above its line."""
    with canvas(compare.WIDE, 0.4 * len(names) + 0.9) as (figure, (axis,)):
        compare.spans(axis, names[::-1], bands.to_numpy()[::-1], [colour] * len(names))
        dress(axis, across=across, bare=("top", "right", "left"))
    return figure


def page(found: Any) -> Page:  # noqa: ANN401 - a study's record
    """Return the page of a nation in a run."""
    why = found.why
    told = why.observed[why.observed["p50"].notna()]
    tables = [
        Table.of(
            "Who decides", CHOICES, _by_segment(why.choices),
            "Developers by main ecosystem at the month's end, medians of worlds in each segment.",
        ),
        Table.of("What was observed there, percent", OBSERVED,
                 told.assign(of=[scored.CODES.get(code, code) for code in told["ecosystem"]]),
                 f"Beside it the model's view of the same. {len(why.observed) - len(told)} more "
                 f"figures have no view of the model: sim show {why.nation}."),
        Table.of("What is known of it", INPUTS, _in_words(why.inputs)),
        Table.of("The government's stance", STANCES,
                 why.stance.assign(words=why.stance["stance"].map(STANDS))),
    ]  # fmt: skip
    if len(why.levers):
        tables.append(Table.of("Levers of the scenario that reach it", LEVERS, why.levers))
    if len(found.effects):
        tables.append(_effects_table(found.effects))
    if len(why.movers):
        tables.append(Table.of(
            "What goes with it", MOVERS, why.movers,
            "Draws of a fit go together: a parameter may stand here by way of another one.",
        ))  # fmt: skip
    tables.append(Table.of("Sources", SOURCES, why.sources, words=True))
    return sheet(f"{why.name}: {found.run.scenario.title}", list(_lead(why)), tables)


def _in_words(inputs: pd.DataFrame) -> pd.DataFrame:
    """Return inputs with their meaning first, values as they are read."""
    binary = inputs["unit"] == effects.CHANCE

    def read(column: str) -> list[str]:
        return [
            ("no", "mixed", "yes")[round(2 * value)] if yes_or_no else titles.number(value)
            for value, yes_or_no in zip(inputs[column], binary, strict=True)
        ]

    what = [meaning[:1].upper() + meaning[1:] for meaning in inputs["meaning"]]
    found = inputs.assign(what=what, its=read("value"), near=read("region_median"))
    return found.assign(unit=found["unit"].mask(binary, ""))


def _effects_table(table: pd.DataFrame) -> Table:
    """Return what each lever does in the nation, alone."""
    note = (
        f"Against the reference in the same {table['runs'].iloc[0]} worlds, "
        f"{table['month'].iloc[0]}."
    )
    return Table.of("What each lever does there, alone", EFFECTS, _by_lever(table), note)


def _parts_table(why: Any) -> Table:  # noqa: ANN401 - an Explanation
    """Return the parts of utility by ecosystem, medians of worlds."""
    middle = why.utility.pivot_table(index="part", columns="ecosystem", values="p50", dropna=False)
    ecosystems = [name for name in style.ECOSYSTEMS if name in middle.columns]
    rows = [
        (PARTS[name].title if name in PARTS else "sum: utility",
         *("–" if math.isnan(value) else f"{value:+.2f}" for value in middle.loc[name, ecosystems]))
        for name in (*PARTS, "utility") if name in middle.index
    ]  # fmt: skip
    head = ("Part of utility, utils", *(style.look(name).name for name in ecosystems))
    return Table("Parts of utility", head, rows)


def _lead(why: Any) -> Iterator[str]:  # noqa: ANN401 - an Explanation
    low, middle, high = (f"{100.0 * why.figure[name]:.1f} %" for name in ("p05", "p50", "p95"))
    yield (
        f"In {why.month} {middle} of developers in {why.name} build mainly on Chinese models, in "
        f"the median of {why.runs} worlds; in 5 to 95 % of worlds {low} to {high}."
    )
    whole = why.choices[why.choices["segment"] == "all"].sort_values("p50", ascending=False)
    best = whole.iloc[0]
    parts = why.utility[why.utility["ecosystem"] == best["ecosystem"]]
    parts = parts[(parts["part"] != "utility") & (parts["part"] != "capability")]
    strongest = PARTS[parts.loc[parts["p50"].idxmax(), "part"]].title
    yield (
        f"The largest main ecosystem is {style.look(best['ecosystem']).name}, with "
        f"{100.0 * best['p50']:.0f} % in the median. What speaks most for it, beside what models "
        f"can do, is {strongest}."
    )


def _by_segment(choices: pd.DataFrame) -> pd.DataFrame:
    """Return a row an ecosystem, with the share in each segment and its band in words."""
    rows = []
    for ecosystem in dict.fromkeys(choices["ecosystem"]):
        row: dict[str, str] = {"name": style.look(ecosystem).name}
        mine = choices[choices["ecosystem"] == ecosystem].set_index("segment")
        for segment in ("all", "enterprise", "independent", "research"):
            one = 100.0 * mine.loc[segment, ["p05", "p50", "p95"]]
            row[segment] = f"{one['p50']:.1f} %"
            row[f"{segment}_band"] = f"{one['p05']:.1f} to {one['p95']:.1f}"
        rows.append(row)
    return pd.DataFrame(rows)


def _by_lever(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a lever, with its effects on the two blocs in words."""
    rows = []
    for name in dict.fromkeys(table["name"]):
        row: dict[str, str] = {"name": str(name)}
        for short, metric in (("cn", CHINESE), ("us", AMERICAN)):
            one = table[(table["name"] == name) & (table["metric"] == metric)].iloc[0]
            row[short], low, high = effects.figures_of(one)
            row[f"{short}_band"] = f"{low} to {high}"
        rows.append(row)
    found = pd.DataFrame(rows)
    return found.iloc[found["cn"].astype(float).abs().argsort()[::-1]]
