"""Tables of paired effects: over all worlds, and within the worlds of each future."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.paired import effect, log_odds
from sim.arrays import Flags, Floats, Ints
from sim.ensemble import futures
from sim.ensemble.arms import Arms
from sim.metrics.registry import parts
from sim.scenario.futures import ALL
from sim.study.compare.choice import Pair
from sim.study.compare.result import COLUMNS, FUTURE_COLUMNS


def table(
    done: Arms, pairs: Sequence[Pair], seed: int, worlds: Flags | None = None
) -> pd.DataFrame:
    """Return the effects of each pair on every outcome, columns of ``effects.csv``.

    Parameters
    ----------
    done : Arms
    pairs : sequence of Pair
    seed : int
        Of the bootstrap.
    worlds : ndarray of bool, shape (runs,), optional
        Only these worlds.
    """
    mine = np.ones(len(done.draws), dtype=np.bool_) if worlds is None else worlds
    draws = done.draws[mine]
    odd = done.rows["metric"].isin(parts()).to_numpy()
    frames = []
    for pair in pairs:
        a, b = done.kept[pair.name][mine], done.kept[pair.reference][mine]
        found = effect(a, b, draws, seed=seed)
        odds = effect(log_odds(a[:, odd]), log_odds(b[:, odd]), draws, boot=False)
        low, middle, high = found.middle
        frame = done.rows.assign(
            scenario=pair.label, reference=pair.reference, effect=found.mean, ci_low=found.low,
            ci_high=found.high, runs=a.shape[0], variance_ratio=found.ratio, p05=low, p50=middle,
            p95=high, same_sign=found.same_sign, simulation_error=found.error, draws=found.draws,
            boot_low=found.boot_low, boot_high=found.boot_high,
        )  # fmt: skip
        for column, values in (
            ("log_odds", odds.mean), ("log_odds_low", odds.low), ("log_odds_high", odds.high),
        ):  # fmt: skip
            whole: Floats = np.full(len(frame), np.nan)
            whole[odd] = values
            frame[column] = whole
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def by_future(
    done: Arms, pairs: Sequence[Pair], seed: int, future: Ints, shown: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the effects within the worlds of each future, and those that have too few of them.

    Parameters
    ----------
    done : Arms
    pairs : sequence of Pair
    seed : int
        Of the bootstrap.
    future : ndarray of int, shape (runs,)
        Future of each world, from `sim.ensemble.futures.of_replicates`.
    shown : sequence of str
        Metrics of which effects are reported.

    Returns
    -------
    table : DataFrame
        Columns of ``effects_by_future.csv``, futures one after the other.
    missing : list of str
        Futures with fewer than two draws, of which there is no interval and no row.
    """
    some = done.only(done.rows["metric"].isin(shown).to_numpy())
    frames, missing = [], []
    for name, worlds in futures.parts(future).items():
        if name == ALL:
            continue
        if len(np.unique(done.draws[worlds])) < 2:
            missing.append(name)
            continue
        frames.append(table(some, pairs, seed, worlds).assign(future=name))
    if not frames:
        return pd.DataFrame(columns=list(FUTURE_COLUMNS)), missing
    return pd.concat(frames, ignore_index=True)[list(FUTURE_COLUMNS)], missing
