"""Who has worked with which models in the past year: the names of the answers, in their order."""

from __future__ import annotations

from collections.abc import Sequence

CLASSES = {"cn": "cn_all", "us_open": "us_open_all", "eu": "eu_all"}
"""Classes of several ecosystems, or of one under its own name, by their codes in the survey; US
closed models are a class and an ecosystem of one name."""

WORDS = {"cn": "Chinese, closed or open", "us_open": "US open, any licence", "eu": "European"}
"""The words for each class."""

USED, ONLY, BOTH = "used", "only.cn", "both.us_closed_and_cn"


def names(ecosystems: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the answers, in the order in which they are computed."""
    return (*(f"{USED}.{name}" for name in (*ecosystems, *CLASSES)), ONLY, BOTH)
