from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence import history
from sim.evidence.axes import ECOSYSTEMS
from sim.evidence.releases import Catalogue, Promotion, Release, Serving, read_catalogue
from sim.months import FIRST, parse

MONTHS = np.arange(FIRST, parse("2036-01"))
US, CN = ECOSYSTEMS.index("us_closed"), ECOSYSTEMS.index("cn_open")
SERVING = Serving({"8b": 0.1}, {"8b": 0.5}, 2.0, 0.9, ((0, 2.0),))


def toy(*models, promotions=()):
    """A catalogue of closed models given as (name, start, index, price)."""
    releases = tuple(Release("us_closed", n, s, x, prices=((s, p),)) for n, s, x, p in models)
    return Catalogue(releases, SERVING, promotions, open=frozenset(ECOSYSTEMS[2:]))


def names(catalogue, month, ecosystem="us_closed"):
    """Return the flagship and the small offer of a month, empty where there is none."""
    return tuple(r.model if r else "" for r in history.on_offer(catalogue, ecosystem, month))


@pytest.fixture(scope="module")
def known():
    return history.offers(None, MONTHS)


def at(text):
    return parse(text) - FIRST


# --- the menu in closed form


def test_an_offer_leaves_after_eighteen_months_unless_alone():
    best, second = ("best", 100, 130.0, 10.0), ("second", 110, 120.0, 9.0)
    late = ("late", 149, 90.0, 1.0)
    flagship = {m: names(toy(best, second, late), m)[0] for m in range(95, 150)}
    assert {flagship[m] for m in range(95, 100)} == {""}
    assert {flagship[m] for m in range(100, 118)} == {"best"}
    assert {flagship[m] for m in range(118, 128)} == {"second"}  # the newer one, though worse
    assert {flagship[m] for m in range(128, 149)} == {"best"}  # all are old: the best of them
    assert flagship[149] == "late"
    assert {names(toy(best), m)[0] for m in range(100, 150)} == {"best"}


def test_when_all_are_old_only_the_best_stays():
    catalogue = toy(
        ("best", 100, 130.0, 10.0), ("cheap", 101, 120.0, 1.0), ("new", 125, 110.0, 1.0)
    )
    assert names(catalogue, 110) == ("best", "cheap")
    assert names(catalogue, 118) == ("cheap", "")
    assert names(catalogue, 120) == ("best", "")
    assert names(catalogue, 125) == ("new", "")


def test_flagship_is_the_best_and_small_costs_a_quarter_at_most():
    catalogue = toy(
        ("top", 100, 130.0, 8.0),
        ("near", 100, 129.0, 2.01),
        ("small", 100, 125.0, 2.0),
        ("tiny", 100, 110.0, 0.1),
    )
    found = history.offers(catalogue, np.array([100]))
    assert names(catalogue, 100) == ("top", "small")
    assert found.index[0, US].tolist() == [130.0, 125.0]
    assert found.price[0, US, :, 0].tolist() == [8.0, 2.0]
    assert not found.price[0, US, :, 1:].any()


def test_of_two_equals_the_cheaper_is_the_flagship():
    catalogue = toy(("dear", 100, 130.0, 8.0), ("cheap", 100, 130.0, 4.0))
    assert names(catalogue, 100)[0] == "cheap"


def test_where_nothing_is_on_sale_numbers_are_zero():
    found = history.offers(toy(("a", 100, 130.0, 8.0)), np.array([99, 100]))
    assert not found.on_sale[0].any()
    assert not found.index[0].any()
    assert not found.price[0].any()
    assert found.frontier.tolist() == [0.0, 130.0]


def test_a_new_best_by_two_points_is_notable():
    catalogue = toy(
        ("a", 100, 130.0, 8.0),
        ("b", 101, 131.9, 8.0),
        ("c", 102, 133.9, 8.0),
        ("d", 103, 120.0, 8.0),
    )
    found = history.offers(catalogue, np.arange(100, 104))
    assert found.notable[:, US].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert not found.notable_size.any()


def test_what_was_there_before_the_run_is_no_news():
    found = history.offers(toy(("a", 99, 130.0, 8.0), ("b", 101, 131.0, 8.0)), np.arange(100, 102))
    assert not found.notable.any()


def test_a_promotion_moves_the_price_and_not_the_choice():
    promotion = Promotion("us_closed", "small", 101, 101, 0.0)
    catalogue = toy(("top", 100, 130.0, 8.0), ("small", 100, 125.0, 2.0), promotions=(promotion,))
    found = history.offers(toy(("top", 100, 130.0, 8.0)), np.arange(100, 103))
    promoted = history.offers(
        Catalogue(
            (*catalogue.releases, Release("us_closed", "z", 102, 1.0, prices=((102, 1.0),))),
            SERVING,
            (promotion,),
            open=catalogue.open,
        ),
        np.arange(100, 103),
    )
    assert promoted.price[:, US, 1, 0].tolist() == [2.0, 0.0, 2.0]
    assert promoted.on_sale[:, US].all()
    np.testing.assert_array_equal(promoted.price[:, US, 0], found.price[:, US, 0])


def test_months_after_until_hold():
    catalogue = toy(("a", 100, 130.0, 8.0), ("s", 100, 120.0, 1.0), ("late", 105, 140.0, 8.0))
    found = history.offers(catalogue, np.arange(100, 130), until=102)
    assert found.last_fact == 102
    # Nothing leaves, nothing comes, and prices stay; revisions of lists are the scenario's.
    for name in ("index", "price", "on_sale"):
        values = getattr(found, name)
        assert (values == values[:1]).all(), name
    assert found.index[0, US].tolist() == [130.0, 120.0]


def test_arrays_cannot_be_written_to(known):
    with pytest.raises(ValueError, match="read-only"):
        known.index[0, 0, 0] = 1.0


@st.composite
def catalogues(draw):
    count = draw(st.integers(1, 6))
    start, index = st.integers(90, 130), st.floats(80, 170)
    price = st.floats(0.01, 100)
    return toy(*[(f"m{i}", draw(start), draw(index), draw(price)) for i in range(count)])


@given(catalogues(), st.integers(85, 140))
@settings(deadline=None)
def test_until_never_changes_the_months_before_it(catalogue, until):
    months = np.arange(88, 150)
    full, cut = history.offers(catalogue, months), history.offers(catalogue, months, until)
    past = months <= min(until, catalogue.last)
    for name in ("index", "on_sale", "price", "notable", "frontier"):
        np.testing.assert_array_equal(getattr(full, name)[past], getattr(cut, name)[past])
    future = months > cut.last_fact
    assert not cut.notable[future].any()


@given(catalogues())
@settings(deadline=None)
def test_offers_keep_their_definition(catalogue):
    found = history.offers(catalogue, np.arange(88, 150))
    flagship, small = found.on_sale[:, US, 0], found.on_sale[:, US, 1]
    assert (flagship | ~small).all()
    assert (found.index[small, US, 1] <= found.index[small, US, 0]).all()
    assert (found.price[small, US, 1, 0] <= 0.25 * found.price[small, US, 0, 0]).all()
    assert np.diff(flagship.astype(int)).min() >= 0  # an ecosystem never goes off sale


# --- the real history


def test_frontier_of_january_2025_is_the_bar_of_the_model(known):
    assert known.frontier[at("2025-01")] == pytest.approx(143.0, abs=0.5)


def test_r1_is_seen_in_its_month_with_its_size(known):
    t = at("2025-02")
    assert names(read_catalogue(), MONTHS[t], "cn_open")[0] == "DeepSeek-R1"
    assert known.notable[t, CN] == 1.0
    assert known.notable_size[t, CN] == 1.0
    assert known.notable_size.sum() == 1.0


def test_chinese_weights_are_three_to_eight_months_behind_at_the_end_of_2025(known):
    t = at("2025-12")
    reached = np.flatnonzero(known.frontier >= known.index[t, CN, 0])[0]
    assert 3 <= t - reached <= 8


def test_chinese_prices_are_a_quarter_to_a_sixth_of_american_ones(known):
    span = slice(at("2025-04"), at("2026-07"))
    ratio = known.price[span, CN, 0, 0] / known.price[span, US, 0, 0]
    assert 1 / 7 < np.median(ratio) < 1 / 3.5


def test_nothing_is_missing_or_negative(known):
    for name in ("index", "price", "notable", "notable_size", "frontier"):
        values = getattr(known, name)
        assert np.isfinite(values).all(), name
        assert (values >= 0).all(), name
    assert not known.price[~known.on_sale].any()
    assert not known.index[~known.on_sale].any()
    assert known.on_sale[0, [US, ECOSYSTEMS.index("cn_closed")], 0].all()


def test_open_weights_have_three_prices_and_closed_ones_one(known):
    for k, ecosystem in enumerate(ECOSYSTEMS):
        price = known.price[known.on_sale[:, k, 0], k, 0]
        assert (price[:, 0] > 0).all()
        assert (price[:, 1:] > 0).all() == (ecosystem in read_catalogue().open)


def test_the_free_variant_of_autumn_2025_is_in_the_price(known):
    free = [
        t for t in range(len(MONTHS)) if known.on_sale[t, US, 1] and known.price[t, US, 1, 0] == 0
    ]
    assert [MONTHS[t] for t in free] == [parse("2025-10"), parse("2025-11")]


# --- licences


def test_licence_rows_name_the_flagship_of_their_month(known):
    rows = history.licence_rows()
    for k, ecosystem in enumerate(ECOSYSTEMS):
        if ecosystem not in read_catalogue().open:
            continue
        mine = [(start, model) for start, name, _, model in rows if name == ecosystem]
        for t, month in enumerate(MONTHS[known.last_fact >= MONTHS]):
            if known.on_sale[t, k, 0]:
                stated = [model for start, model in mine if start <= month][-1]
                flagship = names(read_catalogue(), month, ecosystem)[0]
                assert flagship == stated, (ecosystem, month)


def test_licences_move_as_the_notes_say():
    licence, licence_eu = history.licences(MONTHS)
    line = licence[:, CN]
    assert line[at("2024-01")] < line[at("2025-03")]
    assert line[at("2025-03")] > line[at("2026-09")]
    assert licence[at("2026-05"), ECOSYSTEMS.index("us_permissive")] > 0.95
    llama = ECOSYSTEMS.index("us_open_restricted")
    assert licence_eu[at("2025-12"), llama] < 0.1 < licence[at("2025-12"), llama]


def test_closed_models_have_no_licence_to_speak_of():
    licence, licence_eu = history.licences(MONTHS)
    assert not licence[:, :2].any()
    assert (licence_eu <= licence).all()
    assert ((licence >= 0) & (licence <= 1)).all()


def test_licences_know_nothing_after_until():
    licence, _ = history.licences(MONTHS, until=parse("2025-01"))
    assert (licence[at("2025-01") :] == licence[at("2025-01")]).all()


@pytest.mark.parametrize("until", ["2024-06", "2025-07", "2026-03", "2026-07"])
def test_no_price_of_later_tells_in_what_was_on_offer(until):
    last = parse(until)
    whole = read_catalogue()

    def dearer(quotes):
        return tuple((month, price if month <= last else 7 * price) for month, price in quotes)

    releases = tuple(
        replace(r, prices=dearer(r.prices), host=dearer(r.host)) for r in whole.releases
    )
    serving = replace(whole.serving, rental=dearer(whole.serving.rental))
    other = replace(whole, releases=releases, serving=serving)
    assert other != whole
    known = history.offers(whole, MONTHS, last)
    altered = history.offers(other, MONTHS, last)
    for name in ("index", "on_sale", "price", "notable", "frontier"):
        np.testing.assert_array_equal(getattr(altered, name), getattr(known, name), name)
