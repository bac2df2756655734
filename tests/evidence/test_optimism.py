from sim import evidence
from sim.evidence.optimism import claims


def by_place(place):
    return [claim for claim in claims() if claim.place == place]


def test_every_nation_of_the_claim_is_shown_and_the_emirates_as_not_covered():
    assert {claim.place for claim in claims()} >= {"BRA", "MEX", "ZAF", "ARE", "USA"}
    (emirates,) = by_place("ARE")
    assert emirates.verdict == "not covered"
    assert emirates.confirmed_text == "none found"


def test_no_nation_is_said_to_support_the_claim_and_the_group_is():
    supported = [claim.place for claim in claims() if claim.verdict == "supported"]
    assert supported == ["emerging markets"]


def test_the_figures_are_those_of_the_nation_table():
    figures = {(v.iso3, v.variable, v.period): v.value for v in evidence.load().values}
    for place in ("BRA", "MEX", "ZAF", "USA"):
        ipsos = [claim for claim in by_place(place) if claim.item.startswith("Ipsos")]
        assert [claim.confirmed[0] for claim in ipsos] == [figures[place, "optimism", "2025"]]
        for claim in by_place(place):
            if "excited" in claim.item:
                key = (place, f"excited_{claim.period}", claim.period)
                assert claim.confirmed == (figures[key], figures[key])


def test_a_figure_below_seventy_is_called_below():
    for claim in claims():
        if claim.claimed == "over 70" and claim.confirmed and len(claim.place) == 3:
            assert (claim.verdict == "below") == (claim.confirmed[0] < 70)


def test_the_text_of_a_figure():
    texts = {claim.confirmed_text for claim in claims()}
    assert {"58 %", "41 to 50 %", "over 70 %", "none found"} <= texts


def test_sources_exist():
    known = evidence.load().sources
    assert all(name in known for claim in claims() for name in claim.source.split(";"))
