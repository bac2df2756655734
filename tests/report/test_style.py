from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.report import style

# Machado, Oliveira and Fernandes (2009), severity 1, for linear sRGB.
SIGHTS = {
    "all colours": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour: str, sight: str = "all colours") -> np.ndarray:
    """Return the CIE L*a*b* coordinates of a colour as somebody sees it."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHTS[sight]) @ linear, 0, 1)
    xyz = np.array([
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]) @ seen / [0.95047, 1, 1.08883]  # fmt: skip
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_ecosystems_can_be_told_apart(sight):
    for (a, one), (b, two) in combinations(style.ECOSYSTEMS.items(), 2):
        distance = np.linalg.norm(lab(one.colour, sight) - lab(two.colour, sight))
        assert distance > 12, (a, b, distance)


def test_grey_print_keeps_ecosystems_of_one_line_pattern_apart():
    for (a, one), (b, two) in combinations(style.ECOSYSTEMS.items(), 2):
        gap = abs(lab(one.colour)[0] - lab(two.colour)[0])
        assert gap > (8 if one.dash == two.dash else 3), (a, b, gap)


def test_closed_ecosystems_are_darker_and_solid():
    for bloc in ("us", "cn"):
        closed = style.ECOSYSTEMS[f"{bloc}_closed"]
        assert closed.dash == ()
        for name, look in style.ECOSYSTEMS.items():
            if look.bloc == bloc and name != f"{bloc}_closed":
                assert look.dash
                assert lab(look.colour)[0] > lab(closed.colour)[0] + 12


def test_layers_hold_every_ecosystem_once():
    held = [name for names in style.LAYERS.values() for name in names]
    assert sorted(held) == sorted(style.ECOSYSTEMS)
    assert list(style.LAYERS) == list(style.LAYER_COLOURS)


@pytest.mark.parametrize("look", style.ECOSYSTEMS.values(), ids=lambda look: look.name)
def test_text_in_an_ecosystems_ink_can_be_read_on_paper(look):
    ink = style.ink(look.colour)
    channels = [int(ink[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    assert 1.05 / (style.luminance(channels) + 0.05) >= 4.45


def test_an_unknown_ecosystem_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'cn_open'"):
        style.look("cn_opne")


@given(st.text(max_size=200), st.integers(5, 80))
def test_plain_text_fits_on_one_line_and_can_be_drawn(text, longest):
    drawn = style.plain(text, longest)
    assert len(drawn) <= longest
    assert len(drawn.splitlines()) <= 1
    assert style.plain(drawn) == drawn


def test_plain_keeps_what_can_be_drawn_and_marks_the_rest():
    assert style.plain("Côte  d'Ivoire\n模 $x$") == "Côte d'Ivoire ? $x$"


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("global_south", "Global South (without China)"),
        ("sub_saharan_africa", "Sub-Saharan Africa"),
        ("middle_east_and_north_africa", "Middle East and North Africa"),
        ("my_own_group", "My Own Group"),
        ("BRA", "BRA"),
    ],
)
def test_groups_have_plain_names(slug, name):
    assert style.group_name(slug) == name
