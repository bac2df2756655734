"""A state as a scenario file and back: the same scenario, or one clear message."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.explorer import files
from sim.explorer.bases import Bases
from sim.scenario import load

SEVERAL = (
    "b=rand_package&cn_licence_tightening=0.85@2027-03..2032-12~3^9&us_inference_chip_controls=0&"
    "us_free_hosted_open_service=low..never"
)
LINKS = (
    "b=baseline",
    SEVERAL,
    "b=baseline&p.network=1.25&p.lag.cn_open=3.5&future=stops&p.noise=0",
    "b=adopt_chinese_open&f=BRA+NGA&cn_low_price_api=high",
    "b=rand_package_answered&r=china_speeds_chips",
    "b=licences_when_needed&us_permissive_licence_incentive=low&r=china_cuts_prices",
    "b=baseline&cn_low_price_api=0.5:sub_saharan_africa&tp_vet_foreign_weights=high:BRA+IND",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_file_gives_the_scenario_of_the_page_and_the_page_that_of_the_file(
    bases, clamped, tmp_path, link
):
    state, notes = clamped(link)
    assert notes == []
    text = files.written(bases, state)
    place = tmp_path / "mine.yaml"
    place.write_text(text, encoding="utf-8")
    read, mine = load(place).document(), bases.scenario(state).document()
    for key in mine.keys() - {"name", "title", "description", "topic"}:
        assert read.get(key) == mine[key], key
    assert text.count("\n") < 60  # what differs, not all that there is
    assert bases.scenario(files.opened(bases, text.encode())).document()["levers"] == mine["levers"]


def test_a_file_of_ones_own_is_written_whole(tmp_path, clamped):
    place = tmp_path / "mine.yaml"
    place.write_text(
        "extends: baseline\ntitle: Mine\nlevers:\n"
        "  - {id: cn_licence_tightening, strength: high, start: 2028-01}\n",
        encoding="utf-8",
    )
    own = Bases(place)
    state, _ = own.clamped(files.opened(own, place.read_bytes()))
    assert state.fragment() == "v=1&b=mine"
    text = files.written(own, state)
    assert "extends" not in text
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")
    again, mine = load(tmp_path / "again.yaml").document(), load(place).document()
    assert {**again, "name": 0} == {**mine, "name": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "empty"),
        (b"[1, 2", "your file"),
        (b"extends: ../../etc/passwd", "no other file"),
        (b"extends: /etc/hosts.yaml", "no other file"),
        (b"extends: baseline\nnations: mine.csv", "no other file"),
        (b"extends: baseline\nnations: [BRA, IND]", "cannot hold"),
        (
            b"extends: baseline\nlevers: [{id: us_nothing, strength: 1, start: 2027-01}]",
            "us_nothing",
        ),
        (b"extends: baseline\nparameters: {network: 'uniform(0.2,0.6)'}", "cannot hold"),
        (b"a: &a [*a]", "your file"),
        (b"x" * (files.LARGEST + 1), "bytes"),
    ],
)
def test_a_file_that_cannot_be_opened_is_refused_in_a_sentence(bases, text, said):
    with pytest.raises(InputError, match=said):
        files.opened(bases, text)


def test_of_a_file_full_of_mistakes_a_message_tells_the_first_ones(bases):
    text = "extends: baseline\n" + "".join(f"k{n}: 1\n" for n in range(2000))
    with pytest.raises(InputError, match="and 1,992 problems more") as refused:
        files.opened(bases, text.encode())
    assert len(str(refused.value)) < 4000
    # Each of these is told with all levers that there are.
    text = "levers:\n" + "".join(f"  - {{id: u{n}, strength: 1}}\n" for n in range(2000))
    with pytest.raises(InputError, match=r"and [\d,]+ problems more") as refused:
        files.opened(bases, text.encode())
    assert len(str(refused.value)) < 4000
