"""A finished run as plain data: tables with their units, and the manifest that names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario import Scenario


@dataclass(frozen=True, slots=True, repr=False)
class Effect:
    """Differences of paired runs of two results in one outcome.

    Parameters
    ----------
    scenario, reference : str
        Names of the two.
    metric, group, month : str
        The outcome; the month is empty for a metric of a whole run.
    p05, median, p95 : float
        Quantiles of the differences over runs, in the unit of the metric.
    same_sign : float
        Part of runs with the sign of the median. A run whose difference is exactly zero counts only
        where the median is zero too.
    runs : int
        Pairs.
    simulation_error : float, optional
        Half of the 95 % interval of the mean, clustered by posterior draw; None where there is but
        one draw, or in a result that was written without it.
    """

    scenario: str
    reference: str
    metric: str
    group: str
    month: str
    p05: float
    median: float
    p95: float
    same_sign: float
    runs: int
    simulation_error: float | None = None

    def __repr__(self) -> str:
        """Say what changes, by how much and how surely."""
        when = f", {self.month}" if self.month else ""
        error = self.simulation_error
        sure = "" if error is None else f", simulation error {error:.2g}"
        return (
            f"Effect of {self.scenario} against {self.reference} on {self.metric}, {self.group}"
            f"{when}: {self.median:+.4g} ({self.p05:+.4g} to {self.p95:+.4g}), same sign in "
            f"{100 * self.same_sign:.0f} % of {self.runs:,} runs{sure}"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from html import escape

        return f"<p>{escape(repr(self))}</p>"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)


@dataclass(frozen=True, eq=False, repr=False)
class Tables:
    """The tables of a run of one scenario, of which reports are made.

    Parameters
    ----------
    manifest : mapping
        As in ``manifest.json``.
    scenario : Scenario
        As it was run, with no reference left.
    tables : mapping of str to pyarrow.Table
        ``curves``, ``runs`` and ``outcomes``, as their files hold them: in some months and to some
        digits alone (`sim.ensemble.thinned`), unless everything was asked for.
    seen : mapping of str to pyarrow.Table
        What the runs would have shown of 2023 to 2025, beside what was observed.
    headline : pyarrow.Table, optional
        Mid-2025 outside China, use of a year and the main ecosystem side by side; None for a run
        that does not reach it or holds some nations alone.
    futures : pyarrow.Table, optional
        What depends on whether builders never learned of Chinese models, stop or go on learning,
        as `sim.ensemble.futures.table` makes it; None for a result that was written without it.
    utility : pyarrow.Table, optional
        Parts of utility of every nation in some months, as `sim.ensemble.utilities.table` makes
        them; None for a result that was written without them.
    against : Effect, optional
        What it changes against the reference, where that was asked for.
    reference : pyarrow.Table, optional
        Medians of the reference by group, ecosystem and month (quarter ends), to be drawn beside
        the curves; None where there is no ``against`` or it was written without them.
    between : pyarrow.Table, optional
        Curves of single nations in the months that the files leave out; None for a result that
        keeps every month or was read.
    """

    manifest: Mapping[str, Any]
    scenario: Scenario
    tables: Mapping[str, pa.Table]
    seen: Mapping[str, pa.Table]
    headline: pa.Table | None = field(default=None, kw_only=True)
    futures: pa.Table | None = field(default=None, kw_only=True)
    utility: pa.Table | None = field(default=None, kw_only=True)
    against: Effect | None = field(default=None, kw_only=True)
    reference: pa.Table | None = field(default=None, kw_only=True)
    between: pa.Table | None = field(default=None, kw_only=True)

    @property
    def hash(self) -> str:
        """Names the result: of all that was asked and all that can move a number."""
        return str(self.manifest["hash"])

    @property
    def seed(self) -> int:
        """Seed of the random streams."""
        return self.scenario.ensemble.seed

    @property
    def n_runs(self) -> int:
        """Number of replicates."""
        return self.scenario.ensemble.runs
