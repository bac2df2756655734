from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from sim.report import figures, style, tables
from sim.report.drawings import Drawing
from sim.report.page import background, page
from sim.report.templating import breakable, tight

VOID = {"meta", "img", "br", "source", "wbr", "link", "hr", "input"}
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>{{ 7*7 }}"


class Structure(HTMLParser):
    """Collects elements and addresses and checks that elements close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.links: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "srcset", "action", "data", "xlink:href"}:
                self.links.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value)
            if name.startswith("on"):
                self.faults.append(f"{tag} has {name}")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def text(levered, known) -> str:
    return page(levered, known)


@pytest.fixture(scope="module")
def structure(text) -> Structure:
    return Structure(text)


def test_elements_close_in_order_and_ids_are_unique(structure):
    assert structure.faults == []
    assert structure.open == []
    assert len(structure.ids) == len(set(structure.ids))
    assert structure.tags.count("h1") == 1


def test_nothing_is_fetched(text, structure):
    for tag, name, value in structure.links:
        if name in {"src", "srcset"}:
            assert value.startswith("data:image/svg+xml;base64,"), (tag, value[:60])
        else:
            assert tag == "a"
            assert re.fullmatch(r"https?://\S+|[\w.]+|#source-\w+", value), value
    assert not {"link", "iframe", "object", "embed", "form", "base"} & set(structure.tags)
    assert structure.tags.count("script") == 2  # the data, and what draws it
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'; script-src 'sha256-" in text
    assert len(text.encode()) < 3_000_000


def test_hostile_titles_are_text(retitled, known):
    made = page(retitled(HOSTILE, HOSTILE), known)
    parsed = Structure(made)
    assert parsed.faults == []
    assert parsed.tags.count("script") == 2
    assert parsed.tags.count("img") == 1
    assert HOSTILE in parsed.words
    said = [word for word in parsed.words if "onerror" in word]
    assert "49" not in "".join(word for word in said if not word.startswith('{"name":'))
    assert all("{{ 7*7 }}" in word for word in said)


def test_only_web_addresses_become_links(text, structure):
    assert ("a", "href", "https://example.org/index") in structure.links
    assert "javascript:" not in text
    assert "A shady page" in text
    assert "Never named" not in text


def test_the_global_south_is_shown_without_and_with_china(structure):
    words = [word.strip() for word in structure.words]
    for name in ("World", "Global South (without China)", "Global South with China"):
        assert words.count(name) >= 2


def test_the_survey_of_developers_stands_before_what_consumers_did(structure):
    words = " ".join(" ".join(structure.words).split())
    survey, chats = words.index("Chinese models in the survey"), words.index("Chatbot use by")
    assert survey < chats
    assert "No source counts" not in words


def test_consumer_views_say_that_they_are_a_proxy(structure, levered):
    words = " ".join(" ".join(structure.words).split())
    consumers = [name for name in levered.history if name.startswith(("deepseek", "chinese_sites"))]
    assert words.count("These are consumers") == len(consumers) == 2
    assert "a proxy for developers at best" in words


def test_every_ecosystem_and_nation_is_named(structure, names):
    words = {word.strip() for word in structure.words}
    assert {look.name for look in style.ECOSYSTEMS.values()} <= words
    assert set(names.name) <= words


def test_tables_hold_the_curves(structure, levered):
    shown = tables.curves(levered)
    words = " ".join(structure.words).replace("\u00a0", " ")
    for group in ("world", "global_south", "global_south_with_china", "oceania"):
        for row in range(len(shown.ecosystems)):
            assert tables.percent(float(shown.of(group)[row, -1])) in words


def test_history_says_where_the_model_misses(structure):
    words = [word.strip() for word in structure.words]
    assert words.count("too high") == 2  # Germans in chats, Danes in the survey
    assert "35–50\u00a0%" in words
    assert "China" in words


def test_levers_parameters_and_provenance_are_listed(structure, levered):
    words = [" ".join(word.split()) for word in structure.words]
    joined = " ".join(words)
    assert "Pay for permissive licences" in words
    assert "central, 2026\u201112 on; takes effect after 6 months, in full after 18 months" in words
    assert "300 (50 to 1,200), public outlay" in joined
    assert "0.3 share of US open releases (0.1 to 0.6)" in joined
    assert "network" in words
    assert "1.2" in words  # what the scenario sets it to
    assert "Not asked there." in words
    assert levered.hash in words
    assert "python 3.13.5, numpy 2.5.0" in words


def test_a_scenario_without_levers_says_so(result, known):
    assert "This scenario pulls no lever" in page(result, known)


def test_the_same_result_gives_the_same_page(levered, known, text):
    assert page(levered, known) == text


def test_a_short_run_of_few_nations_has_a_page(result, known):
    from dataclasses import replace

    groups = ["world", "KEN", "USA"]
    curves, runs = result.curves, result.runs
    small = replace(
        result,
        curves=curves[curves["group"].isin(groups) & (curves["month"] < "2025-07")],
        runs=runs[(runs["group"] == "world") & (runs["month"] < "2025-07")],
        outcomes=result.outcomes[result.outcomes["group"] == "world"],
        history=None,
        utility=None,
    )
    parsed = Structure(page(small, known))
    assert parsed.faults == []
    assert "Plausible history" not in parsed.words


def test_months_and_numbers_do_not_break():
    assert tight("44 % (31-58) in 2035-12") == "44\u00a0% (31–58) in 2035\u201112"
    assert tight("<1-9, 2022-2026, US-led, 2024-12") == "<1–9, 2022–2026, US-led, 2024\u201112"
    assert str(breakable("a_b<c")) == "a_<wbr>b&lt;c"


def test_sources_that_are_named_can_be_reached_on_the_page(structure):
    inside = {value[1:] for tag, name, value in structure.links if value.startswith("#")}
    assert inside
    assert inside <= set(structure.ids)


def test_curves_that_are_drawn_already_are_shown_as_they_are(levered, known, text):
    figure = figures.adoption_curves(levered, ["world", "global_south"])
    assert page(levered, known, [Drawing("adoption_curves", "", figure)]) == text
    assert "PHN2Zy8+" in page(levered, known, [Drawing("adoption_curves", "", "<svg/>")])


def test_the_evidence_and_the_levers_of_the_project_fit_the_page(levered):
    known = background()
    parsed = Structure(page(levered, known))
    assert parsed.faults == []
    words = {" ".join(word.split()) for word in parsed.words}
    entry = levered.scenario.levers[0]
    assert known.levers[entry.id].title in words
    assert set(known.names.name) <= words
    assert len(known.optimism) > 0
    assert f"Parameters: {len(known.parameters)} rows" in words
