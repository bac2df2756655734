"""The nations: arrays over nations sorted by ISO3, their groups, and the links between them."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.errors import InputError, Problem, nearest
from sim.evidence.axes import POOLS
from sim.evidence.tables import STATUSES, read

MEMBERSHIPS = ("oecd", "g7", "eu", "brics", "pax_silica", "belt_and_road")
PROVIDERS = ("openai", "anthropic", "google")
REGIONS = (
    "sub_saharan_africa", "middle_east_and_north_africa", "latin_america_and_caribbean",
    "southeast_asia", "south_asia", "central_asia", "east_asia", "europe", "north_america",
    "oceania",
)  # fmt: skip
SOUTH = frozenset({
    "sub_saharan_africa", "middle_east_and_north_africa", "latin_america_and_caribbean",
    "southeast_asia", "south_asia", "central_asia",
})  # fmt: skip
"""Regions of the Global South, which leaves out Israel and Singapore."""
NORTH_IN_SOUTH = frozenset({"ISR", "SGP"})
FLAGS = (
    *MEMBERSHIPS, "openai_listed", "anthropic_listed", "google_listed", "us_cloud",
    "chinese_cloud",
)  # fmt: skip
GROUP_COLUMNS = ("slug", "title", "kind", "argument", "source", "status", "note")
VALUE_COLUMNS = ("iso3", "variable", "value", "unit", "period", "source", "status", "note")

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """A number that a nation has, whether it ships with the project or is a user's.

    Parameters
    ----------
    name : str
        Column of a user's table.
    figures : tuple of str
        Variables of the project's table, and fields of `Nations`, that it stands for.
    unit : str
    low, high : float
        Bounds of a user's cell.
    required : bool
        Whether a user's table must have it.
    default : str
        Yardstick that a nation new to the project gets where it need not be there.
    per : str
        Column that is divided by that yardstick; empty where the yardstick itself is the value.
    """

    name: str
    figures: tuple[str, ...]
    unit: str
    low: float
    high: float
    required: bool
    default: str
    per: str


def _read_columns() -> tuple[Column, ...]:
    return tuple(
        Column(
            row.text("column"), row.ids("figures"), row.text("unit"), row.number("low"),
            row.number("high"), row.flag("required"), row["default"], row["per"],
        )
        for row in read(Path(__file__).parent / "nation_columns.csv", ("column", "figures"))
    )  # fmt: skip


COLUMNS = _read_columns()
"""Numbers of nations, as their table has them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One figure of one nation, with all that is known about where it comes from."""

    iso3: str
    variable: str
    value: float
    unit: str
    period: str
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Band:
    """Share of DeepSeek in a nation's chatbot use, second half of 2025, in percent.

    ``printed`` is the figure that the report prints beside the map, where it prints one.
    """

    low: float
    high: float
    printed: float | None


@dataclass(frozen=True, slots=True)
class GroupRule:
    """What makes a nation a member of a group: a kind of rule and its argument, and why."""

    slug: str
    title: str
    kind: str
    argument: str
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Constants:
    """Yardsticks taken once and then held, those of nations over the 80.

    They are data, not statistics of the nations at hand: a nation more or less changes nothing
    for the others.

    Parameters
    ----------
    income_ref : float
        Income at which the price sensitivity is that of the parameter, USD PPP per head.
    optimism_mean, optimism_sd : float
        Mean and standard deviation of the optimism anchor, percent.
    ideal_point_usa, ideal_point_chn : float
        UN ideal points of 2023.
    developers_per_head : float
        Median of developer accounts per person, for tables without a population.
    english_mean : float
        Mean share of people who use English, percent, for tables that do not give it.
    chip_price_reference : float
        Price at which ``hardware.csv`` turns Chinese demand from money to chips, USD per H100e.
    price_revision : float
        Months between revisions of price lists after the last fact.
    """

    income_ref: float
    optimism_mean: float
    optimism_sd: float
    ideal_point_usa: float
    ideal_point_chn: float
    developers_per_head: float
    english_mean: float
    chip_price_reference: float
    price_revision: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Nations:
    """Nations as arrays, sorted by ISO3; nothing in them can be written to.

    ``I`` is the number of nations. Shares are fractions, counts are persons.

    Parameters
    ----------
    iso3, name, region : tuple of str
        Code, English name, slug of the region.
    pool : ndarray of int8, (I,)
        Hardware pool: index into ``POOLS``.
    population, developers : ndarray, (I,)
        People in 2024; developer accounts in the third quarter of 2025.
    internet, ai_users_2025h1, ai_users_2025h2 : ndarray, (I,)
        Fractions: people online; people of working age who use AI.
    income : ndarray, (I,)
        Gross national income per head, USD PPP of 2024.
    optimism : ndarray, (I,)
        Percent who see more benefits than drawbacks in AI products.
    ideal_point : ndarray, (I,)
        UN ideal point of 2023; higher is nearer to the United States.
    english : ndarray, (I,)
        People who use English, as a first language or not, percent.
    global_south : ndarray of bool, (I,)
        By the rule of the project; China is not in it.
    membership : ndarray of bool, (I, M)
        Columns in the order of ``MEMBERSHIPS``.
    listed : ndarray of bool, (I, 3)
        Whether each of ``PROVIDERS`` lists the nation for its API.
    us_cloud, chinese_cloud : ndarray of bool, (I,)
        Whether a US hyperscaler, a Chinese cloud has a region there.
    flows : ndarray, (I, I)
        Pushes and pull requests between two nations, both directions summed, diagonal zero.
    deepseek : mapping of str to Band
        By ISO3, where the map of the second half of 2025 could be read.
    extra_groups : mapping of str to tuple of str
        Groups that a user's table defines: slug to ISO3 codes.
    rules : tuple of GroupRule
        The groups of the project.
    constants : Constants
        Yardsticks.
    """

    iso3: tuple[str, ...]
    name: tuple[str, ...]
    region: tuple[str, ...]
    pool: NDArray[np.int8]
    population: Floats
    developers: Floats
    internet: Floats
    ai_users_2025h1: Floats
    ai_users_2025h2: Floats
    income: Floats
    optimism: Floats
    ideal_point: Floats
    english: Floats
    global_south: Bools
    membership: Bools
    listed: Bools
    us_cloud: Bools
    chinese_cloud: Bools
    flows: Floats
    deepseek: Mapping[str, Band]
    extra_groups: Mapping[str, tuple[str, ...]]
    rules: tuple[GroupRule, ...]
    constants: Constants

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __len__(self) -> int:
        return len(self.iso3)

    @property
    def memberships(self) -> tuple[str, ...]:
        """Names of the columns of ``membership``."""
        return MEMBERSHIPS

    @functools.cached_property
    def income_ratio(self) -> Floats:
        """Income over the reference income, (I,), -."""
        return _frozen(self.income / self.constants.income_ref)

    @functools.cached_property
    def optimism_z(self) -> Floats:
        """Optimism in standard deviations from the mean of the 80 nations, (I,), -."""
        known = self.constants
        return _frozen((self.optimism - known.optimism_mean) / known.optimism_sd)

    @functools.cached_property
    def alignment(self) -> Floats:
        """Alignment from -1 (with China) to 1 (with the United States), (I,), -."""
        usa, chn = self.constants.ideal_point_usa, self.constants.ideal_point_chn
        gap = np.abs(self.ideal_point - chn) - np.abs(self.ideal_point - usa)
        return _frozen(np.clip(gap / abs(usa - chn), -1.0, 1.0))

    @functools.cached_property
    def links(self) -> Floats:
        """Weights ``W`` of linked nations, (I, I): rows sum to 1, or to 0 without a link."""
        total = self.flows.sum(axis=1, keepdims=True)
        return _frozen(np.divide(self.flows, total, out=np.zeros_like(self.flows), where=total > 0))

    @functools.cached_property
    def groups(self) -> Mapping[str, Bools]:
        """Members of each group, slug to (I,), single nations by ISO3 not included."""
        groups = {rule.slug: _frozen(RULES[rule.kind](self, rule.argument)) for rule in self.rules}
        for slug, members in self.extra_groups.items():
            groups[slug] = _frozen(np.isin(self.iso3, members))
        return MappingProxyType(groups)

    def index(self, iso3: str) -> int:
        """Return the place of a nation.

        Raises
        ------
        InputError
            If it is not in the table; the hint names the nearest code.
        """
        if iso3 not in self._places:
            hint = _nearest_code(iso3, self.iso3, self.name)
            raise InputError(Problem(f"the nation {iso3!r} is not in the table", hint=hint))
        return self._places[iso3]

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.iso3)}

    def select(self, iso3s: Iterable[str]) -> Nations:
        """Return only the given nations, sorted; the links are weighted anew among them.

        Parameters
        ----------
        iso3s : iterable of str
            Codes in any order; one that stands twice counts once.

        Raises
        ------
        InputError
            If a code is unknown or none is given.
        """
        places = sorted({self.index(code) for code in iso3s})
        if not places:
            raise InputError("a selection of nations needs at least one nation")
        kept = {self.iso3[place] for place in places}
        changes: dict[str, object] = {
            "flows": self.flows[np.ix_(places, places)],
            "deepseek": {code: band for code, band in self.deepseek.items() if code in kept},
            "extra_groups": {
                slug: tuple(code for code in members if code in kept)
                for slug, members in self.extra_groups.items()
            },
        }
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in {"iso3", "name", "region"}:
                changes[field.name] = tuple(value[place] for place in places)
            elif isinstance(value, np.ndarray) and field.name != "flows":
                changes[field.name] = value[places]
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def _nearest_code(word: str, codes: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """Return ``did you mean ...`` for a code that was mistyped or a name given for a code."""
    by_name = {name.casefold(): code for code, name in zip(codes, names, strict=True)}
    close = difflib.get_close_matches(word.casefold(), by_name, n=1, cutoff=0.75)
    alike = [code for code in codes if code[:2] == word[:2].upper()] if len(word) == 3 else []
    if close or alike:
        return f"did you mean {(by_name[close[0]] if close else alike[0])!r}?"
    return nearest(word.upper(), codes)


def _frozen[A: (Floats, Bools)](array: A) -> A:
    """Return the array, no longer writable."""
    array.setflags(write=False)
    return array


RULES: Mapping[str, Callable[[Nations, str], Bools]] = MappingProxyType({
    "world": lambda nations, _: np.ones(len(nations), dtype=np.bool_),
    "without": lambda nations, one: ~np.isin(nations.iso3, [one]),
    "south": lambda nations, also: nations.global_south | np.isin(nations.iso3, [also]),
    "region": lambda nations, region: np.isin(nations.region, [region]),
    "membership": lambda nations, name: nations.membership[:, MEMBERSHIPS.index(name)].copy(),
    "pool": lambda nations, pool: np.equal(nations.pool, POOLS.index(pool)),
    "income_from": lambda nations, income: np.greater_equal(nations.income, float(income)),
    "income_below": lambda nations, income: np.less(nations.income, float(income)),
    "unlisted": lambda nations, _: ~nations.listed.any(axis=1),
})  # fmt: skip
"""Kind of rule to who belongs by it, (I,), given the rule's argument."""


@functools.cache
def codes() -> tuple[str, ...]:
    """Return the ISO3 codes of the project's nations, sorted."""
    return tuple(sorted(row.text("iso3") for row in read("nations.csv", ("iso3",))))


def read_values() -> tuple[Value, ...]:
    """Return every figure of every nation, in the order of the file."""
    return tuple(
        Value(
            row.text("iso3"), row.text("variable"), row.number("value"), row.text("unit"),
            row.text("period"), row.text("source"), row.choice("status", STATUSES), row["note"],
        )
        for row in read("nation_values.csv", VALUE_COLUMNS)
    )  # fmt: skip


def read_rules() -> tuple[GroupRule, ...]:
    """Return the rules of the project's groups."""
    return tuple(
        GroupRule(
            row.text("slug"), row.text("title"), row.choice("kind", RULES), row["argument"],
            row.text("source"), row.choice("status", STATUSES), row["note"],
        )
        for row in read("groups.csv", GROUP_COLUMNS)
    )  # fmt: skip


def read_constants() -> Constants:
    """Return the yardsticks.

    Raises
    ------
    InputError
        If a judged one lies outside the range that its row gives.
    """
    columns = ("constant", "value", "low", "high", "unit", "period", "source", "status")
    rows = read("constants.csv", columns)
    for row in rows:
        value = row.number("value")
        if row["low"] and not row.number("low") <= value <= row.number("high"):
            message = f"{value:g} is not between {row['low']} and {row['high']}"
            raise InputError(row.problem(message, "value"))
    return Constants(**{row.text("constant"): row.number("value") for row in rows})


def read_nations(values: Iterable[Value]) -> Nations:
    """Return the 80 nations.

    Parameters
    ----------
    values : iterable of Value
        Figures as ``read_values`` gives them.

    Raises
    ------
    InputError
        If a nation lacks a figure that the model needs.
    """
    rows = sorted(read("nations.csv", ("iso3", "name", "region", "pool")), key=lambda r: r["iso3"])
    codes = tuple(row.text("iso3") for row in rows)
    cells = {(value.iso3, value.variable): value.value for value in values}

    def column(variable: str) -> Floats:
        missing = [code for code in codes if (code, variable) not in cells]
        if missing:
            raise InputError(f"nation_values.csv: no {variable} for {', '.join(missing)}")
        return np.array([cells[code, variable] for code in codes], dtype=np.float64)

    flags = {flag: column(flag) > 0 for flag in FLAGS}
    return Nations(
        iso3=codes,
        name=tuple(row.text("name") for row in rows),
        region=tuple(row.choice("region", REGIONS) for row in rows),
        pool=np.array([POOLS.index(row.choice("pool", POOLS)) for row in rows], dtype=np.int8),
        global_south=np.array([row.flag("in_global_south") for row in rows]),
        membership=np.column_stack([flags[name] for name in MEMBERSHIPS]),
        listed=np.column_stack([flags[f"{name}_listed"] for name in PROVIDERS]),
        us_cloud=flags["us_cloud"],
        chinese_cloud=flags["chinese_cloud"],
        flows=_read_flows(codes),
        deepseek=_bands(codes, cells),
        extra_groups={},
        rules=read_rules(),
        constants=read_constants(),
        **{name: column(name) for known in COLUMNS for name in known.figures},
    )


def _bands(codes: Iterable[str], cells: Mapping[tuple[str, str], float]) -> dict[str, Band]:
    """Return the DeepSeek bands of the nations that have one."""
    return {
        code: Band(
            cells[code, "deepseek_low"],
            cells[code, "deepseek_high"],
            cells.get((code, "deepseek_printed")),
        )
        for code in codes
        if (code, "deepseek_low") in cells
    }


def _read_flows(codes: tuple[str, ...]) -> Floats:
    """Return the links between nations, both directions summed, (I, I), diagonal zero."""
    places = {code: place for place, code in enumerate(codes)}
    flows = np.zeros((len(codes), len(codes)))
    for row in read("links.csv", ("iso3_a", "iso3_b", "value", "quarters", "source")):
        a, b = places[row.choice("iso3_a", places)], places[row.choice("iso3_b", places)]
        if a == b:
            raise InputError(row.problem("a nation is not linked to itself", "iso3_b"))
        flows[a, b] += row.number("value", low=0.0)
    return np.asarray(flows + flows.T)
