import pytest

from sim.errors import InputError
from sim.evidence import tables


def table(tmp_path, text, name="t.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding=encoding, newline="")
    return path


def problem(call):
    with pytest.raises(InputError) as caught:
        call()
    return caught.value.problems[0]


def test_a_row_knows_its_line_and_strips_its_cells(tmp_path):
    rows = tables.read(table(tmp_path, "a,b\n 1 , x\n\n2,y\n"), ("a", "b"))
    assert [(row.line, row["a"], row["b"]) for row in rows] == [(2, "1", "x"), (4, "2", "y")]


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path):
    path = table(tmp_path, "a\n1\n", encoding="utf-8-sig")
    assert tables.read(path, ("a",))[0]["a"] == "1"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a,b\n1\n", "the row has 1 cells, the header 2", 2),
        ("a,b\n1,2,3\n", "the row has 3 cells, the header 2", 2),
        ("a,bb\n1,2\n", "lacks the column 'b'", 1),
        ("a,b,a\n1,2,3\n", "names the column 'a' twice", 1),
        ("a,b\n", "holds a header and no row", None),
        ("", "lacks the column 'a'", 1),
        ('a,b\n"1"2,3\n', "is not a CSV table", None),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(tmp_path, text, message, line):
    path = table(tmp_path, text)
    found = problem(lambda: tables.read(path, ("a", "b")))
    assert message in found.message
    assert found.file == str(path)
    assert found.line == line


def test_the_nearest_column_is_named(tmp_path):
    path = table(tmp_path, "iso,nme\nBRA,Brazil\n")
    assert problem(lambda: tables.read(path, ("iso", "name"))).hint == "did you mean 'nme'?"


def test_what_cannot_be_read_is_an_input_error(tmp_path):
    assert "cannot be read" in problem(lambda: tables.read(tmp_path / "none.csv", ())).message
    assert "cannot be read" in problem(lambda: tables.read(tmp_path, ())).message
    path = tmp_path / "latin.csv"
    path.write_bytes("a\nCôte\n".encode("latin-1"))
    assert "UTF-8" in problem(lambda: tables.read(path, ("a",))).message


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("", "is empty"),
        ("x", "is not a number"),
        ("nan", "is not a finite number"),
        ("inf", "is not a finite number"),
        ("-1", "is out of range"),
        ("2", "is out of range"),
    ],
)
def test_a_number_says_what_is_wrong_with_it(tmp_path, cell, message):
    row = tables.read(table(tmp_path, f"n,a\nx,{cell}\n"), ("a",))[0]
    found = problem(lambda: row.number("a", 0.0, 1.0))
    assert message in found.message
    assert (found.line, found.column, found.path) == (2, 2, "a")


def test_flags_choices_and_ids(tmp_path):
    row = tables.read(table(tmp_path, "f,g,c,i\n1,yes,eu,S1; S2 ;\n"), ("f",))[0]
    assert row.flag("f") is True
    assert "neither 0 nor 1" in problem(lambda: row.flag("g")).message
    assert row.choice("c", ("eu", "us")) == "eu"
    assert problem(lambda: row.choice("g", ("yet", "no"))).hint == "did you mean 'yet'?"
    assert row.ids("i") == ("S1", "S2")


def test_every_shipped_source_reads_and_ids_of_all_families_are_there():
    sources = tables.read_sources()
    assert {"S160", "T001", "RAND_MARKETS", "SEED1", "NAT_POPULATION_2024", "LINKS"} <= set(sources)
    assert len(sources) > 460


def test_a_source_that_stands_twice_is_refused(tmp_path, monkeypatch):
    table(tmp_path, "source,title,publisher,date,url\nA,t,p,d,u\nA,t,p,d,u\n", "sources.csv")
    monkeypatch.setattr(tables, "DATA", tmp_path)
    assert "stands twice" in problem(tables.read_sources).message


def test_the_hash_sees_every_byte_and_name_but_not_line_ends(tmp_path):
    table(tmp_path, "a\n1\n")
    first = tables.data_hash(tmp_path)
    table(tmp_path, "a\r\n1\r\n")
    assert tables.data_hash(tmp_path) == first
    table(tmp_path, "a\n2\n")
    changed = tables.data_hash(tmp_path)
    table(tmp_path, "a\n1\n")
    table(tmp_path, "", "u.csv")
    assert len({first, changed, tables.data_hash(tmp_path)}) == 3


def test_the_hash_does_not_confuse_content_with_the_next_file(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    table(one, "ab", "a.csv")
    table(one, "c", "b.csv")
    table(two, "a", "a.csv")
    table(two, "bc", "b.csv")
    assert tables.data_hash(one) != tables.data_hash(two)
