"""Elementary functions and random numbers that run eight or four at a time.

Numba ships no vector mathematics library, so a call of ``math.exp`` in a loop is made one lane at a
time. The polynomials here have no branch: the compiler lays the lanes of a block side by side.
They hold to a few units in the last place, which the tests check against the standard library.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic

from sim.world import uncompiled
from sim.world.compiled import UNCOMPILED, inlined, wrapping

ABSENT = -1.0e30
"""Utility of what cannot be had: its exponential is exactly zero, and no log of zero is taken."""

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_SHIFT = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number in the low bits
_SQRT2 = 1.4142135623730951
_TWO_PI = 6.283185307179586


def _read_as(to: types.Type, given: types.Type) -> Any:  # noqa: ANN401 - numba's own type
    """Return a function that reads the bits of one number as another, at no cost."""

    def typed(_context: object, _value: object) -> tuple[Any, Callable[..., Any]]:
        def code(context: Any, builder: Any, _signature: object, args: Any) -> Any:  # noqa: ANN401
            return builder.bitcast(args[0], context.get_value_type(to))

        return to(given), code

    return intrinsic(typed)


def _fused(_context: object, _a: object, _b: object, _c: object) -> tuple[Any, Callable[..., Any]]:
    def code(_context: object, builder: Any, _signature: object, args: Any) -> Any:  # noqa: ANN401
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), code


_bits: Callable[[float], int] = _read_as(types.int64, types.float64)
_float: Callable[[Any], float] = _read_as(types.float64, types.int64)
fma: Callable[[float, float, float], float] = cast("Any", intrinsic(_fused))
"""``a b + c`` rounded once: asked for by name, the same number on every processor.

Leaving the choice to the compiler (``fastmath``) would not be.
"""
if UNCOMPILED:
    _bits, _float, fma = uncompiled.bits, uncompiled.number, uncompiled.fma


@inlined
def exp(x: float) -> float:
    """Return e to the power x; exactly 0 below -700, and held at e**700 above.

    Reduction to ``|r| <= ln 2 / 2`` in two parts, then the rational form of fdlibm's ``e_exp.c``:
    ``exp r = 1 + r + r c / (2 - c)`` with c a polynomial in ``r**2``. Relative error below 3e-16.
    """
    held = min(max(x, -700.0), 700.0)
    shifted = fma(held, _LOG2E, _SHIFT)
    whole = shifted - _SHIFT
    r = fma(whole, -_LN2_LOW, fma(whole, -_LN2_HIGH, held))
    t = r * r
    c = 4.13813679705723846039e-08
    c = fma(c, t, -1.65339022054652515390e-06)
    c = fma(c, t, 6.61375632143793436117e-05)
    c = fma(c, t, -2.77777777770155933842e-03)
    c = fma(c, t, 1.66666666666666019037e-01)
    c = fma(-t, c, r)
    p = 1.0 + (r + r * c / (2.0 - c))
    power = _float((_bits(shifted) + 1023) << 52)
    return p * power if x > -700.0 else 0.0


@inlined
def log(x: float) -> float:
    """Return the natural logarithm of a normal positive x.

    The number is split into ``2**n * m`` with m near one; ``ln m`` by the polynomial of fdlibm's
    ``e_log.c`` in ``(m-1)/(m+1)``. Relative error below 3e-16. The caller keeps zero and negative
    numbers away: a sum of weights that is zero is never passed.
    """
    bits = _bits(x)
    # Exponent as a float without an integer conversion: place it in the low bits of 2**52.
    n = _float(((bits >> 52) & 2047) | 4841369599423283200) - 4503599627370496.0 - 1023.0
    m = _float((bits & 4503599627370495) | 4607182418800017408)
    big = m > _SQRT2
    m = m * 0.5 if big else m
    n = n + 1.0 if big else n
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = fma(p, z, 1.531383769920937332e-01)
    p = fma(p, z, 1.818357216161805012e-01)
    p = fma(p, z, 2.222219843214978396e-01)
    p = fma(p, z, 2.857142874366239149e-01)
    p = fma(p, z, 3.999999999940941908e-01)
    p = fma(p, z, 6.666666666666735130e-01)
    half = 0.5 * f * f
    return n * _LN2_HIGH - ((half - (s * (half + z * p) + n * _LN2_LOW)) - f)


@inlined
@wrapping
def mix(key: np.uint64) -> np.uint64:
    """Return the SplitMix64 output function of a 64-bit number (Steele, Lea and Flood 2014)."""
    z = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inlined
@wrapping
def uniform(key: np.uint64, counter: int) -> float:
    """Return the draw of a stream at a counter, strictly between 0 and 1.

    A pure function of its arguments: no generator is advanced, so that a draw depends on what it
    is for and never on how many were made before.
    """
    z = mix(key + np.uint64(0x9E3779B97F4A7C15) * np.uint64(counter + 1))
    # 52 bits into the mantissa of a number in [1, 2): no conversion, then centred in its cell.
    one_to_two = _float(np.int64(z >> np.uint64(12)) | 4607182418800017408)
    return one_to_two - 0.9999999999999999


@inlined
def cos_turn(u: float) -> float:
    """Return ``cos(2 pi u)`` for u in (0, 1), to about 1e-15.

    ``cos(2 pi u) = -cos(2 pi (u - 1/2))``; the half turn is folded on a quarter, where
    ``cos(y) = 1 - 2 sin(y/2)**2`` needs only a short sine series.
    """
    x = u - 0.5
    half = 0.5 * _TWO_PI * x  # in (-pi/2, pi/2)
    z = half * half
    p = 1.9572941063391263e-20
    p = fma(p, z, -8.22063524662433e-18)
    p = fma(p, z, 2.8114572543455206e-15)
    p = fma(p, z, -7.647163731819816e-13)
    p = fma(p, z, 1.6059043836821613e-10)
    p = fma(p, z, -2.505210838544172e-08)
    p = fma(p, z, 2.7557319223985893e-06)
    p = fma(p, z, -0.0001984126984126984)
    p = fma(p, z, 0.008333333333333333)
    p = fma(p, z, -0.16666666666666666)
    s = half + half * z * p
    return 2.0 * s * s - 1.0


@inlined
def normal(key: np.uint64, counter: int) -> float:
    """Return a standard normal draw of a stream at a counter (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * log(uniform(key, 2 * counter)))
    return radius * cos_turn(uniform(key, 2 * counter + 1))


@inlined
def gumbel(key: np.uint64, counter: int) -> float:
    """Return a standard Gumbel draw of a stream at a counter."""
    return -log(-log(uniform(key, counter)))
