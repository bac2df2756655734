from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.report import figures, kit, style, tables
from sim.report.naming import Naming


def words(figure) -> list[str]:
    """Return every text of a figure."""
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text) if item.get_text()]


def boxes(figure):
    """Return every visible text of a figure with its box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    return [(t, t.get_window_extent(canvas.get_renderer())) for t in found]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.floats(0.001, 0.2),
)
def test_spread_keeps_order_distance_and_bounds(wanted, gap):
    placed = figures.spread(wanted, gap, 0, 1)
    assert len(placed) == len(wanted)
    assert placed.min() >= -1e-9
    assert placed.max() <= 1 + 1e-9
    room = min(gap, 1 / max(len(wanted) - 1, 1))
    assert all(b - a >= room - 1e-9 for a, b in pairwise(sorted(placed)))
    order = np.argsort(wanted, kind="stable")
    assert all(b >= a for a, b in pairwise(placed[order]))


@given(st.lists(st.integers(0, 9), unique=True, min_size=1))
def test_spread_moves_nothing_that_has_room(tens):
    wanted = [ten / 10 for ten in tens]
    assert np.allclose(figures.spread(wanted, 0.09, 0, 1), wanted)


def test_spread_parts_equal_places_evenly():
    assert np.allclose(figures.spread([0.5, 0.5, 0.5], 0.1, 0, 1), [0.4, 0.5, 0.6])
    assert figures.spread([], 0.1, 0, 1).size == 0


def test_the_figure_says_what_is_seen(result):
    figure = figures.adoption_curves(result)
    text = "\n".join(words(figure))
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        "World",
        "Global South (without China)",
    ]
    assert text.count("facts end 2026-10") == 2
    assert "40 runs, seed 1, result 4f1c2a9be0d3." in text
    assert "Shares are of developers who build on models" in text
    assert "Bands: 5 to 95 % of runs." in text
    for look in style.ECOSYSTEMS.values():
        assert words(figure).count(look.name) == 2


@pytest.mark.parametrize("stacked", [False, True])
def test_no_text_overlaps_another_or_leaves_the_figure(result, stacked):
    figure = figures.adoption_curves(result, stacked=stacked)
    found = boxes(figure)
    edge = figure.bbox
    for item, box in found:
        assert box.x0 >= edge.x0 - 1, item
        assert box.x1 <= edge.x1 + 1, item
        assert box.y0 >= edge.y0 - 1, item
        assert box.y1 <= edge.y1 + 1, item
    for (one, a), (two, b) in combinations(found, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        # Boxes include the room for accents and tails: neighbours may share two pixels of it.
        assert across <= 0 or down <= 2.5, (one, two)


def test_end_labels_do_not_overlap_when_all_lines_end_together(result):
    table = result.curves.copy()
    for name in tables.STATISTICS:
        table[name] = 1 / 7
    figure = figures.adoption_curves(replace(result, curves=table), ("world", "global_south"))
    ends = [box for item, box in boxes(figure) if str(item.get_gid()).startswith("end-")]
    assert len(ends) == 14
    for half in (ends[:7], ends[7:]):
        heights = sorted((box.y0, box.y1) for box in half)
        assert all(b[0] >= a[1] - 2.5 for a, b in pairwise(heights))


def test_bands_lie_between_zero_and_one_and_hold_the_median(result):
    from matplotlib.collections import PolyCollection

    figure = figures.adoption_curves(result)
    for axis in figure.axes:
        bands = [c for c in axis.collections if isinstance(c, PolyCollection)]
        assert len(bands) == 7
        for band in bands:
            heights = band.get_paths()[0].vertices[:, 1]
            assert heights.min() >= 0
            assert heights.max() <= 1
            assert band.get_alpha() <= 0.2
    shown = tables.curves(result)
    for group in ("world", "global_south"):
        low, middle, high = (shown.of(group, name) for name in ("p05", "p50", "p95"))
        assert (low <= middle).all()
        assert (middle <= high).all()


def test_lines_are_the_medians(result):
    figure = figures.adoption_curves(result, ["global_south"])
    shown = tables.curves(result)
    lines = {line.get_gid(): line for line in figure.axes[0].lines if line.get_gid()}
    assert set(lines) == set(shown.ecosystems)
    for row, name in enumerate(shown.ecosystems):
        assert np.array_equal(lines[name].get_ydata(), shown.of("global_south")[row])


def test_the_headline_counts_runs(result):
    shown = tables.curves(result)
    last = shown.months[-1]
    shares = tables.run_shares(result, shown, ["world"], [last])["world", last]
    name, wins = tables.frequent_leader(shares, shown.ecosystems)
    text = figures.headline(result, shown, ["world"], Naming({}))
    assert text == (
        f"Most often ahead in 2035-12: {style.look(name).name} in the world "
        f"({tables.number(wins / 40)}\u00a0% of runs)"
    )


def test_a_leader_everywhere_is_named_once(result):
    shown = tables.curves(result)
    text = figures.headline(result, shown, ["world", "oceania", "north_america"], Naming({}))
    leaders = {
        tables.frequent_leader(values, shown.ecosystems)[0]
        for values in tables.run_shares(
            result, shown, ["world", "oceania", "north_america"], [shown.months[-1]]
        ).values()
    }
    assert leaders == {"us_closed"}
    assert text.count("US closed") == 1
    assert text.count("of runs") == 1


def test_a_single_nation_can_be_drawn(result):
    figure = figures.adoption_curves(result, ["BRA"])
    assert "largest median" in "".join(words(figure))


def test_no_line_marks_the_end_of_facts_when_all_is_fact(result):
    short = result.curves[result.curves["month"] <= "2026-10"]
    runs = result.runs[result.runs["month"] <= "2026-10"]
    figure = figures.adoption_curves(replace(result, curves=short, runs=runs))
    assert not any("facts end" in text for text in words(figure))


def test_one_month_can_be_drawn(result):
    one = result.curves[result.curves["month"] == "2026-10"]
    runs = result.runs[result.runs["month"] == "2026-10"]
    assert kit.png(figures.adoption_curves(replace(result, curves=one, runs=runs)))


@pytest.mark.parametrize("title", ["$\\frac{1}", "模型 <b>&amp;", "a\nb", "x" * 500, "-->"])
def test_titles_are_never_read_as_mathematics_or_markup(retitled, title):
    from xml.etree import ElementTree as ET

    figure = figures.adoption_curves(retitled(title))
    assert kit.png(figure).startswith(b"\x89PNG")
    ET.fromstring(kit.svg(figure))  # noqa: S314 - our own file


def test_the_same_result_gives_the_same_bytes(result):
    one, two = (figures.adoption_curves(result) for _ in range(2))
    assert kit.svg(one) == kit.svg(two)
    assert kit.png(one) == kit.png(two)
    assert "<dc:date>" not in kit.svg(one)


def test_an_unknown_group_is_an_error(result):
    with pytest.raises(InputError, match="did you mean 'world'"):
        figures.adoption_curves(result, ["wolrd"])
