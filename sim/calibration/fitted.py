"""Which parameters the observations may move, and what the shipped draws say of each.

Words for reports and tables come from here, so that none can call a parameter fitted that the
smoother never moves. Importing this module is light.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from sim.calibration.series import BY_KEY, by_keys
from sim.evidence import Parameter
from sim.evidence.parameters import read as read_parameters
from sim.evidence.posterior import read as read_draws

BANDS, SPLIT = (BY_KEY[key].name for key in ("bands", "split"))

FITTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {row.path: by_keys(row.told_by) for row in read_parameters() if row.told_by}
)
"""Path of each parameter that is fitted, and the series that may move it.

A gain between a parameter and a series that by mechanism has nothing to say of it would be chance:
with a few hundred members such chance takes away spread that the data do not take.
"""

STATUSES: Mapping[str, str] = {
    "fitted": "drawn from its range, which is the prior, and moved by the fit to observations",
    "range": "drawn from its range; no observation moves it",
    "value": "held at its default",
    "switch": "a structural alternative, off or on",
}
"""Words for what becomes of a parameter, in the order of reports."""


def status(row: Parameter) -> str:
    """Return what becomes of a parameter, a key of `STATUSES`."""
    return "fitted" if row.path in FITTED else row.status


def posterior(row: Parameter) -> tuple[float, float, float] | None:
    """Return 5 %, 50 % and 95 % quantile of a fitted parameter in the shipped draws.

    Returns
    -------
    tuple of float or None
        In the parameter's unit; None where the parameter is not fitted or no draws are shipped.
    """
    draws = read_draws()
    if draws is None or row.path not in FITTED or row.path not in draws.names:
        return None
    of_row = draws.values[:, draws.names.index(row.path)]
    low, middle, high = np.quantile(of_row, (0.05, 0.5, 0.95)).tolist()
    return low, middle, high
