"""Figures that somebody who knows the field would check first, with what was observed near them.

The sentences hold no number: what the model says and what was observed comes from a run and from
the tables, and both move.
"""

from __future__ import annotations

from dataclasses import dataclass

CHINESE = ("cn_open", "cn_closed")
SPLIT = "so2025full_equal_split_share"
USED = "so2025full_developers_used_model"
ORIGIN = "openrouter_token_share_by_lab_origin_day_high"
OPENNESS = "openrouter_open_weight_token_share_high"
DERIVED = "atom_share_of_new_derivatives_last_point"
DOWNLOADS = "hf_download_share_last_12_months"
FIRMS = "enterprise_workload_share_open_source"
USERS = "genai_user_share_of_working_age_population"
CHATS = "deepseek_market_share"
GATEWAY = "vercel_ai_gateway_token_share_upper_bound"
USED_HOME = "nsn_developers_using_home_models"
VISITS = "chatbot_visit_share_digital_budget"
AUDIENCE = "core_audience_of_ai_apps"
SITES = "web_visit_share_chinese_llm_sites"


@dataclass(frozen=True)
class Near:
    """A row of the table of observations, by series, place, ecosystem and last month."""

    series: str
    ecosystem: str
    month: str
    place: str = "WLD"


@dataclass(frozen=True)
class Fact:
    """A row of the table of hardware, by item, index and month from which it holds."""

    item: str
    index: str
    since: str


@dataclass(frozen=True)
class Main:
    """Part of the developers of a group or nation whose main ecosystem is one of some."""

    ecosystems: tuple[str, ...]
    month: str
    group: str = "world"


@dataclass(frozen=True)
class View:
    """What a series shows, errors of observation among it; by the short name of the series."""

    key: str
    code: str
    month: str
    nation: str = "WLD"


@dataclass(frozen=True)
class Metric:
    """A fraction that is a metric of runs."""

    name: str
    month: str
    group: str = "world"


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, what is near to it, what the model is asked, and what to think."""

    title: str
    near: tuple[Near | Fact, ...]
    model: Main | View | Metric
    why: str


def _split(code: str, place: str = "WLD") -> Near:
    return Near(SPLIT, code, "2025-06", place)


_CLOSED = (_split("us_closed"), Near("enterprise_workload_share_closed", "closed", "2024-12"))
_WORKLOADS = (
    Near(FIRMS, "all_open", "2024-12"), Near(FIRMS + "_high", "all_open", "2025-06"),
    Near(FIRMS + "_low", "all_open", "2025-12"),
)  # fmt: skip
_EUROPE = (_split("eu"), Near(ORIGIN, "eu", "2026-06"), Near(DERIVED, "eu", "2026-02"))
_ROUTED = (Near(ORIGIN, "cn_all", "2025-12"), Near(ORIGIN, "cn_all", "2026-06"))
_BUILDERS = (_split("cn_all"), Near(USED, "cn_all", "2025-06"), Near(GATEWAY, "cn_all", "2026-04"))
_CHIPS = (Fact("demand", "china", "2025-07"), Fact("output_reference", "", "2025-11"))
_IRAN = (_split("cn_all", "IRN"), Near(CHATS, "cn_open:deepseek", "2025-12", "IRN"))
_RUSSIA = (_split("cn_all", "RUS"), Near(CHATS, "cn_open:deepseek", "2025-12", "RUS"))


_OWN_RUSSIAN = (
    Near(USED_HOME, "sovereign", "2025-12", "RUS"),
    Near(VISITS, "sovereign", "2025-10", "RUS"),
)


def _here(place: str) -> tuple[Near, ...]:
    return (
        _split("cn_all", place),
        Near(CHATS + "_band_low", "cn_open:deepseek", "2025-12", place),
        Near(CHATS + "_band_high", "cn_open:deepseek", "2025-12", place),
    )


FIGURES = (
    Figure(
        "US closed models as main ecosystem, world, end of 2025", _CLOSED,
        Main(("us_closed",), "2025-12"),
        "Believe the order of size: a survey of builders and one of firms point the same way, "
        "though neither asked for a main ecosystem.",
    ),
    Figure(
        "US closed models as main ecosystem, world, end of 2030", _CLOSED,
        Main(("us_closed",), "2030-12"),
        "Believe no level: a fall without any policy rests on followers that go on catching up, "
        "which no series of firms shows so far.",
    ),
    Figure(
        "Workloads of enterprises on open weights, end of 2025", _WORKLOADS,
        View("firms", "all_open", "2025-12"),
        "It was fitted to these very figures, so that agreement shows nothing beyond the fit.",
    ),
    Figure(
        "Workloads of enterprises on open weights, end of 2030", _WORKLOADS,
        View("firms", "all_open", "2030-12"),
        "Doubt any rise: the observed series fell, and what would turn it is the model's own "
        "assumption that open models become good enough for the tasks of firms.",
    ),
    Figure(
        "European open models as main ecosystem, world, end of 2025", _EUROPE,
        Main(("eu_open",), "2025-12"),
        "Doubt it where it exceeds the survey: flows of tokens and derivatives hold less of Europe "
        "than the answers of developers do.",
    ),
    Figure(
        "European open models as main ecosystem, Global South, end of 2030", _EUROPE,
        Main(("eu_open",), "2030-12", "global_south"),
        "Doubt a large one: European laboratories trail in the table of releases, and nothing "
        "observed outside Europe shows a large following.",
    ),
    Figure(
        "European open models as main ecosystem, Brazil, end of 2030",
        (_split("eu", "BRA"), *_EUROPE[1:]), Main(("eu_open",), "2030-12", "BRA"),
        "Doubt a large one: the taste of one nation for one ecosystem is drawn wide, and the "
        "answers of its developers give Europe next to nothing.",
    ),
    Figure(
        "Chinese laboratories in routed tokens, June of 2026", _ROUTED,
        View("origin", "cn_all", "2026-06"),
        "It was fitted to these very figures, by rules that were thought of after the rise: that "
        "they are met is no success, and without learning most of the rise is missing.",
    ),
    Figure(
        "Chinese laboratories in routed tokens, end of 2027", _ROUTED,
        View("origin", "cn_all", "2027-12"),
        "Read the band and not the middle: users of a router change models within days, and the "
        "figures of single days scatter widely around any trend.",
    ),
    Figure(
        "Open weights in routed tokens, June of 2026",
        (Near(OPENNESS, "all_open", "2025-12"), Near(OPENNESS, "all_open", "2026-06")),
        View("open", "all_open", "2026-06"),
        "As for the Chinese share: whoever trusts a middle below the last figures must say what "
        "stopped the rise that was seen.",
    ),
    Figure(
        "Chinese bases of new derivatives, February of 2026",
        (Near("atom_share_of_new_derivatives_lower_bound", "cn_open", "2025-06"),
         Near(DERIVED, "cn_open", "2026-02")),
        View("derived", "cn_open", "2026-02"),
        "Believe the direction: the flow of new derivatives leads the stock, but its observed "
        "points are few and one of them is a bound.",
    ),
    Figure(
        "European bases of new derivatives, February of 2026", (Near(DERIVED, "eu", "2026-02"),),
        View("derived", "eu", "2026-02"),
        "Doubt it where it stands above the figure: the early European lead in derivatives went "
        "faster than a brand in the model loses its friends.",
    ),
    Figure(
        "Chinese models in downloads, June of 2026", (Near(DOWNLOADS, "cn_open", "2025-08"),),
        View("downloads", "cn_open", "2026-06"),
        "Believe no turn: downloads are a stock of old dependencies and of automated jobs, and "
        "the part of them that the count sees is a parameter of its own.",
    ),
    Figure(
        "Chinese models as main ecosystem, world, April of 2026", _BUILDERS,
        Main(CHINESE, "2026-04"),
        "A main ecosystem lies between regular use and having tried: the survey gives a bound "
        "above, and a gateway for firms one that its own users set.",
    ),
    Figure(
        "Chinese models as main ecosystem, world, end of 2030", _BUILDERS,
        Main(CHINESE, "2030-12"),
        "Nobody can know it: whether builders follow the router or stay as they say they will "
        "is the question on which futures part.",
    ),
    Figure(
        "Chinese hardware in the world's compute, end of 2025", _CHIPS,
        Metric("hardware_share.cn", "2025-12"),
        "Believe it as far as the counts of one research group reach; other estimates of output "
        "differ by a factor.",
    ),
    Figure(
        "Chinese hardware in the world's compute, end of 2035", _CHIPS,
        Metric("hardware_share.cn", "2035-12"),
        "Doubt the band too: memory, yields and export of chips are the most contested of all "
        "paths. What plants can make and what is exported is drawn; demand has no range.",
    ),
    Figure(
        "Own models worked with in the year, Russia, end of 2025", _OWN_RUSSIAN,
        Metric("used.sovereign", "2025-12", "RUS"),
        "Believe the order: the survey of developers had no option for them, and what was asked "
        "in Russia is one question in the press.",
    ),
    Figure(
        "Own models as main ecosystem, Korea, end of 2030",
        (Near(AUDIENCE, "sovereign", "2025-08", "KOR"),),
        Main(("sovereign",), "2030-12", "KOR"),
        "Doubt it: no survey asked Korean developers, and reach at home is judged by the kind of "
        "laboratory.",
    ),
    Figure(
        "Chinese models as main ecosystem, Norway, end of 2025", _here("NOR"),
        Main(CHINESE, "2025-12", "NOR"),
        "The survey has few respondents here, so that the level leans on alignment and income.",
    ),
    Figure(
        "Chinese models as main ecosystem, Czechia, end of 2025", _here("CZE")[1:],
        Main(CHINESE, "2025-12", "CZE"),
        "Doubt it: chats of consumers are no proxy for builders, and of these no figure is there.",
    ),
    Figure(
        "Chinese models as main ecosystem, Spain, end of 2025", _here("ESP"),
        Main(CHINESE, "2025-12", "ESP"),
        "Believe the order against other members of the Union, which the survey supports.",
    ),
    Figure(
        "Chinese models as main ecosystem, India, end of 2025", _here("IND"),
        Main(CHINESE, "2025-12", "IND"),
        "Builders and consumers part here more than anywhere: the survey puts its developers well "
        "above what the chats of its people would suggest.",
    ),
    Figure(
        "Chinese models as main ecosystem, Iran, end of 2030", _IRAN,
        Main(CHINESE, "2030-12", "IRN"),
        "Doubt the level: sanctions and listings stay frozen after the last fact, and answers of "
        "Iranian developers show US closed models by way of private networks.",
    ),
    Figure(
        "DeepSeek in chats, Russia, second half of 2025", _RUSSIA[1:],
        View("bands", "cn_open", "2025-12", "RUS"),
        "It was fitted to this figure; the model's own part is that blocked services explain it.",
    ),
    Figure(
        "Chinese models as main ecosystem, United States, end of 2025",
        (_split("cn_all", "USA"),
         Near("share_of_ai_startups_using_chinese_model", "cn_open", "2025-12", "USA")),
        Main(CHINESE, "2025-12", "USA"),
        "A small main share can stand beside wide use: start-ups that run on Chinese weights are "
        "a small part of developers.",
    ),
    Figure(
        "US open models with a restricted licence as main ecosystem, world, end of 2030",
        (_split("us_open_all"),
         Near("hf_download_share_month", "us_open_restricted:llama", "2025-03")),
        Main(("us_open_restricted",), "2030-12"),
        "Doubt any rise: the line has had no new best for long, and the trend gives it one.",
    ),
    Figure(
        "People who use AI, India, first quarter of 2026",
        (Near(USERS, "all", "2025-12", "IND"), Near(USERS, "all", "2026-03", "IND")),
        View("users", "all", "2026-03", "IND"),
        "Hold it against the last value, which is hard to beat here: uptake in the model follows "
        "ceilings and imitation that a few figures a nation can hardly inform.",
    ),
    Figure(
        "Chinese models in the answers of developers, China, June of 2025",
        (_split("cn_all", "CHN"), Near(USED, "cn_all", "2025-06", "CHN")),
        View("split", "cn_all", "2025-06", "CHN"),
        "Those who answer an English site are unlike the developers of China; a share above "
        "theirs is expected, and how far above is judgement.",
    ),
    Figure(
        "Visits to Chinese chat sites, February of 2025",
        (Near(SITES, "cn_all", "2025-01"), Near(SITES, "cn_all", "2025-02"),
         Near(SITES, "cn_all", "2025-08")),
        View("visits", "cn_all", "2025-02"),
        "Believe the wave: its size is fitted, its fall is the work of attention that fades and "
        "of trial that does not stay.",
    ),
)  # fmt: skip
"""In the order of the page; what a reader who knew the field doubted most comes first."""
