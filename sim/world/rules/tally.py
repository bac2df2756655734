"""Step 7: sums over nations."""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.rows import B
from sim.world.rules.arrays import Served
from sim.world.rules.changes import CN_BLOC
from sim.world.rules.offers import makers_part


@rule
def adoption(builders: Floats, ceiling: Floats, adopted: Floats) -> None:
    """Write ``N / C`` of each nation, shape (I, L); 0 where nobody may ever build."""
    for i in range(builders.shape[0]):
        for l in range(builders.shape[1]):  # noqa: E741
            adopted[i, l] = builders[i, l] / ceiling[i, l] if ceiling[i, l] > 0.0 else 0.0


@rule
def world_shares(builders: Floats, national: Floats, world: Floats, total: Floats) -> None:
    """Write the builder-weighted world share of each ecosystem, shape (K, L).

    Nations are added one after another, so that a nation without builders changes no bit.

    Parameters
    ----------
    total : ndarray, shape (L,)
        Scratch: builders of the world.
    """
    for l in range(total.size):  # noqa: E741
        total[l] = 0.0
    for k in range(world.shape[0]):
        for l in range(total.size):  # noqa: E741
            world[k, l] = 0.0
    for i in range(builders.shape[0]):
        for l in range(total.size):  # noqa: E741
            total[l] += builders[i, l]
        for k in range(world.shape[0]):
            for l in range(total.size):  # noqa: E741
                world[k, l] += builders[i, l] * national[i, k, l]
    for k in range(world.shape[0]):
        for l in range(total.size):  # noqa: E741
            world[k, l] = world[k, l] / total[l] if total[l] > 0.0 else 0.0


@rule
def group_means(
    members: Flags, developers: Floats, share: Floats, total: Floats, mean: Floats
) -> None:
    """Write the developers of groups and the means of their nations by developers.

    Nations are added one after another, so that a number of lanes changes no bit. Where nobody
    builds yet it is the plain mean.

    Parameters
    ----------
    members : ndarray of bool, shape (G, I)
    developers : ndarray, shape (I, L)
    share : ndarray, shape (I, K, L)
        Anything with numbers for each nation.
    total, mean : ndarray, shape (G, L) and (G, K, L)
        Written.
    """
    for g in range(members.shape[0]):
        for l in range(total.shape[1]):  # noqa: E741
            total[g, l] = 0.0
        for k in range(share.shape[1]):
            for l in range(total.shape[1]):  # noqa: E741
                mean[g, k, l] = 0.0
        for i in range(members.shape[1]):
            if members[g, i] == 1:
                _join(i, developers, share, total[g], mean[g])
        for l in range(total.shape[1]):  # noqa: E741
            if total[g, l] <= 0.0:
                _plain_mean(l, members[g], share, mean[g])
            else:
                for k in range(share.shape[1]):
                    mean[g, k, l] /= total[g, l]


@inlined
def _join(i: int, developers: Floats, share: Floats, total: Floats, mean: Floats) -> None:
    """Add a nation's developers, and their numbers, to those of a group."""
    for l in range(total.size):  # noqa: E741
        total[l] += developers[i, l]
    for k in range(share.shape[1]):
        for l in range(total.size):  # noqa: E741
            mean[k, l] += developers[i, l] * share[i, k, l]


@inlined
def _plain_mean(l: int, members: Flags, share: Floats, mean: Floats) -> None:  # noqa: E741
    """Write the mean over a group's nations in a lane in which nobody builds."""
    count = 0
    for i in range(members.size):
        count += members[i]
    for k in range(share.shape[1]):
        mean[k, l] = 0.0
        for i in range(members.size):
            if members[i] == 1:
                mean[k, l] += share[i, k, l]
        mean[k, l] /= count


@rule
def bloc_share(bloc: Ints, world: Floats, chinese: Floats) -> None:
    """Write the world share of the Chinese bloc, shape (L,)."""
    for l in range(chinese.size):  # noqa: E741
        chinese[l] = 0.0
    for k in range(bloc.size):
        if bloc[k] == CN_BLOC:
            for l in range(chinese.size):  # noqa: E741
                chinese[l] += world[k, l]


@inlined
def nation_load(
    i: int, bloc: Ints, builders: Floats, share: Floats, served: Served, ps: Floats, part: Floats,
    callers: Floats,
) -> None:  # fmt: skip
    """Count a nation's builders on Chinese models by the maker's service, row i of (I, L).

    Parameters
    ----------
    builders, share : ndarray, shape (I, L) and (I, S, K, L)
    part : ndarray, shape (L,)
        Scratch.
    """
    for l in range(part.size):  # noqa: E741
        callers[i, l] = 0.0
    for k in range(bloc.size):
        if bloc[k] != CN_BLOC:
            continue
        for s in range(ps.shape[0]):
            makers_part(i, s, k, served, part)
            for l in range(part.size):  # noqa: E741
                count = builders[i, l] * ps[s, B.segment_weight, l] * share[i, s, k, l]
                callers[i, l] += count * part[l]


@rule
def chinese_load(callers: Floats, users: Floats) -> None:
    """Add up the builders on Chinese models by the maker's service, China included, shape (L,).

    Parameters
    ----------
    callers : ndarray, shape (I, L)
        From :func:`nation_load`.
    """
    for l in range(users.size):  # noqa: E741
        users[l] = 0.0
    for i in range(callers.shape[0]):
        for l in range(users.size):  # noqa: E741
            users[l] += callers[i, l]
