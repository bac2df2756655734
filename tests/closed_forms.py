"""What is known in closed form, to hold estimates to."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr


def crps_normal(mean: float, sd: float, value: float) -> float:
    """Return the score of a normal forecast (Gneiting and Raftery 2007, *JASA* 102, page 367)."""
    if sd <= 0.0:
        return abs(value - mean)
    z = (value - mean) / sd
    density = np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    return float(sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))
