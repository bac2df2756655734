"""What each figure of a nation means, what reads it, and between which values it can be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of ``nation_values.csv``.

    Parameters
    ----------
    meaning : str
        What it counts, in words.
    use : str
        What reads it: a part of the model, groups, checks against observations, or nothing.
    low, high : float
        The least and the largest value that can be right, in the unit of its rows.
    """

    meaning: str
    use: str
    low: float = 0.0
    high: float = 1.0


_LISTED = "access to US closed models by their makers"
_CLOUD = "access to open weights through hosts"
_GROUP = "the group of that name, and effects of levers on it"
_FIRST = f"{_GROUP}; the stance at the start, and the hardware pool"
_HELD = "nothing; published beside it"
_SEEN = "comparison with the model, and the fit"

VARIABLES: Mapping[str, Variable] = MappingProxyType({
    "developers": Variable(
        "developer accounts", "number of builders, and weight of a nation in every share", 1e3, 1e8
    ),
    "population": Variable("people", "chatbot users, in comparisons with visits", 1e5, 2e9),
    "income": Variable(
        "gross national income per head at purchasing power",
        "price sensitivity, and groups by income", 500.0, 2e5,
    ),
    "internet": Variable("people who are online", "ceiling of builders", 0.01, 1.0),
    "ai_users_2025h1": Variable(
        "people of working age who use generative AI, first half of 2025",
        "builders at the start, and chatbot users",
    ),
    "ai_users_2025h2": Variable(
        "people of working age who use generative AI, second half of 2025", _SEEN
    ),
    "optimism": Variable(
        "people who see more benefits than drawbacks in AI products", "pace of uptake", 0.0, 100.0
    ),
    "ideal_point": Variable(
        "position in votes of the UN General Assembly; higher is nearer to the United States",
        "alignment with the United States or China", -5.0, 5.0,
    ),
    "english": Variable(
        "people who use English, as a first language or not",
        "pull away from Chinese models", 0.0, 100.0,
    ),
    "openai_listed": Variable("whether OpenAI lists the nation for its API", _LISTED),
    "anthropic_listed": Variable("whether Anthropic lists the nation for its API", _LISTED),
    "google_listed": Variable("whether Google lists the nation for its API", _LISTED),
    "us_cloud": Variable("whether a large US cloud has a region there", _CLOUD),
    "chinese_cloud": Variable("whether a Chinese cloud has a region there", _CLOUD),
    "oecd": Variable("member of the OECD", _GROUP),
    "g7": Variable("member of the G7", _GROUP),
    "eu": Variable("member of the European Union", _GROUP + "; licences that leave the EU out"),
    "brics": Variable("member of BRICS", _GROUP),
    "brics_partner": Variable("partner of BRICS, not a member", _HELD),
    "pax_silica": Variable("signatory of Pax Silica", _FIRST),
    "belt_and_road": Variable("participant of the Belt and Road Initiative", _GROUP),
    "chip_tier": Variable(
        "tier of the US chip rule of January 2025, 1 the freest", "hardware pool", 1.0, 3.0
    ),
    "deepseek_printed": Variable(
        "share of DeepSeek in chatbot use, as printed beside the map", _SEEN, 0.0, 100.0
    ),
    "deepseek_low": Variable(
        "share of DeepSeek in chatbot use, lower end of the map's band", _SEEN, 0.0, 100.0
    ),
    "deepseek_high": Variable(
        "share of DeepSeek in chatbot use, upper end of the map's band", _SEEN, 0.0, 100.0
    ),
    "deepseek_press": Variable(
        "share of DeepSeek in chatbot use, as the press gives it", _HELD, 0.0, 100.0
    ),
    "excited_2023": Variable(
        "people more excited than concerned about AI, 2023", _HELD, 0.0, 100.0
    ),
    "excited_2024": Variable(
        "people more excited than concerned about AI, 2024", _HELD, 0.0, 100.0
    ),
    "excited_2025": Variable(
        "people more excited than concerned about AI, 2025", _HELD, 0.0, 100.0
    ),
})  # fmt: skip
"""By name, in the order in which a nation is shown: what the model reads comes first."""
