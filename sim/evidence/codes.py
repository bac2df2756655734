"""Codes of the observations: which ecosystems each of them counts."""

from __future__ import annotations

from collections.abc import Mapping

COUNTED: Mapping[str, tuple[str, ...]] = {
    "us_closed": ("us_closed",),
    "cn_closed": ("cn_closed",),
    "us_open_restricted": ("us_open_restricted",),
    "us_permissive": ("us_permissive",),
    "cn_open": ("cn_open",),
    "eu_open": ("eu_open",),
    "sovereign": ("sovereign",),
    "us_open_all": ("us_open_restricted", "us_permissive"),
    "us_all": ("us_closed", "us_open_restricted", "us_permissive"),
    "cn_all": ("cn_open", "cn_closed"),
    "eu": ("eu_open",),
    "all_open": ("us_open_restricted", "us_permissive", "cn_open", "eu_open", "sovereign"),
    "closed": ("us_closed", "cn_closed"),
    "eu_all": ("eu_open",),
}
"""Code of the observations to the ecosystems that it counts."""

OPEN = COUNTED["all_open"]
EVERY = (*COUNTED["all_open"], *COUNTED["closed"])
USERS = "all"
"""Code of a series that counts users and not whose models they use."""
