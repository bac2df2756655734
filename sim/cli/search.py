"""Search by words: what a row must hold to be found, and what to try where nothing is."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from sim.cli.kinds import KINDS, Kind, Row
from sim.cli.kinds.kind import several
from sim.errors import alike

SHORT = 3
"""Letters up to which a word must be a word of the text and not a part of one."""

Alternatives = tuple[tuple[str, ...], tuple[frozenset[str], ...]]


def found(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    """Return the rows that hold every word somewhere, in name and title before tags and texts.

    A word counts as held where a synonym of it is, or all the tags of one of its sets of tags
    (``data/synonyms.csv``). Capital letters, accents and the endings of plurals make no difference.

    Parameters
    ----------
    rows : sequence of Row
    words : sequence of str
        None at all finds everything.
    """
    ranks = {id(row): _rank(row, _plain(words)) for row in rows}
    held = [row for row in rows if ranks[id(row)] is not None]
    return sorted(held, key=lambda row: ranks[id(row)] or (0, 0))


def missing(kind: Kind, words: Sequence[str]) -> str:
    """Return a sentence that says that nothing was found, and what to try.

    Parameters
    ----------
    kind : Kind
        Where it was looked for.
    words : sequence of str
        What was looked for, at least one word.
    """
    rows = kind.rows()
    said = f"no {kind.singular} matches {' '.join(words)!r}"
    alone = {word: len(kind.fold(found(rows, [word]))) for word in _plain(words)}
    known = (*_vocabulary(rows), *synonyms())
    near = [name for word, count in alone.items() if not count for name in alike(word, known)]
    if near:
        return f"{said}; try {' or '.join(repr(name) for name in near)}"
    if any(alone.values()):
        counts = (f"{word!r} ({count})" for word, count in alone.items() if count)
        return f"{said}; try one word alone: {' or '.join(counts)}"
    elsewhere = [
        f"sim list {other.name} {' '.join(words)}"
        for other in KINDS.values()
        if other is not kind and found(other.rows(), words)
    ]
    if elsewhere:
        return f"{said}; try {' or '.join(elsewhere[:3])}"
    return f"{said}; try another word, or sim list {kind.name} for all {len(kind.named())}"


def _rank(row: Row, words: Sequence[str]) -> tuple[int, int] | None:
    """Return how far from name and title the words stand, or None where one is not held."""
    texts = tuple(folded(text) for text in row.texts)
    tags = frozenset(row.tags)
    levels = [_level(word, texts, tags) for word in words]
    places = [level for level in levels if level is not None]
    if len(places) < len(levels):
        return None
    return max(places, default=0), sum(places)


def _level(word: str, texts: Sequence[str], tags: frozenset[str]) -> int | None:
    """Return where a word stands: 0 name or title, 1 tags, 2 other texts; synonyms from 1 on."""
    direct = _place(word, texts)
    if direct is not None:
        return direct
    words, sets = synonyms().get(word, ((), ()))
    levels = [
        max(place, 1)
        for place, text in enumerate(texts)
        if any(f" {other} " in text for other in words)
    ]
    levels += [1 for wanted in sets if wanted <= tags]
    return min(levels, default=None)


def _place(word: str, texts: Sequence[str]) -> int | None:
    return next((place for place, text in enumerate(texts) if _holds(text, word)), None)


def _holds(text: str, word: str) -> bool:
    return f" {word} " in text if len(word) <= SHORT else word in text


def _plain(words: Iterable[str]) -> list[str]:
    """Return the words to look for, as texts are folded; empty ones ask for nothing."""
    plain = (folded(part).strip() for word in words for part in word.split())
    return [word for word in dict.fromkeys(plain) if word]


def folded(text: str) -> str:
    """Return a text in small letters without accents and plurals, a blank around each word."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    parts = re.split(r"[^a-z0-9]+", "".join(c for c in bare if not unicodedata.combining(c)))
    return f" {' '.join(_singular(part) for part in parts if part)} "


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > SHORT and re.search(r"[^sui]s$", word) else word


def _vocabulary(rows: Iterable[Row]) -> list[str]:
    """Return the words of names, titles and tags, for those who mistyped one."""
    texts = (folded(f"{row.name} {row.title} {' '.join(row.tags)}") for row in rows)
    return list(dict.fromkeys(word for text in texts for word in text.split() if len(word) > 2))


@functools.cache
def synonyms() -> Mapping[str, Alternatives]:
    """Return the words, and the sets of tags, that count as a word, by that word."""
    text = files("sim.cli").joinpath("data/synonyms.csv").read_text(encoding="utf-8")
    return {
        folded(row["word"]).strip(): (
            tuple(folded(word).strip() for word in several(row["words"])),
            tuple(frozenset(tags.split("+")) for tags in several(row["tags"])),
        )
        for row in csv.DictReader(text.splitlines())
    }
