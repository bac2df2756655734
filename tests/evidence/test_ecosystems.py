from __future__ import annotations

import csv

import pytest

from sim.errors import InputError
from sim.evidence import ecosystems, tables


def test_order_and_signs_are_those_of_the_model():
    known = ecosystems.read()
    assert tuple(e.id for e in known) == ecosystems.ECOSYSTEMS
    assert {e.id: e.alignment for e in known} == {
        "us_closed": 1.0,
        "cn_closed": -1.0,
        "us_open_restricted": 1.0,
        "us_permissive": 1.0,
        "cn_open": -1.0,
        "eu_open": 1.0,
        "sovereign": 0.0,
    }


def test_closed_ecosystems_have_one_way():
    for ecosystem in ecosystems.read():
        assert ecosystem.open == (ecosystem.nest == "open")
        assert ecosystem.ways == (ecosystems.WAYS if ecosystem.open else ("maker",))


def test_every_bloc_has_someone():
    assert {e.bloc for e in ecosystems.read()} == set(ecosystems.BLOCS)


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Return a function that writes the table with one cell changed and reads it."""
    source = tables.DATA / "ecosystems.csv"

    def read(ecosystem, column, cell):
        rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
        next(row for row in rows if row["ecosystem"] == ecosystem)[column] = cell
        with (tmp_path / "ecosystems.csv").open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, rows[0])
            out.writeheader()
            out.writerows(rows)
        monkeypatch.setattr(tables, "DATA", tmp_path)
        return ecosystems.read()

    return read


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("us_closed", "incumbent", "0"), "no ecosystem has the part 'incumbent'"),
        (("cn_open", "china_start", "1"), "cn_closed, cn_open has the part 'china_start'"),
        (("cn_open", "listed", "yes"), "'yes' is neither 0 nor 1"),
        (("cn_open", "ecosystem", "us_closed"), "the ecosystem 'us_closed' stands twice"),
    ],
)
def test_a_part_that_one_must_play_is_given_to_one(table, change, words):
    with pytest.raises(InputError, match=words):
        table(*change)


def test_a_part_is_played_by_whom_the_table_names(table):
    assert [one.id for one in table("us_permissive", "listed", "1") if one.listed] == [
        "us_closed", "us_permissive",
    ]  # fmt: skip
