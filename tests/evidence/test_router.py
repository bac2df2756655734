"""The menu of routers by month, and the releases that are counted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import months
from sim.errors import InputError
from sim.evidence import router
from sim.evidence.axes import ECOSYSTEMS
from sim.evidence.releases import blend
from sim.evidence.tables import Row

MONTHS = np.arange(months.FIRST, months.parse("2027-06"))
LAST = months.parse("2026-09")
HEADER = ("ecosystem", "line", "start", "end", "prices", "index", "free")


@pytest.fixture(scope="module")
def menu():
    return router.lines(MONTHS, LAST, ECOSYSTEMS)


def at(month):
    return months.parse(month) - months.FIRST


def entry(**cells):
    given = {
        "ecosystem": "cn_open", "line": "new", "start": "2026-01-10", "end": "",
        "prices": "2026-01-10:1/3", "index": "140", "free": "",
    } | cells  # fmt: skip
    return router._entry(Row("lines.csv", 2, given))


def test_parts_of_a_month_are_parts_of_its_days(menu):
    assert ((menu.on >= 0.0) & (menu.on <= 1.0)).all()
    assert ((menu.free >= 0.0) & (menu.free <= 1.0)).all()
    assert (menu.index[menu.on > 0.0] > 50.0).all()
    j = menu.names.index("us_closed/grok-fast")
    assert menu.free[at("2025-09"), j] == pytest.approx(11 / 30)  # from the 20th on
    j = menu.names.index("cn_open/step")
    assert menu.on[at("2026-01"), j] == pytest.approx(3 / 31)  # from the 29th on


def test_the_price_of_a_month_is_the_mean_of_its_days(menu):
    j = menu.names.index("cn_open/ds-chat")
    days = [dt.date(2025, 2, day) for day in range(1, 29)]
    paid = [blend(0.14, 0.28) if day < dt.date(2025, 2, 8) else blend(0.27, 1.1) for day in days]
    assert menu.ln_price[at("2025-02"), j] == pytest.approx(np.mean(np.log(paid)))


def test_after_the_facts_the_menu_holds_and_free_days_are_those_of_the_year_before(menu):
    later = slice(at("2026-10"), None)
    for name in ("index", "ln_price", "on"):
        values = getattr(menu, name)[later]
        np.testing.assert_array_equal(values, np.broadcast_to(values[0], values.shape))
    j = menu.names.index("us_permissive/oss120")
    known = router.lines(MONTHS, LAST, ECOSYSTEMS).free[at("2025-10") : at("2026-10"), j]
    days = [months_days(m) for m in range(months.parse("2025-10"), months.parse("2026-10"))]
    assert menu.free[later, j] == pytest.approx(np.dot(known, days) / 365, abs=1e-9)


def months_days(month):
    first = dt.date.fromisoformat(f"{months.text(month)}-01")
    after = dt.date.fromisoformat(f"{months.text(month + 1)}-01")
    return (after - first).days


@given(until=st.integers(months.parse("2024-03"), LAST))
@settings(max_examples=25)
def test_what_came_later_is_not_known(until):
    early = router.lines(MONTHS, until, ECOSYSTEMS)
    whole = router.lines(MONTHS, LAST, ECOSYSTEMS)
    known = until >= MONTHS
    for j, name in enumerate(early.names):
        other = whole.names.index(name)
        # A free variant may come some days before the entry that it is of.
        ahead = {"free"} if name == "cn_closed/qwen-plus" else set()
        for table in sorted({"index", "ln_price", "on", "free"} - ahead):
            np.testing.assert_allclose(
                getattr(early, table)[known, j], getattr(whole, table)[known, other]
            )


def test_releases_rise_and_are_held_after_the_facts():
    chinese = router.releases(MONTHS, LAST, ("cn_open", "cn_closed"))
    assert (np.diff(chinese) >= 0.0).all()
    assert (chinese[at("2026-09") :] == chinese[at("2026-09")]).all()
    assert chinese[at("2025-06")] == pytest.approx(20.0, abs=3.0)  # where learning is zero
    both = router.releases(MONTHS, LAST, ("cn_open",)) + router.releases(
        MONTHS, LAST, ("cn_closed",)
    )
    assert (chinese <= both).all()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"prices": ""}, "prices do not begin with the entry"),
        ({"prices": "2026-02-01:1/3"}, "prices do not begin with the entry"),
        ({"prices": "2026-01-10:1"}, "is not DAY:INPUT/OUTPUT"),
        ({"prices": "2026-01-10:one/3"}, "'one' is not a number"),
        ({"prices": "2026-01-10:-1/3"}, "a price of -1 is out of range"),
        ({"start": "January"}, "'January' is not a day"),
        ({"free": "2026-01-10"}, "'' is not a day"),
        ({"index": "900"}, "out of range"),
        ({"ecosystem": "cn_opn"}, "not a known ecosystem"),
    ],
)
def test_a_damaged_entry_is_told_with_its_place(cells, words):
    with pytest.raises(InputError, match=words) as error:
        entry(**cells)
    assert "lines.csv:2" in str(error.value)
