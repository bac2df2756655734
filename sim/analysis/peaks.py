"""Whether runs fall into two parts, between which a median stands where hardly any run is.

Two conditions must hold. The bimodality coefficient ``b = (g**2 + 1) / (k + 3 (n - 1)**2 /
((n - 2) (n - 3)))``, with the sample's skewness g and excess kurtosis k, exceeds 5/9, its value for
a uniform distribution (Pfister, Schwarz, Janczyk, Dale and Freeman 2013, *Frontiers in Psychology*
4: 700). It alone would call a long tail two peaks: of an exponential distribution it is 5/9 too. So
a kernel density with the bandwidth of Silverman (1986, *Density Estimation*, equation 3.31) must
have two peaks, the valley between them no higher than `VALLEY` of the lower one, and `LEAST` of the
runs on either side of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Floats

UNIFORM = 5.0 / 9.0
"""Bimodality coefficient of a uniform distribution: the threshold."""

VALLEY = 0.7
"""Part of the lower peak's height that the valley may have: of 200 runs with one peak, uniform or
with a long tail, one sample in twenty at most is then said to have two."""

LEAST = 0.2
"""Part of the runs that either side must have: with fewer it is a tail, which quantiles show."""

FEWEST = 20
"""Runs below which nothing is said."""

ALIKE = 0.05
"""Distance of the quartiles over the standard deviation below which half of the runs are as good as
equal."""

_GRID = 256


@dataclass(frozen=True, slots=True)
class Peaks:
    """Two parts of the runs.

    Parameters
    ----------
    split : float
        The lowest point of the valley, in the unit of the outcome.
    part : float
        Part of the runs below it.
    low, high : float
        Median of the runs on either side.
    """

    split: float
    part: float
    low: float
    high: float


def coefficient(values: Floats) -> float:
    """Return the bimodality coefficient of a sample, between 0 and 1; 0 where all are equal.

    Parameters
    ----------
    values : ndarray, shape (runs,)
        Four or more.

    Raises
    ------
    ValueError
        If there are fewer.
    """
    n = values.size
    if n < 4:
        raise ValueError(f"a bimodality coefficient needs four values, and there are {n}")
    apart = values - values.mean()
    farthest = float(np.abs(apart).max())
    # What is left of equal values by rounding has no shape.
    if farthest <= 1e-12 * float(np.abs(values).max()):
        return 0.0
    apart = apart / farthest  # powers of what is tiny would be nothing
    second = float(np.square(apart).mean())
    raw = float((apart**3).mean()) / second**1.5
    peaked = float((apart**4).mean()) / second**2 - 3.0
    skewness = raw * np.sqrt(n * (n - 1)) / (n - 2)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * peaked + 6.0)
    return float((skewness**2 + 1.0) / (excess + 3.0 * (n - 1) ** 2 / ((n - 2) * (n - 3))))


def two(values: Floats) -> Peaks | None:
    """Return the two parts into which runs fall, or None where they do not.

    Parameters
    ----------
    values : ndarray, shape (runs,)
        An outcome in every run; of fewer than `FEWEST` nothing is said.
    """
    if values.size < FEWEST or coefficient(values) <= UNIFORM:
        return None
    least, reach = float(values.min()), float(np.ptp(values))
    along = (values - least) / reach
    valley = _valley(*_density(along))
    if valley is None:
        return None
    below = along < valley
    part = float(below.mean())
    if not LEAST <= part <= 1.0 - LEAST:
        return None
    # Rounding must not put it among the runs of either side.
    split = float(np.clip(least + valley * reach, values[below].max(), values[~below].min()))
    return Peaks(split, part, float(np.median(values[below])), float(np.median(values[~below])))


def _density(values: Floats) -> tuple[Floats, Floats]:
    """Return a grid and the kernel density on it."""
    low, high = np.quantile(values, (0.25, 0.75))
    spread = float(values.std(ddof=1))
    # Where half of the runs are as good as equal the quartiles say nothing of the spread.
    narrow = (high - low) / 1.34
    narrow = min(spread, narrow) if narrow > ALIKE * spread else spread
    width = 0.9 * narrow * values.size**-0.2
    at = np.linspace(values.min() - 3.0 * width, values.max() + 3.0 * width, _GRID)
    density = np.exp(-0.5 * np.square((at[:, None] - values) / width)).sum(axis=1)
    return at, density


def _valley(at: Floats, density: Floats) -> float | None:
    """Return where the valley between the two highest peaks is deepest, if it is deep enough."""
    inside = density[1:-1]
    peaks = 1 + np.flatnonzero((inside > density[:-2]) & (inside >= density[2:]))
    if peaks.size < 2:
        return None
    first, last = sorted(peaks[np.argsort(density[peaks])[-2:]])
    lowest = first + int(density[first : last + 1].argmin())
    if density[lowest] > VALLEY * min(density[first], density[last]):
        return None
    return float(at[lowest])
