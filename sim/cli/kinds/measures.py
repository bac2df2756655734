"""Metrics of every run, and the series that the model can be compared with."""

from __future__ import annotations

from sim.cli.kinds.facts import figures
from sim.cli.kinds.kind import Fields, Kind, Row, cited
from sim.evidence import load
from sim.evidence.observations import series as observed
from sim.metrics.registry import every


def _metrics() -> list[Row]:
    return [
        Row(
            metric.name,
            metric.title,
            {
                "unit": metric.unit,
                "scope": "whole run"
                if metric.span != "month"
                else "each December and the last month",
                "groups": "world" if metric.world else "each group",
                "description": metric.description,
            },
            tags=tuple(metric.name.split(".")),
        )
        for metric in every(tuple(ecosystem.id for ecosystem in load().ecosystems))
    ]


def _series() -> list[Row]:
    from sim.calibration.series import SERIES

    return [
        Row(
            series.name,
            series.title[:1].upper() + series.title[1:],
            {
                "by": "nation" if series.by_nation else "world",
                "ecosystems": list(series.codes),
                "error_sd": series.error,
                "discrepancy_sd": series.drift,
                "autocorrelation": series.memory,
                "nation_sd": series.own,
                "nation_autocorrelation": series.own_memory,
            },
            tags=(*series.codes, series.sees),
        )
        for series in SERIES.values()
    ]


def _observed(row: Row) -> Fields:
    """Return every observed figure whose name begins with that of a series."""
    found = observed(row.name)
    return {"figures": figures(found), "sources": cited(figure.source for figure in found)}


METRICS = Kind(
    "metrics", "metric", "what is measured of every run", ("name", "unit", "title"), _metrics
)
SERIES = Kind(
    "series", "series", "what the model can be compared with",
    ("name", "by", "ecosystems", "title"), _series, more=_observed,
)  # fmt: skip
