"""Who can get which ecosystem by which way, month by month.

Where the makers of an ecosystem list the nations that they serve (its role ``listed``), access by
them is the listed share of the providers. Everything else follows the rules of
``access_rules.csv``: a rule *sets* access for some nations from a date on (rules for single nations
stand above rules for groups, those above rules for all; a later rule above an earlier one), or
*multiplies* it between two dates, as a ban does. Months after ``until`` hold what was in force, a
ban whose end is not yet known included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.errors import InputError, Problem
from sim.evidence import dates, selectors
from sim.evidence import history as offers_of
from sim.evidence.axes import ECOSYSTEMS, SEGMENTS, WAYS
from sim.evidence.ecosystems import read as read_ecosystems
from sim.evidence.nations import PROVIDERS, Nations, codes, read_rules
from sim.evidence.releases import read_catalogue
from sim.evidence.tables import JUDGEMENT, read

LISTED = [place for place, one in enumerate(read_ecosystems()) if one.listed]
SOVEREIGN = [place for place, one in enumerate(read_ecosystems()) if one.sovereign]
"""Positions of the ecosystems of a role."""

EVERYONE = "world"
"""The group of all nations, whose rules stand below those of any other."""

KINDS = ("research", "programme", "platform")
"""How far a nation's laboratories reach at home: weights and papers of researchers; a service of a
public programme or a small firm; what a large firm at home sells to everybody."""

WEIGHTS = ("open", "closed")
"""Whether others may host a nation's best models."""

LONGEST_LAG = 60.0
"""Months; whoever trails by more has no model that anybody would use."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of access; ``end`` is the first month in which it no longer holds."""

    ecosystem: str
    way: str
    nations: tuple[str, ...]
    start: int
    end: int | None
    multiply: bool
    value: float

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Return the order in which rules are applied."""
        single = set(self.nations) <= set(codes())
        narrow = 0 if self.nations == (EVERYONE,) else 2 if single else 1
        return self.multiply, narrow, self.start


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A nation's own laboratories, taken together.

    Parameters
    ----------
    iso3 : str
    start : int
        Month from which developers could use a model of theirs.
    title : str
        Who makes which models.
    kind : str
        How far they reach at home, one of ``KINDS``.
    weights : str
        One of ``WEIGHTS``: whether others can host the models.
    lag : float or None
        Months by which the best of them trail the best open weights; None where nothing says it.
    measured : bool
        Whether the lag follows from an index, a test or the age of a base, and is no judgement.
    """

    iso3: str
    start: int
    title: str
    kind: str
    weights: str
    lag: float | None
    measured: bool


def rules() -> list[Rule]:
    """Return the rules in the order in which they are applied.

    Raises
    ------
    InputError
        If the table is damaged or a rule names a nation or a selector that does not exist.
    """
    columns = ("ecosystem", "way", "nations", "from", "to", "op", "value", "source", "status")
    words = (*(rule.slug for rule in read_rules()), *selectors.CLOUDS, *codes())
    known = (*words, *(f"-{word}" for word in words))
    found = [
        Rule(
            row.choice("ecosystem", ECOSYSTEMS), row.choice("way", WAYS),
            row.choices("nations", known),
            dates.counts_from(row, "from"),
            dates.counts_from(row, "to") if row["to"] else None,
            row.choice("op", ("set", "multiply")) == "multiply", row.number("value", 0.0, 1.0),
        )
        for row in read("access_rules.csv", columns)
    ]  # fmt: skip
    return sorted(found, key=lambda rule: rule.rank)


def laboratories() -> tuple[Laboratory, ...]:
    """Return the laboratories outside the United States and China, in the order of the table.

    Raises
    ------
    InputError
        If the table is damaged or names a nation that does not exist, or one twice.
    """
    columns = ("iso3", "start", "title", "kind", "weights", "lag", "source", "status")
    found: dict[str, Laboratory] = {}
    for row in read("laboratories.csv", columns):
        iso3 = row.choice("iso3", codes())
        if iso3 in found:
            message = f"{iso3} has a row above; a nation's laboratories stand in one"
            raise InputError(row.problem(message, "iso3", "put the two together"))
        found[iso3] = Laboratory(
            iso3, dates.counts_from(row, "start"), row.text("title"),
            row.choice("kind", KINDS), row.choice("weights", WEIGHTS),
            row.number("lag", 0.0, LONGEST_LAG) if row["lag"] else None,
            row.text("status") != JUDGEMENT and bool(row["lag"]),
        )  # fmt: skip
    return tuple(found.values())


def lag(nations: Nations, everyone: Nations) -> tuple[Floats, Floats]:
    """Return what is known of how far nations' own models trail, each (I,).

    Parameters
    ----------
    nations : Nations
        Any subset or table of a user.
    everyone : Nations
        The project's own table, from which the reference is taken.

    Returns
    -------
    known : ndarray, shape (I,)
        Months by which the lag of a nation's laboratories differs from the mean of those that are
        measured, which is what the parameter ``sovereign_lag`` is about; 0 where none is known.
    size : ndarray, shape (I,)
        Where none is known, the logarithm of the reference over the nation's developers; else 0.
        The reference is the geometric mean of the developers where the lag is measured.
        A nation without a developer counts as one with one.
    """
    known = laboratories()
    lags = {one.iso3: one.lag for one in known if one.lag is not None}
    measured = [one.iso3 for one in known if one.measured]
    mean = sum(lags[iso3] for iso3 in measured) / len(measured)
    places = [everyone.iso3.index(iso3) for iso3 in measured]
    reference = float(np.log(everyone.developers[places]).mean())
    size = reference - np.log(np.maximum(nations.developers, 1.0))
    apart = np.array([lags.get(iso3, mean) - mean for iso3 in nations.iso3])
    return apart, np.where(np.isin(nations.iso3, list(lags)), 0.0, size)


def _values() -> dict[tuple[str, str], list[tuple[int, float]]]:
    """Return the single values by item and key, in order of time."""
    complete = {"provider_weight": PROVIDERS, "facility": SEGMENTS, "laboratory_reach": KINDS}
    keys = {**complete, "openai_from": codes(), "leak_weight": codes()}
    values: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in read("access_values.csv", ("item", "key", "from", "value", "source", "status")):
        item = row.choice("item", keys)
        general = item == "leak_weight" and not row["key"]  # for all nations without their own
        key = "" if general else row.choice("key", keys[item])
        # All are parts of a whole, but the weight of leaks: a factor on the parameter.
        pair = (
            dates.counts_from(row, "from"),
            row.number("value", 0.0, 10.0 if item == "leak_weight" else 1.0),
        )
        values.setdefault((item, key), []).append(pair)
    wanted = [(item, key) for item in complete for key in complete[item]]
    missing = [pair for pair in [*wanted, ("leak_weight", "")] if pair not in values]
    if missing:
        raise InputError(
            Problem(f"there is no {item} for {key!r}", "access_values.csv") for item, key in missing
        )
    return {key: sorted(pairs) for key, pairs in values.items()}


def facility() -> Floats:
    """Return the reach of own machines by segment, (3,), fraction."""
    values = _values()
    return np.array([values["facility", segment][0][1] for segment in SEGMENTS])


def listed_share(nations: Nations, held: NDArray[np.integer], last: int) -> Floats:
    """Return the listed share of the closed US providers, (T, I), fraction.

    Parameters
    ----------
    nations : Nations
        Their ``listed`` is the present state.
    held : ndarray of int, (T,)
        Month whose facts hold in each month.
    last : int
        Last month whose facts are known.
    """
    values = _values()
    weight = np.array([values["provider_weight", name][0][1] for name in PROVIDERS])
    listed = np.repeat(nations.listed[None].astype(np.float64), len(held), axis=0)
    openai = PROVIDERS.index("openai")
    for (item, iso3), pairs in values.items():
        if item == "openai_from" and iso3 in nations.iso3:
            start = pairs[0][0]
            late = held < start if start <= last else np.ones_like(held, dtype=np.bool_)
            listed[late, nations.iso3.index(iso3), openai] = 0.0
    return np.asarray(listed @ weight)


def history(
    nations: Nations, months: NDArray[np.integer], until: int | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return access, what is unlisted of it, and the weight of leaks to consumers.

    Parameters
    ----------
    nations : Nations
        Any subset or table of a user.
    months : ndarray of int, (T,)
        Month numbers.
    until : int, optional
        Last month whose facts are known; all if not given.

    Returns
    -------
    access : ndarray, (T, I, K, W)
        Fraction from 0 to 1. 0 before an ecosystem's first release.
    unlisted : ndarray, (T, I, K)
        Part of the providers, by their weights, that do not list the nation: what the parameter
        ``leak_developers`` is to be multiplied by before it is added to access by the maker; above
        0 for listed ecosystems alone.
    leak_weight : ndarray, (T, I, K)
        What the parameter ``leak`` is to be multiplied by for consumers, who have it in the place
        of that; above 0 for listed ecosystems alone, where no provider lists the nation.
    """
    last = int(months.max()) if until is None else until
    held = np.minimum(months, last)
    access = np.zeros((len(months), len(nations.iso3), len(ECOSYSTEMS), len(WAYS)))
    listed = listed_share(nations, held, last)
    access[:, :, LISTED, 0] = listed[..., None]
    unlisted = np.zeros(access.shape[:3])
    unlisted[:, :, LISTED] = 1.0 - listed[..., None]
    leak = _leak(nations, held, listed)
    for rule in rules():
        _apply(rule, access, selectors.nations(rule.nations, nations), held, last)
    _add_laboratories(nations, access, held)
    out = offers_of.offers(read_catalogue(), months, until).on_sale.any(axis=2)
    return np.where(out[:, None, :, None], access, 0.0), unlisted, leak


def _apply(
    rule: Rule, access: Floats, nations: Bools, held: NDArray[np.integer], last: int
) -> None:
    """Apply one rule to the array of access in place."""
    if rule.start > last:
        return
    now = held >= rule.start
    if rule.end is not None and rule.end <= last:
        now &= held < rule.end
    k, w = ECOSYSTEMS.index(rule.ecosystem), WAYS.index(rule.way)
    cells = np.ix_(now, nations, [k], [w])
    access[cells] = access[cells] * rule.value if rule.multiply else rule.value


def _leak(nations: Nations, held: NDArray[np.integer], listed: Floats) -> Floats:
    """Return the weight of leaks, (T, I, K), from the listed share, (T, I)."""
    values = _values()
    leak = np.zeros((*listed.shape, len(ECOSYSTEMS)))
    general = np.where(listed == 0.0, values["leak_weight", ""][0][1], 0.0)
    leak[:, :, LISTED] = general[..., None]
    for i, iso3 in enumerate(nations.iso3):
        for start, weight in values.get(("leak_weight", iso3), []):
            shut = (held >= start) & (listed[:, i] == 0.0)
            leak[np.ix_(shut, [i], LISTED)] = weight
    return leak


def _add_laboratories(nations: Nations, access: Floats, held: NDArray[np.integer]) -> None:
    """Open sovereign ecosystems where a nation has laboratories of its own, in place."""
    values = _values()
    for laboratory in laboratories():
        if laboratory.iso3 in nations.iso3:
            i = nations.iso3.index(laboratory.iso3)
            reach = values["laboratory_reach", laboratory.kind][0][1]
            ways = np.array([way == "maker" or laboratory.weights == "open" for way in WAYS])
            access[np.ix_(held >= laboratory.start, [i], SOVEREIGN)] = reach * ways
