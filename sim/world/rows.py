"""Where each parameter and each world driver stands in its table.

The rules read parameters from tables with the replicate as the last axis: ``p[P.network, l]`` is
the network effect in lane l, ``ps[s, B.stay, l]`` the inertia of segment s, ``pk[k, C.lag, l]``
the lag of ecosystem k, ``cells[W.demand + pool, l]`` a driver of the world. One table in place of
sixty arrays is what lets the compiler see that lanes do not overlap, and compiles in seconds.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.drivers import WORLD_FAMILIES, world_offsets


class Scalars(NamedTuple):
    """Rows of the parameters that have one value, by the names of the parameter table."""

    licence_hosted: int
    leak: int
    align: int
    us_tie: int
    income_effect: int
    taste_region: int
    taste_nation: int
    taste_month: int
    taste_memory: int
    trial_rate: int
    attention_memory: int
    attention_median: int
    attention_sd: int
    notable_step: int
    innovation: int
    potential: int
    imitation: int
    imitation_links: int
    optimism_effect: int
    value_effect: int
    nest: int
    network: int
    network_world: int
    links_weight: int
    moving_bar: int
    task_width: int
    trial_effect: int
    trial_new: int
    hurt: int
    scar_half_life: int
    hardware_response: int
    output_growth: int
    backfire: int
    unmet_start: int
    load_base: int
    load_price: int
    fungible: int
    training_lag: int
    deployment_learning: int
    frontier_rate: int
    frontier_jump: int
    release_noise: int
    sovereign_lag: int
    small_price_fall: int
    stance_align: int
    stance_offer: int
    stance_use: int
    stance_hardware: int
    stance_peers: int
    stance_keep: int
    stance_push: int
    stance_access: int
    home: int
    fresh_pull: int
    promotion_pull: int
    usage_response: int
    visit_factor: int
    download_base: int
    influence_model_weight: int


DERIVED = ("taste_step", "scar_keep", "small_price_log", "nest_inverse")
"""Rows after the scalars that follow from them, so that no month computes them again: the width of
a month's change of taste, the part of a scar that a month leaves, the log of a year's price fall,
and one over the nest's dissimilarity."""


class BySegment(NamedTuple):
    """Rows of the parameters that differ by segment."""

    weight: int
    difficulty: int
    capability: int
    price: int
    incumbent: int
    licence: int
    risk: int
    reconsider: int
    stay: int
    hosted: int
    self_host: int
    ln_under_use: int
    stance: int


class ByEcosystem(NamedTuple):
    """Rows of the parameters that differ by ecosystem."""

    lag: int
    release_rate: int


class Switches(NamedTuple):
    """Structural alternatives, 1 on and 0 off, the same for all replicates of a run."""

    supply: int
    trial: int
    stances: int
    noise: int
    links: int
    raw_capability: int


class WorldRows(NamedTuple):
    """First row of each family of world drivers; those by ecosystem come last and step by K."""

    demand: int
    permitted: int
    output_cap: int
    output_growth: int
    exported: int
    rented: int
    performance: int
    maturity: int
    availability: int
    hardware_stance: int
    training_cut: int
    serving_cut: int
    serving_share: int
    switching: int
    frontier_rate: int
    lag: int
    release_rate: int
    attention: int
    risk: int


P = Scalars(*range(len(Scalars._fields)))
TASTE_STEP, SCAR_KEEP, SMALL_PRICE_LOG, NEST_INVERSE = (
    len(Scalars._fields) + n for n in range(len(DERIVED))
)
B = BySegment(*range(len(BySegment._fields)))
C = ByEcosystem(*range(len(ByEcosystem._fields)))
W = WorldRows(*(int(row) for row in world_offsets(1)[: len(WORLD_FAMILIES)]))
"""Rows for one ecosystem: add ``k`` and, past ``lag``, ``(K - 1)`` a family."""
BY_ECOSYSTEM = W.lag
"""The first row by ecosystem: ``lag`` of k is here + k, ``release_rate`` + K + k, and so on."""
