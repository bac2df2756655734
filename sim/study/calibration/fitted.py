"""Which parameters the observations may move, and what the shipped draws say of each.

Words for reports and tables come from here, so that none can call a parameter fitted that the
smoother never moves. Importing this module is light.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.evidence import Parameter
from sim.evidence.posterior import read as read_draws

ORIGIN, OPEN = "openrouter_token_share_by_lab_origin", "openrouter_open_weight_token_share"
VISITS, NATIONS = "web_visit_share_chinese_llm_sites", "deepseek_market_share"
USERS, FIRMS = (
    "genai_user_share_of_working_age_population",
    "enterprise_workload_share_open_source",
)
DERIVED, DOWNLOADS = "atom_share_of_new_derivatives", "hf_download_share"
ROUTED, BUILT = (ORIGIN, OPEN), (DERIVED, DOWNLOADS)

FITTED: Mapping[str, tuple[str, ...]] = {
    "task_difficulty": (*ROUTED, *BUILT, FIRMS, NATIONS),
    "task_difficulty_gap": (FIRMS,),
    "task_width": (*ROUTED, *BUILT, FIRMS),
    "moving_bar": (*ROUTED, *BUILT, FIRMS),
    "capability_weight.enterprise": (FIRMS,),
    "capability_weight.independent": (*ROUTED, *BUILT, NATIONS),
    "price_sensitivity": (*ROUTED, NATIONS),
    "us_closed_pull.enterprise": (FIRMS,),
    "us_closed_pull.independent": (*ROUTED, VISITS, NATIONS),
    "licence_weight": (*ROUTED, *BUILT, FIRMS),
    "risk_weight.enterprise": (FIRMS, NATIONS),
    "risk_weight.independent": (*ROUTED, *BUILT, VISITS, NATIONS),
    "reconsider.independent": (*ROUTED, VISITS, NATIONS),
    "reconsider.research": BUILT,
    "leak": (NATIONS,),
    "align": (NATIONS,),
    "us_tie": (NATIONS,),
    "income_effect": (NATIONS,),
    "trial_rate": (VISITS, NATIONS),
    "attention_memory": (VISITS, NATIONS),
    "nest": (*ROUTED, *BUILT),
    "home": (*ROUTED, *BUILT),
    "fresh_pull": ROUTED,
    "promotion_pull": ROUTED,
    "imitation_links": (USERS,),
    "innovation": (USERS,),
    "potential": (USERS,),
    "visit_factor": (NATIONS,),
}
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
