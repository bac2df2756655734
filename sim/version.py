"""Numbers that say which model and which file layout a result came from."""

from __future__ import annotations

MODEL = 8
"""Raised whenever any number of any result can move."""

FORMAT = 3
"""Raised whenever the layout of a result on disk changes; readers refuse another one."""

DISTRIBUTION = "open-model-sim"
"""Name under which the package is installed."""


def package() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import version

    return version(DISTRIBUTION)
