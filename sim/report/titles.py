"""Plain names of what a reader meets by its id: metrics, paths that vary, scenarios and groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.report import style

if TYPE_CHECKING:
    from sim.study.metrics import Metric

PARAMETERS = {
    "align": "Pull of political alignment",
    "anchor_cap": "Cap on builders in June 2025",
    "attention_median": "Attention to a release",
    "attention_memory": "Memory of attention",
    "attention_sd": "Spread of attention to releases",
    "backfire": "Chinese answer to unmet chip demand",
    "capability_weight": "Worth of capability",
    "chip_price": "Price of a chip",
    "deployment_learning": "Learning from deployment",
    "download_base": "Downloads of known ecosystems",
    "fresh_memory": "Memory of a fresh release",
    "fresh_pull": "Pull of a fresh release",
    "frontier_jump": "Size of a jump of the frontier",
    "frontier_rate": "Jumps of the frontier",
    "frontier_shape": "Evenness of jumps of the frontier",
    "fungible": "Training and serving share chips",
    "hardware_response": "Response of hardware demand",
    "home": "Preference for home models",
    "hosted_cost": "Effort of a third-party host",
    "hurt": "Lasting loss after a cut-off",
    "imitation": "Growth by imitation",
    "imitation_links": "Imitation across borders",
    "income_effect": "Effect of income on price sensitivity",
    "influence_model_weight": "Weight of models in influence",
    "initial_risk": "Perceived risk of Chinese models",
    "initial_trust": "Trust in trusted hosts",
    "innovation": "Growth by innovation",
    "lag": "Months behind the frontier",
    "leak": "Access where a service is not offered",
    "least_price": "Price below which none is felt",
    "licence_hosted": "Licence felt by hosted users",
    "licence_strictness": "Strictness of licences",
    "licence_weight": "Worth of a permissive licence",
    "licence_weight_ratio": "Worth of a licence, relative",
    "links": "Links between nations",
    "links_weight": "Weight of linked nations",
    "load_base": "Load on Chinese serving compute in 2025",
    "load_price": "Price rise with overload",
    "moving_bar": "Tasks grow with the frontier",
    "nest": "Dissimilarity of similar models",
    "network": "Strength of network effects",
    "network_world": "World's part in network effects",
    "noise": "Differences of taste",
    "notable_step": "Rise that makes a release notable",
    "optimism_effect": "Effect of optimism on growth",
    "output_growth": "Growth of Chinese chip output",
    "potential": "Potential builders",
    "price_sensitivity": "Price sensitivity",
    "price_sensitivity_ratio": "Price sensitivity, relative",
    "promotion_pull": "Pull of a free offer",
    "raw_capability": "Capability felt as index points",
    "raw_unit": "Index points that count as one",
    "raw_zero": "Index that is worth nothing",
    "reconsider": "Chance to reconsider in a month",
    "release_noise": "Spread of lags at a release",
    "release_rate": "Releases in a month",
    "review_months": "Months between reviews of a stance",
    "risk_weight": "Weight of perceived risk",
    "scar_half_life": "Half-life of the loss after a cut-off",
    "segment_weight": "Weight of the segment",
    "self_host_cost": "Effort of hosting oneself",
    "small_price_fall": "Fall of prices of small models",
    "sovereign_lag": "Lag of national programmes",
    "stance_access": "Access under a stance",
    "stance_align": "Alignment in stances",
    "stance_hardware": "Hardware in stances",
    "stance_keep": "Inertia of stances",
    "stance_offer": "Offers in stances",
    "stance_peers": "Peers in stances",
    "stance_push": "Effect of a stance",
    "stance_ratio": "Effect of a stance, relative",
    "stance_use": "Use at home in stances",
    "stances": "Governments take stances",
    "stay": "Inertia of developers",
    "stay_ratio": "Inertia, relative",
    "stock_life": "Life of an accelerator",
    "supply": "Serving compute limits use",
    "task_difficulty": "Difficulty of tasks",
    "task_difficulty_gap": "Extra difficulty of enterprise tasks",
    "task_width": "Spread of task difficulty",
    "taste_memory": "Memory of taste",
    "taste_month": "Monthly differences of taste",
    "taste_nation": "National differences of taste",
    "taste_region": "Regional differences of taste",
    "training_lag": "Lag from lost training compute",
    "trial": "Releases draw trial",
    "trial_effect": "Effect of trial",
    "trial_new": "Added use in trial",
    "trial_rate": "Users who try a release",
    "under_use": "Idle own machines",
    "unmet_start": "Unmet chip demand at the start",
    "us_closed_pull": "Brand and tools of US closed models",
    "us_tie": "Pull of US trade",
    "usage_response": "Use brought by a price cut",
    "value_effect": "Effect of value on growth",
    "visit_factor": "DeepSeek's part of Chinese chatbot use",
}
"""Short titles of parameters; `sim show` has the whole meaning of each."""

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
}


@cache
def _metrics() -> dict[str, Metric]:
    from sim.evidence import load
    from sim.study.metrics import registry

    known = registry(tuple(ecosystem.id for ecosystem in load().ecosystems))
    return {metric.name: metric for metric in known}


def metric(name: str) -> str:
    """Return the title of a metric; of one that is not in the registry its name."""
    known = _metrics().get(name)
    return name if known is None else known.title


def heading(name: str) -> str:
    """Return the short title of a metric, for the head of a column."""
    known = _metrics().get(name)
    return name if known is None else known.heading


def outcome(name: str, group: str) -> str:
    """Return a metric and a group as one title."""
    return f"{metric(name)}, {style.group_name(group)}"


def is_part(name: str) -> bool:
    """Return whether means of a metric are parts of a whole, and so read in percent."""
    known = _metrics().get(name)
    return known is not None and known.scale != "number"


def unit(name: str) -> str:
    """Return the unit in which a metric is read: percent, or its own."""
    if is_part(name):
        return "%"
    known = _metrics().get(name)
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
        name, _, index = rest.partition(".")
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


def level(path: str, value: Any, asked: Mapping[str, Any]) -> str:  # noqa: ANN401 - number or word
    """Return a level of a path that varies as it is read."""
    if path == "scenario":
        return scenario(str(value), asked)
    return str(value) if isinstance(value, str) else number(float(value))


def _index(name: str) -> str:
    if name in _INDEX:
        return _INDEX[name]
    return style.ECOSYSTEMS[name].name if name in style.ECOSYSTEMS else name.replace("_", " ")


@cache
def _lever(name: str) -> str:
    from sim.scenario.levers import read

    known = read().get(name)
    return name.replace("_", " ") if known is None else known.title
