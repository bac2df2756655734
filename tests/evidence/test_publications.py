"""When the observed figures came out."""

from __future__ import annotations

import pytest

from sim import evidence, months
from sim.calibration.targets import published as figures
from sim.calibration.targets import starts
from sim.errors import InputError
from sim.evidence import publications, tables
from sim.evidence.publications import published, read_publications


def test_every_figure_has_a_month_of_publication_that_is_not_before_its_own():
    for aim in [*figures(), *starts()]:
        assert aim.out is not None
        assert aim.out >= aim.month - aim.ahead


def test_sources_are_those_of_the_evidence_or_judgement_with_a_reason():
    sources = {*evidence.load().sources, tables.JUDGEMENT}
    for row in tables.read(publications.TABLE, publications.COLUMNS):
        assert row["source"] in sources
        assert row["note"]


def test_every_row_speaks_of_a_series_that_is_observed():
    of = {(row.series, row.period) for row in evidence.load().observations}
    names = {name for name, _ in of}
    for name, period in read_publications():
        assert (name, period) in of or (period == publications.EVERY and name in names)


@pytest.mark.parametrize(
    ("series", "period", "last", "out"),
    [
        ("so2025full_equal_split_share", "2025-Q2", "2025-06", "2025-07"),
        ("genai_user_share_of_working_age_population", "2025-Q2", "2025-06", "2025-11"),
        ("openrouter_open_weight_token_share_high", "2026-03", "2026-03", "2026-03"),
        # The report of November told the quarter before its end.
        ("enterprise_workload_share_open_source", "2024-Q4", "2024-12", "2024-12"),
    ],
)
def test_what_came_out_when(series, period, last, out):
    assert published(series, period, months.parse(last)) == months.parse(out)


def test_a_figure_without_a_month_is_named():
    with pytest.raises(InputError, match=r"publications\.csv.*'web_visits' of 2025-01"):
        published("web_visits", "2025-01", months.parse("2025-01"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a,all,soon,X,observed,why\n", "at once"),
        ("a,all,2025-01,X,observed,why\na,all,2025-02,X,observed,why\n", "stands twice"),
        ("a,all,2025-01,X,seen,why\n", "status"),
    ],
)
def test_what_is_wrong_in_the_table_is_told_with_its_line(rows, words, tmp_path, monkeypatch):
    file = tmp_path / publications.TABLE
    file.write_text(",".join(publications.COLUMNS) + "\n" + rows, encoding="utf-8")
    real = tables.read
    monkeypatch.setattr(publications, "read", lambda _, columns: real(file, columns))
    with pytest.raises(InputError, match=words) as caught:
        read_publications.__wrapped__()
    assert "publications.csv:" in str(caught.value)
