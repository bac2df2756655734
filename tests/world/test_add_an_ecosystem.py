"""An ecosystem is rows of tables: no code knows how many there are, or which does what.

A calibration would say what it is worth; the run here takes the defaults of its parameters.
"""

from __future__ import annotations

import csv

import pytest

from sim.errors import InputError
from sim.evidence import ecosystems, tables
from tests.adding import added, said

DATA = "sim/evidence/data"
WHY = "-,2024-03,judgement,judgement,made up"
EDITS = {
    f"{DATA}/ecosystems.csv": f"eu_closed,European closed,eu,closed,1,0,0,0,{WHY}\n",
    f"{DATA}/parameters.csv": (
        "lag,eu_closed,,Lag,lag_k,months,9,5,15,triangular,range,judgement,,Made up.\n"
        "release_rate,eu_closed,,Rate,-,per month,0.2,0.1,0.3,triangular,range,judgement,,Too.\n"
    ),
    f"{DATA}/releases.csv": f"eu_closed,Made-up 1,2024-03-01,120,,1,{WHY}\n",
    f"{DATA}/prices.csv": f"eu_closed,Made-up 1,maker,2024-03-01,2,6,{WHY}\n",
    f"{DATA}/access_rules.csv": f"eu_closed,maker,all,2024-03,,set,0.9,{WHY}\n",
    "sim/report/looks.csv": "eu_closed,European closed,#0b5c49,\n",
}
SCRIPT = """
import json
import sim
from sim.evidence import load
from sim.evidence.checks import check
from sim.report import style
from sim.scenario import compile, load as loaded
from tests.world.test_engines import kernel_run, mesa_run, require_equal

few = [("nations", ["CHN", "FRA", "IND", "USA"]), ("period.end", "2027-06")]
drivers = compile(loaded("rand_package", few))
ours = kernel_run(drivers, 1, [3, 5])
require_equal(ours, mesa_run(drivers, 1, 5), 1, 2)
shown = sim.run("baseline", runs=2, nations=["FRA", "USA"], until="2026-12")
print(json.dumps({
    "wrong": check(load()),
    "ecosystems": drivers.ecosystems,
    "share": ours[0].national[:, -1].mean(axis=-1).tolist(),
    "used": float(shown.share("world", "2026-12")["mean"]["eu_closed"]),
    "layers": [name for name, of in style.LAYERS.items() if "eu_closed" in of],
}))
"""


@pytest.mark.slow
def test_an_ecosystem_is_added_by_tables_alone_and_both_engines_agree_on_it(tmp_path):
    assert {name.rpartition(".")[2] for name in EDITS} == {"csv"}
    found = said(added(tmp_path, EDITS), SCRIPT)
    assert found["wrong"] == []
    assert found["ecosystems"][-1] == "eu_closed"
    assert len(found["ecosystems"]) == len(ecosystems.ECOSYSTEMS) + 1
    assert all(0.0 < share < 0.5 for share in found["share"])
    assert 0.0 < found["used"] < 0.5
    assert found["layers"] == ["European"]


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
