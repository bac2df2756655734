"""The tables of levers: what they must hold, and what the reader refuses."""

from __future__ import annotations

import csv
import shutil

import pytest

from sim import evidence
from sim.errors import InputError
from sim.evidence import selectors
from sim.scenario import drivers, levers, strength

RAND = [
    "us_dual_path_portfolio",
    "us_private_open_strategy",
    "us_permissive_licence_incentive",
    "us_big_firm_licence_relaxation",
    "us_cost_licence_access_bundle",
    "us_nairr_scaleup",
    "us_nairr_codification",
    "us_cloud_credits_open_models",
    "us_free_hosted_open_service",
    "us_startup_compute_market",
    "us_public_private_resource_sharing",
    "us_sme_open_adoption",
    "us_public_open_lab",
    "us_inference_chip_controls",
    "us_training_chip_controls",
    "us_h200_conditional_sales",
    "us_equipment_and_hbm_controls",
    "us_chip_location_verification",
    "us_remote_access_controls",
    "us_allied_export_alignment",
    "us_hardware_under_chinese_models",
    "us_attractive_alternative_global_south",
    "us_avoid_over_restriction",
    "us_huawei_chip_use_warning",
    "us_core_ally_stack_sharing",
]
CHINA = [
    "cn_permissive_open_release",
    "cn_licence_tightening",
    "cn_low_price_api",
    "cn_cann_open_source",
    "cn_ascend_export",
    "cn_global_south_capacity_building",
    "cn_service_accessibility",
    "cn_language_coverage",
    "cn_digital_infrastructure_partners",
    "cn_whole_nation_chip_drive",
    "cn_import_refusal",
    "cn_transnational_open_community",
    "cn_waico",
    "cn_standards_via_itu_iso_iec",
    "cn_avoid_duplicate_investment",
]


def test_the_levers_of_the_seeds_are_there():
    assert set(levers.read()) >= {*RAND, *CHINA}


@pytest.mark.parametrize("lever", levers.read().values(), ids=lambda lever: lever.id)
def test_a_lever_has_a_main_effect_and_says_why(lever):
    assert any(effect.role == "main" for effect in lever.effects)
    assert all(len(effect.conversion) > 20 for effect in lever.effects)
    assert lever.seed
    assert lever.status
    assert lever.uncertainty in {0.25, 0.5}


@pytest.mark.parametrize("lever", levers.read().values(), ids=lambda lever: lever.id)
def test_a_lever_at_nothing_changes_nothing_and_more_changes_more(lever):
    for effect in lever.effects:
        sizes = [
            abs(float(strength.value(effect.op, (effect.low, effect.central, effect.high), at)))
            for at in (0, 1 / 3, 2 / 3, 1)
        ]
        assert sizes == sorted(sizes)
        assert sizes[0] == 0
        assert sizes[-1] > 0


@pytest.mark.parametrize("lever", levers.read().values(), ids=lambda lever: lever.id)
def test_sizes_stay_in_a_sane_range(lever):
    most = {"pull": 0.6, "offer": 1, "lag": 6, "trust": 0.5, "access": 0.6, "output_growth": 0.5}
    for effect in lever.effects:
        if effect.op == "add" and effect.driver in most:
            assert abs(effect.high) <= most[effect.driver], effect


@pytest.mark.parametrize("lever", levers.read().values(), ids=lambda lever: lever.id)
def test_every_choice_of_nations_means_somebody(lever):
    known = evidence.load().nations
    for effect in lever.effects:
        assert selectors.nations(effect.nations, known).any()


def test_support_for_the_south_reaches_no_nation_that_is_barred():
    known = evidence.load().nations
    inside = selectors.nations(("global_south", "-us_services_blocked"), known)
    assert inside.sum() > 20
    assert not (inside & known.groups["us_services_blocked"]).any()
    assert (selectors.nations(("-us_services_blocked", "global_south"), known) == inside).all()
    assert selectors.nations((), known).all()
    assert selectors.nations(("-USA",), known).sum() == len(known) - 1


def test_the_ids_that_effects_use_are_those_of_the_drivers():
    used = {effect.driver for lever in levers.read().values() for effect in lever.effects}
    assert used <= set(drivers.vocabulary())


FAULTS = [
    ("driver", "prices", "unknown driver 'prices' (did you mean 'price'?)"),
    ("driver", "awareness", "unknown driver 'awareness' (drivers are access, price, licence"),
    ("op", "double", "op 'double' is none of multiply, add, move, floor, cap"),
    ("role", "extra", "role 'extra' is neither main nor side"),
    ("high", "-0.5", "must go one way from 0"),
    ("high", "nan", "'nan' is not a finite number"),
    ("low", "", "the cell 'low' is empty"),
    ("target", "1", "a target belongs to move, and only to move"),
    ("ecosystems", "us_permisive", "unknown word 'us_permisive' in ecosystems"),
    ("ecosystems", "llama", "unknown word 'llama' in ecosystems (one of us_closed, cn_closed"),
    ("nations", "KEN", "lag has no nations to choose from"),
    ("conversion", "", "no conversion"),
    ("source", "", "no source"),
    ("source", "MY_BLOG", "unknown source 'MY_BLOG'"),
    ("lever", "us_nothing", "effects of 'us_nothing', which is no lever"),
]


@pytest.mark.parametrize(("column", "cell", "message"), FAULTS)
def test_a_wrong_effect_is_refused_with_its_line(tmp_path, column, cell, message):
    text = _changed(tmp_path, "lever_effects.csv", column, cell)
    assert message in text
    assert "lever_effects.csv" in text


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("lag_months", "-1", "lag_months -1 is outside 0 to 120"),
        ("uncertainty", "1", "uncertainty is a half-width"),
        ("cost_high", "-5", "costs must go one way"),
        ("magnitude_neutral", "-4", "magnitudes must go one way"),
        ("source", "NOBODY", "unknown source 'NOBODY'"),
        ("lever", "us_no_such_lever", "has no effect"),
        ("side", "", "no word on side effects"),
        ("ramp_months", "soon", "'soon' is not a number"),
    ],
)
def test_a_wrong_lever_is_refused_with_its_line(tmp_path, column, cell, message):
    text = _changed(tmp_path, "levers.csv", column, cell)
    assert message in text
    assert "levers.csv:2" in text


def _changed(folder, name, column, cell):
    """Change one cell of the first row of a copy and return what the reader says of it."""
    for file in ("levers.csv", "lever_effects.csv"):
        shutil.copy(drivers.DATA / file, folder / file)
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0][column] = cell
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError) as caught:
        levers.read(folder)
    return str(caught.value)


def test_a_lever_cannot_stand_twice(tmp_path):
    for file in ("levers.csv", "lever_effects.csv"):
        shutil.copy(drivers.DATA / file, tmp_path / file)
    lines = (tmp_path / "levers.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "levers.csv").write_text("".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(InputError, match="stands twice"):
        levers.read(tmp_path)
