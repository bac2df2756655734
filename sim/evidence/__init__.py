"""The evidence room: what is known, and how well.

>>> from sim import evidence
>>> known = evidence.load()
>>> len(known.nations)
80
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sim.evidence.ecosystems import Ecosystem
from sim.evidence.ecosystems import read as read_ecosystems
from sim.evidence.licences import Licence, read_licences
from sim.evidence.nations import Nations, Value, read_nations, read_values
from sim.evidence.observations import Observation, read_observations
from sim.evidence.parameters import Parameter
from sim.evidence.parameters import read as read_parameters
from sim.evidence.posterior import Posterior
from sim.evidence.posterior import read as posterior
from sim.evidence.tables import Source, facts_hash, read_sources

__all__ = [
    "Ecosystem",
    "Evidence",
    "Licence",
    "Nations",
    "Observation",
    "Parameter",
    "Posterior",
    "Source",
    "Value",
    "load",
    "posterior",
    "user_nations",
]


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the project knows, read once and never changed.

    Parameters
    ----------
    sources : mapping of str to Source
        By id.
    nations : Nations
        The 80 nations.
    values : tuple of Value
        Every figure of a nation with unit, period, source and status.
    parameters : tuple of Parameter
        Every parameter of the model.
    ecosystems : tuple of Ecosystem
        In the order that all arrays use.
    licences : mapping of str to Licence
        By id, clause by clause.
    observations : tuple of Observation
        What was observed of use.
    hash : str
        SHA-256 of all that can move a number of a run: facts, parameters and posterior.
    """

    sources: Mapping[str, Source]
    nations: Nations
    values: tuple[Value, ...]
    parameters: tuple[Parameter, ...]
    ecosystems: tuple[Ecosystem, ...]
    licences: Mapping[str, Licence]
    observations: tuple[Observation, ...]
    hash: str


@functools.cache
def load() -> Evidence:
    """Return the evidence; the files are read once a process.

    Raises
    ------
    InputError
        If a table is damaged; the message names file, line and column.
    """
    values = read_values()
    return Evidence(
        sources=MappingProxyType(read_sources()),
        nations=read_nations(values),
        values=values,
        parameters=read_parameters(),
        ecosystems=tuple(read_ecosystems()),
        licences=read_licences(),
        observations=read_observations(),
        hash=facts_hash(),
    )


def user_nations(path: Path | str) -> Nations:
    """Return the nations of a user's table; see ``sim.evidence.user_table.from_user_table``."""
    from sim.evidence.user_table import from_user_table

    return from_user_table(path, load().nations)
