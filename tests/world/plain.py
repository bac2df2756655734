"""The plain world in numpy: the equations of the model description for one replicate.

With supply, trial, stances and noise switched off. Written from the description and not from the
rules, to hold the rules to it; nothing here is fast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.scenario.drivers import WORLD_FAMILIES, Drivers
from sim.world import parameters
from sim.world.rows import SCALARS, B, C

MAKER, HOST, SELF = 0, 1, 2
CHINESE, SOVEREIGN = 1, 3


class Path(NamedTuple):
    """What the plain world does; T months."""

    share: np.ndarray  # [T, I, S, K]
    builders: np.ndarray  # [T, I]


class Known:
    """Parameters of one replicate by name."""

    def __init__(self, drivers: Drivers, seed: int, replicate: int) -> None:
        drawn = parameters.draw(drivers, seed, np.array([replicate]))
        self.switches = drawn.switches
        self.by_segment = {n: drawn.segment[:, i, 0] for i, n in enumerate(B._fields)}
        self.home, self.brand = drawn.home[:, 0], drawn.brand[:, 0]
        self.lag, self.rate = (drawn.ecosystem[:, row, 0] for row in (C.lag, C.release_rate))
        for place, name in enumerate(SCALARS):
            setattr(self, name, float(drawn.scalar[place, 0]))


def run(drivers: Drivers, seed: int, replicate: int, builders: np.ndarray) -> Path:
    """Return the path of the plain world from given builders at the start, shape (I,)."""
    f, p = drivers.facts, Known(drivers, seed, replicate)
    T, I, K = f.licence.shape  # noqa: E741
    S = len(drivers.segments)
    own = f.start * p.start_home + f.pulled * (1 - p.start_home)
    abroad = (f.start == f.pulled).all(axis=1)[:, None] | ~f.pulled.any()
    start = np.where(abroad, f.start, own)
    x = np.repeat(start[:, None, :], S, axis=1)
    n = builders.copy()
    ceiling = f.developers * f.internet * p.potential
    urge = p.innovation * np.exp(p.optimism_effect * f.optimism)
    scar = np.zeros((I, K))
    first_value = np.full(I, np.nan)
    opened = np.zeros((I, K, S, 3))
    part = np.zeros((I, K, S, 3))  # sigma of the chosen offer last month
    shares, counts = np.empty((T, I, S, K)), np.empty((T, I))
    quality, at_home = _quality(f, p)
    for t in range(T):
        reach, worth = _ways(t, drivers, p)
        with np.errstate(divide="ignore"):
            offered = np.log((reach[..., None] * worth).sum(axis=3))  # I K S O
        cover = np.repeat(_cover(quality[t], f.on_sale[t], t, p, S)[None], I, axis=0)
        for k in np.flatnonzero(f.bloc == SOVEREIGN):
            cover[:, k, :, 0] = _cover(at_home[t][:, None], f.on_sale[t, k, 0], t, p, S)[..., 0]
        value = cover + np.where(f.on_sale[t][:, None, :] == 1, offered, -np.inf)
        # (a) whose way is cut
        with np.errstate(divide="ignore", invalid="ignore"):
            fallen = np.where(opened > 0, 1 - reach / opened, 0.0).clip(0)
        leaving = (part * fallen).sum(axis=3).transpose(0, 2, 1)  # I S K
        best = value.argmax(axis=3)
        chosen = np.take_along_axis(worth, best[..., None, None], axis=4)[..., 0] * reach
        total = chosen.sum(axis=3, keepdims=True)
        had = (total > 0) & np.isfinite(value.max(axis=3))[..., None]
        part = np.divide(chosen, total, out=np.zeros_like(chosen), where=had)
        opened = reach
        u = value.max(axis=3).transpose(0, 2, 1) + _rest(drivers, p, x, n, scar)
        u += p.by_segment["learning"][:, None] * learned(drivers, p, t)[:, None]
        P, logsum = _logit(u, f.nest, p.nest_dissimilarity)
        weights = p.by_segment["segment_weight"]
        # newcomers
        adopted = np.divide(n, ceiling, out=np.zeros(I), where=ceiling > 0)
        mean = logsum @ weights
        known = np.isfinite(logsum).all(axis=1)
        first_value = np.where(known & np.isnan(first_value), mean, first_value)
        lift = np.exp(p.value_effect * np.where(known, mean - first_value, 0.0))
        near = adopted + p.imitation_links * np.where(
            np.diff(f.link_start) > 0, _linked(f, adopted) - adopted, 0.0
        )
        rate = np.minimum((urge * lift + p.imitation * near) / 12, 1.0)
        new = np.where(known, rate * (ceiling - n), 0.0)
        arriving = np.where(n > 0, np.divide(new, n + new, out=np.ones(I), where=n + new > 0), 1.0)
        n = n + new
        x = _move(x, P, logsum, leaving, arriving, p)
        scar = scar * 0.5 ** (1 / p.scar_half_life) + p.exit_penalty * np.einsum(
            "isk,s->ik", leaving, weights
        )
        shares[t], counts[t] = x, n
    return Path(shares, counts)


def learned(drivers, p, t):
    """Return what nations have learned of Chinese models by a month, (I, K)."""
    f, month = drivers.facts, drivers.facts.months[0] + t
    last = t if month <= p.learning_stop else max(int(p.learning_stop) - f.months[0], 0)
    known = np.maximum(f.releases[min(last, f.last_fact)], 1.0)
    known += p.releases_a_month * max(last - f.last_fact, 0) * (f.bloc == CHINESE).any()
    newcomer = (f.bloc == CHINESE) & (f.home == 0)
    risk, trust = feared(drivers, p)
    believed = (1 - risk * (1 - trust)) / (1 - p.initial_risk * (1 - p.initial_trust))
    return np.log(known / 20.0) * newcomer * believed


def feared(drivers, p):
    """Return the risk of ecosystems, (K,), and the trust of nations, (I, K)."""
    f = drivers.facts
    first = int(drivers.effects.world_offsets[WORLD_FAMILIES.index("risk")])
    risk = p.initial_risk * f.world[0][first : first + len(f.bloc)]
    return risk, np.where(f.home > 0, 1.0, p.initial_trust)


def tokens(drivers, seed, replicate, builders):
    """Return the tokens that routers pass on in the plain world, (T, K)."""
    f, p = drivers.facts, Known(drivers, seed, replicate)
    T, _, K = f.licence.shape
    (quality, _), seg = _quality(f, p), {n: v[min(1, len(v) - 1)] for n, v in p.by_segment.items()}
    risk, trust = feared(drivers, p)
    out = np.zeros((T, K))
    for t in range(T):
        total = np.zeros(K)
        for j, k in enumerate(f.line_of):
            on, free = f.line_on[t, j], f.line_free[t, j]
            x = quality[t, k, 0] - f.line_gap[t, j] - p.router_difficulty
            x -= p.moving_bar * (p.frontier[t] - 143.0)
            can = p.router_capability / (1 + np.exp(-x / p.task_width))
            least = np.log(p.least_price)
            paid = can - p.router_price * max(f.line_price[t, j], least)
            total[k] += on * np.exp(paid / p.router_variety)
            given = np.exp((can - p.router_price * least) / p.router_variety)
            total[k] += free * given * p.free_access ** (1.0 / p.router_variety)
        reach, _ = _ways(t, drivers, p)
        for i in np.flatnonzero(f.routed):
            weight = np.zeros(K)
            for k in np.flatnonzero(total > 0):
                usual = f.access[t, i, 3 * k] + f.unlisted[t, i, k] * leaked(t, f, p)
                maker, host, _ = reach[i, k, min(1, len(drivers.segments) - 1)]
                resold = min(maker / max(usual, 1e-9), 1.0)
                got = resold if f.nest[k] == 0 else max(maker, host)
                side = {0: {1: 1, 2: -1}, 1: {2: 1, 1: -1}, 3: {3: 1}}.get(int(f.bloc[k]), {})
                u = side.get(int(f.first_stance[i]), 0) * p.stance_push * seg["stance_ratio"]
                u += f.pulled[k] * p.router_incumbent - seg["risk_weight"] * risk[k] * (
                    1 - trust[i, k]
                )
                u += seg["licence"] * p.licence_hosted * f.licence[t, i, k] ** p.licence_strictness
                u += p.router_learning * learned(drivers, p, t)[i, k]
                weight[k] = got * total[k] ** p.router_variety * np.exp(u)
            if weight.sum() > 0:
                out[t] += builders[t, i] * weight / weight.sum()
    return out


def leaked(t, f, p):
    """Return the access of developers in a month where a service is not offered."""
    odds = p.leak_developers / (1 - p.leak_developers)
    odds *= np.exp(p.leak_change * (max(t - f.last_fact, 0) // 12))
    return odds / (1 + odds)


def _quality(f, p):
    """Return the index of every offer, (T, K, 2), and of nations' own models, (T, I), by month."""
    quality = f.capability.copy()
    T = quality.shape[0]
    frontier = f.frontier.copy()
    gap = quality[f.last_fact, :, 0] - quality[f.last_fact, :, 1]
    gap = gap * f.on_sale[f.last_fact, :, 1]
    best_open = np.zeros(T)
    sovereign = f.bloc == SOVEREIGN
    late = np.clip(p.sovereign_lag + f.lab_lag + p.talent_lag * f.lab_size, 0.0, 60.0)
    at_home = np.zeros((T, len(late)))
    for t in range(T):
        if t > f.last_fact:
            frontier[t] = frontier[t - 1] + min(p.frontier_rate, 1.0) * p.frontier_jump
            for k in np.flatnonzero(~sovereign):
                rate = min(p.rate[k], 1.0)
                if rate == 0:  # nothing is ever released
                    quality[t, k] = quality[t - 1, k]
                    continue
                back = p.lag[k] + min(1 / rate - 1, t)
                seen = min(max(t - int(np.floor(back + 0.5)), 0), t)
                quality[t, k, 0] = max(quality[t - 1, k, 0], frontier[seen])
                small = quality[t, k, 0] - gap[k]
                quality[t, k, 1] = max(quality[t - 1, k, 1], small)
        others = (f.nest == 1) & ~sovereign
        best_open[t] = quality[t, others, 0].max(initial=0.0)
        for k in np.flatnonzero(sovereign):
            seen = max(t - int(p.sovereign_lag + 0.5), 0)
            own, small = quality[t - 1, k] if t else (0.0, 0.0)
            quality[t, k, 0] = max(own, f.capability[t, k, 0], best_open[seen])
            quality[t, k, 1] = max(small, f.capability[t, k, 1])
        at_home[t] = best_open[np.maximum(t - np.floor(late + 0.5), 0).astype(int)]
    p.frontier = frontier
    return quality, at_home


def _cover(quality, sold, t, p, S):
    """Return the worth of capability, (K, S, O)."""
    seg = p.by_segment
    bar = p.moving_bar * (p.frontier[t] - 143.0)
    out = np.empty((*quality.shape[:1], S, 2))
    for s in range(S):
        if p.switches.raw_capability:
            felt = (quality - p.raw_zero) / p.raw_unit
        else:
            felt = 1 / (1 + np.exp(-(quality - seg["difficulty"][s] - bar) / p.task_width))
        out[:, s] = seg["capability_weight"][s] * felt * sold
    return out


def _ways(t, drivers, p):
    """Return access that builders have, (I, K, S, W), and the worth of ways, (I, K, S, W, O)."""
    f, seg = drivers.facts, p.by_segment
    _, I, K = f.licence.shape  # noqa: E741
    S = len(drivers.segments)
    access = f.access[t].reshape(I, K, 3).copy()
    access[:, :, MAKER] += f.unlisted[t] * leaked(t, f, p)
    access = access.clip(0.0, 1.0)
    foe = {0: 2, 1: 1}  # the stance that hampers a bloc's makers: Chinese for US, US for Chinese
    for k in range(K):
        against = f.first_stance == foe.get(int(f.bloc[k]), -1)
        access[:, k, MAKER] *= np.where(against, p.stance_access, 1.0)
    reach = np.repeat(access[:, :, None, :], S, axis=2)
    reach[..., SELF] *= f.facility[:S]
    reach[:, f.nest == 0, :, HOST:] = 0.0
    income = f.income_ratio**-p.income_effect
    price = f.ln_price[t] + f.fall_years[t][..., None] * np.log(1 - p.small_price_fall)
    worth = np.empty((I, K, S, 3, 2))
    for s in range(S):
        under = np.array([0.0, 0.0, seg["ln_under_use"][s]])
        felt = np.maximum(price + under, np.log(p.least_price)).transpose(0, 2, 1)  # K W O
        cost = seg["price"][s] * income[:, None, None, None] * felt
        trouble = np.array([0.0, seg["hosted_cost"][s], seg["self_host_cost"][s]])
        terms = np.array([p.licence_hosted, p.licence_hosted, 1.0])
        freedom = f.licence[t] ** p.licence_strictness
        gain = seg["licence"][s] * freedom[:, :, None] * terms - trouble
        worth[:, :, s] = np.exp(gain[..., None] - cost)
    return reach, worth


def _rest(drivers, p, x, n, scar):
    """Return utility beside the offers, (I, S, K)."""
    f, seg = drivers.facts, p.by_segment
    own = np.einsum("isk,s->ik", x, seg["segment_weight"])
    total = n.sum()
    world = (n @ own) / total if total > 0 else np.zeros(own.shape[1])
    near = own + p.network_world * (world - own)
    if p.switches.links:
        alone = np.diff(f.link_start) == 0
        linked = np.where(alone[:, None], world, _linked(f, own))
        near = near + p.links_weight * (linked - near)
    lean = np.tanh((f.alignment - p.alignment_middle) / p.alignment_width)
    u = p.network * near - scar + p.alignment_weight * np.outer(lean, f.stand)
    u += np.einsum("h,hik->ik", p.home, f.rooted) + p.brand
    u -= p.english * np.outer(f.english, f.bloc == CHINESE)
    u += p.english_us_open * np.outer(f.english, (f.bloc == 0) & (f.nest == 1))
    u = np.repeat(u[:, None, :], len(seg["segment_weight"]), axis=1)
    side = np.zeros((len(n), len(f.bloc)))
    stance = f.first_stance[:, None]
    mine = {0: 1, 1: 2, 3: 3}
    for k, bloc in enumerate(f.bloc.tolist()):
        side[:, k] += (stance[:, 0] == mine.get(bloc, -1)) * 1.0
        side[:, k] -= (stance[:, 0] == {0: 2, 1: 1}.get(bloc, -1)) * 1.0
    risk, trust = feared(drivers, p)
    for s in range(u.shape[1]):
        u[:, s] += side * p.stance_push * seg["stance_ratio"][s]
        u[:, s] += f.pulled * seg["us_closed_pull"][s]
        u[:, s] -= seg["risk_weight"][s] * risk * (1 - trust)
    return u


def _linked(f, of):
    """Return the mean over linked nations of something with one row a nation."""
    out = np.zeros_like(of)
    for i in range(len(of)):
        for row in range(f.link_start[i], f.link_start[i + 1]):
            out[i] += f.link_weight[row] * of[f.link_to[row]]
    return out


def _logit(u, nest, mu):
    """Return nested-logit probabilities and the log of their weight over the last axis."""
    top = u.max(axis=-1, keepdims=True)
    some = np.isfinite(top)
    e = np.exp(np.where(some, u - np.where(some, top, 0.0), -np.inf) / mu)
    weight = np.zeros((*u.shape[:-1], 2))
    inside = np.zeros_like(weight)
    for g in range(2):
        inside[..., g] = e[..., nest == g].sum(axis=-1)
        weight[..., g] = np.where(inside[..., g] > 0, inside[..., g] ** mu, 0.0)
    z = weight.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(inside > 0, weight / inside / z[..., None], 0.0)
        logsum = np.where(z > 0, top[..., 0] + np.log(z), -np.inf)
    return e * share[..., nest], logsum


def _move(x, P, logsum, leaving, arriving, p):
    """Return the shares after a month: leave, arrive, reconsider."""
    here = np.isfinite(logsum)[..., None]
    gone = x * leaving * here
    x = x - gone + P * gone.sum(axis=-1, keepdims=True)
    x = x + here * arriving[:, None, None] * (P - x)
    E = np.exp(p.by_segment["stay"])[:, None]
    keep = (E - 1) * P / (1 + (E - 1) * P)
    rho = np.minimum(p.by_segment["reconsider"], 1.0)[:, None]
    anew = P * (x * (1 - keep)).sum(axis=-1, keepdims=True) + x * keep
    return np.where(here, (1 - rho) * x + rho * anew, x)
