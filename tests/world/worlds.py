"""Small made-up worlds, so that a rule can be tested without the evidence."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import months
from sim.evidence.axes import STANCES
from sim.scenario import facts, parts
from sim.scenario.drivers import (
    NATION_FAMILIES,
    NEVER,
    OPERATIONS,
    WORLD_FAMILIES,
    Drivers,
    Effects,
    EntrySize,
    Facts,
    Schedule,
    Trigger,
    nation_offsets,
    vocabulary,
    world_offsets,
)
from sim.scenario.facts import ROOTS

SEGMENTS = ("enterprise", "independent", "research")
ECOSYSTEMS = (
    "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open",
    "sovereign",
)  # fmt: skip
NEST = (0, 0, 1, 1, 1, 1, 1)
BLOC = (0, 1, 0, 0, 1, 2, 3)
STAND = np.array([1.0, -1.0, 0.3, 0.0])
"""Alignment of each bloc's ecosystems."""

PLAIN = {"supply": 0, "trial": 0, "stances": 0, "noise": 0, "links": 0, "raw_capability": 0}
"""All switches off: what is left is a logit with inertia, network and uptake."""

TYPICAL = {
    "demand": 1e5, "permitted": 2e4, "smuggled": 5e3, "output_cap": 3e5, "exported": 1e3,
    "rented": 1e5, "performance": 0.7, "maturity": 0.5, "availability": 0.8,
    "serving_share": 0.5, "risk": 0.5,
}  # fmt: skip
"""Drivers of the world whose base is a history."""


@dataclass(frozen=True)
class Lever:
    """One effect of one lever on some cells of a driver."""

    driver: str
    op: str
    size: float
    first: int = 0
    ramp: int = 1
    cells: tuple[int, ...] | None = None  # within the driver's family; None is all
    nations: tuple[int, ...] | None = None
    target: float = 0.0
    strength: Any = 1.0
    uncertainty: float = 0.0
    name: str = "lever"
    lag: int = 0
    waits: Trigger | None = None  # in place of `first`
    until: Trigger | None = None


@dataclass(frozen=True)
class Across:
    """A parameter whose value in each lane is given: a distribution that ignores its draw."""

    values: tuple[float, ...]

    def quantile(self, u):
        return np.resize(np.array(self.values), np.shape(u))


def toy(
    seed: int = 0,
    nations: int = 4,
    ecosystems: int = 7,
    segments: int = 3,
    effects: int = 0,
    horizon: int = 48,
    last_fact: int = 30,
    *,
    shuffled: bool = False,
    drawn: bool = True,
    **parameters: Any,
) -> Drivers:
    """Return a random world of the given size.

    ``parameters`` replace rows of the table by path; ``shuffled`` draws blocs and nests too. What
    the shipped world leaves out, free variants and derivatives that follow releases, is in here.
    """
    parameters = {"free_access": 0.6, "derived_recency": 0.5} | parameters
    rng = np.random.default_rng(seed)
    T, I, K, S = horizon, nations, ecosystems, segments  # noqa: E741
    last_fact = min(last_fact, T - 1)
    nest, bloc = np.array(NEST[:K], np.int64), np.array(BLOC[:K], np.int64)
    if shuffled:
        nest, bloc = rng.integers(0, 2, K), rng.integers(0, 4, K)
    drivers = Drivers(
        facts=Facts(
            months=np.arange(months.FIRST, months.FIRST + T),
            **_people(rng, I, K),
            **_ties(rng, I),
            nest=nest,
            bloc=bloc,
            stand=STAND[bloc],
            pulled=(np.arange(K) == 0).astype(float),
            **_offers(rng, T, K, last_fact),
            base_month=min(30, T - 1),
            uptake_month=min(29, T - 1),
            **_terms(rng, T, I, K, last_fact),
            facility=np.array([0.5, 0.2, 0.5])[:S],
            lab_lag=rng.normal(0, 6, I),
            lab_size=rng.normal(0, 2, I) * (rng.uniform(size=I) < 0.5),
            **_outside(T, K),
            compute=np.array([[1e6, 0], [2e5, 1e4], [1e5, 0]]),
            output_reference=44000.0,
            output_month=35,
            listed=np.ones((T, K, 2), np.uint8),
            stale=np.zeros((T, I, parts.count(K)), np.uint8),
        ),
        effects=_no_effects(I, K, S),
        schedule=_no_schedule(I, K, T),
        triggers=(),
        entries=(),
        nations=tuple(f"N{n:02d}" for n in range(I)),
        ecosystems=ECOSYSTEMS[:K],
        segments=SEGMENTS[:S],
        regions=("one", "two"),
        groups={"world": np.ones(I, bool)},
        parameters=parameters,
        drawn=drawn,
        fitted=None,
        first=0,
    )
    return with_levers(drivers, *(_random_lever(rng, drivers, n) for n in range(effects)))


def _people(rng, I, K):  # noqa: E741
    start = rng.dirichlet(np.full(K, 0.3), I)
    start[::2] = np.arange(K) == 0
    return {
        "developers": rng.uniform(1e4, 1e6, I) * (rng.uniform(size=I) < 0.9),
        "internet": rng.uniform(0.3, 1, I),
        "ai_users": rng.uniform(0.0, 0.4, I),
        "income_ratio": rng.uniform(0.1, 4, I),
        "optimism": rng.normal(size=I),
        "alignment": rng.uniform(-1, 1, I),
        "english": rng.uniform(0, 1, I),
        "routed": (rng.uniform(size=I) < 0.8).astype(float),
        "surveyed": (rng.uniform(size=I) < 0.5).astype(float),
        "region": rng.integers(0, 2, I),
        "pool": rng.integers(0, 3, I),
        "home": (rng.uniform(0, 1, (I, K)) < 0.1).astype(float),
        "rooted": (rng.uniform(0, 1, (len(ROOTS), I, K)) < 0.2).astype(float),
        "first_stance": rng.integers(0, 4, I),
        "membership": (rng.uniform(0, 1, (I, 3)) < 0.5).astype(float),
        "start": start,
    }


def _ties(rng, I):  # noqa: E741
    links = rng.uniform(0, 1, (I, I)) * (rng.uniform(0, 1, (I, I)) < 0.6)
    np.fill_diagonal(links, 0)
    return packed_links(links)


def packed_links(links):
    """Return the links of a square matrix as the facts hold them, rows summing to one."""
    rows = [np.flatnonzero(row) for row in links]
    return {
        "link_start": np.cumsum([0, *(row.size for row in rows)]).astype(np.int64),
        "link_to": np.concatenate([*rows, []]).astype(np.int64),
        "link_weight": np.concatenate(
            [*(links[i, row] / links[i].sum() for i, row in enumerate(rows)), []]
        ),
    }


def _offers(rng, T, K, last_fact):
    """Return indices, prices and releases: the first ecosystem is there from the start."""
    release = rng.integers(0, T // 2, K) * (rng.uniform(size=K) < 0.5)
    release[0] = 0
    month = np.arange(T)[:, None]
    on_sale = np.ones((T, K, 2), np.uint8)
    on_sale[:, :, 0] = month >= release
    on_sale[:, :, 1] = month >= release + rng.integers(0, T, K)
    index = np.maximum.accumulate(rng.uniform(100, 150, (T, K, 2)), axis=0)
    index[:, :, 1] = np.minimum(index[:, :, 1], index[:, :, 0])
    index[last_fact:], on_sale[last_fact:] = index[last_fact], on_sale[last_fact]
    index *= on_sale
    steps = np.repeat(rng.normal(0, 1.5, (T // 6 + 1, K, 2, 3)), 6, axis=0)[:T]
    years = np.zeros((T, K, 2))
    years[:, :, 1] = np.maximum(np.arange(T) - last_fact, 0)[:, None] // 3 / 4
    known = rng.uniform(0, 1, (T, K)) < 0.1
    return {
        "capability": index,
        "on_sale": on_sale,
        "ln_price": np.ascontiguousarray(steps),
        "fall_years": years,
        "notable": (known & (on_sale[:, :, 0] == 1)).astype(float),
        "notable_size": rng.uniform(0, 1, (T, K)) * (rng.uniform(size=(T, K)) < 0.3),
        "frontier": np.maximum.accumulate(index.max(axis=(1, 2))),
        "last_fact": last_fact,
        **_lines(rng, T, K),
        "releases": np.cumsum(rng.integers(0, 3, T)).astype(float),
        "recent": rng.integers(0, 9, (T, K)).astype(float),
    }


def _lines(rng, T, K):
    """Return what routers sell: a line of each ecosystem, and three of any."""
    of = np.concatenate([np.arange(K), rng.integers(0, K, 3)]).astype(np.int64)
    on = rng.uniform(size=(T, of.size)) * (rng.uniform(size=(T, of.size)) < 0.8)
    return {
        "line_of": of,
        "line_gap": rng.uniform(0, 8, on.shape),
        "line_price": rng.normal(0, 1.5, on.shape),
        "line_on": on,
        "line_free": on * (rng.uniform(size=on.shape) < 0.2),
    }


def _terms(rng, T, I, K, last_fact):  # noqa: E741
    """Return access that opens, narrows and closes, and licences."""
    access = np.repeat(rng.uniform(0, 1, (1, I, K * 3)), T, axis=0)
    access *= rng.uniform(0, 1, (1, I, K * 3)) < 0.8
    for _ in range(I * K):
        first, i, c = rng.integers(0, T), rng.integers(0, I), rng.integers(0, K * 3)
        access[first:, i, c] *= rng.choice([0.0, 0.3, 0.7])
    licence = np.repeat(rng.uniform(0, 1, (1, I, K)), T, axis=0)
    licence[T // 3 :] *= 0.8
    return {
        "access": access,
        "later": np.maximum(0.0, np.arange(T) - last_fact) // 12,
        "unlisted": (access[:, :, ::3] == 0) * rng.choice([0.0, 0.4, 1.0], (I, K)),
        "leak_weight": (access[:, :, ::3] == 0) * rng.choice([0.0, 0.25, 1.0], (I, K)),
        "licence": licence,
    }


def _outside(T, K):
    """Return the world's drivers and the bounds of all."""
    words, sizes = vocabulary(), np.diff(world_offsets(K))
    base = [
        TYPICAL[name] if words[name].base == "history" else float(words[name].base)
        for name in WORLD_FAMILIES
    ]
    return {
        "world": np.tile(np.repeat(base, sizes), (T, 1)),
        "world_low": np.repeat([words[name].low for name in WORLD_FAMILIES], sizes),
        "world_high": np.repeat([words[name].high for name in WORLD_FAMILIES], sizes),
        "nation_low": np.array([words[name].low for name in NATION_FAMILIES]),
        "nation_high": np.array([words[name].high for name in NATION_FAMILIES]),
    }


def _random_lever(rng, drivers, number):
    """Return a lever on random cells of a random driver, of a size that its bounds can bear."""
    driver = str(rng.choice([*NATION_FAMILIES, *WORLD_FAMILIES]))
    word, op = vocabulary()[driver], str(rng.choice(OPERATIONS))
    reach = min(word.high, 2.0 * TYPICAL.get(driver, 1.0))
    size = {
        "multiply": rng.uniform(-1, 1),
        "add": rng.uniform(-0.5, 0.5) * reach,
        "move": rng.uniform(),
    }.get(op, rng.uniform(0, reach))
    cells = np.flatnonzero(rng.uniform(size=_family(drivers, driver).size) < 0.4)
    return Lever(
        driver, op, float(size),
        first=int(rng.integers(0, drivers.facts.months.size)),
        ramp=int(rng.integers(1, 12)),
        cells=tuple(cells.tolist()),
        nations=tuple(np.flatnonzero(rng.uniform(size=len(drivers.nations)) < 0.5).tolist()),
        target=float(rng.uniform(max(word.low, -1), reach)),
        strength=float(rng.uniform()),
        uncertainty=0.5,
        name=f"lever{number}",
        waits=_random_sign(rng, drivers) if rng.uniform() < 0.4 else None,
        until=_random_sign(rng, drivers) if rng.uniform() < 0.2 else None,
        lag=int(rng.integers(0, 4)),
    )  # fmt: skip


def _random_sign(rng, drivers):
    """Return a sign that some replicates see and others do not."""
    groups, T = ("world", *drivers.nations), drivers.facts.months.size
    return Trigger(
        0,
        ends=False,
        metric=f"share.{rng.choice(drivers.ecosystems)}",
        group=str(rng.choice(groups)),
        above=bool(rng.integers(0, 2)),
        level=float(rng.uniform(0, 0.6)),
        months=int(rng.integers(1, 4)),
        first=int(rng.integers(0, T)),
        last=int(rng.integers(T // 2, T)),
    )


def _family(drivers, driver):
    """Return the cells of a driver's family among a nation's or the world's."""
    K, S = len(drivers.ecosystems), len(drivers.segments)
    if driver in NATION_FAMILIES:
        offsets, at = nation_offsets(K, S), NATION_FAMILIES.index(driver)
    else:
        offsets, at = world_offsets(K), WORLD_FAMILIES.index(driver)
    return np.arange(offsets[at], offsets[at + 1])


def _no_effects(I, K, S):  # noqa: E741
    offsets, world = nation_offsets(K, S), world_offsets(K)
    none = np.zeros(0, np.int64)
    return Effects(
        operation=none, target=np.zeros(0),
        nation_start=np.zeros(I * int(offsets[-1]) + 1, np.int64), nation_effect=none,
        world_start=np.zeros(int(world[-1]) + 1, np.int64), world_effect=none,
        offsets=offsets, world_offsets=world,
    )  # fmt: skip


def _no_schedule(I, K, T):  # noqa: E741
    none = np.zeros(0, np.int64)
    return Schedule(
        entry=none, course=np.zeros((0, T)), rival=none,
        bears=np.zeros((0, I, parts.count(K)), np.uint8), begins=none, ends=none, lag=none,
        covers=np.zeros((0, 0), np.uint8),
    )  # fmt: skip


def with_levers(drivers: Drivers, *levers: Lever) -> Drivers:
    """Return the same world under these levers, in the canonical order, with stale flags set."""
    levers = tuple(sorted(levers, key=lambda x: (OPERATIONS.index(x.op), x.driver, x.name)))
    T, I = drivers.facts.months.size, len(drivers.nations)  # noqa: E741
    K, S = len(drivers.ecosystems), len(drivers.segments)
    effects, count = _no_effects(I, K, S), len(levers)
    course = np.zeros((count, T))
    nation = np.zeros((len(levers), I, int(effects.offsets[-1])), bool)
    world = np.zeros((len(levers), int(effects.world_offsets[-1])), bool)
    for e, lever in enumerate(levers):
        course[e] = np.clip((np.arange(T) - lever.lag + 1) / lever.ramp, 0, 1)
        family = _family(drivers, lever.driver)
        cells = family if lever.cells is None else family[list(lever.cells)]
        if lever.driver in NATION_FAMILIES:
            rows = range(I) if lever.nations is None else lever.nations
            nation[np.ix_([e], list(rows), cells)] = True
        else:
            world[e, cells] = True
    entries = tuple(
        EntrySize(
            lever.name, f"{lever.name}@{lever.first}", lever.strength, lever.uncertainty, (e,),
            ((lever.size / 3, 2 * lever.size / 3, lever.size),), (1.0, 2.0, 3.0),
        )
        for e, lever in enumerate(levers)
    )  # fmt: skip
    effects = effects._replace(
        operation=np.array([OPERATIONS.index(x.op) for x in levers], np.int64),
        target=np.array([x.target for x in levers], float),
    )
    schedule = Schedule(
        entry=np.arange(count),
        course=course,
        rival=np.full(count, -1),
        bears=_felt(levers, nation, effects.offsets, K),
        begins=np.array([NEVER if x.waits else x.first for x in levers], np.int64),
        ends=np.full(count, NEVER),
        lag=np.array([x.lag for x in levers], np.int64),
        covers=np.zeros((count, count), np.uint8),
    )
    signs = [(n, x.waits, False) for n, x in enumerate(levers)]
    signs += [(n, x.until, True) for n, x in enumerate(levers)]
    triggers = (dataclasses.replace(sign, entry=n, ends=ends) for n, sign, ends in signs if sign)
    effects = _listed(effects, _flat(nation), _flat(world))
    return refreshed(
        dataclasses.replace(
            drivers, effects=effects, schedule=schedule, triggers=tuple(triggers), entries=entries
        )
    )


def _felt(levers, nation, offsets, K):
    """Return in which parts of nations levers are felt, (E, I, parts), of (E, I, cells)."""
    bears = np.zeros((len(levers), nation.shape[1], parts.count(K)), np.uint8)
    for e, lever in enumerate(levers):
        if lever.driver in NATION_FAMILIES:
            family = NATION_FAMILIES.index(lever.driver)
            mine = nation[e, :, offsets[family] : offsets[family + 1]]
            bears[e] = parts.felt(lever.driver, mine, K)
    return bears


def _flat(mask):
    """Return a mask by effect, (E, ...), with one axis for all cells, which no effect may fill."""
    return mask.reshape(mask.shape[0], int(np.prod(mask.shape[1:])))


def _listed(effects, nation, world):
    """Return effects whose lists by cell are those of two masks, (E, cells)."""
    lists = {}
    for name, mask in (("nation", nation), ("world", world)):
        cell, effect = np.nonzero(mask.T)
        counts = np.bincount(cell, minlength=mask.shape[1])
        lists[f"{name}_start"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        lists[f"{name}_effect"] = effect.astype(np.int64)
    return effects._replace(**lists)


def refreshed(drivers: Drivers) -> Drivers:
    """Return the same world with the stale flags that its facts call for, and no more."""
    f = drivers.facts
    menu = np.concatenate([f.ln_price, f.fall_years[..., None], f.on_sale[..., None]], axis=3)
    return with_facts(
        drivers,
        stale=facts.stale(f._asdict()),
        listed=_moved(menu).any(axis=3).astype(np.uint8),
    )


def _moved(path):
    """Return where a path differs from the month before; in the first month everywhere."""
    return np.concatenate([np.ones((1, *path.shape[1:]), bool), path[1:] != path[:-1]])


def nation_mask(drivers: Drivers):
    """Return which effects act on which cells of which nation, (E, I, cells)."""
    e = drivers.effects
    mask = np.zeros((e.operation.size, e.nation_start.size - 1), bool)
    mask[e.nation_effect, np.repeat(np.arange(mask.shape[1]), np.diff(e.nation_start))] = True
    return mask.reshape(e.operation.size, len(drivers.nations), int(e.offsets[-1]))


def with_facts(drivers: Drivers, **changes: Any) -> Drivers:
    """Return the same world with some facts replaced; call `refreshed` if terms have moved."""
    own = {
        name: np.array(value, order="C") if isinstance(value, np.ndarray) else value
        for name, value in changes.items()
    }
    return dataclasses.replace(drivers, facts=drivers.facts._replace(**own))


def with_parameters(drivers: Drivers, **parameters: Any) -> Drivers:
    """Return the same world with more parameters held."""
    return dataclasses.replace(drivers, parameters={**drivers.parameters, **parameters})


BY_NATION = {
    0: ("developers", "internet", "ai_users", "income_ratio", "optimism", "alignment", "english",
        "lab_lag", "lab_size", "routed", "surveyed", "region", "pool", "home", "first_stance",
        "membership", "start"),
    1: ("rooted", "access", "unlisted", "leak_weight", "licence", "stale"),
}  # fmt: skip
"""Facts with one row a nation, by the axis on which nations stand."""


def among(drivers: Drivers, order: list[int]) -> Drivers:
    """Return the world of some of its nations, in this order; links to others are dropped."""
    f = drivers.facts
    changes = {
        name: np.take(getattr(f, name), order, axis)
        for axis in BY_NATION
        for name in BY_NATION[axis]
    }
    links = np.zeros((len(drivers.nations),) * 2)
    links[np.repeat(np.arange(len(links)), np.diff(f.link_start)), f.link_to] = f.link_weight
    world = np.zeros((drivers.effects.operation.size, drivers.effects.world_start.size - 1), bool)
    at = np.repeat(np.arange(world.shape[1]), np.diff(drivers.effects.world_start))
    world[drivers.effects.world_effect, at] = True
    mask = nation_mask(drivers)[:, order]
    return dataclasses.replace(
        with_facts(drivers, **changes, **packed_links(links[np.ix_(order, order)])),
        effects=_listed(drivers.effects, _flat(mask), world),
        schedule=drivers.schedule._replace(
            bears=np.ascontiguousarray(drivers.schedule.bears[:, order]),
        ),
        nations=tuple(drivers.nations[i] for i in order),
        groups={"world": np.ones(len(order), bool)},
    )


def reordered(drivers: Drivers, order: list[int]) -> Drivers:
    """Return a world without levers whose ecosystems stand in another order."""
    f, K = drivers.facts, len(drivers.ecosystems)
    axes = {
        0: ("nest", "bloc", "stand", "pulled"),
        1: ("home", "start", "capability", "on_sale", "ln_price", "fall_years", "notable",
            "notable_size", "recent", "listed"),
        2: ("rooted", "unlisted", "leak_weight", "licence"),
    }  # fmt: skip
    changes = {name: np.take(getattr(f, name), order, axis) for axis in axes for name in axes[axis]}
    ways = [3 * k + w for k in order for w in range(3)]
    moved = with_facts(
        drivers,
        **changes,
        access=np.take(f.access, ways, 2),
        line_of=np.argsort(order)[f.line_of],
    )
    return dataclasses.replace(
        refreshed(moved),
        ecosystems=tuple(drivers.ecosystems[k] for k in order),
        effects=_no_effects(len(drivers.nations), K, len(drivers.segments)),
        schedule=_no_schedule(len(drivers.nations), K, f.months.size),
    )


def symmetric(ecosystems: int, leader: float, horizon: int, **parameters: Any) -> Drivers:
    """Return one nation and one segment with equal offers; the first ecosystem starts ahead."""
    drivers = toy(0, 1, ecosystems, 1, 0, horizon, horizon - 1, drawn=False)
    T, K = horizon, ecosystems
    start = np.full((1, K), (1 - leader) / max(K - 1, 1))
    start[0, 0] = leader
    world = drivers.facts.world.copy()
    risk = _family(drivers, "risk")
    world[:, risk] = 0.0  # nobody fears anybody
    plain = with_facts(
        drivers,
        developers=np.array([1e5]), ai_users=np.array([0.2]), internet=np.array([1.0]),
        start=start, nest=np.ones(K, np.int64), bloc=np.full(K, 2), stand=np.zeros(K),
        pulled=np.zeros(K), home=np.zeros((1, K)), rooted=np.zeros((len(ROOTS), 1, K)),
        capability=np.full((T, K, 2), 140.0),
        on_sale=np.ones((T, K, 2), np.uint8), ln_price=np.zeros((T, K, 2, 3)),
        fall_years=np.zeros((T, K, 2)), notable=np.zeros((T, K)), frontier=np.full(T, 143.0),
        access=np.ones((T, 1, K * 3)), unlisted=np.zeros((T, 1, K)),
        leak_weight=np.zeros((T, 1, K)),
        licence=np.ones((T, 1, K)), world=world,
    )  # fmt: skip
    held = {
        **PLAIN, "innovation": 0, "imitation": 0, "reconsider.enterprise": 1,
        "nest_dissimilarity": 1,
    }  # fmt: skip
    return refreshed(with_parameters(plain, **{**held, **parameters}))


def stance_number(name: str) -> int:
    """Return the number of a stance."""
    return STANCES.index(name)
