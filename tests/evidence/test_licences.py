import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import licences as room
from sim.evidence import tables
from sim.evidence.licences import CLAUSES, Licence, permissiveness, read_levels, read_licences

ORDER = (
    ("openmdw_1_0", "openmdw_1_1", "apache_2_0", "apache_2_0_gpt_oss"),
    ("mit", "glm_mit", "phi_mit"),
    ("kimi_k2_mod_mit", "minimax_m2_mod_mit", "glm_5_3"),
    ("nvidia_open_model_2025", "qwen_2024"),
    ("qwen3_8_max", "kimi_k3", "qwen_community_1_0"),
    ("deepseek_1_0", "minimax_01", "openrail_m", "bigscience_rail_1_0", "falcon_2_11b",
     "gemma_tou_2024", "gemma_tou_2025", "gemma_tou_2026"),
    ("llama_3_1", "llama_3_2", "llama_3_3", "llama_4"),
    ("llama_2", "llama_3", "tongyi_qianwen_2023", "grok_2_community"),
    ("minimax_m3_community", "mistral_modified_mit", "yi_2_1"),
    ("minimax_m2_7_nc", "cc_by_nc_4_0", "mistral_mnpl_0_1", "mistral_mrl_0_1"),
    ("openai_api", "anthropic_api", "google_gemini_api", "xai_api"),
)  # fmt: skip
"""Licences as the reading of their clauses ranks them; within a line nothing is claimed."""


def test_there_are_fifty_and_the_european_union_never_gains():
    licences = read_licences()
    assert len(licences) == 50
    for licence in licences.values():
        assert 0.0 <= permissiveness(licence, eu=True) <= permissiveness(licence) <= 1.0


@pytest.mark.parametrize("place", range(len(ORDER) - 1))
def test_the_order_comes_out(place):
    least = min(permissiveness(name) for name in ORDER[place])
    most = max(permissiveness(name) for name in ORDER[place + 1])
    assert least > most


def test_apache_leaves_everything_and_closed_terms_nothing():
    assert permissiveness("apache_2_0") == 1.0
    for name in ORDER[-1]:
        assert permissiveness(name) == 0.0


def test_llama_4_is_at_the_bottom_of_what_is_open_for_the_european_union():
    open_ones = [name for line in ORDER[:-1] for name in line]
    in_eu = {name: permissiveness(name, eu=True) for name in open_ones}
    assert min(in_eu, key=in_eu.__getitem__) == "llama_4"
    assert in_eu["llama_4"] > 0.0


def test_the_clause_on_the_european_union_counts_nowhere_else():
    for licence in read_licences().values():
        if licence.clauses["eu"] == "none":
            assert permissiveness(licence, eu=True) == permissiveness(licence)


STRICT, LENIENT = 2.0, 0.5
"""Exponents on every factor between which its range lies."""


def test_what_a_level_leaves_is_a_judgement_with_a_range_and_a_reason():
    rows = tables.read(
        "licence_levels.csv", ("clause", "level", "unit", "status", "source", "note")
    )
    judged = [row for row in rows if row["factor"] != "1"]
    assert len(judged) == 42
    for row in rows:
        assert row.choice("status", tables.STATUSES) == "judgement"
        assert row.text("note")
    for levels in read_levels().values():
        first, *others = levels.values()
        assert (first.low, first.factor, first.high) == (1.0, 1.0, 1.0)
        for level in others:
            assert level.factor < 1.0
            assert level.low == pytest.approx(level.factor**STRICT, abs=5e-5)
            assert level.high == pytest.approx(level.factor**LENIENT, abs=5e-5)


@pytest.mark.parametrize(
    ("line", "change", "says"),
    [
        (2, {"factor": "0.9", "low": "0.9"}, "takes something"),
        (3, {"factor": "1.2"}, "out of range"),
        (3, {"factor": "0.5"}, "not between"),
        (3, {"clause": "comercial_use"}, "did you mean 'commercial_use'"),
        (3, {"level": "yes"}, "stands twice"),
        (3, {"factor": ""}, "is empty"),
    ],
)
def test_a_damaged_level_is_named_with_its_line(monkeypatch, line, change, says):
    real = tables.read

    def read(name, columns):
        rows = real(name, columns)
        return [
            tables.Row(row.file, row.line, {**row.cells, **change}) if row.line == line else row
            for row in rows
        ]

    monkeypatch.setattr(room, "read", read)
    with pytest.raises(InputError, match=rf"licence_levels\.csv:{line}:.*{says}"):
        read_levels.__wrapped__()


def test_a_clause_without_levels_is_named(monkeypatch):
    real = tables.read
    monkeypatch.setattr(
        room, "read", lambda *wanted: [row for row in real(*wanted) if row["clause"] != "naming"]
    )
    with pytest.raises(InputError, match="the clause 'naming' has no level"):
        read_levels.__wrapped__()


choices = st.fixed_dictionaries(
    {name: st.sampled_from(list(x)) for name, x in read_levels().items()}
)


@given(choices, st.sampled_from(CLAUSES), st.booleans())
def test_easing_one_clause_never_takes_anything(clauses, clause, eu):
    free = next(iter(read_levels()[clause]))
    before = Licence("x", "X", "", clauses, "judgement", "judgement", "")
    after = Licence("x", "X", "", {**clauses, clause: free}, "judgement", "judgement", "")
    assert permissiveness(after, eu=eu) >= permissiveness(before, eu=eu)


def test_an_unknown_licence_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'apache_2_0'"):
        permissiveness("apache_2")
