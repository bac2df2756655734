"""Calibrations and hindcasts again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.calibration.fit import Plan, scenario_of
from sim.errors import StoreError
from sim.study.calibrate import Calibration, run_plan
from sim.study.hindcast import Hindcast, forecast_from


def calibration(known: Mapping[str, Any], out: str | Path | None, _: int) -> Calibration:
    """Calibrate again."""
    return run_plan(_plan(known), out=out)


def hindcast(known: Mapping[str, Any], out: str | Path | None, _: int) -> Hindcast:
    """Train, forecast and score again."""
    return forecast_from(known["asked"]["cutoffs"], _plan(known), out=out)


def _plan(known: Mapping[str, Any]) -> Plan:
    """Return the plan that a manifest keeps.

    Raises
    ------
    StoreError
        If the baseline of here is another scenario than the one that was calibrated.
    """
    plan = Plan.of(known["asked"]["plan"])
    if scenario_of(plan).document() != known["repeat"]["scenario"]:
        raise StoreError(
            "another scenario is called baseline here, in ./scenarios perhaps: go to another folder"
        )
    return plan
