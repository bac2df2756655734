"""Results on disk: whole or not at all, ``latest`` in one step, and read back as they were."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from sim import report
from sim.errors import InputError, StoreError
from sim.report.drawings import data_address
from sim.scenario import NationTable
from sim.study import run as ensemble
from sim.study import saved, seals, staging
from sim.study.manifest import renamed
from sim.study.result import Result, folder_of

FILES = {
    "adoption_curves.png",
    "adoption_curves.svg",
    "adoption_nations.svg",
    "curves.csv",
    "curves.parquet",
    "futures.csv",
    "headline.csv",
    "history_chinese_share_by_month.csv",
    "history_chinese_sites_by_month.csv",
    "history_deepseek_by_nation.csv",
    "history_survey_by_nation.csv",
    "manifest.json",
    "outcomes.parquet",
    "report.html",
    "runs.parquet",
    "utility.parquet",
}


@pytest.fixture
def plain_pages(monkeypatch):
    """Let pictures and pages be a few bytes: these tests are about where they go."""
    names = ("adoption_curves.svg", "adoption_curves.png", "adoption_nations.svg")
    drawn = SimpleNamespace(files=dict.fromkeys(names, b"<svg/>"))
    monkeypatch.setattr(report, "drawings_of", lambda _: [drawn])
    monkeypatch.setattr(report, "page_of", lambda *_: "<p>a page</p>")


def everything(folder):
    """Return every path below a folder with its content, links as their target."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink()
        else path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }  # fmt: skip


def test_a_result_has_its_place_its_files_and_latest(result, tmp_path, plain_pages):
    place = result.save(tmp_path / "out")
    assert place == tmp_path / "out" / "made_up" / result.hash[:12]
    assert {path.name for path in place.iterdir()} == FILES
    assert (place.parent / "latest").readlink() == Path(result.hash[:12])
    assert {path.name for path in place.parent.iterdir()} == {place.name, "latest"}


@pytest.mark.slow
def test_the_real_report_fills_the_files(result, tmp_path):
    place = result.save(tmp_path)
    assert (place / "adoption_curves.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (place / "adoption_curves.svg").read_text()
    assert "<svg" in (place / "adoption_nations.svg").read_text()
    assert "<html" in (place / "report.html").read_text()
    page = saved.rebuild_report(place / ".." / "latest")
    assert page.read_text() == (place / "report.html").read_text()
    assert {path.name for path in place.iterdir()} == FILES


def test_a_result_is_read_back_as_it_was(result, tmp_path, plain_pages):
    again = Result.read(result.save(tmp_path))
    assert again.scenario == result.scenario
    assert {**again.manifest, "seals": None, "sealed": None} == {
        **result.manifest,
        "seals": None,
        "sealed": None,
    }
    for name in ("curves", "runs", "outcomes"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name))
    assert list(again.history) == list(result.history)
    for name, table in result.history.items():
        pd.testing.assert_frame_equal(again.history[name], table, check_dtype=False)


def test_the_manifest_says_how_to_make_it_again(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    facts = json.loads((place / "manifest.json").read_text())
    assert facts["kind"] == "run"
    assert facts["hash"] == result.hash == renamed(facts)
    assert facts["asked"]["scenario"] == result.scenario.document()
    made = facts["made"]
    assert (made["engine"], made["workers"]) == ("kernel", 1)
    assert made["seconds"] >= 0
    assert {"python", "numpy", "numba", "mesa"} <= set(facts["versions"])
    assert len(facts["evidence_hash"]) == 64
    assert set(facts["seals"]) == {name for name in FILES if name.endswith((".csv", ".parquet"))}
    assert all(seals.seal(place / name) == one for name, one in facts["seals"].items())


def test_parquet_has_dictionaries_and_zstd(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    file = parquet.ParquetFile(place / "runs.parquet")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert "dictionary" in str(file.schema_arrow.field("group").type)
    assert csv.read_csv(place / "curves.csv").num_rows == len(result.curves)
    months = pd.read_csv(place / "curves.csv")["month"]
    assert (months.iloc[0], months.iloc[-1]) == ("2023-01", "2025-12")


def test_latest_follows_the_last_result(world, scenario, tmp_path, plain_pages):
    first = ensemble.run(scenario, seed=1, out=tmp_path).hash[:12]
    second = ensemble.run(scenario, seed=2, out=tmp_path).hash[:12]
    folder = tmp_path / "made_up"
    assert (folder / "latest").readlink() == Path(second)
    assert {path.name for path in folder.iterdir()} == {first, second, "latest"}


def test_the_same_result_again_takes_its_own_place(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    (place / "left_over").touch()
    assert result.save(tmp_path) == place
    assert {path.name for path in place.iterdir()} == FILES
    assert len(list(place.parent.iterdir())) == 2


STEPS = {
    "a picture": (report, "drawings_of"),
    "the page": (report, "page_of"),
    "a table": (parquet, "write_table"),
    "a text": (csv, "write_csv"),
    "the last rename": (staging, "swap"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_whatever_fails_nothing_is_left(result, tmp_path, plain_pages, monkeypatch, step, error):
    def fail(*given, **_):
        for place in given:
            if isinstance(place, Path) and place.suffix in (".parquet", ".csv"):
                place.write_bytes(b"half")
        raise error

    monkeypatch.setattr(*STEPS[step], fail)
    with pytest.raises(StoreError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        result.save(tmp_path / "new" / "out")
    assert everything(tmp_path) == {}
    if isinstance(error, OSError):
        assert "No space left on device" in str(caught.value)


def test_a_failed_write_leaves_an_older_result_as_it_was(
    result, tmp_path, plain_pages, monkeypatch
):
    result.save(tmp_path)
    before = everything(tmp_path)
    monkeypatch.setattr(report, "page_of", _no_room)
    with pytest.raises(StoreError):
        result.save(tmp_path)
    assert everything(tmp_path) == before


def test_a_failed_rename_puts_the_older_result_back(result, tmp_path, plain_pages, monkeypatch):
    place = result.save(tmp_path)
    before = everything(tmp_path)
    rename = Path.rename

    def refuse(path, target):
        # Of the three renames only the stage's goes to the place itself from a hidden name.
        if Path(target) == place and not path.name.startswith(".old"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        result.save(tmp_path)
    assert everything(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_named(result, tmp_path):
    (tmp_path / "out").write_text("in the way")
    for out in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(StoreError, match=r"out is not a folder"):
            result.save(out)
    assert (tmp_path / "out").read_text() == "in the way"


def test_a_folder_in_the_place_of_latest_is_refused(result, tmp_path, plain_pages):
    (tmp_path / "made_up" / "latest").mkdir(parents=True)
    with pytest.raises(StoreError, match="latest"):
        result.save(tmp_path)
    assert everything(tmp_path) == {"made_up": None, "made_up/latest": None}


def test_a_run_that_could_not_be_written_does_not_begin(world, scenario, tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(StoreError):
        ensemble.run(scenario, out=tmp_path / "out")
    assert world == []


SMALL_FILES = """
import resource, sys
from pathlib import Path
from unittest import mock
import numpy as np
from sim import report
from sim.scenario import Scenario
from sim.errors import InputError, StoreError
from sim.scenario import NationTable
from sim.ensemble import curves, groups
from sim.metrics import registry as metrics
from sim.study import manifest
from sim.study.result import Result
from tests.strategies import BLOCS, ECOSYSTEMS, fake_drivers, fake_trajectory, half

drivers = fake_drivers()
ensemble = curves.gather(
    [fake_trajectory(drivers, 1, np.arange(20))], drivers.facts.months, drivers.nations,
    ECOSYSTEMS, BLOCS, groups.choose(drivers.groups, drivers.regions),
    half(drivers, 1, np.arange(20)), asked=metrics.reported(drivers.facts.months),
)
scenario = Scenario.model_validate({
    "name": "made_up", "title": "", "period": {"start": 24276, "end": 24311},
    "ensemble": {"runs": 20, "seed": 1},
})
document = scenario.document()
facts = manifest.manifest("run", {"scenario": document}, [document])
result = Result.of(scenario, facts, ensemble, {}, np.arange(20) % 3)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
text = mock.patch.multiple(report, drawings_of=lambda _: [], page_of=lambda *_: "")
try:
    with text:
        result.save(sys.argv[1])
except StoreError as error:
    print(error)
    sys.exit(3)
"""


@pytest.mark.parametrize("most", [0, 1, 700, 4096, 30_000])
def test_a_disk_that_takes_only_some_bytes_keeps_nothing(tmp_path, most):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, str(tmp_path / "out"), str(most)],
        capture_output=True, text=True, cwd=root, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "File too large" in done.stdout
    assert everything(tmp_path) == {}


def _edited(**changes):
    """Return what changes a manifest."""

    def change(folder):
        file = folder / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


def _without(*names):
    def change(folder):
        file = folder / "manifest.json"
        facts = json.loads(file.read_text())
        file.write_text(json.dumps({k: v for k, v in facts.items() if k not in names}))

    return change


def _asked(**changes):
    def change(folder):
        file = folder / "manifest.json"
        facts = json.loads(file.read_text())
        facts["asked"] |= changes
        file.write_text(json.dumps(facts))

    return change


def _resealed(change, gone=None, added=None):
    """Return what changes the seals, and takes a table away or puts one in."""

    def edit(folder):
        file = folder / "manifest.json"
        facts = json.loads(file.read_text())
        change(facts["seals"])
        file.write_text(json.dumps(facts))
        if gone is not None:
            (folder / gone).unlink()
        if added is not None:
            (folder / added).write_bytes((folder / "curves.csv").read_bytes())

    return edit


def _sealed_long(folder):
    """Add a seal, and take away the seal over the seals, which results of before lack."""
    file = folder / "manifest.json"
    facts = json.loads(file.read_text())
    facts["seals"]["9" * 5000] = "0"
    del facts["sealed"]
    file.write_text(json.dumps(facts))


CHANGED = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), r"no manifest\.json"),
    "no table": (lambda folder: (folder / "runs.parquet").unlink(), r"runs\.parquet is missing"),
    "another table": (
        lambda folder: (folder / "runs.parquet").write_bytes(b"no"),
        r"runs\.parquet is not the table that was written",
    ),
    "a table of another name": (
        lambda folder: (folder / "outcomes.parquet").write_bytes(
            (folder / "curves.parquet").read_bytes()
        ),
        r"outcomes\.parquet is not the table",
    ),
    "half a manifest": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        r"manifest\.json cannot be read",
    ),
    "a list": (
        lambda folder: (folder / "manifest.json").write_text("[]"),
        "not the manifest of a result",
    ),
    "deep": (
        lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
        r"manifest\.json cannot be read",
    ),
    "a newer format": (_edited(format_version=99), "format 99; .* run sim run again"),
    "an older format": (_edited(format_version=1), "format 1; .* run sim run again"),
    "another hash": (_edited(hash="0" * 64), r"was edited: its hash is 000000000000"),
    "a hash that commands a terminal": (
        _edited(hash="a\nb\u202e"),
        r"was edited: its hash is a\\nb\\u202e, what it says",
    ),
    "another model": (_edited(model_version=77), "was edited"),
    "another evidence": (_edited(evidence_hash="x"), "was edited"),
    "other levers": (_edited(used={}), "was edited"),
    "another scenario": (_asked(scenario={"name": "other"}), "was edited"),
    "a path as scenario": (_asked(scenario="/etc/passwd"), "was edited"),
    "no seals": (_without("seals"), "lacks 'seals'"),
    "seals of nothing": (_edited(seals=3), "holds no seals"),
    "a seal outside": (
        _resealed(lambda seals: seals.update({"../x": "0"})),
        "not those that were written",
    ),
    "a seal of a name that no file can have": (_sealed_long, r"9{80}\.\.\. is missing$"),
    "seals emptied": (_edited(seals={}), r"curves\.csv has no seal; curves\.parquet has no seal"),
    "a seal cut off": (
        _resealed(lambda seals: seals.pop("runs.parquet")),
        "runs.parquet has no seal",
    ),
    "a seal cut off with its table": (
        _resealed(lambda seals: seals.pop("runs.parquet"), gone="runs.parquet"),
        "runs.parquet has no seal",
    ),
    "a seal cut off with a table that few results have": (
        _resealed(
            lambda seals: seals.pop("history_deepseek_by_nation.csv"),
            gone="history_deepseek_by_nation.csv",
        ),
        "the seals are not those that were written",
    ),
    "a table added": (
        lambda folder: (folder / "extra.csv").write_text("a\n1\n"),
        r"extra\.csv has no seal",
    ),
    "a table added with a seal": (
        _resealed(
            lambda seals: seals.update({"extra.csv": seals["curves.csv"]}), added="extra.csv"
        ),
        "the seals are not those that were written",
    ),
    "no kind": (_without("kind"), "lacks 'kind'"),
    "another kind": (_edited(kind="novel"), "no known kind: 'novel'"),
    "the kind of another": (_edited(kind="sweep"), "was edited: it is not of a 'sweep'"),
    "a kind that is a list": (_edited(kind=["run"]), "no known kind"),
    "a list in another format": (_edited(kind=["run"], format_version=1), "the command that made"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_is_no_result_or_was_changed_is_refused_and_named(result, tmp_path, plain_pages, what):
    change, message = CHANGED[what]
    place = result.save(tmp_path)
    page = (place / "report.html").read_bytes()
    change(place)
    for read in (Result.read, saved.read, saved.rebuild_report):
        with pytest.raises(StoreError, match=message):
            read(place)
    assert (place / "report.html").read_bytes() == page


def test_a_result_from_before_the_seal_over_the_seals_is_read(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    _without("sealed")(place)
    assert Result.read(place).hash == result.hash


def test_what_is_in_a_file_and_on_the_page_is_drawn_once(result, tmp_path, monkeypatch):
    """The page shows the bytes of the file; only the narrow drawing is one of its own."""
    drawn = []
    whole = report.figures.adoption_curves
    for module in (report, report.figures):
        monkeypatch.setattr(
            module, "adoption_curves", lambda *a, **k: drawn.append(k) or whole(*a, **k)
        )
    place = result.save(tmp_path)
    assert [how.get("stacked", False) for how in drawn] == [False, True]
    address = data_address((place / "adoption_curves.svg").read_bytes())
    assert address in (place / "report.html").read_text()


def test_a_scenario_that_is_a_path_is_never_followed(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    file = place / "manifest.json"
    facts = json.loads(file.read_text())
    facts["asked"]["scenario"] = "/etc/hostname"
    facts["hash"] = renamed(facts)  # whoever edits a manifest can name it anew
    file.write_text(json.dumps(facts))
    with pytest.raises(StoreError, match="a str in place of a scenario"):
        saved.rebuild_report(place)


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_flipped_bit_in_any_table_is_found(kept_result, data):
    place, names = kept_result
    file = place / data.draw(st.sampled_from(names))
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
    try:
        with pytest.raises(StoreError, match=f"{file.name} is not the table"):
            saved.read(place)
    finally:
        file.write_bytes(whole)
    assert saved.read(place).hash


@pytest.fixture
def kept_result(result, tmp_path, plain_pages):
    place = result.save(tmp_path)
    return place, sorted(name for name in FILES if name.endswith((".csv", ".parquet")))


def _no_room(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_killed_processes_left_is_removed_a_day_later(tmp_path):
    """Stages of the living and of today stay: another machine's process may be at them."""
    folder = tmp_path / "baseline"
    ended = subprocess.Popen(["true"])
    ended.wait()
    day, hour = 86_400 + 60, 3_600
    gone = {
        f".abc.{ended.pid}-0123abcd": day, f".latest.{ended.pid}-0123abcd": day,
        f".old.{10**12}-0123abcd": day,
    }  # fmt: skip
    stays = {
        f".abc.{ended.pid}-4567abcd": hour, f".abc.{os.getpid()}-0123abcd": day, ".mine": day,
        ".abc.0123abcd": day, "abc": day,
    }  # fmt: skip
    for name, age in (gone | stays).items():
        place = folder / name
        if name.startswith(".latest"):
            folder.mkdir(parents=True, exist_ok=True)
            place.symlink_to("abc")
        else:
            place.mkdir(parents=True)
            (place / "curves.csv").touch()
        then = time.time() - age
        os.utime(place, (then, then), follow_symlinks=False)
    staging.remove_leftovers(folder)
    assert {entry.name for entry in folder.iterdir()} == set(stays)


def test_a_stage_is_named_by_its_process(tmp_path):
    with staging.staged(tmp_path / "baseline" / "abc", latest=True) as stage:
        assert staging._STAGE.fullmatch(stage.parent.name)[1] == str(os.getpid())
        stage.mkdir()
    assert {entry.name for entry in (tmp_path / "baseline").iterdir()} == {"abc", "latest"}


def test_a_result_shows_itself_shortly(result, tmp_path, plain_pages):
    assert repr(result) == f"Run of made_up, 40 runs, seed 3, hash {result.hash[:12]}, not written"
    read = Result.read(result.save(tmp_path))
    assert repr(read).endswith(f"hash {result.hash[:12]}, {seals.shown(read.folder)}")


def test_every_kind_shows_itself_shortly():
    import importlib

    for where, _ in seals.KINDS.values():
        module, _, name = where.partition(":")
        kind = getattr(importlib.import_module(module), name)
        assert kind.__repr__ is saved.Saved.__repr__, name


def test_a_notebook_shows_a_table_of_shares(result):
    shown = result._repr_html_()
    assert shown.startswith("<table>")
    assert "World" in shown
    assert "US closed" in shown
    assert result.hash[:12] in shown


def test_shares_are_asked_for_by_name_and_month(result):
    month = str(result.curves["month"].max())
    table = result.share("World", month)
    assert table["mean"].sum() == pytest.approx(1.0)
    pd.testing.assert_frame_equal(table, result.share("world", month))
    with pytest.raises(InputError, match="no group 'atlantis'"):
        result.share("atlantis", month)
    with pytest.raises(InputError, match="no month '2099-01'"):
        result.share("world", "2099-01")


def test_a_result_that_is_there_is_read_and_a_damaged_one_is_run_again(
    world, scenario, tmp_path, plain_pages
):
    first = ensemble.run(scenario, out=tmp_path)
    asked = len(world)
    again = ensemble.run(scenario, out=tmp_path)
    assert len(world) == asked
    assert again.hash == first.hash
    (first.folder / "curves.csv").write_text("x")
    with pytest.warns(UserWarning, match=r"curves\.csv is not the table .* run again"):
        ensemble.run(scenario, out=tmp_path)
    assert len(world) > asked
    Result.read(first.folder)


def test_the_folder_names_the_nations_of_a_run(scenario):
    many = ("AGO", "BRA", "IND", "KEN")
    table = NationTable(name="my nations.csv", csv="")
    for nations, name in (
        (None, "made_up"), ("world", "made_up"), (("BRA",), "made_up-BRA"),
        (("BRA", "IND"), "made_up-BRA-IND"), (many, "made_up-4-nations"),
        ("global_south", "made_up-global_south"), (table, "made_up-my_nations"),
    ):  # fmt: skip
        assert folder_of(scenario.model_copy(update={"nations": nations})) == name


@pytest.mark.parametrize("error", [NotImplementedError, ValueError, KeyError])
def test_what_a_reader_says_of_a_table_is_one_line_that_commands_no_terminal(tmp_path, error):
    with pytest.raises(StoreError) as caught, saved._readable(tmp_path):
        raise error("no such\n type: \x0e")
    assert "cannot be read as a result" in str(caught.value)
    assert "\\x0e" in str(caught.value)
    assert str(caught.value).isprintable()
