"""What varies: the short forms of the command line, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import months
from sim.errors import InputError
from sim.study.sweeps.factors import parse_option


@given(
    low=st.floats(-1e6, 1e6),
    width=st.floats(0.001, 1e6),
    count=st.integers(2, 50),
    u=st.floats(0, 1),
)
def test_a_range_of_numbers_has_both_ends_and_even_steps(low, width, count, u):
    factor = parse_option(f"parameters.network={low!r}:{low + width!r}:{count}")
    values = factor.values
    assert values[0] == low
    assert values[-1] == low + width
    assert list(values) == sorted(values)
    assert len(values) == count
    assert factor.at(u) in values


@given(first=st.integers(24276, 24400), span=st.integers(0, 100), data=st.data())
def test_a_range_of_months_has_both_ends_and_no_month_twice(first, span, data):
    count = data.draw(st.integers(1, span + 1))
    text = f"{months.text(first)}:{months.text(first + span)}:{count}"
    values = parse_option(f"levers.us_nairr_scaleup.start={text}").values
    assert values[0] == months.text(first)
    assert count == 1 or values[-1] == months.text(first + span)
    assert len(set(values)) == count


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("0.2,0.8", (0.2, 0.8)),
        ("2026-12, 2027-06", ("2026-12", "2027-06")),
        ("low,high", ("low", "high")),
        ("none,stops,goes_on", ("none", "stops", "goes_on")),
        ("1", (1,)),
    ],
)
def test_levels_are_read_as_yaml_reads_them(spec, values):
    assert parse_option(f"scenario={spec}").values == values


@given(u=st.floats(0, 1))
def test_a_distribution_gives_its_quantiles(u):
    factor = parse_option("parameters.network=triangular(0.2,0.8,1.6)")
    assert 0.2 <= factor.at(u) <= 1.6
    assert factor.at(0.0) == 0.2
    assert factor.at(1.0) == 1.6
    assert factor.ends() == (0.2, 1.6)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("parameters.network", "is not PATH=SPEC"),
        ("parameters.netwrk=0.2:1.6:5", "did you mean 'network'"),
        ("levers.us_nairr_scaleup.strengh=0,1", "did you mean 'strength'"),
        ("parameters.network=0.2:1.6", "write low:high:count"),
        ("parameters.network=1.6:0.2:5", "low 1.6 is above high 0.2"),
        ("parameters.network=0.2:1.6:0", "0 levels are outside"),
        ("parameters.network=0.2:x:5", "neither numbers nor months"),
        ("parameters.network=0.2,,1", "empty level"),
        ("parameters.network=0.2,0.2", "twice"),
        ("parameters.network=.nan,1", "not a finite number"),
        ("parameters.network=unifrm(0,1)", "did you mean 'uniform'"),
        ("parameters.network=uniform(1,0)", "low 1 is above high 0"),
        ("scenario=uniform(0,1)", "scenarios are listed"),
        ("ensemble.runs=1,2", "cannot vary"),
        ("ensemble.parameters=drawn,default", "cannot vary"),
        ("ensemble.future=uniform(0,1)", "futures are listed"),
        ("ensemble.future=none:goes_on:3", "neither numbers nor months"),
        ("period.end=2030-01:2029-01:3", "low 2030-01 is above high 2029-01"),
        ("period.end=2030-01:2030-02:9", "do not fit"),
    ],
)
def test_what_is_wrong_is_said(option, says):
    with pytest.raises(InputError) as caught:
        parse_option(option)
    assert says in str(caught.value)
