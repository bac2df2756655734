"""Small made-up worlds, so that a rule can be tested without the evidence."""

from __future__ import annotations

import dataclasses

import numpy as np

from sim import months
from sim.scenario.drivers import (
    NATION_FAMILIES,
    WORLD_FAMILIES,
    Drivers,
    Effects,
    EntrySize,
    Facts,
    nation_offsets,
    vocabulary,
    world_offsets,
)

SEGMENTS = ("enterprise", "independent", "research")
ECOSYSTEMS = (
    "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open", "sovereign",
)  # fmt: skip
NEST = (0, 0, 1, 1, 1, 1, 1)
BLOC = (0, 1, 0, 0, 1, 2, 3)
STAND = (1.0, -1.0, 1.0, 1.0, -1.0, 0.3, 0.0)


def toy(
    seed: int = 0,
    nations: int = 4,
    ecosystems: int = 7,
    segments: int = 3,
    effects: int = 0,
    horizon: int = 48,
    last_fact: int = 30,
    **parameters: object,
) -> Drivers:
    """Return a random world of the given size; ``parameters`` replace rows of the table by path."""
    rng = np.random.default_rng(seed)
    T, I, K, S = horizon, nations, ecosystems, segments  # noqa: E741
    index = np.maximum.accumulate(rng.uniform(100, 150, (T, K, 2)), axis=0)
    index[:, :, 1] = np.minimum(index[:, :, 1], index[:, :, 0])
    index[last_fact:] = index[last_fact]
    on_sale = np.ones((T, K, 2), np.uint8)
    on_sale[: T // 6, K - 1] = 0
    links = rng.uniform(0, 1, (I, I)) * (rng.uniform(0, 1, (I, I)) < 0.6)
    np.fill_diagonal(links, 0)
    rows = [np.flatnonzero(row) for row in links]
    world = np.zeros((T, int(world_offsets(K)[-1])))
    words = vocabulary()
    low, high = np.zeros(world.shape[1]), np.zeros(world.shape[1])
    typical = {
        "demand": 1e5, "permitted": 2e4, "output_cap": 3e5, "exported": 1e3, "rented": 1e5,
        "performance": 0.7, "maturity": 0.5, "availability": 0.8, "serving_share": 0.5, "risk": 0.5,
    }  # fmt: skip
    for name, a, b in zip(WORLD_FAMILIES, world_offsets(K)[:-1], world_offsets(K)[1:], strict=True):
        base = words[name].base
        world[:, a:b] = typical[name] if base == "history" else float(base)
        low[a:b], high[a:b] = words[name].low, words[name].high
    start = np.zeros((I, K))
    start[:, 0] = 1
    access = rng.uniform(0, 1, (1, I, K * 3)) * (rng.uniform(0, 1, (1, I, K * 3)) < 0.8)
    access = np.repeat(access, T, axis=0)
    access[T // 2 :, 0, 0] = 0.0  # a cut
    access[:, :, 0] = np.maximum(access[:, :, 0], 0.1 * (np.arange(T) < T // 2)[:, None])
    stale = np.zeros((T, I, K), np.uint8)
    stale[::3] = 1
    stale[T // 2] = 1
    stale[T // 6] = 1
    facts = Facts(
        months=np.arange(months.FIRST, months.FIRST + T),
        developers=rng.uniform(1e4, 1e6, I),
        internet=rng.uniform(0.3, 1, I),
        ai_users=rng.uniform(0.02, 0.4, I),
        income_ratio=rng.uniform(0.1, 4, I),
        optimism=rng.normal(size=I),
        alignment=rng.uniform(-1, 1, I),
        region=rng.integers(0, 2, I),
        pool=rng.integers(0, 3, I),
        home=(rng.uniform(0, 1, (I, K)) < 0.1).astype(float),
        first_stance=rng.integers(0, 4, I),
        membership=(rng.uniform(0, 1, (I, 3)) < 0.5).astype(float),
        link_start=np.concatenate([[0], np.cumsum([row.size for row in rows])]).astype(np.int64),
        link_to=np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64),
        link_weight=np.concatenate(
            [*(links[i, row] / links[i, row].sum() for i, row in enumerate(rows) if row.size), np.zeros(0)]
        ),
        start=start,
        nest=np.array(NEST[:K], np.int64),
        bloc=np.array(BLOC[:K], np.int64),
        stand=np.array(STAND[:K]),
        pulled=(np.arange(K) == 0).astype(float),
        index=index * on_sale,
        on_sale=on_sale,
        ln_price=np.repeat(rng.normal(0, 1.5, (1, K, 2, 3)), T, axis=0),
        fall_years=np.zeros((T, K, 2)),
        notable=(rng.uniform(0, 1, (T, K)) < 0.1).astype(float),
        notable_size=np.zeros((T, K)),
        frontier=index.max(axis=(1, 2)),
        last_fact=last_fact,
        base_month=min(30, T - 1),
        uptake_month=min(29, T - 1),
        access=access,
        leak_weight=np.zeros((T, I, K)),
        licence=np.repeat(rng.uniform(0, 1, (1, I, K)), T, axis=0),
        facility=np.array([0.5, 0.2, 0.5])[:S],
        trust=rng.uniform(0, 1, (I, K)),
        nation_low=np.array([words[name].low for name in NATION_FAMILIES]),
        nation_high=np.array([words[name].high for name in NATION_FAMILIES]),
        world=world,
        world_low=low,
        world_high=high,
        compute=np.array([[1e6, 0], [2e5, 0], [1e5, 0]]),
        output_reference=44000.0,
        output_month=35,
        stale=stale,
        stale_other=np.ones((T, I), np.uint8),
    )
    table, entries = random_effects(rng, effects, I, K, S, T)
    # Everything that an effect ramps on must be seen: mark it stale whenever any ramp moves.
    if effects:
        facts = facts._replace(stale=np.ones((T, I, K), np.uint8))
    names = tuple(f"N{n:02d}" for n in range(I))
    return Drivers(
        facts=facts,
        effects=table,
        entries=entries,
        nations=names,
        ecosystems=ECOSYSTEMS[:K],
        segments=SEGMENTS[:S],
        regions=("one", "two"),
        groups={"world": np.ones(I, bool)},
        parameters=parameters,
        drawn=True,
        first=0,
    )


def random_effects(
    rng: np.random.Generator, count: int, I: int, K: int, S: int, T: int  # noqa: E741
) -> tuple[Effects, tuple[EntrySize, ...]]:
    """Return random lever effects on random cells, one lever entry each."""
    offsets, world = nation_offsets(K, S), world_offsets(K)
    cells = int(offsets[-1])
    operation = np.sort(rng.integers(0, 5, count))
    ramp = np.clip((np.arange(T)[None] - rng.integers(0, T, (count, 1))) / 6.0, 0, 1)
    nation: list[list[int]] = [[] for _ in range(I * cells)]
    outer: list[list[int]] = [[] for _ in range(int(world[-1]))]
    for e in range(count):
        if rng.uniform() < 0.8:
            for cell in rng.integers(0, I * cells, 20):
                nation[cell].append(e)
        else:
            outer[rng.integers(0, len(outer))].append(e)
    pack = lambda lists: (  # noqa: E731
        np.concatenate([[0], np.cumsum([len(x) for x in lists])]).astype(np.int64),
        np.array([e for x in lists for e in x], np.int64),
    )
    entries = tuple(
        EntrySize(f"lever{e}", f"lever{e}", float(rng.uniform()), 0.5, (e,), ((0.05, 0.1, 0.2),), (1.0, 2.0, 3.0), (ramp[e] > 0).astype(float))
        for e in range(count)
    )
    table = Effects(operation, ramp, rng.uniform(0, 1, count), np.arange(count), *pack(nation), *pack(outer), offsets, world)
    return table, entries


def with_facts(drivers: Drivers, **changes: object) -> Drivers:
    """Return the same world with some facts replaced."""
    return dataclasses.replace(drivers, facts=drivers.facts._replace(**changes))
