"""From intervals to words: supported, contradicted, undecided, or forced by structure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
NOTHING = "nothing"
"""Said of a setting under which the effect is gone."""

FORCED = "forced by structure"


def of_interval(expect: str, low: float, high: float, within: float = 0.0) -> str:
    """Return what an interval says of an expectation.

    Parameters
    ----------
    expect : {"positive", "negative", "not negative", "none"}
    low, high : float
        Interval of the contrast.
    within : float
        What counts as nothing.
    """
    if expect == "negative":
        low, high = -high, -low
    if expect in ("positive", "negative"):
        return SUPPORTED if low > 0 else CONTRADICTED if high < 0 else UNDECIDED
    if expect == "not negative":
        return CONTRADICTED if high < -within else SUPPORTED if low >= -within else UNDECIDED
    inside = -within <= low and high <= within
    outside = high < -within or low > within
    return SUPPORTED if inside else CONTRADICTED if outside else UNDECIDED


def together(words: Sequence[str]) -> str:
    """Return what several measures of one claim say: it needs all of them."""
    if any(word == CONTRADICTED for word in words):
        return CONTRADICTED
    return SUPPORTED if words and all(word == SUPPORTED for word in words) else UNDECIDED


def of_scales(by_scale: Mapping[str, str]) -> str:
    """Return what both scales say; where they differ, nothing is decided."""
    words = set(by_scale.values())
    return words.pop() if len(words) == 1 else UNDECIDED


def of_settings(by_setting: Mapping[str, str]) -> str:
    """Return what the settings of the switch say together.

    Supported or contradicted where every setting says so. Where the claim holds under one setting
    and is contradicted or gone under another, the structure forces it: which setting is true, and
    not the data, decides. Where a setting decides nothing, nothing is decided.
    """
    words = set(by_setting.values())
    if UNDECIDED in words or words == {NOTHING}:
        return UNDECIDED
    if len(words) == 1:
        return words.pop()
    return FORCED if SUPPORTED in words else CONTRADICTED


def is_nothing(bounds: Sequence[tuple[float, float]], largest: float, part: float = 0.1) -> bool:
    """Return whether intervals are all within a part of the largest effect of other settings."""
    return largest > 0 and all(max(abs(low), abs(high)) <= part * largest for low, high in bounds)
