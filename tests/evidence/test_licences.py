import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence.licences import CLAUSES, Licence, permissiveness, read_licences, reasons

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
    assert reasons("apache_2_0") == ("no clause takes anything away",)
    for name in ORDER[-1]:
        assert permissiveness(name) == 0.0
        assert reasons(name)[0] == "no weights are given"


def test_llama_4_is_at_the_bottom_of_what_is_open_for_the_european_union():
    open_ones = [name for line in ORDER[:-1] for name in line]
    in_eu = {name: permissiveness(name, eu=True) for name in open_ones}
    assert min(in_eu, key=in_eu.__getitem__) == "llama_4"
    assert in_eu["llama_4"] > 0.0
    assert any("European Union" in words for words in reasons("llama_4", eu=True))
    assert not any("European Union" in words for words in reasons("llama_4"))


def test_the_clause_on_the_european_union_counts_nowhere_else():
    for licence in read_licences().values():
        if licence.clauses["eu"] == "none":
            assert permissiveness(licence, eu=True) == permissiveness(licence)


def test_the_reasons_of_the_five_that_users_ask_for():
    assert reasons("mit") == ("patents are not mentioned",)
    assert "the largest users must show the name of the model" in reasons("kimi_k2_mod_mit")
    assert reasons("llama_3_1")[0] == "a policy bars uses"
    assert "firms with 700 million users need a licence" in reasons("llama_4")
    assert "models distilled on outputs carry the terms" in reasons("gemma_tou_2025")


def test_levels_of_each_clause_start_with_the_one_that_takes_nothing():
    for levels in CLAUSES.values():
        first, *others = levels.values()
        assert first.factor == 1.0
        assert all(0.0 <= level.factor < 1.0 for level in others)


choices = st.fixed_dictionaries({name: st.sampled_from(list(x)) for name, x in CLAUSES.items()})


@given(choices, st.sampled_from(list(CLAUSES)), st.booleans())
def test_easing_one_clause_never_takes_anything(clauses, clause, eu):
    free = next(iter(CLAUSES[clause]))
    before = Licence("x", "X", "", clauses, "judgement", "judgement", "")
    after = Licence("x", "X", "", {**clauses, clause: free}, "judgement", "judgement", "")
    assert permissiveness(after, eu=eu) >= permissiveness(before, eu=eu)


def test_an_unknown_licence_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'apache_2_0'"):
        permissiveness("apache_2")
