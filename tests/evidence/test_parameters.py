import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import parameters
from sim.evidence.parameters import Parameter, quantile, read
from sim.scenario.facts import ROOTS

PATHS = {known.path: known for known in read()}


def parameter(dist, low, default, high):
    return Parameter(
        "x", "", "X", "x", "-", default, low, high, dist, "range", "judgement", (), "A test."
    )


finite = st.floats(-1e3, 1e3)
ranges = st.tuples(finite, finite, finite).map(sorted).filter(lambda x: x[2] - x[0] > 1e-3)
fractions = st.lists(st.floats(0, 1), min_size=2, max_size=20)


def test_the_contract_on_network_holds():
    network = PATHS["network"]
    assert network.index == ""
    assert network.low <= 0.2
    assert network.high >= 1.6


@pytest.mark.parametrize(
    ("name", "default", "low", "high"),
    [
        ("segment_weight.enterprise", 0.35, 0.25, 0.45),
        ("nest_dissimilarity", 0.6, 0.25, 1.0),
        ("network", 0.8, 0.0, 3.0),
        ("reconsider.enterprise", 0.115, 0.05, 0.2),
        ("optimism_effect", 0.0, -0.5, 0.5),
        ("backfire", 0.3, -0.3, 1.0),
        ("hosted_cost.research", 0.5, -0.5, 1.5),
    ],
)
def test_the_table_says_what_the_model_description_says(name, default, low, high):
    known = PATHS[name]
    assert (known.default, known.low, known.high) == (default, low, high)


def test_defaults_of_segments_sum_to_one_and_index_names_are_known():
    weights = [p.default for p in read() if p.name == "segment_weight"]
    assert sum(weights) == pytest.approx(1.0)
    segments = {"enterprise", "independent", "research"}
    ecosystems = {
        "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open",
    }  # fmt: skip
    assert {p.index for p in read() if p.name in {"lag", "release_rate"}} == ecosystems
    assert {p.index for p in read()} - ecosystems - {""} - set(ROOTS) == segments
    assert {p.index for p in read() if p.name == "home_bias"} == set(ROOTS)


def test_the_frontier_grows_as_the_releases_of_2024_and_2025_did():
    year = 12 * PATHS["frontier_rate"].default * PATHS["frontier_jump"].default
    assert year == pytest.approx((153.75 - 126.17) / 2, abs=0.1)
    assert 10 <= year <= 15


def test_switches_are_zero_or_one():
    switches = [p for p in read() if p.dist == "switch"]
    assert {p.path: p.default for p in switches} == {
        "supply": 1, "trial": 1, "stances": 1, "noise": 1, "links": 0, "raw_capability": 0,
        "learning_by_time": 0,
        "learning_by_peers": 0,
    }  # fmt: skip


@given(ranges, fractions)
def test_draws_stay_in_range_and_rise_with_the_fraction(bounds, u):
    low, default, high = bounds
    for dist in ("triangular", "uniform"):
        drawn = quantile(parameter(dist, low, default, high), np.sort(u))
        assert np.all((drawn >= low) & (drawn <= high))
        assert np.all(np.diff(drawn) >= -1e-9)


@given(ranges, st.floats(1e-6, 1 - 1e-6))
def test_the_triangular_quantile_inverts_its_distribution_function(bounds, u):
    low, mode, high = bounds
    x = float(quantile(parameter("triangular", low, mode, high), u))
    if x < mode:
        back = (x - low) ** 2 / ((high - low) * (mode - low))
    else:
        back = 1.0 if high == mode else 1 - (high - x) ** 2 / ((high - low) * (high - mode))
    assert back == pytest.approx(u, abs=1e-5)


def test_closed_forms_at_known_points():
    even = parameter("triangular", 0.0, 1.0, 2.0)
    assert quantile(even, [0.0, 0.125, 0.5, 0.875, 1.0]) == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert float(quantile(parameter("triangular", 0, 0, 1), 0.75)) == pytest.approx(0.5)
    assert float(quantile(parameter("triangular", 0, 1, 1), 0.25)) == pytest.approx(0.5)
    assert float(quantile(parameter("uniform", 2, 3, 6), 0.25)) == pytest.approx(3.0)
    for dist in ("fixed", "switch"):
        assert quantile(parameter(dist, 0, 1, 1), [[0.0, 0.3]]).tolist() == [[1.0, 1.0]]


@pytest.mark.oracle
def test_scipy_agrees_on_every_drawn_parameter():
    from scipy import stats

    u = np.linspace(0, 1, 101)
    for known in read():
        width = known.high - known.low
        if known.dist == "triangular":
            law = stats.triang((known.default - known.low) / width, known.low, width)
            assert quantile(known, u) == pytest.approx(law.ppf(u), abs=1e-9 * known.high)


@pytest.mark.parametrize("u", [-0.01, 1.01, math.nan, math.inf])
def test_a_fraction_outside_zero_to_one_is_refused(u):
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile(parameter("uniform", 0, 0.5, 1), [0.5, u])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,,,X,s,-,5,0,1,triangular,range,judgement,,A.", "is not between 0 and 1"),
        ("x,,,X,s,-,1,1,1,triangular,range,judgement,,A.", "needs a range"),
        ("x,,,X,s,-,0.5,0,1,switch,switch,judgement,,A.", "a switch is 0 or 1"),
        ("x,,,X,s,-,1,0,2,switch,switch,judgement,,A.", "from 0 to 1"),
        ("x,,,X,s,-,1,0,2,triangel,range,judgement,,A.", "is not a known dist"),
        ("x,,,X,s,-,1,0,2,fixed,guess,judgement,,A.", "is not a known status"),
        ("x,,,X,s,,1,0,2,fixed,value,judgement,,A.", "the cell 'unit' is empty"),
        ("x,,,X,s,-,1,0,2,fixed,value,,,A.", "the cell 'source' is empty"),
        ("x,,,X,s,-,nan,0,2,fixed,value,judgement,,A.", "not a finite number"),
        (
            "x,,,X,s,-,1,0,2,fixed,value,judgement,,A.\nx,,,X,s,-,1,0,2,fixed,value,judgement,,A.",
            "twice",
        ),
    ],
)
def test_a_faulty_row_is_refused(tmp_path, monkeypatch, row, message):
    header = ",".join(parameters.COLUMNS)
    (tmp_path / "parameters.csv").write_text(f"{header}\n{row}\n")
    monkeypatch.setattr("sim.evidence.tables.DATA", tmp_path)
    with pytest.raises(InputError, match=message):
        parameters.read.__wrapped__()


def test_a_new_name_moves_no_draw_and_no_former_name_stands_for_two():
    renamed = [known for known in read() if known.formerly]
    assert PATHS["exit_penalty"].stream == "hurt"
    assert PATHS["switching_cost_ratio.research"].stream == "stay_ratio.research"
    assert PATHS["network"].stream == "network"
    assert not {known.formerly for known in renamed} & {known.name for known in read()}
    assert len({known.stream for known in read()}) == len(read())
