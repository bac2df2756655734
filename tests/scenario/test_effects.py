"""From lever entries to rows of effects: which cells, when, and in what order."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import evidence, months, scenario
from sim.scenario import effects, levers, parts
from sim.scenario.compile import compile_scenario
from sim.scenario.distribution import Uniform
from sim.scenario.drivers import NATION_FAMILIES, NEVER, OPERATIONS, WORLD_FAMILIES
from sim.scenario.entry import LeverEntry
from sim.world import in_force

ECOSYSTEMS = (
    "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open",
    "sovereign",
)  # fmt: skip
WAYS = ("maker", "host", "self")
SEGMENTS = ("enterprise", "independent", "research")
STANCES = ("open", "us", "chinese", "sovereign")
POOLS = ("us_allies", "china", "rest")
HARDWARE = ("us", "cn")

TABLES = ("facts", "effects", "schedule")

CELLS = {
    "access": [("ecosystems", ECOSYSTEMS), ("ways", WAYS)],
    "price": [("ecosystems", ECOSYSTEMS), ("ways", WAYS)],
    "licence": [("ecosystems", ECOSYSTEMS)],
    "facility": [("segments", SEGMENTS)],
    "trust": [("ecosystems", ECOSYSTEMS)],
    "pull": [("segments", SEGMENTS), ("ecosystems", ECOSYSTEMS)],
    "offer": [("stances", STANCES)],
    "demand": [("pools", POOLS)],
    "performance": [("hardware", HARDWARE)],
    "maturity": [("hardware", HARDWARE)],
    "availability": [("pools", POOLS), ("hardware", HARDWARE)],
    "hardware_stance": [("pools", POOLS), ("hardware", HARDWARE)],
    "lag": [("ecosystems", ECOSYSTEMS)],
    "release_rate": [("ecosystems", ECOSYSTEMS)],
    "attention": [("ecosystems", ECOSYSTEMS)],
    "risk": [("ecosystems", ECOSYSTEMS)],
}
"""Labels of each driver's cells, written out apart from the code that is tested."""

ALL = tuple(levers.read())
SOME = evidence.load().nations.select(["BRA", "CHN", "CUB", "FRA", "IND", "JPN", "USA"])


def entry(lever="cn_waico", strength=2 / 3, start="2023-06", end=None, ramp=0, lag=0):
    return LeverEntry(
        id=lever, strength=strength, start=months.parse(start),
        end=None if end is None else months.parse(end), ramp_months=ramp, lag_months=lag,
    )  # fmt: skip


def built(entries, nations=SOME, horizon=36):
    calendar = np.arange(months.FIRST, months.FIRST + horizon)
    return effects.build(entries, levers.read(), nations, calendar, nations)


def bits(table):
    found = [array.tobytes() for array in (*table.effects, *table.schedule)]
    sizes = [
        (
            e.lever,
            e.label,
            e.strength,
            e.uncertainty,
            e.effects,
            e.sizes,
            e.cost,
        )
        for e in table.entries
    ]
    return found, sizes


def ordered():
    """Return every effect of every lever in canonical order: (lever, place, effect)."""
    rows = [(name, place, e) for name in ALL for place, e in enumerate(levers.read()[name].effects)]
    return sorted(
        rows, key=lambda row: (OPERATIONS.index(row[2].op), row[2].driver, row[0], row[1])
    )


def labels(effect):
    """Return whether an effect means each cell of its driver, last label fastest."""
    axes = CELLS.get(effect.driver, [])
    chosen = [
        [not getattr(effect, c) or x in getattr(effect, c) for x in names] for c, names in axes
    ]
    return [all(words) for words in itertools.product(*chosen)]


def named(effect, nations):
    """Return the nations that an effect's words mean."""
    members = {slug: set(np.array(nations.iso3)[mask]) for slug, mask in nations.groups.items()}
    inside, out = set(), set()
    for word in effect.nations:
        to = out if word.startswith("-") else inside
        to |= members.get(word.removeprefix("-"), {word.removeprefix("-")})
    return (inside if any(w[0] != "-" for w in effect.nations) else set(nations.iso3)) - out


@pytest.fixture(scope="module")
def every_lever():
    return built([entry(name) for name in ALL], evidence.load().nations)


def test_cells_get_the_effects_that_mean_them_and_no_other(every_lever):
    nations, e = evidence.load().nations, every_lever.effects
    lists = itertools.pairwise(e.nation_start.tolist())
    found = {(cell, n) for cell, (a, b) in enumerate(lists) for n in e.nation_effect[a:b].tolist()}
    world = itertools.pairwise(e.world_start.tolist())
    outer = {(cell, n) for cell, (a, b) in enumerate(world) for n in e.world_effect[a:b].tolist()}
    cells = int(e.offsets[-1])
    expected, expected_outer = set(), set()
    for n, (_, _, effect) in enumerate(ordered()):
        if effect.driver in NATION_FAMILIES:
            first = int(e.offsets[NATION_FAMILIES.index(effect.driver)])
            places = [nations.iso3.index(code) for code in named(effect, nations)]
            for i, (c, meant) in itertools.product(places, enumerate(labels(effect))):
                if meant:
                    expected.add((i * cells + first + c, n))
        else:
            first = int(e.world_offsets[WORLD_FAMILIES.index(effect.driver)])
            expected_outer |= {(first + c, n) for c, meant in enumerate(labels(effect)) if meant}
    assert found == expected
    assert outer == expected_outer
    assert {n for _, n in found | outer} == set(range(len(ordered())))


def test_effects_on_a_cell_come_in_the_order_in_which_they_act(every_lever):
    e = every_lever.effects
    assert (np.diff(e.operation) >= 0).all()
    for start, effect in ((e.nation_start, e.nation_effect), (e.world_start, e.world_effect)):
        for a, b in itertools.pairwise(start.tolist()):
            assert (np.diff(effect[a:b]) > 0).all()


def test_rows_carry_their_operation_target_and_sizes(every_lever):
    e = every_lever.effects
    for n, (lever, _, effect) in enumerate(ordered()):
        owner = every_lever.entries[every_lever.schedule.entry[n]]
        assert owner.lever == lever
        assert OPERATIONS[e.operation[n]] == effect.op
        assert e.target[n] == (effect.target if effect.op == "move" else 0.0)
        assert owner.sizes[owner.effects.index(n)] == (effect.low, effect.central, effect.high)
    for owner in every_lever.entries:
        lever = levers.read()[owner.lever]
        assert owner.cost == (lever.cost.low, lever.cost.central, lever.cost.high)
        assert owner.uncertainty == lever.uncertainty
        assert len(owner.effects) == len(lever.effects)


spans = st.tuples(st.integers(0, 40), st.integers(0, 40) | st.none())


@given(span=spans, lag=st.integers(0, 30), ramp=st.integers(0, 30))
def test_a_ramp_has_its_closed_form(span, lag, ramp):
    start, length = span
    first = months.FIRST + start
    end = None if length is None else first + length
    used = LeverEntry(
        id="cn_waico", strength=1.0, start=first, end=end, ramp_months=ramp, lag_months=lag
    )
    table = built([used], horizon=48)
    for t in range(48):
        since = t - start - lag
        share = 0.0 if since < 0 else 1.0 if since + 1 >= ramp else (since + 1) / ramp
        if length is not None and since > length:
            share = 0.0
        for effect in range(table.effects.operation.size):
            assert table.schedule.in_force(effect)[t] == share
    assert table.schedule.begins.tolist() == [start]
    assert table.schedule.ends.tolist() == [NEVER if length is None else start + length]


def test_a_ramp_of_a_year_starts_with_a_twelfth():
    ramp = built([entry(start="2023-04", ramp=12, lag=2)]).schedule.in_force(0)
    assert ramp[:8].tolist() == [0, 0, 0, 0, 0, 1 / 12, 2 / 12, 3 / 12]
    assert ramp[15] < 1
    assert (ramp[16:] == 1).all()


@given(order=st.permutations(range(6)))
def test_the_order_of_entries_changes_no_bit(order):
    given_entries = [
        entry("us_nairr_scaleup", 0.4), entry("cn_waico", start="2023-03", end="2023-05"),
        entry("cn_waico", 0.2, start="2024-01", ramp=6), entry("cn_low_price_api", 1.0),
        entry("us_cost_licence_access_bundle"), entry("cn_licence_tightening", lag=3),
    ]  # fmt: skip
    assert bits(built([given_entries[n] for n in order])) == bits(built(given_entries))


def test_the_order_in_a_file_changes_no_bit():
    rows = [{"id": name, "strength": "central", "start": "2026-04"} for name in ALL]
    one, other = (
        compile_scenario(scenario.load({"extends": "baseline", "levers": order}))
        for order in (rows, rows[::-1])
    )
    pairs = ((getattr(each, name) for each in (one, other)) for name in TABLES)
    for a, b in pairs:
        assert [np.asarray(x).tobytes() for x in a] == [np.asarray(x).tobytes() for x in b]
    assert [e.label for e in one.entries] == [e.label for e in other.entries]


@pytest.mark.parametrize("nothing", [0, 0.0, Uniform(low=0, high=0)])
def test_strength_zero_is_the_same_as_absent(nothing):
    others = [entry("us_nairr_scaleup", 0.4), entry("cn_low_price_api", 1.0)]
    idle = entry("cn_waico", nothing)
    assert bits(built([idle, *others])) == bits(built(others))
    assert bits(built([idle])) == bits(built([]))


def test_a_distribution_that_may_be_zero_stays():
    table = built([entry(strength=Uniform(low=0, high=1))])
    assert len(table.entries) == 1
    assert table.entries[0].strength == Uniform(low=0, high=1)


def test_no_lever_at_all_leaves_every_cell_alone():
    table = built([])
    assert table.schedule.course.shape == (0, 36)
    assert not table.effects.nation_start.any()
    assert not table.effects.world_start.any()
    assert table.entries == ()


def test_entries_are_named_by_lever_and_start():
    table = built([
        entry("cn_waico", start="2024-01"),
        entry("cn_waico", start="2023-03", end="2023-05", lag=7),
    ])  # fmt: skip
    assert [e.label for e in table.entries] == ["cn_waico@2023-03", "cn_waico@2024-01"]
    assert (table.schedule.begins[0], table.schedule.ends[0]) == (2, 4)


def _moves(table, cells, t):
    """Return whether any effect on some cells of a nation is more or less in force in a month."""
    e, of = table.effects, table.schedule
    rows = {n for c in cells for n in e.nation_effect[e.nation_start[c] : e.nation_start[c + 1]]}
    return any(of.in_force(n)[t] != of.in_force(n)[t - 1] for n in rows)


@pytest.mark.parametrize("ramp", [0, 5])
def test_flags_tell_every_month_in_which_a_ramp_moves(ramp):
    starts = ("2023-03", "2023-09", "2024-05")
    used = [
        entry(name, start=starts[n % 3], end=("2024-11" if n % 2 else None), ramp=ramp, lag=n % 4)
        for n, name in enumerate(ALL)
    ]
    table = built(used, horizon=36)
    facts = SimpleNamespace(
        stale=np.zeros((36, len(SOME), parts.count(7))),
        listed=np.zeros((36, 7, 2)),
        on_sale=np.ones((36, 7, 2)),
    )
    of = table.schedule
    now = in_force.start(
        SimpleNamespace(nations=SOME.iso3, ecosystems=ECOSYSTEMS, schedule=of, triggers=()), 2
    )
    flags, update = [], in_force.updating(facts, of, np.ones((len(used), 2)), now)
    for t in range(36):
        update(t)
        flags.append(now.stale.copy())
    access, price, licence, facility, trust, _, offer, _, end = table.effects.offsets.tolist()
    still = 0
    for i in range(len(SOME)):
        at = i * end
        whole = [range(facility, trust), range(trust, offer), range(offer, end)]
        for t in range(1, 36):
            for part, cells in enumerate(whole):
                moves = _moves(table, [at + c for c in cells], t)
                assert flags[t][i, 14 + part] == moves
                still += not moves
            for k in range(7):
                ways = [at + access + 3 * k + w for w in range(3)]
                terms = [at + price + 3 * k + w for w in range(3)] + [at + licence + k]
                assert flags[t][i, 2 * k] == _moves(table, ways, t)
                assert flags[t][i, 2 * k + 1] == _moves(table, terms, t)
    assert still > 0
