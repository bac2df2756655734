"""The pages whose examples run for long: each prints what the page says it prints.

The tests run the examples of all other pages, and of these see that every command line can be typed
and every script be read. ``python -m validation.pages`` says which are current and which are not.
"""

from __future__ import annotations

import sys

from making import examples, pages

LONG = (
    "README.md",
    "docs/commands.md",
    "docs/policies.md",
    "docs/python.md",
    "docs/studies.md",
)
"""By their path in the repository."""


def run() -> dict[str, bool]:
    """Run the examples of the long pages and return whether each page is current, by its path."""
    found = {}
    for name in LONG:
        text = (pages.ROOT / name).read_text(encoding="utf-8")
        found[name] = examples.renewed(text) == text
    return found


def require_current(found: dict[str, bool]) -> None:
    """End with a sentence on the pages that are not current, if there are any.

    Parameters
    ----------
    found : dict of str to bool
        As `run` returns it.
    """
    stale = [name for name, current in found.items() if not current]
    if stale:
        sys.exit(f"not current, renew with `make docs`: {', '.join(stale)}")


if __name__ == "__main__":
    require_current(run())
