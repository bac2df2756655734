"""``sim explain``: where a figure of one nation comes from, down to rows, draws and runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import evidence
from sim import months as calendar
from sim.analysis.ranks import rank_correlations
from sim.arrays import Floats, Ints
from sim.calibration.fitted import status
from sim.calibration.series import SERIES, Series
from sim.ensemble import runner
from sim.ensemble.arms import posterior_draws
from sim.ensemble.outcomes import Outcomes, kept, measure
from sim.errors import InputError, Problem, nearest
from sim.evidence import Observation
from sim.evidence.axes import STANCES
from sim.scenario import Scenario, load, nations
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, code_of
from sim.scenario.drivers import Drivers
from sim.scenario.resolve import resolve
from sim.study.observe import by_nation
from sim.study.repeat import require_same
from sim.study.result import Result
from sim.study.saved import plain_scenario
from sim.study.seals import read_manifest, shown
from sim.world import Trajectory, views
from sim.world.block import VIEW_MONTHS
from sim.world.reasons import PARTS, Reasons

MOVERS = 8
"""Parameters that are shown."""

BAND = ("p05", "p50", "p95")
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Where a figure comes from.

    Parameters
    ----------
    nation, name : str
        ISO3 and English name.
    month : str
    metric, title, unit : str
    scenario : str
    runs, seed : int
    figure : mapping
        p05, p50, p95 and mean over runs.
    observed : DataFrame
        What was observed of the nation, with what the model shows of the same: series, ecosystem,
        month, observed, unit, p05, p50, p95 (percent; missing where no series tells it), source.
    inputs : DataFrame
        What the model knows of the nation: variable, value, unit, period, region_median, source,
        status.
    stance : DataFrame
        stance, part of runs in which the government stands so at the month's end.
    levers : DataFrame
        Levers of the scenario that reach the nation or the world: lever, title, acts_on, in_force
        (part of the ramp by then), source.
    utility : DataFrame
        The parts of utility: ecosystem, part, p05, p50, p95 (utils, mean of segments by weight;
        missing where no run can have it), and of each ecosystem ``utility``, the sum.
    choices : DataFrame
        ecosystem, segment (``all`` for the nation), share: p05, p50, p95; part of runs in which
        the ecosystem can be had.
    movers : DataFrame
        Parameters whose draws go most with the figure: parameter, title, correlation, low, high,
        default, unit, status, source.
    sources : DataFrame
        id, title, publisher, date, url of every source of what was observed, put in or drawn.
    """

    nation: str
    name: str
    month: str
    metric: str
    title: str
    unit: str
    scenario: str
    runs: int
    seed: int
    figure: Mapping[str, float]
    observed: pd.DataFrame
    inputs: pd.DataFrame
    stance: pd.DataFrame
    levers: pd.DataFrame
    utility: pd.DataFrame
    choices: pd.DataFrame
    movers: pd.DataFrame
    sources: pd.DataFrame

    def __repr__(self) -> str:
        """Return what is explained, in a line."""
        low, middle, high = (f"{self.figure[name]:.3g}" for name in ("p05", "p50", "p95"))
        return (
            f"Explanation of {self.metric} of {self.nation} in {self.month} ({self.scenario}, "
            f"{self.runs} runs): {middle} ({low} to {high}) {self.unit}"
        )

    def _repr_html_(self) -> str:
        """Return the figure and its tables, for notebooks."""
        from html import escape

        tables = {
            "Observed": self.observed, "Inputs": self.inputs, "Stance": self.stance,
            "Levers": self.levers, "Parts of utility": self.utility, "Choices": self.choices,
            "What moves it": self.movers, "Sources": self.sources,
        }  # fmt: skip
        parts = [f"<p>{escape(repr(self))}</p>"]
        for head, table in tables.items():
            shown = table.to_html(index=False, escape=True, float_format="{:.3g}".format, na_rep="")
            parts.append(f"<h4>{head}</h4>{shown}")
        return "".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain data; what is missing in a table is None."""
        plain: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, pd.DataFrame):
                value = value.astype(object).where(value.notna(), None).to_dict("records")
            plain[field.name] = dict(value) if isinstance(value, Mapping) else value
        return plain


def explain(
    nation: str,
    month: str,
    metric: str,
    scenario: Result | Scenario | str | Path | Mapping[str, Any] = "baseline",
    *,
    runs: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str | tuple[str, object]] = (),
    focus: Nations | None = None,
) -> Explanation:
    """Return where a figure of a nation comes from.

    The scenario is run again as far as the month, so that parts of utility and draws of parameters
    are those of the very runs behind the figure.

    Parameters
    ----------
    nation : str
        ISO3 code or English name.
    month : str
        ``YYYY-MM``.
    metric : str
        One that has a value in each month and nation, such as ``share.bloc_cn``.
    scenario : Result, Scenario, str, Path or mapping
        Of a finished run its own scenario is explained, with its runs and its seed.
    runs, seed : int, optional
        In place of the scenario's own.
    overrides : sequence of str or (path, value)
        As in :func:`sim.scenario.resolve.resolve`.
    focus : str or sequence of str, optional
        As in :func:`sim.study.run.run`.

    Raises
    ------
    InputError
        If nation, month or metric is not one that can be explained.
    """
    asked = scenario.scenario if isinstance(scenario, Result) else scenario
    known = resolve(asked, runs=runs, seed=seed, focus=focus, overrides=overrides)
    drivers = compiled(known)
    place, t = _nation(nation, drivers), _month(month, drivers)
    code = drivers.nations[place]
    shape = kept(drivers, Outcomes((metric,), (code,), (month,)))
    (measured,) = shape.chosen
    if measured.world or measured.span != "month":
        what = "is of the world alone" if measured.world else "has one value for a whole run"
        hint = "sim list metrics tells which are by nation and month"
        raise InputError(Problem(f"{metric} {what}", path="metric", hint=hint))
    row = int(np.flatnonzero(shape.group == shape.groups.index(code))[0])
    figures = _sighted(code, drivers)
    values, why, views = [], [], []
    for replicates in runner.cut(known.ensemble.runs):
        done, reasons = runner.simulate_with_reasons(
            drivers, place, t, known.ensemble.seed, replicates
        )
        values.append(measure(drivers, shape, done, known.ensemble.seed, replicates)[:, row])
        views.append(_views(drivers, place, done, known.ensemble.seed, replicates, figures))
        why.append(reasons)
    outcome = np.concatenate(values)
    observed = _observed(figures, views)
    inputs = _inputs(code, known)
    movers = _movers(drivers, place, known, outcome)
    among = nations.table(known)
    return Explanation(
        nation=code,
        name=among.name[among.iso3.index(code)],
        month=month,
        metric=metric,
        title=measured.title,
        unit=measured.unit,
        scenario=known.name,
        runs=known.ensemble.runs,
        seed=known.ensemble.seed,
        figure={**_band(outcome), "mean": float(outcome.mean())},
        observed=observed,
        inputs=inputs,
        stance=_stances(why),
        levers=_levers(known, drivers, place, _over(why, "in_force")),
        utility=_utility(drivers, why),
        choices=_choices(drivers, why),
        movers=movers,
        sources=_sources((observed["source"], inputs["source"], movers["source"])),
    )


def of_folder(folder: str | Path, nation: str, month: str, metric: str) -> Explanation:
    """Return where a figure of a kept result of ``sim run`` comes from.

    Only its manifest is read: it holds the scenario, and the numbers are those of its tables.

    Raises
    ------
    InputError
        As `explain` does, and if the result is not that of a run.
    StoreError
        If there is no sound manifest, or model, facts or levers are not those of the result.
    """
    place = Path(folder)
    known = read_manifest(place)
    if known["kind"] != "run":
        message = f"{shown(place)} is a {known['kind']}, and only a run has figures to explain"
        raise InputError(Problem(message, path="from", hint="give the folder of a sim run"))
    require_same(known, shown(place), "explained")
    return explain(nation, month, metric, load(plain_scenario(known["asked"]["scenario"])))


def _nation(word: str, drivers: Drivers) -> int:
    code = code_of(word)
    if code not in drivers.nations:
        hint = nearest(code.upper(), drivers.nations) or "sim list nations tells which there are"
        message = f"no nation of this scenario is called {word!r}"
        raise InputError(Problem(message, path="nation", hint=hint))
    return drivers.nations.index(code)


def _month(word: str, drivers: Drivers) -> int:
    last = int(drivers.facts.months[-1])
    try:
        number = calendar.parse(word)
    except ValueError as error:
        raise InputError(Problem(str(error), path="month", hint="write YYYY-MM")) from None
    first = calendar.FIRST + drivers.first
    if not first <= number <= last:
        span = f"{calendar.text(first)} to {calendar.text(last)}"
        message = f"{word} is not in the period of the scenario, {span}"
        raise InputError(Problem(message, path="month"))
    return number - calendar.FIRST


def _band(values: Floats) -> dict[str, float]:
    """Return the quantiles of values over runs."""
    return dict(zip(BAND, np.quantile(values, QUANTILES).tolist(), strict=True))


def _over(why: Sequence[Reasons], name: str) -> Any:  # noqa: ANN401 - an array of its own shape
    """Return a record of all blocks, whose last axis is that of runs."""
    return np.concatenate([getattr(each, name) for each in why], axis=-1)


@dataclass(frozen=True)
class _Sighted:
    """A figure observed of a nation, and what of which series tells it, if any does."""

    figure: Observation
    series: Series | None = None
    code: str = ""

    @property
    def at(self) -> int:
        """Position of its last month."""
        return self.figure.last - calendar.FIRST


def _sighted(code: str, drivers: Drivers) -> list[_Sighted]:
    """Return every figure observed of a nation, with the series by nation that tells it."""
    every = [by_nation(each) if each.nations_too else each for each in SERIES.values()]
    last = min(VIEW_MONTHS, drivers.facts.months.size)
    found = []
    for figure in evidence.load().observations:
        if figure.place == code:
            one = _Sighted(figure)
            for series in (each for each in every if each.by_nation and 0 <= one.at < last):
                counted = _counted(series, figure.series, figure.ecosystem)
                one = one if counted is None else _Sighted(figure, series, counted)
            found.append(one)
    return found


def _views(
    drivers: Drivers,
    place: int,
    done: Trajectory,
    seed: int,
    replicates: Ints,
    figures: Sequence[_Sighted],
) -> dict[int, Floats]:
    """Return what the series show of the nation at figures, by place among them, percent, (R,)."""
    lanes = views.lanes(drivers, seed, replicates)
    found: dict[int, Floats] = {}
    for series in {one.series.name: one.series for one in figures if one.series}.values():
        mine = {n: one for n, one in enumerate(figures) if one.series is series}
        at = np.unique([one.at for one in mine.values()])
        seen = views.view(series, done, drivers, lanes, at)[:, place]
        found |= {
            n: seen[np.searchsorted(at, one.at), series.codes.index(one.code)]
            for n, one in mine.items()
        }
    return found


def _observed(figures: Sequence[_Sighted], views: Sequence[dict[int, Floats]]) -> pd.DataFrame:
    """Return every figure observed of the nation, beside the model's view of it where it has one.

    Parameters
    ----------
    figures : sequence of _Sighted
    views : sequence of dict
        From `_views`, one a block.
    """
    rows = []
    for n, one in enumerate(figures):
        figure = one.figure
        whole = [block[n] for block in views if n in block]
        band = _band(np.concatenate(whole)) if whole else dict.fromkeys(BAND, np.nan)
        rows.append({
            "series": figure.series, "ecosystem": figure.ecosystem,
            "month": calendar.text(figure.last), "observed": figure.value, "unit": figure.unit,
            **band, "source": figure.source,
        })  # fmt: skip
    columns = ["series", "ecosystem", "month", "observed", "unit", *BAND, "source"]
    return pd.DataFrame(rows, columns=columns)


def _counted(series: Series, name: str, ecosystem: str) -> str | None:
    """Return the code as which a series counts a figure, or None where it does not tell of it."""
    if name == series.name and ecosystem in series.codes:
        return str(ecosystem)
    for rows in series.rows:
        if name in rows.names(series.name) and ecosystem in rows.codes and not rows.ahead:
            return str(rows.counted_as or ecosystem)
    return None


def _inputs(code: str, scenario: Scenario) -> pd.DataFrame:
    """Return what the evidence says of the nation, beside the median of its region."""
    columns = ["variable", "value", "unit", "period", "region_median", "source", "status"]
    known, among = evidence.load(), nations.table(scenario)
    region = among.region[among.iso3.index(code)]
    near = {
        other for other, its in zip(known.nations.iso3, known.nations.region, strict=True)
        if its == region
    }  # fmt: skip
    figures = known.values  # noqa: PD011 - of nations, and no frame
    values = pd.DataFrame([
        {"iso3": one.iso3, "variable": one.variable, "value": one.value} for one in figures
    ])  # fmt: skip
    medians = values[values["iso3"].isin(near)].groupby("variable")["value"].median()
    rows = [
        {
            "variable": one.variable, "value": one.value, "unit": one.unit, "period": one.period,
            "region_median": float(medians[one.variable]), "source": one.source,
            "status": one.status,
        }
        for one in figures
        if one.iso3 == code
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _stances(why: Sequence[Reasons]) -> pd.DataFrame:
    stances = _over(why, "stance")
    parts = [float(np.mean(stances == n)) for n in range(len(STANCES))]
    return pd.DataFrame({"stance": list(STANCES), "runs": parts})


def _levers(scenario: Scenario, drivers: Drivers, place: int, in_force: Floats) -> pd.DataFrame:
    """Return the levers of the scenario that reach the nation or the world, and how far by then.

    Parameters
    ----------
    in_force : ndarray, shape (E, R)
        Part of each effect in force.
    """
    e = drivers.effects
    cells = int(e.offsets[-1])
    here = e.nation_effect[e.nation_start[place * cells] : e.nation_start[(place + 1) * cells]]
    acting = {*here.tolist(), *e.world_effect.tolist()}
    known = scenario.known_levers()
    rows = [
        {
            "lever": entry.lever, "title": known[entry.lever].title,
            "acts_on": "the nation" if {*entry.effects} & {*here.tolist()} else "the world",
            "in_force": float(in_force[list(entry.effects)].max(axis=0).mean()),
            "source": known[entry.lever].source,
        }
        for entry in drivers.entries
        if {*entry.effects} & acting
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["lever", "title", "acts_on", "in_force", "source"])


def _utility(drivers: Drivers, why: Sequence[Reasons]) -> pd.DataFrame:
    weight = _over(why, "weight")[:, None] * ~_over(why, "absent")
    total = weight.sum(axis=0)
    parts = {
        name: np.concatenate([each.parts[name] for each in why], axis=-1) for name in PARTS
    }  # fmt: skip
    parts["utility"] = np.sum(list(parts.values()), axis=0)
    rows = []
    for k, ecosystem in enumerate(drivers.ecosystems):
        had = total[k] > 0.0
        for name, values in parts.items():
            mean = (values[:, k] * weight[:, k]).sum(axis=0)[had] / total[k][had]
            band = _band(mean) if had.any() else dict.fromkeys(BAND, np.nan)
            rows.append({"ecosystem": ecosystem, "part": name, **band})
    return pd.DataFrame(rows)


def _choices(drivers: Drivers, why: Sequence[Reasons]) -> pd.DataFrame:
    share, absent, weight = (_over(why, name) for name in ("share", "absent", "weight"))
    whole = (share * weight[:, None]).sum(axis=0)
    rows = []
    for k, ecosystem in enumerate(drivers.ecosystems):
        of = {"all": (whole[k], absent[:, k].all(axis=0))}
        of |= {s: (share[n, k], absent[n, k]) for n, s in enumerate(drivers.segments)}
        for segment, (values, missing) in of.items():
            rows.append({
                "ecosystem": ecosystem, "segment": segment, **_band(values),
                "available": float(1.0 - missing.mean()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _movers(drivers: Drivers, place: int, scenario: Scenario, outcome: Floats) -> pd.DataFrame:
    """Return the parameters and tastes whose draws go most with the outcome."""
    columns = ["parameter", "title", "correlation", "low", "high", "default", "unit", "status",
               "source"]  # fmt: skip
    replicates = np.arange(scenario.ensemble.runs)
    drawn = runner.every_draw(drivers, place, scenario.ensemble.seed, replicates)
    varied = {name: values for name, values in drawn.items() if np.ptp(values) > 0.0}
    if not varied:
        return pd.DataFrame([], columns=columns)
    draws, _ = posterior_draws([scenario], len(replicates), scenario.ensemble.seed)
    count = np.unique(draws).size
    found = rank_correlations(np.stack(list(varied.values())), outcome, count)
    known = {row.path: row for row in evidence.load().parameters}
    table = []
    for n in np.argsort(-np.abs(found[:, 0]), kind="stable")[:MOVERS]:
        path = list(varied)[n]
        row = known.get(path)
        told = (
            {"title": _taste(path), "default": 0.0, "unit": "standard scores", "status": "drawn",
             "source": "judgement"}
            if row is None
            else {"title": row.title + (f" ({row.index})" if row.index else ""),
                  "default": row.default, "unit": row.unit,
                  "status": status(row), "source": row.source}
        )  # fmt: skip
        numbers = dict(zip(("correlation", "low", "high"), found[n].tolist(), strict=True))
        table.append({"parameter": path, **told, **numbers})
    return pd.DataFrame(table, columns=columns)


def _taste(path: str) -> str:
    """Return the title of a draw of taste: of a nation or region, for a class of ecosystems."""
    _, kind, where, of = path.split("/")
    return f"taste of the {kind} {where.replace('_', ' ')} for {of.replace('_', ' ')} models"


def _sources(cited: Iterable[Iterable[str]]) -> pd.DataFrame:
    known = evidence.load().sources
    ids = dict.fromkeys(
        word.strip() for column in cited for cell in column for word in cell.split(";")
    )
    rows = [
        {"id": one, "title": known[one].title, "publisher": known[one].publisher,
         "date": known[one].date, "url": known[one].url}
        for one in ids
        if one in known
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "title", "publisher", "date", "url"])
