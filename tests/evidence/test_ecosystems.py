from __future__ import annotations

from sim.evidence import ecosystems


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
