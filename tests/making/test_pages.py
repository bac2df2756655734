"""The pages are current, and they speak of the project alone."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from making import (
    claims,
    events,
    levers,
    operations,
    pages,
    picture,
    plausibility,
    questions,
    reliability,
    tables,
    validation,
)
from making import forecast_pages as forecasts

ROOT = pages.ROOT
PAGES = pages.pages()
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.mark.parametrize(
    "name",
    [
        # The front page has a figure that takes two hundred runs.
        pytest.param(name, marks=[pytest.mark.long] if name == "README.md" else [])
        for name in NAMES if name != "docs/levers.md"
    ],
)  # fmt: skip
def test_generated_blocks_are_current(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert pages.with_blocks(text) == text, "renew the page with `make docs`"


def test_no_two_blocks_have_one_name():
    rooms = (claims, events, forecasts, levers, plausibility, questions, reliability, tables)
    rooms = (*rooms, validation)
    names = [name for room in rooms for name in room.BLOCKS]
    assert sorted(set(names)) == sorted(names)


def test_blocks_are_closed():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.count("<!-- made: ") == text.count("<!-- end -->")
        assert text.count("<!-- made: ") == len(pages.block_names(text))


def test_the_sizes_of_the_operations_are_current():
    written = operations.SIZES.read_text(encoding="utf-8")
    assert operations.sizes_text() == written, "renew it with `make docs`"


def test_the_operations_of_a_small_world_can_be_counted_by_hand():
    sizes = dict.fromkeys(operations.read_sizes(), 0.0) | {"T": 2, "I": 3, "S": 2, "K": 4}
    found = operations.totals(sizes)
    # Two months, three nations, two segments, four ecosystems, all on record and never repriced:
    assert found["exp"] == (
        3 * 4 + 3 + 3 * 4 + 3  # cosines of tastes, by class, of consumers, wandering; of lags
        + 3 * 4 + 3  # what stands for an ecosystem, leaning
        + 3 * 2  # income and optimism
        + 2 * 2 + 2  # wanted hardware, growth of output
        + 2 * 2 * 2 * 4  # coverage of two offers
        + 2 * 3  # value in uptake
        + 2 * 3 * 2 * (4 + 2)  # choice and nests
    )  # fmt: skip
    # Tastes and lags of own models, stances, nests, menus of routers at two prices.
    # Of draws: tastes and lags, months of review, wandering, stances.
    assert found["log"] == 30 + 4 * 2 * 3 / 24 * 2 + 2 * 3 * 2 * 3 + 2 * 2 * 4
    assert found["draw"] == 30 * 2 + 3 + 2 * 3 * 4 + 4 * 2 * 3 / 24


def test_the_picture_is_small_and_wide_enough():
    found = picture.PLACE.read_bytes()
    assert found.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(found) < 300_000
    width, height = struct.unpack(">II", found[16:24])
    assert width > 1000
    assert 2 < width / height < 3
    front = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:12]
    assert any(picture.PLACE.name in line for line in front), "it stands in the first screen"
    for other in (picture.EFFECTS, picture.FUTURES):
        assert other.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert other.stat().st_size < 200_000


def tracked():
    """Return every file that is in the repository or would be added to it."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("not a clone")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def traces():
    """Return what would tell of this machine: its folders, its name, its package registry.

    They are asked of the machine, so that this file itself tells nothing.
    """
    beside = [f"../{other.name}/" for other in ROOT.parent.iterdir() if other.is_dir()]
    folders = [f"{place}/" for place in (ROOT, Path.home()) if len(place.parts) > 1]
    host = socket.gethostname()
    names = [host] if len(host) > 6 and any(letter.isdigit() for letter in host) else []
    configured = subprocess.run(
        ["pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    asked = " ".join([configured, *(os.environ.get(f"{n}_INDEX_URL", "") for n in ("PIP", "UV"))])
    registries = set(re.findall(r"https?://(?:[^@/\s']*@)?([\w.-]+)", asked)) - {"pypi.org"}
    return [*beside, *folders, *names, *registries]


def test_no_file_tells_of_the_machine_it_was_written_on():
    looked_for = [(trace, trace.encode()) for trace in traces()]
    assert looked_for
    found = []
    for file in tracked():
        content = file.read_bytes()
        name = file.relative_to(ROOT)
        found += [f"{name} holds {trace}" for trace, sought in looked_for if sought in content]
    assert not found


def test_lock_files_name_no_registry():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"index-url|find-links|https?://", text), name
