"""Distributions that a scenario may give in place of a number, each as its quantile function.

A draw is the quantile of a uniform number that the random streams hand over, so a distribution
holds no state and no generator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, ValidationInfo, field_validator, model_validator

from sim.evidence.parameters import triangular
from sim.scenario.walk import Fault, Form, finite, refusal

Array = NDArray[np.float64]

_FARTHEST = 6.0
"""A normal cut to an interval farther than this many sd from its mean was surely not meant."""


class _Distribution(Form):
    low: FiniteFloat
    high: FiniteFloat

    @classmethod
    def needs(cls) -> str:
        """Return what is said where a number is missing."""
        dist = cls.__name__.lower()
        return f"{dist} needs {', '.join(KEYS[dist])}"

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys of the long form."""
        return ("dist", *KEYS[cls.__name__.lower()])

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, given: object, info: ValidationInfo) -> object:
        if info.field_name == "dist":
            return given
        if isinstance(given, Mapping):
            hint = f"{cls.needs()} as plain numbers"
            raise refusal(Fault("a distribution of distributions", hint, at_key=True))
        return finite(given)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


class Uniform(_Distribution):
    """Equal weight from ``low`` to ``high``."""

    dist: Literal["uniform"] = "uniform"

    def quantile(self, u: Array) -> Array:
        """Return the values below which the fractions ``u`` (in [0, 1]) lie."""
        inside: Array = np.clip(self.low + np.asarray(u) * (self.high - self.low), *self._ends())
        return inside

    def _ends(self) -> tuple[float, float]:
        return self.low, self.high


class Triangular(_Distribution):
    """A triangle from ``low`` over ``mode`` to ``high``."""

    dist: Literal["triangular"] = "triangular"
    mode: FiniteFloat

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError(
                f"mode {self.mode:g} is outside low {self.low:g} to high {self.high:g}"
            )
        return self

    def quantile(self, u: Array) -> Array:
        """Return the values below which the fractions ``u`` (in [0, 1]) lie."""
        return triangular(self.low, self.mode, self.high, u)


class Normal(_Distribution):
    """A normal with ``mean`` and ``sd`` before it is cut at ``low`` and ``high``."""

    dist: Literal["normal"] = "normal"
    mean: FiniteFloat
    sd: Annotated[FiniteFloat, Field(gt=0)]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        gap = max(self.low - self.mean, self.mean - self.high)
        if gap > _FARTHEST * self.sd:
            raise ValueError(
                f"almost nothing of a normal with mean {self.mean:g} and sd {self.sd:g} "
                f"lies from low {self.low:g} to high {self.high:g}"
            )
        return self

    def _mirrored(self) -> bool:
        # The lower tail keeps its digits where the upper tail is one minus almost nothing.
        return self.low > self.mean

    def _ends(self) -> tuple[float, float]:
        low, high = (self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd
        low, high = (-high, -low) if self._mirrored() else (low, high)
        return _probability(low), _probability(high)

    def quantile(self, u: Array) -> Array:
        """Return the values below which the fractions ``u`` (in [0, 1]) lie."""
        u = np.asarray(u, dtype=np.float64)
        if self.low == self.high:
            return np.full_like(u, self.low)
        below, above = self._ends()
        sign = -1.0 if self._mirrored() else 1.0
        fraction = 1 - u if self._mirrored() else u
        z = sign * standard_normal_quantile(below + fraction * (above - below))
        inside: Array = np.clip(self.mean + self.sd * z, self.low, self.high)
        return inside


Distribution = Annotated[Uniform | Triangular | Normal, Field(discriminator="dist")]

KEYS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd", "low", "high"),
}
"""The numbers that each distribution needs, in the order of its short form ``normal(m,sd,...)``."""


def build(dist: str, numbers: dict[str, float]) -> Uniform | Triangular | Normal:
    """Return the distribution of a name with its numbers.

    Raises
    ------
    pydantic.ValidationError
        If the numbers do not make one, such as a low above a high.
    """
    kinds: dict[str, type[Uniform | Triangular | Normal]]
    kinds = {"uniform": Uniform, "triangular": Triangular, "normal": Normal}
    return kinds[dist].model_validate(numbers)


def quantile(value: float | Uniform | Triangular | Normal, u: Array) -> Array:
    """Return a number or the quantiles of a distribution, in the shape of ``u``."""
    if isinstance(value, int | float):
        return np.full(np.shape(u), float(value))
    return value.quantile(u)


def _probability(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


# Rational approximations of Wichura (1988), algorithm AS 241, PPND16: about 1e-16 relative.
_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
     4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
     1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
     2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
     4.2313330701600911252e1, 1.0),
)  # fmt: skip
_SHOULDER = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
     4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
     2.05319162663775882187e0, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
     5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1, 1.0),
)  # fmt: skip


def standard_normal_quantile(p: Array) -> Array:
    """Return the quantiles of the standard normal (Wichura 1988, AS 241).

    Parameters
    ----------
    p : array
        Probabilities in [0, 1]; 0 and 1 give minus and plus infinity.

    Returns
    -------
    array
        Same shape, in standard deviations.
    """
    p = np.asarray(p, dtype=np.float64)
    q = p - 0.5
    tail = np.minimum(p, 1 - p)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.sqrt(-np.log(tail))
        centre = q * _ratio(_CENTRE, 0.180625 - q * q)
        outside = np.sign(q) * np.where(r <= 5, _ratio(_SHOULDER, r - 1.6), _ratio(_TAIL, r - 5))
        z: Array = np.where(np.abs(q) <= 0.425, centre, outside)
    return np.where(tail > 0, z, np.copysign(np.inf, q))


def _ratio(pair: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    value: Array = np.polyval(pair[0], x) / np.polyval(pair[1], x)
    return value
