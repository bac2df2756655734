"""The registry of metrics: those of this package, and those that a user adds.

>>> from sim.metrics import registry
>>> @registry.metric("share.open", title="Share of open weights", unit="fraction")
... def open_weights(month):
...     closed = [month.place(name) for name in ("us_closed", "cn_closed")]
...     return 1.0 - month.share[:, closed].sum(axis=1)
>>> registry.forget("share.open")

A file of metrics is imported by its path, in worker processes too. Its own words never come from a
result: neither a report nor the explorer runs what a folder names.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Floats, Ints
from sim.errors import InputError, Problem, SimError, cited
from sim.metrics.metric import Metric, Month, Span
from sim.metrics.shipped import shipped

Compute = Callable[[Month], Floats]


@dataclass(frozen=True)
class Own:
    """A metric that a user added.

    Parameters
    ----------
    metric : Metric
    file : Path, optional
        Where it is written; None for one that stands in no file, such as a cell of a notebook.
    sha256 : str
        Of the file, or of what its function does.
    """

    metric: Metric
    file: Path | None
    sha256: str


_own: dict[str, Own] = {}
"""Metrics of users by name, in the order in which they were added."""


def metric(
    name: str,
    *,
    title: str = "",
    unit: str = "",
    description: str = "",
    world: bool = False,
    span: Span = "month",
    part: bool = False,
) -> Callable[[Compute], Compute]:
    """Add a metric, as a decorator of the function that computes it.

    Parameters
    ----------
    name : str
        As in ``outcomes.parquet``; not that of another metric.
    title, unit, description : str
        For readers; the name and the function's own words where they are left out.
    world : bool
        Whether the function returns one number a replicate, shape (replicates,), and not one a
        group and replicate, shape (groups, replicates).
    span : {"month", "sum", "mean", "ever", "first"}
        Whether it has a value at each reported month or one of the whole run: the sum or the mean
        over all months, whether it is ever above zero, or the months until it first is.
    part : bool
        Whether it is a part of a whole, of which effects are told as log-odds too.

    Raises
    ------
    InputError
        If the name is known, or no name.
    """

    def add(compute: Compute) -> Compute:
        made = Metric(
            name, title or name, unit or "number", description or inspect.getdoc(compute) or name,
            compute, world=world, span=span, part=part,
        )  # fmt: skip
        _add(made)
        return compute

    return add


def _add(made: Metric) -> None:
    code = getattr(made.compute, "__code__", None)
    file = Path("" if code is None else code.co_filename)
    there = file.is_file() and getattr(made.compute, "__module__", "") != "__main__"
    text = repr(made.compute) if code is None else f"{code.co_code!r} {code.co_consts!r}"
    own = (
        Own(made, file.resolve(), _digest(file.read_bytes()))
        if there
        else Own(made, None, _digest(text.encode()))
    )
    known = _own.get(made.name)
    # One that is read again, such as a cell of a notebook, takes its own place.
    elsewhere = known is not None and known.file != own.file
    names = {metric.name for metric in shipped(_ecosystems())}
    if elsewhere or made.name in names or not made.name.strip():
        said = (
            f"a metric is called {made.name!r} already"
            if made.name.strip()
            else "a metric has a name"
        )
        where, line = (str(file), code.co_firstlineno) if there and code else (None, None)
        hint = "give it a name of its own"
        raise InputError(Problem(said, where, line=line, path="metrics", hint=hint))
    _own[made.name] = own


def forget(name: str) -> None:
    """Take a metric that was added out again."""
    del _own[name]


def read_file(path: str | Path) -> None:
    """Add the metrics that a Python file defines with :func:`metric`.

    Raises
    ------
    InputError
        If the file cannot be read or run, defines no metric, or one whose name is known.
    """
    file = Path(path).resolve()
    before = dict(_own)
    name = f"sim_metrics_{_digest(str(file).encode())[:12]}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or not file.is_file():
        raise InputError(
            Problem(f"no Python file {cited(str(path))}", path="metrics", hint="write FILE.py")
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        # Python's own way to import it would leave compiled code beside the user's file.
        exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)  # noqa: S102 - asked for
    except (Exception, SystemExit) as error:  # whatever a user's file raises
        _own.clear()
        _own.update(before)
        if isinstance(error, SimError):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(
            Problem(f"the file of metrics cannot be run: {reason}", str(path), path="metrics")
        ) from error
    if not any(own.file == file for own in _own.values()):
        hint = "put @sim.metric(NAME) before a function of one month"
        raise InputError(
            Problem("the file defines no metric", str(path), path="metrics", hint=hint)
        )


def require_files(paths: Sequence[str]) -> None:
    """Read files of metrics in a worker process, which knows none of its parent's."""
    for path in paths:
        if not any(str(own.file) == path for own in _own.values()):
            read_file(path)


def files() -> tuple[str, ...]:
    """Return the files of the metrics that were added, for worker processes.

    Raises
    ------
    InputError
        If one stands in no file.
    """
    for name, own in _own.items():
        if own.file is None:
            hint = "put it into a file, or take one worker"
            message = f"worker processes cannot know the metric {name!r}, which stands in no file"
            raise InputError(Problem(message, path="workers", hint=hint))
    return tuple(dict.fromkeys(str(own.file) for own in _own.values()))


def added() -> dict[str, dict[str, Any]]:
    """Return what names the numbers of metrics that were added: name of the file, and its hash."""
    return {
        name: {"file": "" if own.file is None else own.file.name, "sha256": own.sha256}
        for name, own in sorted(_own.items())
    }


def every(ecosystems: Sequence[str]) -> tuple[Metric, ...]:
    """Return every metric, in the order in which results hold them; those of users are last.

    Parameters
    ----------
    ecosystems : sequence of str
        Ids in the order of the ecosystem axis.
    """
    return (*shipped(tuple(ecosystems)), *(own.metric for own in _own.values()))


def by_name() -> Mapping[str, Metric]:
    """Return every metric of the ecosystems of the evidence, by name."""
    return {metric.name: metric for metric in every(_ecosystems())}


def parts() -> frozenset[str]:
    """Return the metrics that are parts of a whole, of which effects are told as log-odds too."""
    return frozenset(name for name, metric in by_name().items() if metric.part)


def present(known: Sequence[Metric], *, routers: bool) -> tuple[Metric, ...]:
    """Return the metrics that a run has.

    Parameters
    ----------
    known : sequence of Metric
    routers : bool
        Whether a nation of the run sends traffic through routers.
    """
    return tuple(metric for metric in known if routers or not metric.routers)


def reported(months: Ints) -> Ints:
    """Return the positions of each December and of the last month."""
    chosen = months % 12 == 11
    chosen[-1] = True
    return np.flatnonzero(chosen)


def _ecosystems() -> tuple[str, ...]:
    from sim.evidence import load

    return tuple(ecosystem.id for ecosystem in load().ecosystems)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
