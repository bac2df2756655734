"""What a run does not load: packages that cost a quarter of a second and more each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "IPython", "SALib", "mesa", "networkx", "pandas",
    # Not scipy.linalg: numba, which every run has, looks there for a BLAS.
    "scipy.optimize", "scipy.special", "scipy.stats",
}  # fmt: skip

RUN = """
import runpy, sys
sys.argv = ["sim", "run", "baseline", "--runs", "3", "--out", {out!r}, "--json"]
try:
    runpy.run_path({made_up!r}, run_name="__main__")
except SystemExit as left:
    assert left.code == 0, left.code
print(*sys.modules)
"""


def test_a_run_with_all_its_files_needs_none_of_the_heavy_packages(tmp_path):
    made_up = str(ROOT / "tests" / "cli" / "made_up.py")
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(out=str(tmp_path), made_up=made_up)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())
    assert len(list(tmp_path.glob("baseline/*/report.html"))) == 2  # the result's and by latest
