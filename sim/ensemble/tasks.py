"""From points to tasks: blocks of replicates that may belong to several points.

Loading and compiling a point costs as much as eight replicates. Points that differ in parameters
and strengths of levers alone therefore share compiled drivers, and the lanes of one block of the
kernel may belong to different points: a parameter is an array over lanes in any case. The numbers
are those of `sim.run` of the same point, to the bit.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats, Ints
from sim.ensemble import runner
from sim.ensemble.columns import numbers, words
from sim.ensemble.outcomes import Kept, Outcomes, kept, measure
from sim.ensemble.runner import LANES
from sim.ensemble.store import digest
from sim.errors import InputError, RunError
from sim.metrics import registry
from sim.scenario.futures import STOP

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.drivers import Drivers

Overrides = tuple[tuple[str, Any], ...]
Level = float | int | str

SCENARIO = "scenario"
"""The path that stands for the choice of the scenario itself."""

TASK_RUNS = 4 * LANES
"""Replicates of a task: about a second."""

FAILURES = b"failures"
"""Key of a shard's metadata under which the points that failed stand, with the reason."""


@dataclass(frozen=True)
class Job:
    """What every task of a sweep needs to know.

    Parameters
    ----------
    base : mapping
        Document of the base scenario, with all that is shared by the points.
    scenarios : mapping of str to mapping
        Documents of the scenarios that may be chosen, by the word that chooses them.
    paths : tuple of str
        What varies.
    points : tuple of tuple
        Levels of every point.
    runs, seed : int
        Replicates a point, and the seed of all.
    outcomes : Outcomes
    engine : str
    metrics : tuple of str
        Files of the metrics that a user added, which worker processes read.
    """

    base: dict[str, Any]
    scenarios: dict[str, dict[str, Any]]
    paths: tuple[str, ...]
    points: tuple[tuple[Level, ...], ...]
    runs: int
    seed: int
    outcomes: Outcomes
    engine: str = "kernel"
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A stretch of the replicates of all points, counted point after point.

    Parameters
    ----------
    key : str
        Names what is computed: the resolved points with their replicates, model and evidence.
    first, last : int
        Replicates ``first`` to ``last - 1`` of the ``points * runs`` of the sweep.
    """

    key: str
    first: int
    last: int


@dataclass(frozen=True)
class Lanes:
    """Values of one parameter or strength in each lane of a block, in place of a distribution."""

    values: Floats

    def quantile(self, _: Floats) -> Floats:
        """Return the values, whatever is drawn."""
        return self.values


def split(job: Job, model: int, facts: str) -> list[Task]:
    """Return the tasks of a sweep, which depend on nothing but what is to be computed.

    Parameters
    ----------
    job : Job
    model : int
        Version of the model.
    facts : str
        Hash of facts, parameters and posterior.
    """
    from sim.scenario import identity

    shared = digest(
        {
            "base": job.base,
            "scenarios": job.scenarios,
            "used": identity.used(job.base, *job.scenarios.values()),
            "paths": job.paths,
            "seed": job.seed,
            "outcomes": dataclasses.asdict(job.outcomes),
            "model": model,
            "facts": facts,
        }
    )
    total = len(job.points) * job.runs
    tasks = []
    for first in range(0, total, TASK_RUNS):
        last = min(first + TASK_RUNS, total)
        parts = [
            [job.points[point], start, stop, point]
            for point, start, stop in _stretches(first, last, job.runs)
        ]
        tasks.append(Task(digest([shared, parts])[:24], first, last))
    return tasks


def _stretches(first: int, last: int, runs: int) -> Iterator[tuple[int, int, int]]:
    """Yield each point of a stretch with its first replicate and the one after its last."""
    for point in range(first // runs, (last - 1) // runs + 1):
        start = max(first - point * runs, 0)
        yield point, start, min(last - point * runs, runs)


def run_task(job: Job, task: Task) -> bytes:
    """Return the outcomes of a task as the bytes of a Parquet file.

    Rows are ordered by point, run, metric, group and month. Points that fail have no row; they
    stand in the file's metadata with the reason.
    """
    registry.require_files(job.metrics)
    point = np.arange(task.first, task.last) // job.runs
    run = np.arange(task.first, task.last) % job.runs
    values: dict[int, Floats] = {}
    failures: dict[int, str] = {}
    shapes: dict[int, Kept] = {}
    groups = list(_by_drivers(job, point))
    if _may_share(job, run):
        with suppress(InputError, RunError):  # told below, point by point
            shape = _branches(job, groups, point, run, values)
            if shape is not None:
                return _file(values, {}, point, run, dict.fromkeys(values, shape))
        values.clear()
    for slow, places in groups:
        for part in (places[n : n + LANES] for n in range(0, len(places), LANES)):
            try:
                shape, block = _block(job, _drivers(job, slow), point[part], run[part])
            except (InputError, RunError) as error:
                reason = " ".join(str(error).split())
                failures |= {int(p): reason for p in np.unique(point[part])}
            else:
                values |= dict(zip(part.tolist(), block, strict=True))
                shapes |= dict.fromkeys(part.tolist(), shape)
    return _file(values, failures, point, run, shapes)


def _may_share(job: Job, run: Ints) -> bool:
    """Return whether points of a task differ in levers alone and have replicates in common."""
    levers = all(path == SCENARIO or path.startswith("levers.") for path in job.paths)
    return levers and job.engine == "kernel" and np.unique(run).size < run.size


def _branches(
    job: Job,
    groups: Sequence[tuple[Overrides, Ints]],
    point: Ints,
    run: Ints,
    values: dict[int, Floats],
) -> Kept | None:
    """Run the points of a task from where they part from the first, and write what is kept.

    Nothing is run, and None returned, where scenarios differ in nations, groups or months.

    Parameters
    ----------
    job : Job
    groups : sequence of (overrides, ndarray of int)
        Places of the task that share drivers.
    point, run : ndarray of int
        Of each place.
    values : dict of int to ndarray
        Written, by place.
    """
    from sim.world import partings

    drivers = [_drivers(job, slow) for slow, _ in groups]
    if not all(_alike(drivers[0], each) for each in drivers[1:]):
        return None
    courses = [partings.course(each) for each in drivers]
    varied = [path.split(".")[1] for path in job.paths if path != SCENARIO and is_fast(path)]
    first = [
        min(partings.parting(courses[0], course), partings.begins(each, varied))
        for course, each in zip(courses, drivers, strict=True)
    ]
    shape = kept(drivers[0], job.outcomes)
    runs = np.unique(run)
    for some in (runs[n : n + LANES] for n in range(0, runs.size, LANES)):
        parts, branches = [], []
        for (_, places), mine, month in zip(groups, drivers, first, strict=True):
            here = places[np.isin(run[places], some)]
            for part in (here[n : n + LANES] for n in range(0, here.size, LANES)):
                parts.append(part)
                lanes = np.searchsorted(some, run[part])
                branches.append((_with_lanes(job, mine, point[part]), month, lanes))
        for n, done in runner.simulate_branches(drivers[0], branches, job.seed, some):
            block = measure(branches[n][0], shape, done, job.seed, run[parts[n]])
            values |= dict(zip(parts[n].tolist(), block, strict=True))
    return shape


def _alike(one: Drivers, other: Drivers) -> bool:
    """Return whether two scenarios have the same nations, groups and months."""
    return (
        (one.nations, one.first) == (other.nations, other.first)
        and np.array_equal(one.facts.months, other.facts.months)
        and one.groups.keys() == other.groups.keys()
        and all(np.array_equal(one.groups[slug], other.groups[slug]) for slug in one.groups)
    )


def run_shared(tasks: Sequence[tuple[Job, Task]]) -> list[bytes]:
    """Return the outcomes of tasks whose scenarios share their history, as :func:`run_task` does.

    Parameters
    ----------
    tasks : sequence of (Job, Task)
        Of one point each, with the same replicates and the same seed.
    """
    job, task = tasks[0]
    registry.require_files(job.metrics)
    run = np.arange(task.first, task.last)
    point = np.zeros(run.size, np.int64)
    try:
        drivers = [_drivers(each, ()) for each, _ in tasks]
        shapes = [kept(mine, each.outcomes) for mine, (each, _) in zip(drivers, tasks, strict=True)]
        values: list[dict[int, Floats]] = [{} for _ in tasks]
        for first in range(0, run.size, LANES):
            part = run[first : first + LANES]
            for n, done in runner.simulate_together(drivers, job.seed, part):
                block = measure(drivers[n], shapes[n], done, job.seed, part)
                values[n] |= dict(zip(range(first, first + part.size), block, strict=True))
    except (InputError, RunError):
        return [run_task(*each) for each in tasks]  # each tells of its own failure
    return [
        _file(mine, {}, point, run, dict.fromkeys(mine, shape))
        for mine, shape in zip(values, shapes, strict=True)
    ]


def _by_drivers(job: Job, point: Ints) -> Iterator[tuple[Overrides, Ints]]:
    """Yield the parts of a stretch that share drivers: what they set, and their places."""
    known: dict[Overrides, list[int]] = {}
    for place, number in enumerate(point.tolist()):
        slow = tuple(
            (path, level)
            for path, level in zip(job.paths, job.points[number], strict=True)
            if not is_fast(path)
        )
        known.setdefault(slow, []).append(place)
    for slow, places in known.items():
        yield slow, np.array(places)


def is_fast(path: str) -> bool:
    """Return whether lanes of one block may differ in a path."""
    from sim.world.rows import SWITCHES

    head, _, rest = path.partition(".")
    if head == "parameters":
        # The month in which learning stops may be the word `never`.
        return rest not in SWITCHES and rest != STOP
    return head == "levers" and rest.endswith(".strength")


def _drivers(job: Job, slow: Overrides) -> Drivers:
    """Return compiled drivers in which every varied strength has a grip."""
    text = json.dumps([job.base, job.scenarios, slow, job.paths], sort_keys=True)
    return _compiled(text)


@lru_cache(maxsize=8)
def _compiled(text: str) -> Drivers:
    from sim.scenario import compile as compiled
    from sim.scenario import load

    base, scenarios, slow, paths = json.loads(text)
    chosen = dict(slow)
    document = scenarios[str(chosen.pop(SCENARIO))] if SCENARIO in chosen else base
    full = [(path, 1.0) for path in paths if path.endswith(".strength")]
    drivers: Drivers = compiled(load(document, [*chosen.items(), *full]))
    return drivers


def _block(job: Job, drivers: Drivers, point: Ints, run: Ints) -> tuple[Kept, Floats]:
    """Run one block and return what is kept of each of its lanes, shape (lanes, rows)."""
    lanes = _with_lanes(job, drivers, point)
    shape = kept(lanes, job.outcomes)
    if job.engine == "mesa":
        # One replicate at a time: a lane's values are those of its own point.
        parts = []
        for n in range(point.size):
            alone = _with_lanes(job, drivers, point[n : n + 1])
            done = runner.simulate(alone, job.seed, run[n : n + 1], "mesa")
            parts.append(measure(alone, shape, done, job.seed, run[n : n + 1]))
        return shape, np.concatenate(parts)
    done = runner.simulate(lanes, job.seed, run)
    return shape, measure(lanes, shape, done, job.seed, run)


def _with_lanes(job: Job, drivers: Drivers, point: Ints) -> Drivers:
    """Return drivers in which each lane has the parameters and strengths of its own point."""
    held = dict(drivers.parameters)
    strengths: dict[str, Lanes] = {}
    for column, path in enumerate(job.paths):
        if not is_fast(path):
            continue
        lanes = Lanes(np.array([float(job.points[p][column]) for p in point.tolist()]))
        head, _, rest = path.partition(".")
        if head == "parameters":
            held[rest] = lanes
        else:
            strengths[rest.removesuffix(".strength")] = lanes
    entries = tuple(
        dataclasses.replace(entry, strength=strengths[entry.lever])
        if entry.lever in strengths
        else entry
        for entry in drivers.entries
    )
    return dataclasses.replace(drivers, parameters=held, entries=entries)


def _file(
    values: dict[int, Floats], failures: dict[int, str], point: Ints, run: Ints,
    shapes: dict[int, Kept],
) -> bytes:  # fmt: skip
    import pyarrow as pa
    from pyarrow import parquet

    parts = [
        _table(np.array([values[p] for p in part]), point[part], run[part], shapes[part[0]])
        for part in _of_one_shape(sorted(values), shapes)
    ]
    if not parts:
        none = np.zeros(0, np.int64)
        parts = [_table(np.zeros((0, 0)), none, none, Kept.nothing())]
    table = parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()
    facts = json.dumps(failures, ensure_ascii=False).encode()
    sink = io.BytesIO()
    parquet.write_table(
        table.replace_schema_metadata({FAILURES: facts}),
        pa.PythonFile(sink, mode="w"),
        compression="zstd",
        use_dictionary=[name for name in table.column_names if name != "value"],
        write_statistics=False,
    )
    return sink.getvalue()


def _of_one_shape(places: Sequence[int], shapes: dict[int, Kept]) -> Iterator[list[int]]:
    """Yield stretches of places of which the same is kept: points may end in different months."""
    part: list[int] = []
    for place in places:
        if part and not _same_rows(shapes[part[0]], shapes[place]):
            yield part
            part = []
        part.append(place)
    if part:
        yield part


def _same_rows(one: Kept, other: Kept) -> bool:
    def words_of(shape: Kept) -> tuple[tuple[str, ...], ...]:
        return shape.metrics, shape.groups, shape.months, shape.units

    return one is other or words_of(one) == words_of(other)


def _table(values: Floats, point: Ints, run: Ints, shape: Kept) -> pa.Table:
    """Return outcomes as a table; the words of its columns are the same in every task."""
    import pyarrow as pa

    rows, lanes = len(shape.metric), len(point)

    def of_lane(codes: Sequence[int] | NDArray[Any]) -> NDArray[np.int32]:
        return np.tile(np.asarray(codes, np.int32), lanes)

    return pa.table(
        {
            "point": numbers(np.repeat(point.astype(np.int32), rows)),
            "run": numbers(np.repeat(run.astype(np.int32), rows)),
            "metric": words(of_lane(shape.metric), shape.metrics),
            "group": words(of_lane(shape.group), shape.groups),
            "month": words(of_lane(shape.month), shape.months, missing=of_lane(shape.month) < 0),
            "value": numbers(values.reshape(-1)),
            "unit": words(of_lane(shape.unit), shape.units),
        }
    )
