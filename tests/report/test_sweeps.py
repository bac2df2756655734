"""Figures of sweeps: the kind that suits what varied, with the numbers of the summary."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from sim import report


@dataclass
class Fake:
    design: pd.DataFrame
    table: pd.DataFrame
    asked: dict = field(default_factory=lambda: {"scenarios": {
        "baseline": {"title": "Today's policies"}, "fortress": {"title": "Fortress"},
    }})  # fmt: skip

    def last(self):
        return self.table


def test_a_number_that_is_no_part_of_a_whole_is_not_in_percent():
    done = made(**{"parameters.network": [0.2, 0.8, 1.6]})
    world = done.table.query("metric == 'share.bloc_us' and group == 'world'")
    done.table = world.assign(metric="plurality")
    axis = report.sweep_figure(done).axes[0]
    np.testing.assert_allclose(axis.lines[0].get_ydata(), world["mean"])
    assert axis.get_ylabel() == "ecosystems: mean, and 5 to 95 % of runs"


def made(**levels):
    """Return a sweep whose mean grows with the first of its factors."""
    count = len(next(iter(levels.values())))
    design = pd.DataFrame({"point": range(count), **levels})
    rows = []
    for point in range(count):
        mean = 0.2 + 0.5 * point / count
        rows += [
            {
                **design.loc[point], "metric": metric, "group": group, "month": "2035-12",
                "mean": mean, "p05": mean - 0.1, "p50": mean, "p95": mean + 0.1, "runs": 8,
            }
            for metric in ("share.bloc_us", "share.bloc_cn")
            for group in ("world", "global_south")
        ]  # fmt: skip
    return Fake(design, pd.DataFrame(rows))


def test_one_factor_gives_lines_with_bands():
    done = made(**{"parameters.network": [0.2, 0.8, 1.6]})
    figure = report.sweep_figure(done)
    axis = figure.axes[0]
    np.testing.assert_allclose(axis.lines[0].get_xdata(), [0.2, 0.8, 1.6])
    world = done.table.query("metric == 'share.bloc_us' and group == 'world'")
    np.testing.assert_allclose(axis.lines[0].get_ydata(), 100 * world["mean"])
    assert len(axis.collections) == 1
    assert axis.get_title(loc="left") == "Share of the US bloc\nWorld, 2035-12"
    assert axis.get_ylabel() == "%: mean, and 5 to 95 % of runs"
    assert axis.get_xlabel() == "Strength of network effects"


def test_words_stand_side_by_side():
    figure = report.sweep_figure(made(scenario=["baseline", "rand_package", "fortress"]))
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == ["Today's policies", "rand_package", "Fortress"]


def test_a_grid_of_two_gives_maps():
    grid = {"a": [0.0, 0.0, 1.0, 1.0], "b": ["x", "y", "x", "y"]}
    figure = report.sweep_figure(made(**grid))
    assert figure.axes[0].images[0].get_array().shape == (2, 2)


@pytest.mark.parametrize("count", [2, 3])
def test_other_points_are_drawn_as_points(count):
    rng = np.random.default_rng(1)
    figure = report.sweep_figure(made(**{f"f{n}": rng.uniform(size=9) for n in range(count)}))
    shown = [
        axis for axis in figure.axes if axis.collections and len(axis.collections[0].get_offsets())
    ]
    assert all(len(axis.collections[0].get_offsets()) == 9 for axis in shown[:4])


def test_the_same_sweep_gives_the_same_bytes():
    done = made(**{"parameters.network": [0.2, 0.8, 1.6]})
    assert report.svg(report.sweep_figure(done)) == report.svg(report.sweep_figure(done))
