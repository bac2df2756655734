"""What made a result: enough to make it again and to see why another may differ."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sim.evidence import load
from sim.scenario import identity
from sim.version import DISTRIBUTION, FORMAT, MODEL

_PACKAGES = ("numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib")


def manifest(
    kind: str,
    asked: Mapping[str, Any],
    documents: Sequence[Mapping[str, Any]],
    *,
    engine: str = "kernel",
    workers: int = 1,
    seconds: float = 0.0,
    facts: str | None = None,
) -> dict[str, Any]:
    """Return the manifest of a result.

    The hash covers all that was asked, the levers and drivers that it uses in full, facts,
    parameters and draws of the calibration, and the model version; how and where it was made, under
    ``made``, changes no number.

    Parameters
    ----------
    kind : str
        A kind of result, such as ``run``.
    asked : mapping
        All that was asked, as plain data; a kind that it names gives way.
    documents : sequence of mapping
        The scenarios that were run, in full.
    engine : str
        ``kernel`` or ``mesa``.
    workers : int
        Blocks run at a time.
    seconds : float
        Wall time from the call to the finished tables.
    facts : str, optional
        Hash of the facts that the result rests on; of facts, parameters and posterior by default.
    """
    whole = {**asked, "kind": kind}
    used = identity.used(*documents)
    rests_on = load().hash if facts is None else facts
    return {
        "kind": kind,
        "hash": identity.of(whole, used, MODEL, rests_on),
        "asked": whole,
        "used": used,
        "model_version": MODEL,
        "format_version": FORMAT,
        "evidence_hash": rests_on,
        "versions": {
            "python": platform.python_version(),
            "sim": version(DISTRIBUTION),
            **{name: version(name) for name in _PACKAGES},
        },
        "made": {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "engine": engine,
            "workers": workers,
            "seconds": round(seconds, 3),
            "machine": {
                "system": platform.system(),
                "release": platform.release(),
                "machine": platform.machine(),
                "processors": os.cpu_count(),
            },
        },
    }


def renamed(known: Mapping[str, Any]) -> str:
    """Return the hash that a manifest's own words give, whatever it says it is.

    Raises
    ------
    KeyError
        If the manifest lacks a part.
    """
    return identity.of(
        known["asked"], known["used"], known["model_version"], known["evidence_hash"]
    )
