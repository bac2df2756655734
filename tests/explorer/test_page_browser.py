"""The page in a real browser: what a hand does, what is drawn, and what can be taken along."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import expect

import sim
from sim.explorer.state import read

pytestmark = pytest.mark.browser

KEY = "cn_licence_tightening"
PATIENCE = 60_000
"""Milliseconds: a busy machine takes a while for eighteen runs."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def opened(browser, server):
    """Return a function that opens the page and waits for all runs; it must have been quiet."""
    contexts, said = [], []

    def look(link="", width=1280, height=900):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{server.url}/#{link}")
        at_rest(tab)
        return tab

    yield look
    for context in contexts:
        context.close()
    assert said == []


def at_rest(tab):
    """Wait until all runs of the newest state are drawn."""
    tab.wait_for_function(
        "() => window.page?.answer?.head.last && !page.sliding && !page.wire.busy.a"
        " && !page.wire.waiting.a && page.link === location.hash.slice(1)"
    )


def track(tab, key=KEY):
    """Return the slider of a control, found by the search."""
    tab.get_by_role("searchbox").fill(key.removeprefix("p."))
    return tab.locator(f'[data-key="{key}"] input[type=range]').first


def drawn(tab):
    """Return the paths of the main chart and the finding above it."""
    return tab.evaluate(
        """() => [document.querySelector('.finding').textContent,
        ...[...document.querySelectorAll('#main-chart path')].map(one => one.getAttribute('d'))]"""
    )


def link(tab):
    return unquote(tab.evaluate("location.hash"))


def test_a_lever_moves_the_curves_and_a_reload_gives_the_same_view(opened):
    tab = opened()
    before = drawn(tab)
    slider = track(tab)
    slider.focus()
    tab.keyboard.press("End")
    tab.wait_for_function(f"() => location.hash.includes('{KEY}=1')")
    at_rest(tab)
    tab.get_by_label("Where", exact=True).select_option("world")
    tab.get_by_label("Lines", exact=True).select_option("bloc")
    after = drawn(tab)
    assert after != before
    assert "against today's policies" in after[0]
    assert f"{KEY}=1" in link(tab)
    expect(tab.locator("#runs")).to_have_text("18 runs, as sim run")
    tab.reload()
    at_rest(tab)
    assert drawn(tab) == after


def test_while_the_hand_drags_a_preview_is_drawn_and_says_so(opened):
    tab = opened()
    slider = track(tab)
    slider.focus()
    tab.wait_for_function("() => page.nodes?.head.runs === 18")
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + 8, y)
    tab.mouse.down()
    tab.evaluate("page.rest = () => {}")  # the hand stays where it is
    seen = set()
    for part in (0.3, 0.5, 0.9):
        tab.mouse.move(box["x"] + box["width"] * part, y)
        expect(tab.locator("#runs")).to_have_text("preview")
        tab.wait_for_function("() => !page.frame")
        seen.add(tuple(drawn(tab)))
    assert len(seen) == 3
    preview = tab.evaluate("[...page.answer.diff('world', 8)[0]].at(-1)")
    tab.evaluate("delete page.rest")
    tab.mouse.up()
    tab.evaluate("page.rest()")
    at_rest(tab)
    exact = tab.evaluate("[...page.answer.diff('world', 8)[0]].at(-1)")
    assert preview == pytest.approx(exact, abs=0.003)
    assert abs(exact) > 0.003


def test_the_file_of_the_page_run_by_the_command_gives_its_tables_to_the_bit(
    opened, clamped, bases, tmp_path
):
    tab = opened(f"b=rand_package&{KEY}=0.42@2028-05&p.network=1.25&r=china_cuts_prices")
    saved = {}
    tab.locator("summary", has_text="Take along").click()
    for name in ("Scenario (YAML)", "Numbers (CSV)"):
        with tab.expect_download() as waiting:
            tab.get_by_role("button", name=name).click()
        saved[name] = Path(waiting.value.path()).read_bytes()
    file = tmp_path / "mine.yaml"
    file.write_bytes(saved["Scenario (YAML)"])
    run = sim.run(file, full=True)
    mine = sim.run(bases.scenario(clamped(link(tab))[0]), full=True)
    for one, other in ((run.curves, mine.curves), (run.outcomes, mine.outcomes)):
        assert one.drop(columns="scenario").equals(other.drop(columns="scenario"))
    curves = run.curves.set_index(["group", "ecosystem", "month"])
    rows = list(csv.DictReader(io.StringIO(saved["Numbers (CSV)"].decode("utf-8-sig"))))
    shown = [row for row in rows if row["month"] and len(row["month"]) == 7]
    assert len(shown) == 7 * 53
    for row in shown:
        exact = curves.loc[(row["group"], row["line"], row["month"])]
        for name in ("p50", "p05", "p95"):
            assert np.float32(row[name]) == np.float32(exact[name]), row
    assert "model" in rows[-1]["group"]  # the line to cite
    with tab.expect_file_chooser() as chosen:
        tab.get_by_role("button", name="Open a scenario file").click()
    before = link(tab)
    tab.evaluate("location.hash = 'b=baseline'")
    at_rest(tab)
    chosen.value.set_files(file)
    tab.wait_for_function("() => location.hash.includes('rand_package')")
    at_rest(tab)
    assert read(link(tab), "")[0].fragment() == read(before, "")[0].fragment()


def test_pictures_are_saved_with_a_line_to_cite(opened):
    tab = opened(f"{KEY}=1")
    tab.locator("summary", has_text="Take along").click()
    for name, begins in (("Picture (PNG)", b"\x89PNG"), ("Drawing (SVG)", b"<svg")):
        with tab.expect_download() as waiting:
            tab.get_by_role("button", name=name).click()
        content = Path(waiting.value.path()).read_bytes()
        assert content.startswith(begins)
        assert len(content) > 5_000
    assert b"sim explore #v=1" in content


def test_two_visitors_see_each_their_own(opened):
    one, other = opened(f"{KEY}=1"), opened(f"{KEY}=0.2&.group=world")
    mine = drawn(one)
    slider = track(other)
    slider.focus()
    other.keyboard.press("Home")
    at_rest(other)
    assert drawn(one) == mine
    assert f"{KEY}=1" in link(one)
    assert KEY not in link(other)


def test_a_thousand_quick_moves_end_in_the_last_one(opened):
    tab = opened()
    track(tab).focus()
    tab.evaluate(
        """async () => {
        const slider = document.activeElement;
        for (let n = 1; n <= 1000; n += 1) {
            slider.value = (n % 97) / 100;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            if (n % 20 === 0) await new Promise((then) => setTimeout(then, 5));
        }
        slider.value = 0.77;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    tab.wait_for_function(f"() => location.hash.includes('{KEY}=0.77')")
    at_rest(tab)
    moved = drawn(tab)
    assert moved == drawn(opened(link(tab).removeprefix("#")))


def test_answers_are_switched_on_and_say_in_how_many_runs_they_came(opened):
    tab = opened("b=rand_package_answered")
    answers = tab.locator("[data-answer=china_cuts_prices]")
    box = answers.get_by_role("checkbox")
    assert box.is_checked()
    expect(answers.locator(".came")).to_contain_text("of 18 runs")
    expect(answers.locator(".sign")).to_contain_text("above 4 % for 3 months")
    box.uncheck()
    at_rest(tab)
    assert "r=china_speeds_chips+china_tightens_licences" in link(tab)
    expect(answers.locator(".came")).to_be_empty()
    tab.locator("#changed").get_by_role("button", name="Reset: Does not answer").click()
    at_rest(tab)
    assert link(tab) == "#v=1&b=rand_package_answered"
    assert box.is_checked()


def test_a_lever_that_waits_says_for_what(opened):
    tab = opened("b=licences_when_needed")
    entry = tab.locator("[data-key=us_permissive_licence_incentive]")
    expect(entry.locator(".sign")).to_contain_text("When share of Chinese open in Global South")
    expect(entry.locator(".came")).to_contain_text("of 18 runs")
    tab.locator("#changed summary", has_text="1 thing").click()
    expect(tab.locator("#changed")).to_contain_text("once share of Chinese open")


def test_stories_comparison_pins_reset_and_undo(opened):
    tab = opened()
    tab.get_by_role("button", name="Stories").click()
    tab.get_by_role("button", name="Open support alone").click()
    at_rest(tab)
    assert "b=open_only" in link(tab)
    expect(tab.locator("#changed")).to_contain_text("Open support alone")
    tab.get_by_role("button", name="Set aside to compare").click()
    tab.wait_for_function("() => page.second?.head.last")
    assert "vs=" in link(tab)
    assert tab.locator("#main-chart svg").count() == 2
    slider = track(tab)
    slider.focus()
    tab.keyboard.press("End")
    tab.wait_for_function(f"() => location.hash.includes('{KEY}=1')")
    at_rest(tab)
    lines = [one.get_attribute("d") for one in tab.locator("#main-chart .line").all()]
    assert lines[: len(lines) // 2] != lines[len(lines) // 2 :]
    tab.get_by_role("button", name="Stop comparing").click()
    at_rest(tab)
    assert tab.locator("#main-chart svg").count() == 1
    tab.locator(".tile", has_text="BRA").click()
    at_rest(tab)
    assert ".pins=BRA" in link(tab)
    expect(tab.locator("#small-charts")).to_contain_text("Brazil")
    tab.get_by_role("button", name="Undo").click()
    tab.get_by_role("button", name="Reset all", exact=True).click()
    at_rest(tab)
    assert "b=baseline" in link(tab)
    assert KEY not in link(tab)


def test_the_tour_has_three_steps_and_gives_the_focus_back(opened):
    tab = opened()
    start = tab.get_by_role("button", name="Tour", exact=True)
    start.click()
    for step in ("1 of 3", "2 of 3", "3 of 3"):
        expect(tab.get_by_role("dialog", name="Tour")).to_contain_text(step)
        tab.keyboard.press("Enter")
    assert tab.get_by_role("dialog", name="Tour").count() == 0
    assert start.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize("garbage", [f"{KEY}=1e999&x=<img src=x>", "b=no_such", "v=9", "a" * 9000])
def test_a_link_that_says_too_much_gives_one_message_and_the_page_goes_on(browser, server, garbage):
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(f"{server.url}/#{garbage}")
    expect(tab.locator("#wrong")).to_be_visible()
    assert tab.locator("#wrong").inner_text().count("\n") == 0
    assert tab.locator("#wrong img").count() == 0
    tab.evaluate("location.hash = 'b=baseline'")
    at_rest(tab)
    expect(tab.locator("#wrong")).to_be_hidden()
    tab.close()


def test_nothing_is_wider_than_the_screen(opened):
    tab = opened(f"b=rand_package&{KEY}=1&vs=b%3Dopen_only&.pins=BRA+IND&.all=1")
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in (390, 1280, 1920):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.wait_for_timeout(100)  # charts follow their frames
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_issue(opened, width):
    from axe_playwright_python.sync_playwright import Axe

    tab = opened(f"b=rand_package_answered&{KEY}=1&vs=b%3Dopen_only&.pins=BRA", width)
    tab.wait_for_function("() => page.second?.head.last")
    for group in ("Who answers", "Assumptions that matter most", "Switches of the model"):
        details = tab.locator("details.group", has_text=group)
        details.evaluate("one => { one.open = true; }")
    tab.locator(".entry details").first.evaluate("one => { one.open = true; }")
    found = Axe().run(tab).response["violations"]
    tab.get_by_role("button", name="Stories").click()
    found += Axe().run(tab, "dialog").response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []


def test_everything_is_reached_and_moved_by_keyboard(opened):
    tab = opened(f"{KEY}=1")
    tab.evaluate(
        """() => addEventListener('focusin', ({ target }) => {
            window.round ||= Boolean(target.dataset.met);
            target.dataset.met = 'yes';
        })"""
    )
    for _ in range(40):
        for _ in range(20):
            tab.keyboard.press("Tab")
        if tab.evaluate("window.round"):
            break
    # Of a choice by radio one is reached, and the others by arrows.
    missed = tab.evaluate(
        """() => [...document.querySelectorAll('button, select, input, a[href], summary')]
        .filter(one => one.checkVisibility() && !one.disabled && one.type !== 'radio')
        .filter(one => !one.dataset.met).map(one => one.outerHTML.slice(0, 120))"""
    )
    assert missed == []
    track(tab).focus()
    tab.keyboard.press("Home")
    tab.wait_for_function(f"() => !location.hash.includes('{KEY}')")
    tab.get_by_role("radio", name="learning stops").focus()
    tab.keyboard.press("ArrowDown")
    tab.wait_for_function("() => location.hash.includes('future=')")
    at_rest(tab)
