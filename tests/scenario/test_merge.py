"""Inheritance: the laws of merging."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import levers, load

IDS = sorted(levers.read())
LEVER, OTHER = IDS[:2]


def with_base(tmp_path, base, child):
    (tmp_path / "base.yaml").write_text("extends: baseline\n" + base, encoding="utf-8")
    (tmp_path / "child.yaml").write_text("extends: base.yaml\n" + child, encoding="utf-8")
    return load(tmp_path / "child.yaml")


def test_a_child_changes_only_what_it_says(tmp_path):
    child = with_base(
        tmp_path,
        "title: Base\nperiod: {end: 2030-12}\nensemble: {runs: 5}\n"
        "parameters: {network: 1, lag: {cn_open: 4, eu_open: 12}}\n",
        "ensemble: {seed: 8}\nparameters: {lag.cn_open: 6, exit_penalty: 0.5}\n",
    )
    plain = child.document()
    assert plain["name"] == "child"
    assert plain["title"] == "Base"
    assert plain["period"] == {"start": "2023-01", "end": "2030-12"}
    assert plain["ensemble"] == {"runs": 5, "seed": 8, "parameters": "calibrated", "future": "all"}
    assert plain["parameters"] == {
        "exit_penalty": 0.5,
        "lag": {"cn_open": 6.0, "eu_open": 12.0},
        "network": 1.0,
    }


def test_entries_of_a_child_replace_all_entries_of_that_lever(tmp_path):
    child = with_base(
        tmp_path,
        "levers:\n"
        f"  - {{id: {LEVER}, strength: low, start: 2026-01, end: 2026-12}}\n"
        f"  - {{id: {LEVER}, strength: low, start: 2030-01}}\n"
        f"  - {{id: {OTHER}, strength: low, start: 2027-01}}\n",
        f"levers: [{{id: {LEVER}, strength: high, start: 2028-01}}]\n",
    )
    assert [(entry.id, entry.strength) for entry in child.levers] == [(LEVER, 1.0), (OTHER, 1 / 3)]


def test_strength_nought_switches_a_lever_of_the_base_off(tmp_path):
    child = with_base(
        tmp_path,
        f"levers: [{{id: {LEVER}, strength: 1, start: 2026-01}}, "
        f"{{id: {OTHER}, strength: 1, start: 2026-01}}]\n",
        f"levers: [{{id: {LEVER}, strength: 0}}]\n",
    )
    assert [entry.id for entry in child.levers] == [OTHER]


def test_other_lists_are_replaced_whole(tmp_path):
    child = with_base(
        tmp_path,
        "nations: [KEN, NGA, ZAF]\ngroups: {east: [KEN], all: [KEN, NGA]}\n",
        "nations: [KEN, NGA]\ngroups: {all: [NGA]}\n",
    )
    assert child.nations == ("KEN", "NGA")
    assert child.groups == {"all": ("NGA",), "east": ("KEN",)}


def test_a_distribution_is_replaced_whole(tmp_path):
    child = with_base(
        tmp_path,
        "parameters: {network: {dist: triangular, low: 0.2, mode: 0.8, high: 1.6},"
        " nest_dissimilarity: 0.5}\n",
        "parameters: {network: {dist: uniform, low: 0, high: 1},"
        " nest_dissimilarity: 'uniform(0.4,0.6)'}\n",
    )
    assert child.document()["parameters"] == {
        "nest_dissimilarity": {"low": 0.4, "high": 0.6, "dist": "uniform"},
        "network": {"low": 0.0, "high": 1.0, "dist": "uniform"},
    }


def test_null_takes_back_a_choice_of_the_base(tmp_path):
    child = with_base(
        tmp_path, "nations: [KEN]\nfacts_until: 2025-07\n", "nations: null\nfacts_until: ~\n"
    )
    assert child.nations is None
    assert child.facts_until is None


def test_a_chain_is_followed_to_its_end(tmp_path):
    for number in range(1, 6):
        base = f"{number - 1}.yaml" if number > 1 else "baseline"
        text = f"extends: {base}\nensemble: {{runs: {number}}}\n"
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    scenario = load(tmp_path / "5.yaml")
    assert (scenario.ensemble.runs, scenario.ensemble.seed) == (5, 1)
    assert scenario.name == "5"


def test_names_are_looked_up_here_before_the_shipped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scenarios").mkdir()
    Path("scenarios/fortress.yaml").write_text("extends: baseline\ntitle: Mine\n", "utf-8")
    Path("x.yml").write_text("extends: fortress\n", encoding="utf-8")
    assert load("fortress").title == "Mine"
    assert load("x.yml").title == "Mine"
    assert load("baseline").title == "Today's policies"


def test_an_existing_file_needs_no_ending(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("plain").write_text("extends: baseline\n", encoding="utf-8")
    assert load("plain").name == "plain"


def entries():
    """Entries of levers, several of one lever one after the other."""

    def build(rows):
        found = []
        for lever, strengths in rows.items():
            for number, strength in enumerate(strengths):
                year = 2026 + 3 * number
                found.append(
                    {
                        "id": lever,
                        "strength": strength,
                        "start": f"{year}-01",
                        "end": f"{year + 1}-12",
                        "lag_months": 0,
                    }
                )
        return found

    strength = st.one_of(st.sampled_from(["low", "central", "high"]), st.floats(0.01, 1))
    return st.dictionaries(
        st.sampled_from(IDS), st.lists(strength, min_size=1, max_size=3), max_size=5
    ).map(build)


@given(listed=entries(), data=st.data())
def test_the_order_of_levers_in_a_file_never_matters(listed, data):
    shuffled = data.draw(st.permutations(listed))
    one = load({"extends": "baseline", "levers": listed})
    other = load({"extends": "baseline", "levers": shuffled})
    assert one == other
    assert one.document() == other.document()
    assert one.hash(1, "x") == other.hash(1, "x")


@given(listed=entries())
def test_a_document_loads_back_to_the_same_scenario(listed):
    scenario = load({"extends": "baseline", "levers": listed})
    assert load(scenario.document()) == scenario


@given(listed=entries())
def test_strength_nought_is_the_same_as_no_entry(listed):
    off = [entry | {"strength": 0} for entry in listed]
    assert load({"extends": "baseline", "levers": off}) == load({"extends": "baseline"})


@given(
    base=st.dictionaries(
        st.sampled_from(["network", "exit_penalty", "nest_dissimilarity"]), st.floats(0.3, 1)
    ),
    child=st.dictionaries(
        st.sampled_from(["network", "exit_penalty", "nest_dissimilarity"]), st.floats(0.3, 1)
    ),
)
def test_the_child_wins_key_by_key(tmp_path_factory, base, child):
    folder = tmp_path_factory.mktemp("merge")
    for name, above, values in (("base", "baseline", base), ("child", "base.yaml", child)):
        rows = "".join(f"  {key}: {value!r}\n" for key, value in values.items())
        block = f"parameters:\n{rows}" if rows else "parameters: {}\n"
        (folder / f"{name}.yaml").write_text(f"extends: {above}\n{block}", encoding="utf-8")
    assert load(folder / "child.yaml").parameters == base | child


@pytest.mark.parametrize("place", ["sub/../child.yaml", "child.yaml"])
def test_a_path_may_be_written_in_any_way(tmp_path, place):
    (tmp_path / "sub").mkdir()
    (tmp_path / "child.yaml").write_text("extends: baseline\n", encoding="utf-8")
    assert load(tmp_path / place).name == "child"


def test_a_users_baseline_changes_no_shipped_scenario(tmp_path, monkeypatch):
    shipped = load("rand_package")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "baseline.yaml").write_text(
        "extends: baseline\ntitle: Mine\nparameters: {network: 1.5}\n", encoding="utf-8"
    )
    # A name never means the file in which it stands: the user's baseline extends the shipped one.
    assert load("baseline").parameters == {"network": 1.5}
    assert load("rand_package") == shipped
    (folder / "child.yaml").write_text("extends: baseline\n", encoding="utf-8")
    assert load("child").title == "Mine"


def test_a_name_means_first_a_file_beside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "beside"
    beside.mkdir()
    for folder, runs in ((beside, 5), (tmp_path / "scenarios", 6)):
        folder.mkdir(exist_ok=True)
        (folder / "base.yaml").write_text(
            f"extends: baseline\nensemble: {{runs: {runs}}}\n", encoding="utf-8"
        )
    (beside / "child.yaml").write_text("extends: base\n", encoding="utf-8")
    (beside / "rand_package.yaml").write_text("extends: rand_package\n", encoding="utf-8")
    assert load(beside / "child.yaml").ensemble.runs == 5
    assert load("base").ensemble.runs == 6
    assert load(beside / "rand_package.yaml").levers == load("rand_package").levers
