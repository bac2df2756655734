"""The machine on which something was measured: times mean nothing without it."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")

PACKAGES = ("numpy", "numba", "llvmlite", "mesa", "matplotlib", "pyarrow")


def describe() -> dict[str, Any]:
    """Return processor, cores, load and versions."""
    from llvmlite import binding

    return {
        "processor": processor(),
        "architecture": binding.get_host_cpu_name(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    """Return the processor's name as its maker gives it, where the system tells."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def save(prefix: str, **record: object) -> Path:
    """Write what was measured today beside the code, and return its file."""
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    RESULTS.mkdir(exist_ok=True)
    place = RESULTS / f"{prefix}{today}.json"
    place.write_text(json.dumps({"date": today, **record}, indent=2) + "\n", encoding="utf-8")
    return place
