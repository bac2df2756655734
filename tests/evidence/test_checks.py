import dataclasses

import numpy as np
import pytest

from sim import evidence
from sim.evidence import checks
from sim.evidence.nations import Band
from sim.evidence.tables import Source
from sim.evidence.variables import VARIABLES

KNOWN = evidence.load()
HEADER = "thing,value,unit,period,source,status,note"


def faults(tmp_path, row, header=HEADER):
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    return checks.check_tables(tmp_path, KNOWN.sources)


def changed(**fields):
    return dataclasses.replace(KNOWN, **fields)


def test_the_evidence_is_sound():
    assert checks.check(KNOWN) == []


def test_a_sound_row_has_no_fault(tmp_path):
    assert faults(tmp_path, "x,1,-,2025,S160,observed,") == []
    assert faults(tmp_path, "x,1,-,,judgement,judgement,") == []
    assert faults(tmp_path, "x,1,-,2025,judgement,imputed,As the other.") == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,1,-,2025,,observed,", "t.csv:2: no source"),
        ("x,1,-,2025,S9999,observed,", "the source 'S9999' is not in sources.csv"),
        ("x,1,-,2025,S160;S9999,observed,", "the source 'S9999' is not in sources.csv"),
        ("x,1,-,2025,S160;judgement,observed,", "judgement stands beside sources"),
        ("x,1,-,2025,judgement,observed,", "its status cannot be observed"),
        ("x,1,-,2025,judgement,derived,", "its status cannot be derived"),
        ("x,1,,2025,S160,observed,", "no unit"),
        ("x,1,-,,S160,observed,", "no period"),
        ("x,1,-,2025,S160,imputed,", "say in the note how it was made"),
        ("x,1,-,2025,S160,known,", "the status 'known' is not one of"),
        ("x,1,-,2025", "the row has 4 cells"),
    ],
)
def test_a_planted_fault_is_caught(tmp_path, row, message):
    found = faults(tmp_path, row)
    assert len(found) == 1
    assert message in found[0]


def test_a_table_without_a_source_column_is_caught(tmp_path):
    found = faults(tmp_path, "x,1", header="thing,value")
    assert found == [
        "t.csv:1: lacks the column 'source'",
        "t.csv:1: lacks the column 'status'",
    ]


def test_a_source_that_nobody_could_find_is_caught():
    lost = Source("A", "Some text", "", "2025", "")
    assert "A has neither an address" in checks.check_sources([lost])[0]
    assert checks.check_sources([Source("A", "Some text", "Somebody", "2025", "")]) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variable": "internet", "value": 85.0}, "is 85, not between 0.01 and 1"),
        ({"variable": "shoe_size"}, "the variable is unknown"),
    ],
)
def test_a_figure_out_of_range_or_unknown_is_caught(change, message):
    first = KNOWN.values[0]
    found = checks.check_values([dataclasses.replace(first, **change)])
    assert len(found) == 1
    assert message in found[0]


def test_a_figure_that_stands_twice_is_caught():
    first = KNOWN.values[0]
    assert "stands twice" in checks.check_values([first, first])[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"default": 99.0}, "order the bounds"),
        ({"source": "S9999"}, "'S9999' is not in sources.csv"),
        ({"status": "value"}, "status value and dist triangular disagree"),
    ],
)
def test_a_faulty_parameter_is_caught(change, message):
    drawn = next(p for p in KNOWN.parameters if p.path == "network")
    found = checks.check_parameters([dataclasses.replace(drawn, **change)], KNOWN.sources)
    assert len(found) == 1
    assert message in found[0]
    assert "network" in found[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"global_south": np.zeros(80, dtype=bool)}, "breaks the rule of the Global South"),
        ({"flows": np.zeros((80, 80))}, "has no link"),
        ({"deepseek": {"BRA": Band(0.0, 5.0, 9.0)}}, "BRA: the printed figure is outside"),
        ({"membership": np.zeros((80, 6), dtype=bool)}, "the group eu has no member"),
    ],
)
def test_nations_that_disagree_with_themselves_are_caught(change, message):
    nations = dataclasses.replace(KNOWN.nations, **change)
    found = checks.check_nations(changed(nations=nations))
    assert any(message in fault for fault in found)


def test_everything_is_run_together():
    broken = changed(parameters=(dataclasses.replace(KNOWN.parameters[0], source="S9999"),))
    assert len(checks.check(broken)) == 1


def test_every_variable_of_a_nation_has_a_meaning_and_none_is_without_figures():
    assert {value.variable for value in KNOWN.values} == set(VARIABLES)
    for variable in VARIABLES.values():
        assert variable.meaning
        assert variable.use
        assert variable.low < variable.high
