"""``sim compare``: effects of scenarios, single levers and packages less one, kept with figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.study import store
from sim.study.compare import choice
from sim.study.compare.arms import Arms, run_arms
from sim.study.compare.choice import START, Pair
from sim.study.compare.paired import Floats, effect, is_part, log_odds, runs_for
from sim.study.ensemble import resolve
from sim.study.manifest import facts
from sim.study.sweeps.shards import write_whole
from sim.study.sweeps.study import Outcomes, digest
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario

Source = Any
Alone = Literal["scenarios", "levers", "less one"]

FOLDER = "compare"
FILE = "effects.csv"
HEADLINE = ("share.bloc_us", "world")
"""Metric and group that are drawn and printed first, and whose precision is asked for."""

GROUPS = ("world", "global_south", "global_south_with_china")
MOST_RUNS = 20_000
PILOT = 96

COLUMNS = (
    "scenario", "reference", "metric", "group", "month", "effect", "ci_low", "ci_high", "runs",
    "variance_ratio", "boot_low", "boot_high", "log_odds", "log_odds_low", "log_odds_high", "unit",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """Effects with their intervals.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``; months are empty for outcomes of a whole run.
    pairs : tuple of Pair
    arms : Arms
        What the effects were made from.
    runs, seed : int
    reached : bool
        Whether a wanted precision was reached; true where none was asked for.
    folder : Path, optional
    """

    table: pd.DataFrame
    pairs: tuple[Pair, ...]
    arms: Arms
    runs: int
    seed: int
    reached: bool = True
    folder: Path | None = field(default=None)

    def last(self, metric: str = HEADLINE[0], group: str = HEADLINE[1]) -> pd.DataFrame:
        """Return the effects on one outcome in the last month, largest first."""
        mine = self.table[(self.table["metric"] == metric) & (self.table["group"] == group)]
        month = mine["month"].max()
        found: pd.DataFrame = mine[mine["month"] == month]
        return found.sort_values("effect", ascending=False)


def compare(
    scenarios: Sequence[Source] | Source,
    against: Source = "baseline",
    *,
    each: Alone = "scenarios",
    levers: Sequence[str] | None = None,
    strength: object = "central",
    start: str = START,
    runs: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    on: tuple[str, str] = HEADLINE,
    metrics: Sequence[str] = (),
    groups: Sequence[str] = GROUPS,
    overrides: Sequence[str | tuple[str, object]] = (),
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare scenarios with a reference under common random numbers.

    Parameters
    ----------
    scenarios : scenario or sequence of scenarios
        Names, paths, mappings or scenarios.
    against : scenario
        The reference.
    each : {"scenarios", "levers", "less one"}
        Whole scenarios; each lever alone on the reference; a package against itself less each.
    levers : sequence of str, optional
        Only these.
    strength, start
        Of levers that no scenario gives.
    runs, seed : int, optional
        In place of the reference's own.
    precision : float, optional
        Wanted half-width of the 95 % interval of ``on`` in the last month, in its unit: runs are
        added until every effect has it, or `MOST_RUNS` are reached.
    on : (metric, group)
    metrics, groups : sequence of str
        What is compared; all metrics by default.
    overrides : sequence of str or (path, value)
        Changes that all arms share.
    workers : int
    cluster : str, optional
    out : str or Path, optional
        Folder that stands for ``results/``.
    progress : callable, optional

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a scenario, lever or outcome is unknown, nothing is to be compared, or a named lever
        changes nothing.
    """
    given: Sequence[Source] = scenarios if isinstance(scenarios, list | tuple) else [scenarios]
    if not given:
        raise InputError(Problem("no scenario is given to compare", path="scenarios"))
    reference = _reference(against, runs, seed, overrides)
    resolved = [resolve(one, overrides=overrides) for one in given]
    arms, pairs = _arms(resolved, reference, each, levers, strength, start)
    _same_world(arms.values(), reference)
    known = Outcomes(tuple(metrics), tuple(groups))
    place = None if out is None else Path(out) / FOLDER
    if place is not None:
        store.require_writable(Path(str(out)))
    count = reference.ensemble.runs if runs is None else runs
    asked: dict[str, Any] = {
        "seed": reference.ensemble.seed, "outcomes": known, "place": place, "workers": workers,
        "cluster": cluster, "progress": progress,
    }  # fmt: skip
    done, reached = _precise(arms, pairs, precision, on, count, asked)
    table = _table(done, pairs, reference.ensemble.seed)
    _refuse_idle(table, pairs, named=each == "levers" and levers is not None)
    found = Comparison(
        table, tuple(pairs), done, len(next(iter(done.kept.values()))),
        reference.ensemble.seed, reached,
    )  # fmt: skip
    return found if place is None else _save(found, arms, resolved, reference, each, place)


def _reference(
    against: Source, runs: int | None, seed: int | None, overrides: Sequence[Any]
) -> Scenario:
    try:
        return resolve(against, runs=runs, seed=seed, overrides=overrides)
    except InputError as error:
        raise InputError(
            [replace(problem, path=problem.path or "against") for problem in error.problems]
        ) from error


def _arms(
    resolved: Sequence[Scenario],
    reference: Scenario,
    each: Alone,
    levers: Sequence[str] | None,
    strength: object,
    start: str,
) -> tuple[dict[str, Scenario], list[Pair]]:
    if each == "scenarios":
        arms = {reference.name: reference}
        for one in resolved:
            if one.name in arms and _world(one) != _world(arms[one.name]):
                hint = "give the file another name"
                message = f"two scenarios that differ are called {one.name}"
                raise InputError(Problem(message, path="scenarios", hint=hint))
            arms.setdefault(one.name, one)
        return arms, [Pair(one.name, reference.name) for one in resolved]
    if len(resolved) > 1:
        raise InputError(Problem("levers are taken from one scenario at a time", path="scenarios"))
    if each == "levers":
        found, pairs = choice.single_levers(resolved[0], reference, levers, strength, start)
        return {reference.name: reference, **found}, pairs
    found, pairs = choice.packages_less_one(resolved[0], reference, levers)
    return found, pairs


def _world(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario is, apart from how often and with which luck it is run."""
    return scenario.document() | {"ensemble": scenario.ensemble.parameters}


def _same_world(arms: Any, reference: Scenario) -> None:  # noqa: ANN401
    for one in arms:
        if one.period != reference.period or one.nations != reference.nations:
            raise InputError(
                Problem(
                    f"{one.name} and {reference.name} differ in months or nations, so that their "
                    "outcomes cannot be paired",
                    path="scenarios",
                    hint="set both: --until, --nations",
                )
            )


def _precise(
    arms: Mapping[str, Scenario],
    pairs: Sequence[Pair],
    wanted: float | None,
    on: tuple[str, str],
    count: int,
    asked: Mapping[str, Any],
) -> tuple[Arms, bool]:
    """Run arms, and with a wanted precision more of them until all effects have it."""
    if wanted is None:
        return run_arms(arms, runs=count, **asked), True
    if not wanted > 0.0:
        raise InputError(Problem(f"a half-width of {wanted:g} cannot be had", path="precision"))
    runs = PILOT
    while True:
        done = run_arms(arms, runs=runs, **asked)
        try:
            row = done.at(*on)
        except KeyError:
            hint = nearest(on[0], done.rows["metric"].unique())
            message = f"precision is asked of {on[0]} in {on[1]}, which is not kept"
            raise InputError(Problem(message, path="precision", hint=hint)) from None
        spread = max(
            float((done.kept[p.name][:, row] - done.kept[p.reference][:, row]).std(ddof=1))
            for p in pairs
        )
        needed = runs_for(wanted, spread)
        if needed <= runs:
            return done, True
        if runs >= MOST_RUNS:
            return done, False
        # Whole tasks are added, which are kept; a tenth more, for the spread is an estimate.
        runs = min(-(-int(1.1 * needed) // PILOT) * PILOT, MOST_RUNS)


def _table(done: Arms, pairs: Sequence[Pair], seed: int) -> pd.DataFrame:
    parts = np.array([is_part(metric) for metric in done.rows["metric"]])
    frames = []
    for pair in pairs:
        a, b = done.kept[pair.name], done.kept[pair.reference]
        found = effect(a, b, seed=seed)
        odds = effect(log_odds(a[:, parts]), log_odds(b[:, parts]), boot=False)
        frame = done.rows.assign(
            scenario=pair.name, reference=pair.reference, effect=found.mean, ci_low=found.low,
            ci_high=found.high, runs=a.shape[0], variance_ratio=found.ratio,
            boot_low=found.boot_low, boot_high=found.boot_high,
        )  # fmt: skip
        for column, values in (
            ("log_odds", odds.mean), ("log_odds_low", odds.low), ("log_odds_high", odds.high),
        ):  # fmt: skip
            whole: Floats = np.full(len(frame), np.nan)
            whole[parts] = values
            frame[column] = whole
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def _refuse_idle(table: pd.DataFrame, pairs: Sequence[Pair], *, named: bool) -> None:
    """Refuse a named lever that changes nothing in this world."""
    if not named:
        return
    told = (table["effect"] != 0.0) & (table["metric"] != "cost.public")
    moved = set(table[told]["scenario"])
    idle = [
        Problem(
            f"the lever {pair.name} changes no outcome against {pair.reference}",
            path="levers",
            hint="its nations, months or ecosystems may not be in this run: sim show " + pair.name,
        )
        for pair in pairs
        if pair.name not in moved
    ]
    if idle:
        raise InputError(idle)


def _save(
    found: Comparison,
    arms: Mapping[str, Scenario],
    scenarios: Sequence[Scenario],
    reference: Scenario,
    each: Alone,
    place: Path,
) -> Comparison:
    """Write table, manifest and figures, and let ``latest`` point to them."""
    import sim.report.compare as drawing
    from sim.report import svg

    word = {"scenarios": "", "levers": "-levers", "less one": "-less-one"}[each]
    known = facts()
    documents = {name: arm.document() for name, arm in arms.items()}
    name = digest([documents, found.runs, found.seed, MODEL, known["evidence_hash"]])
    more = f"-and-{len(scenarios) - 1}-more" if len(scenarios) > 1 else ""
    folder = place / f"{scenarios[0].name}{more}{word}-vs-{reference.name}" / name[:12]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, found.table.to_csv(index=False).encode())
    manifest = known | {
        "hash": name, "runs": found.runs, "seed": found.seed, "reached": found.reached,
        "arms": documents,
    }  # fmt: skip
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / store.MANIFEST, text.encode())
    write_whole(folder / store.PAGE, drawing.page(found.table).encode())
    for file, figure in drawing.figures(found.table).items():
        write_whole(folder / file, svg(figure).encode())
    store.point_latest(folder)
    return replace(found, folder=folder)
