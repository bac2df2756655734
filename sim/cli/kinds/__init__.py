"""The kinds of things that can be listed, searched and shown: one table each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from sim.cli.kinds.kind import Fields, Kind, Row

__all__ = ["KINDS", "Fields", "Kind", "Row"]

MODULES = {
    "scenarios": "policy", "levers": "policy", "nations": "places", "groups": "places",
    "ecosystems": "places", "metrics": "measures", "parameters": "facts", "drivers": "policy",
    "series": "measures", "observations": "facts", "sources": "facts", "studies": "studies",
    "responses": "answering",
}  # fmt: skip
"""Kind to the module that has it under its name in capitals."""


class _Kinds(Mapping[str, Kind]):
    """Every kind by name, its module loaded when it is first asked for."""

    def __getitem__(self, name: str) -> Kind:
        kind: Kind = getattr(import_module(f"{__name__}.{MODULES[name]}"), name.upper())
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


KINDS = _Kinds()
"""By name, in the order in which they are listed, and in which a name is looked up."""
