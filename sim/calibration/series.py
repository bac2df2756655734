"""The observed series: one row for each says what it sees of a simulated world and with what error.

Values are percent, as in the table of observations. Errors are on the scale of log-odds, on which
shares of any size err alike. `sim.world.views` computes what a series sees, and
`sim.calibration.targets` reads its figures by the rows that its own row names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from sim.arrays import Floats
from sim.errors import InputError, Problem, nearest
from sim.evidence.codes import EVERY, OPEN, USERS
from sim.evidence.survey import EQUAL_SPLIT, split_error
from sim.world.views import Sight

Bound = Literal["", "at least", "at most"]
"""What a figure is held to: the number, or from one side alone."""

WORLD = "WLD"
"""Place of a series that is not told by nation."""

BAND_FLOOR = 2.5
"""Percent that stands for a national band that begins at zero: its middle."""

BAND_ERROR = float(np.hypot(0.3, 0.3))
"""Error of the middle of a national band, log-odds: that of a point, and as much for the band."""


@dataclass(frozen=True)
class Rows:
    """Rows of the table of observations that are figures of a series.

    Parameters
    ----------
    end : str
        End of their name in the table, after that of the series. Where there are two they are
        those of a band, whose middle is the figure.
    codes : tuple of str
        Codes of the table; rows of others are left out.
    of : str, optional
        Beginning of their name in the table, where it is not the name of the series.
    error : float or callable, optional
        Standard deviation of the observation, log-odds, or a function of place and code that gives
        it; that of the series by default.
    counted_as : str, optional
        Code that the figure stands for, where it is another than its own.
    bound : {"", "at least", "at most"}
        Whether the source says "more than" or "less than".
    ahead : int
        Months from the one that a figure is of to the one that it tells of: what people say that
        they will do.
    after : str, optional
        Month, ``YYYY-MM``, after which figures are aimed at: those before have another use.
    floor : float
        Least middle of a band, percent.
    """

    end: str | tuple[str, str]
    codes: tuple[str, ...]
    of: str | None = None
    error: float | Callable[[str, str], float] | None = None
    counted_as: str | None = None
    bound: Bound = ""
    ahead: int = 0
    after: str | None = None
    floor: float = 0.0

    def names(self, series: str) -> tuple[str, ...]:
        """Return the names of these rows of a series in the table: one, or both ends of a band."""
        ends = (self.end,) if isinstance(self.end, str) else self.end
        return tuple((self.of or series) + end for end in ends)


@dataclass(frozen=True)
class Series(Sight):
    """One observed series: what it sees of the world, its figures and their errors.

    Parameters
    ----------
    name : str
        Beginning of its name in the table of observations.
    key : str
        Short name, by which the table of parameters says which series may move a parameter.
    heading : str
        Its title in tables and figures.
    title : str
        What it counts, in words.
    rows : tuple of Rows
        What a calibration aims at. A band stands in where no row before it gives a figure of the
        same place, month and code.
    by_nation : bool
        Whether it is told by nation.
    error : float
        Standard deviation of an observation, log-odds.
    drift : float
        Standard deviation of what the model lacks and the series has, log-odds.
    memory : float
        Correlation of that from one month to the next.
    own : float
        Standard deviation of what the model lacks in one place alone, log-odds; it is independent
        between places.
    own_memory : float
        Correlation of that from one month to the next.
    asked : bool
        Whether it is a share of respondents, so that an error follows from their number.
    counts : bool
        Whether the respondents are counted yes or no, so that the error is binomial.
    nations_too : str, optional
        View by which its answers by nation are told beside those of the world; no fit aims at them.
    rest : str, optional
        Code that has what the others leave: no figure of it is aimed at.
    """

    name: str
    key: str
    heading: str
    title: str
    rows: tuple[Rows, ...]
    by_nation: bool = False
    error: float = 0.1
    drift: float = 0.0
    memory: float = 0.0
    own: float = 0.0
    own_memory: float = 0.0
    asked: bool = False
    counts: bool = False
    nations_too: str | None = None
    rest: str | None = None


ASKED = ("cn_all", "us_closed", "us_open_all", "eu_all")
"""Classes that the survey of developers tells apart."""

SITE_BIAS = 0.3
"""Standard deviation, log-odds, of what the site of the survey adds to a class in every nation."""

ATYPICAL = {"CHN": 1.0, "RUS": 0.5}
"""Further error, log-odds, where those who answer an English site are unlike a nation's developers
(judgement)."""


def _split_error(place: str, code: str) -> float:
    """Return the error of a nation's equal split: sampling, and who answers, log-odds."""
    return float(np.hypot(split_error(place, code), ATYPICAL.get(place, 0.0)))


_ROWS = (
    Series(
        EQUAL_SPLIT, "split", "Developers' models by nation, equal split",
        "developers by nation, each split equally over the models of a year",
        sees="split", codes=ASKED, base=EVERY,
        rows=(
            # US closed models are what the others leave.
            Rows("", ("cn_all", "us_open_all"), error=_split_error),
            Rows("", ("eu",), error=_split_error, counted_as="eu_all"),
        ),
        by_nation=True, drift=SITE_BIAS, memory=1.0, asked=True, rest="us_closed",
    ),
    Series(
        "so2025full_developers_used_model", "used", "Developers who used a class in a year",
        "developers who have used a class of models in the past year",
        sees="used", codes=ASKED, base=EVERY, rows=(
            Rows("", ("cn_all", "us_closed", "us_open_all")),
            Rows("", ("eu",), counted_as="eu_all"),
        ),
        error=0.05, counts=True,
        nations_too="used by nation",
    ),
    Series(
        "so2025full_developers_using_only_this_class", "only", "Developers who used no other class",
        "developers who have used no other class of models in the past year",
        sees="only", codes=ASKED, base=EVERY,
        rows=(
            # Half of all respondents name US closed models alone; of the few who name another class
            # alone the view knows less.
            Rows("", ("us_closed",), error=0.05), Rows("", ("cn_all", "us_open_all")),
            Rows("", ("eu",), counted_as="eu_all"),
        ),
        error=0.6,
    ),
    Series(
        "so2025full_chinese_model_users_also_using", "both",
        "Users of Chinese models who used others",
        "users of Chinese models who have used US models too, past year",
        sees="both", codes=("us_closed", "us_open_all"), base=EVERY,
        rows=(
            Rows("_us_closed", ("cn_all",), counted_as="us_closed"),
            Rows("_us_open", ("cn_all",), counted_as="us_open_all"),
        ),
        error=0.15,
    ),
    Series(
        "main_ecosystem_kept_a_year", "kept", "Main users who stay a year",
        "main users of Chinese models who still are a year later",
        sees="kept", codes=("cn_all",), base=EVERY,
        rows=(Rows("", ("cn_all",)),), error=0.53,
    ),
    Series(
        # Of those who named models for next year 30.0 percent used a Chinese one, of all who named
        # any 28.2: the difference of the two bases is well within the error.
        "so2025full_developers_want_model", "wanted", "Developers who want a class for next year",
        "developers who used a class by June 2026, if they do as they said in June 2025",
        sees="used", codes=("cn_all",), base=EVERY,
        rows=(Rows("", ("cn_all",), ahead=12),), error=0.35,
    ),
    Series(
        "github_topic_pushers", "topics", "Topics of public repositories",
        "developers who push to repositories of a maker's topic, quarters",
        sees="topics", codes=("cn_all",), base=EVERY, rows=(Rows("_share", ("cn_all",)),),
        factor="topic_factor", by_nation=True, mean_of=12, error=0.1, drift=0.1, memory=0.9,
    ),
    Series(
        "vercel_ai_gateway_token_share", "gateway", "Tokens of a gateway of developers",
        "tokens of a gateway of one host, a bound",
        sees="abroad", codes=("cn_all",), base=EVERY,
        rows=(Rows("_upper_bound", ("cn_all",), bound="at most"),), error=0.3,
    ),
    Series(
        "openrouter_token_share_by_lab_origin", "origin", "Routed tokens by origin",
        "tokens of one router by origin of the laboratory, single days",
        sees="routed", codes=("cn_all", "us_all", "eu"), base=EVERY,
        rows=(
            # Closed Chinese models had next to no tokens in 2024, so that open ones stand for all;
            # a study gives the share of some weeks.
            Rows("", ("cn_open",), of="openrouter_token_share", error=0.4, counted_as="cn_all"),
            # US shares are what others leave and say nothing more.
            Rows("_day_high", ("cn_all", "eu")),
            Rows("_day_high_other_day", ("cn_all", "eu")),
        ),
        error=0.25, drift=0.7, memory=0.9, rest="us_all",
    ),
    Series(
        "openrouter_open_weight_token_share", "open", "Routed tokens, open weights",
        "tokens of one router on open weights, months",
        sees="routed", codes=("all_open",), base=EVERY,
        rows=(Rows("_high", ("all_open",)),),
        error=0.12, drift=0.4, memory=0.9,
    ),
    Series(
        "web_visit_share_chinese_llm_sites", "visits", "Visits to chat sites",
        "visits to chat sites outside China",
        sees="visits", codes=("cn_all", "us_all"), base=EVERY,
        rows=(
            Rows("", ("cn_all",)),
            Rows(("_low", "_high"), ("cn_all",), error=0.25),
        ),
        error=0.2, drift=0.2, memory=0.8,
    ),
    Series(
        # The figures are of the open market: closed Chinese services are outside their base.
        "deepseek_market_share", "bands", "DeepSeek by nation",
        "DeepSeek in chatbot use by nation, mean of the half-year",
        sees="chats", codes=("cn_open",), base=tuple(k for k in EVERY if k != "cn_closed"),
        rows=(
            Rows("", ("cn_open:deepseek",), counted_as="cn_open"),
            Rows(
                ("_band_low", "_band_high"), ("cn_open:deepseek",),
                error=BAND_ERROR, counted_as="cn_open", floor=BAND_FLOOR,
            ),
        ),
        factor="visit_factor", by_nation=True, mean_of=6, error=0.3,
    ),
    Series(
        "genai_user_share_of_working_age_population", "users", "AI users by nation",
        "people of working age who use generative AI, mean of the half-year",
        sees="users", codes=(USERS,), base=(), rows=(Rows("", (USERS,), after="2025-06"),),
        by_nation=True, error=0.02, drift=0.15, memory=0.95, own=0.149, own_memory=0.999,
    ),
    Series(
        "atom_share_of_new_derivatives", "derived", "New derivatives",
        "new derivatives of open models by their base",
        sees="derived", codes=("cn_open", "us_open_all", "eu"), base=OPEN,
        rows=(
            Rows("_first_point", ("cn_open", "eu")),
            Rows("_last_point", ("cn_open", "eu")),
            Rows("_lower_bound", ("cn_open",), bound="at least"),
        ),
        error=0.3, drift=0.35, memory=0.95,
    ),
    Series(
        "hf_download_share", "downloads", "Downloads of Chinese open models",
        "downloads of open models, mean of twelve months",
        sees="derived", codes=("cn_open", "us_open_all", "eu"), base=OPEN,
        rows=(Rows("_last_12_months", ("cn_open", "us_open_all")),),
        factor="download_base", mean_of=12, error=0.4, drift=0.3, memory=0.95,
    ),
    Series(
        "enterprise_workload_share_open_source", "firms", "Enterprise workloads, open weights",
        "workloads of enterprises in high-income nations on open weights",
        sees="firms", codes=("all_open",), base=EVERY,
        rows=(
            Rows("", ("all_open",)),
            Rows("_low", ("all_open",)),
            Rows("_high", ("all_open",)),
        ),
        error=0.15, drift=0.25, memory=0.95,
    ),
)  # fmt: skip

SERIES: Mapping[str, Series] = MappingProxyType({series.name: series for series in _ROWS})
"""Series that the model can be compared with, by name; the order is that of reports.

Errors: 0.25 for a day of routed tokens and 0.12 for a month (spread of days within a month); one
point of web visits, two of enterprises, six and eight of derivatives and downloads, as log-odds
near the observed levels; 0.3 for a nation's chat services and as much again for the middle of a
band, so that with the tastes of consumers the residual of 78 bands is its 0.62; 15 percent for AI
users, nearly all of it a nation's own that lasts (``own``), since one method counts every half-year
alike. ``drift`` and ``memory`` are judgement; those of routed tokens, 0.7 and 0.4, and that of AI
users were chosen by how often intervals of forecasts from 2025 on held the figures to June 2026.
"""

BY_KEY: Mapping[str, Series] = MappingProxyType({series.key: series for series in _ROWS})
"""The same by short name."""

TOLD_TOGETHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"survey": ("split", "used", "only", "both")}
)
"""Series that tell of a parameter together or not at all, by the name of their group: answers of
the same respondents, of which the most precise would take what the others could tell."""


def by_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the names of series by short names, those of groups among them."""
    singles = (single for key in keys for single in TOLD_TOGETHER.get(key, (key,)))
    return tuple(BY_KEY[key].name for key in singles)


def named(name: str) -> Series:
    """Return a series.

    Raises
    ------
    InputError
        If there is none of that name; the hint names the nearest.
    """
    if name not in SERIES:
        hint = nearest(name, SERIES) or f"series are {', '.join(SERIES)}"
        raise InputError(Problem(f"no series is called {name!r}", path="series", hint=hint))
    return SERIES[name]


def logit(percent: Floats, least: float = 0.05) -> Floats:
    """Return log-odds of percentages, held at least ``least`` away from 0 and from 100."""
    part = np.clip(percent, least, 100.0 - least) / 100.0
    return np.asarray(np.log(part / (1.0 - part)))


def percent(odds: Floats) -> Floats:
    """Return percentages of log-odds."""
    return np.asarray(100.0 / (1.0 + np.exp(-odds)))
