"""From contrasts to words: supported, contradicted, negligible, undecided, forced by structure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import Flags, Floats

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
NEGLIGIBLE = "negligible"
"""Said of a contrast whose whole interval is smaller than the smallest effect of interest."""

FORCED = "forced by structure"

DRAWS = 0.9
"""Part of posterior draws that must agree before anything is supported or contradicted."""


def of_contrast(expect: str, low: float, high: float, draws: Floats, smallest: float) -> str:
    """Return what a contrast says of an expectation.

    A mean that differs from nothing decides nothing: with enough runs any does. What is supported
    or contradicted must lie beyond the smallest effect of interest with its whole interval, and
    have its sign in `DRAWS` of the draws.

    Parameters
    ----------
    expect : {"positive", "negative", "not negative", "none"}
    low, high : float
        Interval of the mean contrast.
    draws : ndarray, shape (draws,)
        Mean contrast of each posterior draw.
    smallest : float
        Smallest effect of interest, in the unit of the contrast.
    """
    if expect == "negative":
        low, high, draws, expect = -high, -low, -draws, "positive"
    above, below = low > smallest, high < -smallest
    inside = -smallest <= low and high <= smallest
    down = below and _agree(draws < 0.0)
    if expect == "positive":
        if above and _agree(draws > 0.0):
            return SUPPORTED
        return CONTRADICTED if down else NEGLIGIBLE if inside else UNDECIDED
    if expect == "not negative":
        if low >= -smallest and _agree(draws >= -smallest):
            return SUPPORTED
        return CONTRADICTED if down else UNDECIDED
    if inside and _agree(np.abs(draws) <= smallest):
        return SUPPORTED
    return CONTRADICTED if down or (above and _agree(draws > 0.0)) else UNDECIDED


def _agree(flags: Flags) -> bool:
    return bool(flags.mean() >= DRAWS)


def together(words: Sequence[str]) -> str:
    """Return what several measures of one claim say: it needs all of them."""
    for word in (CONTRADICTED, NEGLIGIBLE):
        if word in words:
            return word
    return SUPPORTED if words and all(word == SUPPORTED for word in words) else UNDECIDED


def of_scales(by_scale: Mapping[str, str]) -> str:
    """Return what both scales say; where they differ, nothing is decided.

    The smallest effect of interest is declared in shares: what is negligible there is so.
    """
    words = set(by_scale.values())
    if by_scale.get("share") == NEGLIGIBLE:
        return NEGLIGIBLE
    return words.pop() if len(words) == 1 else UNDECIDED


def of_settings(by_setting: Mapping[str, str]) -> str:
    """Return what the settings of the switch say together.

    Supported, contradicted or negligible where every setting says so. Where the claim holds under
    one setting and is contradicted or negligible under another, the structure forces it: which
    setting is true, and not the data, decides. Where a setting decides nothing, nothing is decided.
    """
    words = set(by_setting.values())
    if UNDECIDED in words:
        return UNDECIDED
    if len(words) == 1:
        return words.pop()
    return FORCED if SUPPORTED in words else CONTRADICTED
