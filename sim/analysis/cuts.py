"""What goes on of use when something is cut off, and how long it takes to come back."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats

BACK = 0.9
"""Part of use that must go on as without the cut for a nation to have recovered."""


def kept(without: Floats, within: Floats) -> Floats:
    """Return the part of use that goes on as it would without a cut.

    ``sum_k min(n_k, m_k) / sum_k n_k`` with n_k developers of ecosystem k without the cut and m_k
    with it: where their number is the same, one less the total variation distance between the two
    distributions (Levin, Peres and Wilmer 2009, *Markov Chains and Mixing Times*, section 4.1).

    Parameters
    ----------
    without, within : ndarray, shape (ecosystems, ...)
        Developers by main ecosystem, in pairs of the same world.

    Returns
    -------
    ndarray, shape (...)
        Fractions; 1 where nobody builds, who has nothing to lose.
    """
    total = without.sum(axis=0)
    nobody = total <= 0.0
    part = np.minimum(without, within).sum(axis=0) / np.where(nobody, 1.0, total)
    return np.where(nobody, 1.0, np.minimum(part, 1.0))


def months_to_recover(part: Floats) -> Floats:
    """Return the months from the beginning of a cut until use is back at `BACK` for good.

    Parameters
    ----------
    part : ndarray, shape (months, replicates)
        As `kept` gives it, from the first month of the cut on.

    Returns
    -------
    ndarray, shape (replicates,)
        0 where it never falls below; all the months where it is not back by the last of them.
    """
    below = part < BACK
    last = part.shape[0] - below[::-1].argmax(axis=0)
    return np.where(below.any(axis=0), last, 0).astype(np.float64)
