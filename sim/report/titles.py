"""Plain names of what a reader meets by its id: metrics, paths that vary, scenarios and groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.ensemble import triggers
from sim.evidence.parameters import read as read_parameters
from sim.evidence.selectors import split
from sim.report import style
from sim.scenario.futures import WORDS
from sim.scenario.paths import FUTURE

if TYPE_CHECKING:
    from sim.metrics.metric import Metric

PARAMETERS: Mapping[str, str] = {row.name: row.title for row in read_parameters()}
"""Short titles of parameters; `sim show` has the whole meaning of each."""

_OBSERVED = {
    "chatbot_referral_share_statcounter": "Referrals from chatbots",
    "chatbot_visit_share_digital_budget": "Visits to AI services",
    "core_audience_of_ai_apps": "Core audience of AI apps",
    "deepseek_market_share_band_high": "DeepSeek among chatbots, upper end of the band",
    "deepseek_market_share_band_low": "DeepSeek among chatbots, lower end of the band",
    "github_topic_pushers_share": "Topics of public repositories, shares",
    "nsn_developers_using_home_models": "Developers who use models of their own nation",
    "share_of_ai_startups_using_chinese_model": "AI startups that use a Chinese model",
    "so2025full_chinese_model_users_also_using_us_closed":
        "Users of Chinese models who also use US closed ones",
    "so2025full_chinese_model_users_also_using_us_open":
        "Users of Chinese models who also use US open ones",
    "so2025full_nonusers_who_want_class": "Users of other classes alone who want a class",
    "so2025full_users_who_want_to_keep_class": "Users of a class who want to keep it",
}  # fmt: skip
"""Titles of what was observed in nations and no series of the calibration tells of."""

_INDEX = {"enterprise": "enterprises", "independent": "independents", "research": "research"}

_LEVER = {
    "strength": "strength",
    "start": "start",
    "end": "end",
    "ramp_months": "months of growth",
    "lag_months": "months before it acts",
}

_OTHERS = {
    "scenario": "Scenario",
    "period.start": "First month",
    "period.end": "Last month",
    FUTURE: "Future of learning",
}


@cache
def metrics() -> dict[str, Metric]:
    """Return the metrics of this package by name."""
    # Those of this package alone: a report runs no file that a result names.
    from sim.evidence import load
    from sim.metrics.shipped import shipped

    known = shipped(tuple(ecosystem.id for ecosystem in load().ecosystems))
    return {metric.name: metric for metric in known}


def _known(name: str) -> Metric | None:
    """Return a metric of this package, or of a lever that waits for a sign; None for others."""
    waits = {metric.name: metric for metric in triggers.named([name])}
    return (waits | metrics()).get(name)


def metric(name: str) -> str:
    """Return the title of a metric; of one that is not in the registry its name."""
    known = _known(name)
    return name if known is None else known.title


def heading(name: str) -> str:
    """Return the short title of a metric, for the head of a column."""
    known = _known(name)
    return name if known is None else known.heading


def outcome(name: str, group: str) -> str:
    """Return a metric and a group as one title."""
    return f"{metric(name)}, {style.group_name(group)}"


def is_part(name: str) -> bool:
    """Return whether means of a metric are parts of a whole, and so read in percent."""
    known = _known(name)
    return known is not None and known.scale != "number"


def unit(name: str) -> str:
    """Return the unit in which a metric is read: percent, or its own."""
    if is_part(name):
        return "%"
    known = _known(name)
    return "" if known is None else known.unit


def figures(name: str, *values: float) -> tuple[str, ...]:
    """Return values of a metric as they are read, without their unit."""
    if is_part(name):
        return tuple(_in_percent(100 * value) for value in values)
    return tuple(number(value) for value in values)


def _in_percent(value: float) -> str:
    """Return a percentage with one decimal; more than nothing is never written as nothing."""
    return "<0.1" if 0.0 < value < 0.05 else f"{round(value, 1) + 0.0:.1f}"


def number(value: float) -> str:
    """Return a number with about three figures, and commas between thousands."""
    if abs(value) >= 1000:
        return f"{float(f'{value:.4g}'):,.0f}"
    return f"{value:.3g}"


def factor(path: str) -> str:
    """Return a path that varies as a reader knows it."""
    if path in _OTHERS:
        return _OTHERS[path]
    head, _, rest = path.partition(".")
    if head == "parameters":
        name, index = split(rest)
        title = PARAMETERS.get(name, name.replace("_", " "))
        return f"{title} ({_index(index)})" if index else title
    if head == "levers":
        lever, _, what = rest.rpartition(".")
        return f"{_lever(lever)}: {_LEVER.get(what, what)}"
    return path


def in_sentence(path: str) -> str:
    """Return a path that varies as it is written inside a sentence."""
    title = factor(path)
    proper = title.split()[0] in ("Chinese", "DeepSeek's") or title[:2].isupper()
    return title if proper else title[:1].lower() + title[1:]


def study(asked: Mapping[str, Any]) -> str:
    """Return the title of a study; of one that options made, its scenario and what varies."""
    own = asked["study"]
    if own["title"] != f"{own['name']} over {', '.join(own['vary'])}":
        return str(own["title"])
    varied = ", ".join(in_sentence(path) for path in own["vary"])
    return f"{asked['scenario']['title']}: {varied}"


def scenario(name: str, asked: Mapping[str, Any]) -> str:
    """Return the title of a scenario that a result was asked for with, or its name.

    Parameters
    ----------
    name : str
    asked : mapping
        What was asked, of a manifest: its ``scenarios`` are the documents by name.
    """
    document = asked["scenarios"].get(name)
    return name if document is None else str(document["title"])


def policies(labels: Iterable[str], asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles of what a comparison or a package compares, by label; no two are the same.

    Parameters
    ----------
    labels : iterable of str
        Names of scenarios and ids of levers.
    asked : mapping
        What was asked, of a manifest: its ``arms`` are the documents by name; arms of single
        levers have the name of the lever, and the title of the reference.
    """
    arms = asked["arms"]
    own = {name: lever for one in arms.values() for name, lever in one["own_levers"].items()}
    found = {}
    for label in dict.fromkeys(labels):
        if label in arms and asked.get("each") == "scenarios":
            title = str(arms[label]["title"])
        elif label in own:
            title = str(own[label]["title"])
        elif _is_lever(label):
            title = _lever(label)
        else:
            title = str(arms[label]["title"]) if label in arms else label
        found[label] = title or label
    often = Counter(found.values())
    return {k: title if often[title] == 1 else f"{title} ({k})" for k, title in found.items()}


def observed(name: str) -> str:
    """Return the title of what was observed, by the name that the evidence has for it."""
    from sim.calibration.series import SERIES

    return SERIES[name].heading if name in SERIES else _OBSERVED.get(name, name.replace("_", " "))


def level(path: str, value: Any, asked: Mapping[str, Any]) -> str:  # noqa: ANN401 - number or word
    """Return a level of a path that varies as it is read."""
    if path == "scenario":
        return scenario(str(value), asked)
    if path == FUTURE:
        return WORDS.get(str(value), str(value))
    return str(value) if isinstance(value, str) else number(float(value))


def _index(name: str) -> str:
    if name in _INDEX:
        return _INDEX[name]
    return style.ECOSYSTEMS[name].name if name in style.ECOSYSTEMS else name.replace("_", " ")


@cache
def _is_lever(name: str) -> bool:
    from sim.scenario.levers import read

    return name in read()


@cache
def _lever(name: str) -> str:
    from sim.scenario.levers import read

    known = read().get(name)
    return name.replace("_", " ") if known is None else known.title
