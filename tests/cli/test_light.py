"""What a first look costs, and what the package promises."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sim

HEAVY = {"numpy", "pandas", "mesa", "numba", "matplotlib", "pyarrow", "jinja2", "rich", "pydantic"}


@pytest.mark.parametrize(
    "words",
    ["import sim", "import sim.cli; sim.cli._exit_code(['--help'])", "import sim; sim.__version__"],
)
def test_a_first_look_loads_nothing_heavy(words):
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {words}; print(); print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())


def test_the_interface_is_pinned():
    assert sim.__all__ == [
        "Calibration",
        "Comparison",
        "Effect",
        "Hindcast",
        "InputError",
        "Problem",
        "Result",
        "Robust",
        "RunError",
        "Scenario",
        "Sensitivity",
        "SimError",
        "StoreError",
        "Sweep",
        "World",
        "__version__",
        "calibrate",
        "compare",
        "effect",
        "ema_model",
        "explain",
        "export",
        "format_version",
        "hindcast",
        "load",
        "metric",
        "model_version",
        "observe",
        "repeat",
        "robust",
        "run",
        "sensitivity",
        "sweep",
    ]
    assert dir(sim) == sorted(sim.__all__)


def test_every_name_can_be_had():
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    assert (sim.model_version, sim.format_version) == (8, 3)
    with pytest.raises(AttributeError, match="nothing_like_this"):
        sim.nothing_like_this  # noqa: B018 - asking is the test
