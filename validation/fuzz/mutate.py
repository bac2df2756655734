"""Changes to inputs: of bytes, of the words of a text, and of the tree that a document holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 12, 1e-300, 1e300, -0.0, 0.5, 2**31, 2**63, 2**64, 10**30,
    10**400, float("inf"), float("nan"), "", " ", "0", "nan", "1e999", "x" * 300, "x" * 5000,
    "2030-01", "2023-00", "9999-99", "0000-01", "2030-01-01", "\u0662\u0660\u0662\u0663-01",
    "../../etc/passwd", "/dev/zero", "a\x00b", "a\x1b]0;x\x07", "a\u202eb", "a\nb", "\ud83d",
    "\U0001f600", "baseline", "world", "focus", "all", "none", "never", "low", "high", "drawn",
    "uniform(0,1)", "uniform(1,0)", "uniform(nan,1)", "normal(0,1e308)", "triangular(0,1,2)",
    [], {}, [[]], [None], {"": None}, {"id": "x"},
)  # fmt: skip
"""Values that a reader may not expect."""

WORDS = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        ":", ": ", "- ", "{", "}", "[", "]", ",", "#", "'", '"', "&a ", "*a", "!!map ", "!!str ",
        "! ", "? ", "|\n", ">\n", "---\n", "...\n", "%YAML 1.1\n", "<<", "=", "\t", "\r", "\n",
        "\x00", "\x1b[31m", "\u2028", "\u202e", "\ufeff", "\ud83d", '"\\ud83d"', '"\\0"',
        "9" * 400, "9" * 5000, "0x" + "f" * 300, "1e999", "nan", ".inf", "-", "+", "%00", "%ff",
        "&", "@", "..", "~9", "^9", "..never", "@9999-99", "\u0661", "[" * 60, "(" * 300, "{" * 300,
        "\\", "\x85", "\xa0", "1_0", "0o7", "null", "~", "true", "2030-01-01",
    )
)  # fmt: skip
"""Pieces that mean something to one of the readers."""

_TOKEN = re.compile(rb"[A-Za-z0-9_.+-]+")
LARGEST = 20_000
"""Bytes of an input: what is longer costs time and shows little more."""


def _few(rng: Random, rate: float, most: int) -> int:
    """Return a number that is mostly small: exponential, of a mean of one over the rate."""
    return int(min(rng.expovariate(rate), float(most)))


def tokens(texts: Sequence[bytes]) -> list[bytes]:
    """Return the words of some texts, each once, and those that every text may meet."""
    return [*dict.fromkeys(word for text in texts for word in _TOKEN.findall(text)), *WORDS]


def in_bytes(rng: Random, text: bytes, other: bytes, words: Sequence[bytes]) -> bytes:
    """Return a text with a few changes: bytes, words, or parts of another text.

    Parameters
    ----------
    rng : Random
    text, other : bytes
    words : sequence of bytes
        What may be put in.
    """
    for _ in range(1 + _few(rng, 0.8, 6)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + 1 + _few(rng, 0.1, 1000))
        match rng.randrange(7):
            case 0:
                text = text[:at] + bytes([rng.randrange(256)]) + text[at + 1 :]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:at] + rng.choice(words) + text[at:]
            case 3:
                found = list(_TOKEN.finditer(text))
                if found:
                    hit = rng.choice(found)
                    text = text[: hit.start()] + rng.choice(words) + text[hit.end() :]
            case 4:
                text = text[:end] + text[at:]
            case 5:
                start = rng.randrange(len(other) + 1)
                text = text[:at] + other[start : start + 1 + _few(rng, 0.02, 1000)] + text[at:]
            case _:
                lines = text.split(b"\n")
                lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
                text = b"\n".join(lines)
    return text[:LARGEST]


def in_tree(rng: Random, tree: Any, pool: Sequence[Any]) -> Any:  # noqa: ANN401 - plain data
    """Return plain data with a few of its parts left out, put elsewhere, renamed or replaced.

    Parameters
    ----------
    rng : Random
    tree : plain data
        Left as it is.
    pool : sequence of plain data
        Other trees, of which parts may be put in.
    """
    for _ in range(1 + _few(rng, 0.9, 4)):
        tree = _changed(rng, tree, pool)
    return tree


def _changed(rng: Random, tree: Any, pool: Sequence[Any]) -> Any:  # noqa: ANN401 - plain data
    """Return the tree with one change, somewhere below it."""
    inside = isinstance(tree, dict | list) and tree and rng.random() < 0.85
    if not inside:
        return _instead(rng, tree, pool)
    return _entry(rng, tree, pool) if isinstance(tree, dict) else _item(rng, tree, pool)


def _entry(rng: Random, tree: dict[str, Any], pool: Sequence[Any]) -> dict[str, Any]:
    """Return a mapping of which one entry was changed, taken out, renamed or added."""
    key = rng.choice(list(tree))
    if rng.random() < 0.7:
        return {**tree, key: _changed(rng, tree[key], pool)}
    rest = {name: value for name, value in tree.items() if name != key}
    more: list[dict[str, Any]] = [
        {}, {_name(rng, pool): tree[key]}, {key: tree[key], _name(rng, pool): _part(rng, pool)},
        {key: _part(rng, pool)},
    ]  # fmt: skip
    return rest | rng.choice(more)


def _item(rng: Random, tree: list[Any], pool: Sequence[Any]) -> list[Any]:
    """Return a list of which one item was changed, taken out, doubled or added."""
    at = rng.randrange(len(tree))
    if rng.random() < 0.7:
        return [*tree[:at], _changed(rng, tree[at], pool), *tree[at + 1 :]]
    more = rng.choice(([], [tree[at]] * 2, [_part(rng, pool), tree[at]]))
    return [*tree[:at], *more, *tree[at + 1 :]]


def _instead(rng: Random, value: Any, pool: Sequence[Any]) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, bool) or rng.random() < 0.4:
        return rng.choice(SCALARS)
    if isinstance(value, int | float) and abs(value) < 1e300 and rng.random() < 0.7:
        by: Callable[[], Any] = rng.choice((
            lambda: -value, lambda: value + 1, lambda: value * 10, lambda: value / 3,
            lambda: str(value), lambda: f"{value}_0", lambda: value * 1e308,
        ))  # fmt: skip
        return by()
    if isinstance(value, str) and rng.random() < 0.6:
        raw = value.encode("utf-8", "surrogatepass")
        return in_bytes(rng, raw, raw, WORDS).decode("utf-8", "replace")
    return rng.choice(([value], {"value": value}, _part(rng, pool)))


def _part(rng: Random, pool: Sequence[Any]) -> Any:  # noqa: ANN401 - plain data
    """Return a part of a tree of the pool, at any depth."""
    part = rng.choice(pool) if pool else None
    while isinstance(part, dict | list) and part and rng.random() < 0.8:
        part = rng.choice(list(part.values()) if isinstance(part, dict) else part)
    return part


def _name(rng: Random, pool: Sequence[Any]) -> str:
    if rng.random() < 0.3:
        return str(rng.choice(SCALARS))[:400] if rng.random() < 0.5 else "x"
    part = _part(rng, pool)
    return rng.choice(list(part)) if isinstance(part, dict) and part else str(part)[:100]


def as_json(tree: Any) -> bytes:  # noqa: ANN401 - plain data
    """Return plain data as JSON, which is YAML too."""
    return json.dumps(tree).encode()
