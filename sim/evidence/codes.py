"""Codes of the observations: which ecosystems each of them counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.evidence.ecosystems import read


def _of(bloc: str = "", nest: str = "") -> tuple[str, ...]:
    """Return the ecosystems of a bloc and a nest; of every one where none is named."""
    return tuple(
        one.id for one in read() if bloc in ("", one.bloc) and nest in ("", one.nest)
    )  # fmt: skip


COUNTED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **{one.id: (one.id,) for one in read()},
    "us_open_all": _of("us", "open"),
    "us_all": _of("us"),
    "cn_all": _of("cn"),
    "eu": _of("eu"),
    "all_open": _of(nest="open"),
    "closed": _of(nest="closed"),
    "eu_all": _of("eu"),
})  # fmt: skip
"""Code of the observations to the ecosystems that it counts."""

ASKED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "cn_all": _of("cn"),
    "us_closed": _of("us", "closed"),
    "us_open_all": _of("us", "open"),
    "eu_all": _of("eu"),
})  # fmt: skip
"""Classes for which a survey of developers asks; sovereign models were not asked for."""

OPEN = COUNTED["all_open"]
EVERY = (*COUNTED["all_open"], *COUNTED["closed"])
USERS = "all"
"""Code of a series that counts users and not whose models they use."""
