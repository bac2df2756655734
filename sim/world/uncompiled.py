"""What stands in for the machine's own instructions where rules run uncompiled.

Machine code has three things that Python has not: a product and a sum that are rounded once, the
bits of a number read as a whole number, and whole numbers of 64 bits that wrap around in silence.
Each stand-in gives the same bits.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from fractions import Fraction

import numpy as np

_WORD = 2**64 - 1


def _exactly(a: float, b: float, c: float) -> float:
    """Return ``a b + c`` of finite numbers, rounded once."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))


fma: Callable[[float, float, float], float] = getattr(math, "fma", _exactly)
"""``a b + c`` rounded once; Python 3.13 brings it, and 3.12 takes it from fractions."""


def bits(x: float) -> int:
    """Return the bits of a number as a whole number with a sign."""
    number: int = struct.unpack("<q", struct.pack("<d", x))[0]
    return number


def number(word: int) -> float:
    """Return the number whose bits are the last 64 of a whole number."""
    x: float = struct.unpack("<d", struct.pack("<Q", int(word) & _WORD))[0]
    return x


def wrapping[F: Callable[..., object]](function: F) -> F:
    """Let the whole numbers of a function wrap around without a warning, as those of C do."""
    return np.errstate(over="ignore")(function)
