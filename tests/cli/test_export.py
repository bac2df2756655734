"""``sim export`` as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.here import sim as inside

SMALL = ("run", "baseline", "--runs", "2", "--until", "2024-12", "--nations", "BRA,IND", "--quiet")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def made(here):
    return inside(*SMALL, cwd=here).stdout.strip()


def test_every_format_is_one_line_and_one_file(here, made):
    for form, ending in (
        ("iamc", "-iamc.csv"), ("netcdf", ".nc"), ("csv", "-csv"), ("xlsx", ".xlsx")
    ):  # fmt: skip
        done = inside("export", made, "--format", form, cwd=here)
        assert (done.returncode, done.stderr) == (0, "")
        (line,) = done.stdout.splitlines()
        assert line.startswith(f"{made}/export/baseline-BRA-IND-")
        assert line.endswith(ending)
        assert (here / line).exists()
    done = inside("export", made, "--format", "iamc", "--out", "elsewhere", "--json", cwd=here)
    (file,) = (here / "elsewhere").iterdir()
    assert json.loads(done.stdout) == {"format": "iamc", "path": f"elsewhere/{file.name}"}
    assert inside("report", made, cwd=here).returncode == 0  # what lies in export/ breaks no seal


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nowhere", "--format", "csv"), 3, "there is no folder nowhere"),
        ((".", "--format", "csv"), 3, "is not a result"),
        ((".", "--format", "excel"), 1, "no format is called 'excel'"),
        (("nowhere",), 2, "Missing option '--format'"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, words, code, said):
    done = inside("export", *words, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) == (2 if code == 2 else 1)


def test_a_missing_package_is_one_line_and_a_failure(here, made):
    script = (
        "import sys; sys.modules['h5netcdf'] = None; import sim.cli; "
        f"sys.argv = ['sim', 'export', {made!r}, '--format', 'netcdf']; sim.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=here
    )
    assert done.returncode == 3
    assert done.stderr == (
        "sim: netCDF needs xarray and h5netcdf (h5netcdf is missing): "
        "pip install 'open-model-sim[export]'\n"
    )
