"""Answers: the last is what ``sim run`` gives, those before share its random numbers."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim import months
from sim.explorer import baseline, frames, nodes, work
from sim.explorer.baseline import WORLD
from sim.explorer.bases import Bases
from sim.explorer.state import read

NOW = "cn_licence_tightening=0.8@2027-01"


def never():
    return False


def asked(clamped, link, pins=()):
    return work.Question(clamped(link)[0], pins)


@pytest.mark.parametrize(
    ("link", "from_a_state"),
    [
        (NOW, True),
        ("b=rand_package&cn_licence_tightening=high@2030-01&p.network=1.5&future=stops", False),
        (f"{NOW}&r=china_speeds_chips", True),
        ("b=licences_when_needed&r=us_opens_a_model", False),
    ],
)
def test_the_last_answer_is_that_of_a_run_to_the_bit(workshop, bases, clamped, link, from_a_state):
    question = asked(clamped, link, ("BRA",))
    answers = list(workshop.answers(question, never))
    assert [answer.runs for answer in answers] == [16, 18]
    assert (answers[0].begun > 0) == from_a_state
    last, base = answers[-1], workshop.baseline
    run = sim.run(bases.scenario(question.state), full=True)
    curves = run.curves.set_index(["group", "ecosystem"]).sort_index()
    for row, place in enumerate((*base.groups.slugs, "BRA")):
        for line, ecosystem in enumerate(base.drivers.ecosystems):
            mine = curves.loc[(place, ecosystem)].sort_values("month")
            for band, name in enumerate(("p50", "p05", "p95")):
                theirs = mine[name].to_numpy()[base.months]
                assert np.array_equal(last.arrays["level"][band, :, row, line], theirs)
    outcomes = run.outcomes
    total = outcomes[outcomes["metric"] == "cost.public"]["value"].median()
    cost = last.arrays["world"][0, -1, WORLD.index("cost")]
    assert cost == pytest.approx(total / 1e3, rel=1e-12, abs=1e-12)
    hardware = outcomes[(outcomes["metric"] == "hardware_share.cn")]
    at_the_end = hardware[hardware["month"] == hardware["month"].max()]["value"].median()
    assert last.arrays["world"][0, -1, WORLD.index("hardware")] == at_the_end


def test_signs_come_in_as_many_runs_as_in_a_run(workshop, bases, clamped):
    question = asked(clamped, "b=rand_package&r=us_opens_a_model+third_nations_hedge")
    last = list(workshop.answers(question, never))[-1]
    outcomes = sim.run(bases.scenario(question.state), full=True).outcomes
    assert last.signs
    assert any(count for count, _ in last.signs.values())
    for lever, (count, middle) in last.signs.items():
        happened = outcomes[outcomes["metric"] == f"trigger.{lever}.happened"]
        assert happened["value"].sum() == count
        assert (middle is None) == (count == 0)


def test_a_sign_that_looks_back_on_a_year_is_read_as_in_a_run(bases, tmp_path):
    place = tmp_path / "mine.yaml"
    place.write_text(
        "extends: baseline\nlevers:\n  - id: us_permissive_licence_incentive\n"
        "    strength: high\n"
        "    when: {metric: used.cn, above: 0.3}\n",
        encoding="utf-8",
    )
    own = Bases(place, 6)
    shop = work.Workshop(own, baseline.make(own.reference), 1)
    state = own.clamped(read("b=mine", "mine")[0])[0]
    last = list(shop.answers(work.Question(state), never))[-1]
    outcomes = sim.run(own.first.scenario, full=True).outcomes
    happened = outcomes[outcomes["metric"] == "trigger.us_permissive_licence_incentive.happened"]
    assert 0 < last.signs["us_permissive_licence_incentive"][0] == happened["value"].sum()
    shop.close()


def test_differences_are_paired_and_nothing_differs_before_a_lever_acts(workshop, clamped):
    first, last = workshop.answers(asked(clamped, NOW.replace("0.8", "0.7")), never)
    base = workshop.baseline
    for answer in (first, last):
        diff = answer.arrays["diff"]
        assert not diff[:, : answer.begun].any()
        assert np.abs(diff[0, -1]).max() > 1e-3
    mean = last.arrays["diff"][0]
    shares = base.drivers.ecosystems
    assert np.allclose(mean[:, :, : len(shares)].sum(axis=-1), 0.0)
    level = first.arrays["level"][0] - base.bands[0][:, base.rows(())]
    assert np.allclose(level, first.arrays["diff"][0])


def test_the_baseline_itself_differs_from_itself_in_nothing(workshop, clamped):
    last = list(workshop.answers(asked(clamped, ""), never))[-1]
    assert not last.arrays["diff"].any()
    assert np.array_equal(
        last.arrays["level"], workshop.baseline.bands[:, :, workshop.baseline.rows(())]
    )


@pytest.mark.parametrize("key", ["cn_licence_tightening", "p.network"])
def test_nodes_are_the_runs_of_their_places(workshop, clamped, key):
    found = list(nodes.Track(workshop, asked(clamped, NOW), key).nodes(never))
    assert [(len(each.places), each.runs) for each in found] == [(4, 16), (7, 18)]
    for each, place in ((found[0], 1), (found[1], 4)):
        value = each.places[place]
        link = NOW.replace("0.8", repr(value)) if key[:2] != "p." else f"{NOW}&{key}={value!r}"
        exact = list(workshop.answers(asked(clamped, link), never))[found.index(each)]
        assert exact.runs == each.runs
        assert np.allclose(each.arrays["diff"][place], exact.arrays["diff"][0], atol=1e-12)
        assert np.allclose(each.arrays["world"][place], exact.arrays["world"][3], atol=1e-9)


def test_nodes_of_starts_are_the_runs_of_their_months_and_the_first_is_without_the_lever(
    workshop, clamped
):
    track = nodes.Track(workshop, asked(clamped, NOW), "cn_licence_tightening", nodes.START)
    first, _ = track.nodes(never)
    assert first.arrays["diff"].shape[0] == len(first.places) + 1
    assert not first.arrays["diff"][0].any()
    link = NOW.replace("2027-01", months.text(int(first.places[2])))
    exact = next(workshop.answers(asked(clamped, link), never))
    assert np.allclose(first.arrays["diff"][3], exact.arrays["diff"][0], atol=1e-12)


def test_work_that_nobody_waits_for_ends(workshop, clamped):
    asks = iter([False] * 5)
    question = asked(clamped, "cn_licence_tightening=0.31")
    assert list(workshop.answers(question, lambda: next(asks, True))) == []


def test_an_answer_that_is_kept_is_the_same(workshop, clamped):
    question = asked(clamped, NOW)
    once = list(workshop.answers(question, never))[-1]
    (again,) = workshop.answers(question, never)
    assert (again.runs, again.last) == (once.runs, True)
    assert again.arrays is once.arrays


def test_a_frame_is_read_as_it_was_packed():
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.zeros((0, 4)), "c": np.array([np.pi])}
    head, found = frames.unpack(frames.pack({"is": "something", "name": "ä"}, arrays))
    assert head["name"] == "ä"
    for name, values in arrays.items():
        assert found[name].shape == values.shape
        assert np.array_equal(found[name], values.astype(np.float32))


@pytest.mark.parametrize(("runs", "sizes"), [
    (200, [16, 32, 32, 24, 32, 32, 32]), (100, [16, 32, 32, 20]), (50, [16, 32, 2]), (9, [9]),
])  # fmt: skip
def test_parts_hold_eights_and_each_replicate_once_in_its_order(runs, sizes):
    order = np.random.default_rng(runs).permutation(runs)
    stages = tuple(sorted({min(stage, runs) for stage in (*baseline.STAGES, runs)}))
    parts = baseline.in_parts(order, stages)
    assert [part.size for part in parts] == sizes
    assert all((np.diff(part) > 0).all() for part in parts)
    begun = 0
    for part in parts:
        assert set(part.tolist()) == set(order[begun : begun + part.size].tolist())
        begun += part.size
    assert begun == runs
    for stage in stages:  # what is run before a stage is shown is short of eight more
        done = np.cumsum(sizes)
        assert done[np.searchsorted(done, stage)] - stage < baseline.SIDE_BY_SIDE


def test_a_stage_shows_its_own_replicates_alone_whoever_ran_beside_them():
    rng = np.random.default_rng(3)
    order = rng.permutation(12)
    parts = [np.sort(order[:4]), np.sort(order[4:12])]
    share, nations = rng.uniform(size=(5, 3, 7, 12)), rng.uniform(size=(4, 6, 7, 12))
    world, pulled = rng.uniform(size=(5, 6, 12)), rng.integers(0, 90, (2, 12))
    done = [
        (baseline.Part(some, None), baseline.Taken(
            begun, share[begun:][..., some], world[begun:][..., some],
            nations[years:][..., some], pulled[:, some],
        ))
        for some, begun, years in zip(parts, (1, 2), (0, 1), strict=True)
    ]  # fmt: skip
    wanted = np.sort(order[:9])
    which, found = work.joined(done, order[:9])
    assert which.tolist() == wanted.tolist()
    assert found.begun == 2
    assert np.array_equal(found.share, share[2:][..., wanted])
    assert np.array_equal(found.world, world[2:][..., wanted])
    assert np.array_equal(found.pulled, pulled[:, wanted])
    assert np.allclose(
        found.nations.mean(axis=-1), nations[1:][..., wanted].mean(axis=-1), rtol=1e-14
    )


def test_what_stages_share_is_that_of_the_baseline(workshop):
    base, blocs = workshop.baseline, workshop.baseline.drivers.facts.bloc
    first = len(base.groups.slugs)
    rows = base.rows(("BRA", "IND"))
    assert np.array_equal(base.lines(("BRA", "IND")), baseline.lined(base.share[:, rows], blocs))
    assert np.array_equal(base.lines(()), baseline.lined(base.share[:, :first], blocs))
    chinese = base.share[:, :, blocs == 1].sum(axis=2) > base.share[:, :, blocs == 0].sum(axis=2)
    assert np.array_equal(base.ahead, chinese.mean(axis=-1))
    for runs in base.stages:
        mean = base.share[base.decembers, first:][..., base.order[:runs]].mean(axis=-1)
        assert np.array_equal(base.tiles[runs], mean)
    assert [base.parts_of(runs) for runs in (1, 16, 17, 18)] == [1, 1, 2, 2]
