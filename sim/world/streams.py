"""Random streams: every decision has its own, named by what it is for.

A draw is a pure function of (seed, replicate, name of the stream, month). The name holds the
nation's ISO3 code and the ecosystem's id, never a position, so that another nation, lever or
ecosystem leaves every other draw as it was, and two scenarios in one replicate share all of theirs.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.world.compiled import rule, wrapping
from sim.world.numerics import mix, normal, uniform

Keys = NDArray[np.uint64]


@cache
def label(name: str) -> np.uint64:
    """Return the 64-bit number of a stream's name."""
    return np.uint64(
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    )


@rule
@wrapping
def _run_keys(seed: np.uint64, replicates: NDArray[np.uint64], keys: Keys) -> None:
    for l in range(keys.size):  # noqa: E741
        keys[l] = mix(mix(seed) + mix(replicates[l] + np.uint64(0x632BE59BD9B4E019)))


@rule
def _stream_keys(run_keys: Keys, number: np.uint64, keys: Keys) -> None:
    for l in range(keys.size):  # noqa: E741
        keys[l] = mix(run_keys[l] ^ number)


@rule
def _key_table(run_keys: Keys, numbers: Keys, table: Keys) -> None:
    for n in range(numbers.size):
        for l in range(run_keys.size):  # noqa: E741
            table[n, l] = mix(run_keys[l] ^ numbers[n])


@rule
def _normal_table(keys: Keys, draws: NDArray[np.float64]) -> None:
    for n in range(keys.shape[0]):
        for l in range(keys.shape[1]):  # noqa: E741
            draws[n, l] = normal(keys[n, l], 0)


@rule
def _uniforms(keys: Keys, counter: int, draws: NDArray[np.float64]) -> None:
    for l in range(keys.size):  # noqa: E741
        draws[l] = uniform(keys[l], counter)


def run_keys(seed: int, replicates: NDArray[np.int64]) -> Keys:
    """Return the key of each replicate of a run.

    Parameters
    ----------
    seed : int
        Seed of the run, 0 or more.
    replicates : ndarray of int, shape (L,)
        Numbers of the replicates.

    Returns
    -------
    ndarray of uint64, shape (L,)
    """
    keys = np.empty(len(replicates), np.uint64)
    _run_keys(np.uint64(seed), np.asarray(replicates, np.uint64), keys)
    return keys


def keys(run: Keys, name: str) -> Keys:
    """Return the keys of a named stream in each replicate, shape (L,)."""
    out = np.empty_like(run)
    _stream_keys(run, label(name), out)
    return out


@cache
def _labels(names: tuple[str, ...]) -> Keys:
    return np.array([label(name) for name in names], np.uint64)


def key_table(run: Keys, names: tuple[str, ...]) -> Keys:
    """Return the keys of several streams, shape (names, L)."""
    table = np.empty((len(names), run.size), np.uint64)
    _key_table(run, _labels(names), table)
    return table


def normal_table(run: Keys, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return one standard normal draw of each of several streams, shape (names, L)."""
    draws = np.empty((len(names), run.size))
    _normal_table(key_table(run, names), draws)
    return draws


def uniforms(stream: Keys, counter: int) -> NDArray[np.float64]:
    """Return uniform draws of a stream at a counter, shape (L,), strictly between 0 and 1."""
    draws = np.empty(stream.size)
    _uniforms(stream, counter, draws)
    return draws
