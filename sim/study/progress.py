"""What long work says of how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

Progress = Callable[[int, int], None]
"""Called with the number of parts that are done and of all."""


def counted[Part](parts: Sequence[Part], progress: Progress | None) -> Iterator[Part]:
    """Yield parts of some work one after the other, and say after each how many are done."""
    for done, part in enumerate(parts, 1):
        yield part
        if progress:
            progress(done, len(parts))
