"""``sim explain`` as a user types it."""

from __future__ import annotations

import json
import re

import pytest

import sim as library
from sim.cli.explaining import headline
from tests.cli.here import sim

ASKED = ("explain", "BRA", "2026-06", "share.bloc_cn")
SHORT = ("--runs", "3", "--seed", "2")


def test_the_text_says_where_the_figure_comes_from(tmp_path):
    done = sim(*ASKED, *SHORT, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = library.explain(*ASKED[1:], runs=3, seed=2)
    first, *rest = done.stdout.splitlines()
    assert first == headline(found)
    assert first.startswith("Brazil, 2026-06, ")
    heads = [line for line in rest if line and not line.startswith(" ")]
    assert [head.split(",")[0].split(":")[0] for head in heads] == [
        "Observed there", "What is known of it", "Government's stance", "Why developers choose",
        "What goes with it", "Sources",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []  # nothing is written


def test_the_text_of_utility_is_the_table_of_utility(tmp_path):
    text = sim(*ASKED, *SHORT, cwd=tmp_path).stdout
    found = library.explain(*ASKED[1:], runs=3, seed=2)
    (line,) = (line for line in text.splitlines() if line.split()[:1] == ["utility"])
    middle = found.utility[found.utility["part"] == "utility"]["p50"]
    assert line.split()[1:] == [f"{value:+.2f}" for value in middle]


def test_a_program_reads_all_of_it(tmp_path):
    done = sim(*ASKED, *SHORT, "--json", cwd=tmp_path)
    found = library.explain(*ASKED[1:], runs=3, seed=2)
    assert json.loads(done.stdout) == json.loads(json.dumps(found.as_dict()))


def test_quietly_it_says_the_figure_alone(tmp_path):
    done = sim(*ASKED, *SHORT, "--quiet", cwd=tmp_path)
    assert done.stdout.splitlines() == [headline(library.explain(*ASKED[1:], runs=3, seed=2))]


def test_a_kept_run_is_explained_from_its_folder(tmp_path, undrawn):
    kept = sim("run", "fortress", *SHORT, "--until", "2027-12", "--quiet", cwd=tmp_path)
    folder = kept.stdout.strip()
    done = sim(*ASKED, "--from", folder, "--quiet", cwd=tmp_path)
    asked = library.load("fortress", ["period.end=2027-12"])
    assert done.stdout.strip() == headline(library.explain(*ASKED[1:], asked, runs=3, seed=2))


def test_the_panel_of_a_page_has_the_parts_that_are_printed(tmp_path):
    """Every nation's table of the page against the text of the command, row by row."""
    scenario = ("run", "fortress", *SHORT, "--until", "2027-12", "--nations", "BRA,CHN,DEU,RUS")
    folder = tmp_path / sim(*scenario, "--quiet", cwd=tmp_path).stdout.strip()
    (block,) = re.findall(r'id="kit-data">(.*?)</script>', (folder / "report.html").read_text())
    page = json.loads(block)
    parts, lines = page["explain"]["parts"], page["nations"]["lines"]
    assert parts["months"] == ["2026-10", "2027-12"]
    for nation, by_month in parts["values"].items():
        for month, rows in zip(parts["months"], by_month, strict=True):
            command = ("explain", nation, month, "share.bloc_cn", "--from", str(folder))
            text = sim(*command, cwd=tmp_path).stdout
            assert f", {month}, " in text.splitlines()[0]
            _, _, table = text.partition("Why developers choose")
            head = re.search(r"^  part +(.*)$", table, re.MULTILINE)[1].split()
            cell = r"[-+]\d\.\d\d|-"
            row = rf"(?m)^  (\S.*?) {{2,}}((?:(?:{cell}) *){{7}})$"
            printed = dict(re.findall(row, table))
            held = {
                parts["titles"][place].removeprefix("sum: "): dict(zip(lines, row, strict=True))
                for place, *row in rows
            }
            assert list(held) == list(printed)
            for title, cells in printed.items():
                told = dict(zip(head, cells.split(), strict=True))
                assert {name: as_printed(value) for name, value in held[title].items()} == {
                    name: value.replace("-0.00", "+0.00") for name, value in told.items()
                }


def as_printed(hundredths):
    """Return a part of utility as the command prints it."""
    return "-" if hundredths is None else f"{hundredths / 100:+.2f}"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("explain", "BRB", "2026-06", "share.bloc_cn"), 1, "did you mean 'BRA'?"),
        (("explain", "BRA", "2026", "share.bloc_cn"), 1, "write YYYY-MM"),
        (("explain", "BRA", "2026-06", "share.cn_opne"), 1, "did you mean 'share.cn_open'?"),
        (("explain", "BRA", "2026-06"), 2, "Missing argument"),
        ((*ASKED, "--from", "nowhere"), 3, "there is no folder"),
        ((*ASKED, "--scenario", "fortres"), 1, "did you mean 'fortress'?"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words, code, says, tmp_path):
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stdout == ""
