"""What a reader can do with a page in a real browser, from disk and without a network."""

from __future__ import annotations

import csv
import importlib.util
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect

from sim.report.page import page

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='caught'\"><script>document.title='caught'</script>"
WIDE, PHONE = 1280, 390


def _smaller():
    """Return the module that makes small results of other kinds."""
    place = Path(__file__).parent / "test_browser.py"
    spec = importlib.util.spec_from_file_location("smaller_pages", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(levered, known, tmp_path_factory) -> dict[str, Path]:
    """One page of each kind that is laid out in another way."""
    folder = tmp_path_factory.mktemp("kit")
    small = _smaller()
    made = {"run": page(levered, known), **small.smaller(folder / "results")}
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture
def opened(browser, pages):
    """Return a function that opens a page without network; afterwards it must have been quiet."""
    contexts, said, asked = [], [], []

    def look(which: str | Path, width: int = WIDE, **how):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **how
        )
        context.set_offline(True)
        context.set_default_timeout(5000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url[:40]))
        file = pages[which] if isinstance(which, str) else which
        tab.goto(file.as_uri())
        return tab

    yield look
    for context in contexts:
        context.close()
    assert said == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked), asked


@pytest.fixture(scope="module")
def desk(browser, pages):
    """The page of a run on a wide screen, for tests that leave it as they found it."""
    tab = browser.new_page(viewport={"width": WIDE, "height": 900}, accept_downloads=True)
    tab.set_default_timeout(5000)
    tab.goto(pages["run"].as_uri())
    yield tab
    tab.close()


def downloaded(tab, push) -> tuple[str, bytes]:
    # A picture of a drawing takes a busy machine a while.
    with tab.expect_download(timeout=60_000) as waiting:
        push.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


KINDS = [
    "run", "comparison", "package", "sweep", "sensitivity", "robust", "hypotheses", "hindcast",
    "calibration", "nation",
]  # fmt: skip


@pytest.mark.parametrize("which", KINDS)
def test_every_kind_of_page_fits_is_quiet_and_prints(opened, which):
    tab = opened(which)
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in (PHONE, 1920, WIDE):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tables = tab.locator("table:visible:not(.kit-figure table, [data-kit=explain] table)").count()
    assert tab.get_by_role("button", name="Download CSV").count() >= tables
    assert tab.get_by_text("Not a number").count() == 0
    words = tab.locator("main").inner_text()
    assert "NaN" not in words
    assert "undefined" not in words
    if which in {"sweep", "sensitivity", "robust"}:
        assert "parameters." not in words
    tab.set_viewport_size({"width": 760, "height": 900})
    tab.emulate_media(media="print")
    tools = ".kit-bar:visible, .kit-controls:visible, .kit-map:visible, .kit-brush:visible"
    assert (
        tab.locator(tools if which == "run" else tools.replace(".kit-map:visible, ", "")).count()
        == 0
    )
    assert tab.evaluate("document.documentElement.scrollWidth") <= 760
    # The page of a nation is of drawn figures, with their numbers below.
    drawn = (
        "figure svg:visible, figure img:visible" if which == "nation" else ".kit-chart svg:visible"
    )
    assert tab.locator(drawn).count() >= (4 if which == "nation" else 1)
    if which == "run":
        assert tab.locator(".kit-nations-static .tile:visible").count() == 80
    assert tab.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("which", [kind for kind in KINDS if kind not in {"run", "nation"}])
def test_every_chart_is_chosen_read_out_and_saved(opened, which):
    """Whatever its kind: by keyboard, by pointer, as a table, and as three kinds of file."""
    tab = opened(which)
    for chart in tab.locator("[data-chart] figure").all():
        title = chart.locator(".kit-title").inner_text()
        assert title
        assert title != "Nothing was kept of this choice"
        slider = chart.get_by_role("slider").first
        slider.focus()
        tab.keyboard.press("End")
        assert slider.get_attribute("aria-valuetext")
        assert chart.locator(".kit-live").inner_text()
        for select in chart.locator("select").all():
            for value in [one.get_attribute("value") for one in select.locator("option").all()]:
                select.select_option(value)
        chart.get_by_role("button", name="Show as table").click()
        shown = chart.locator("table tbody tr").count()
        assert shown
        chart.get_by_role("button", name="Hide table").click()
        _, content = downloaded(tab, chart.get_by_role("button", name="Download CSV"))
        assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) == shown + 1
    chart = tab.locator("[data-chart] figure").first
    _, content = downloaded(tab, chart.get_by_role("button", name="Download SVG"))
    assert "model version" in "".join(ET.fromstring(content).itertext())  # noqa: S314 - of this page
    drawing = chart.locator(".kit-chart svg")
    box = drawing.bounding_box()
    drawing.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert chart.locator(".kit-tip").is_visible()
    _, content = downloaded(tab, chart.get_by_role("button", name="Download PNG"))
    assert content.startswith(b"\x89PNG")


def test_a_comparison_is_a_matrix_of_groups_and_signs(opened):
    tab = opened("comparison")
    place = tab.locator("[data-views]").first
    assert place.locator("table:visible").count() == 1
    assert place.locator("table:visible td.up").count() == 1  # its interval lies above nothing
    assert "▲ +3.0" in place.locator("table:visible td.up").inner_text()
    assert "▼" not in place.locator("table:visible").inner_text()
    place.get_by_label("Group").select_option("Global South (without China)")
    assert "Global South" in place.locator("h3:visible").inner_text()


def test_points_are_chosen_by_limits_with_the_keyboard(opened):
    tab = opened("robust")
    chart = tab.locator("[data-chart] figure").last
    said = chart.locator("[role=status]").filter(has_text="points:")
    assert said.inner_text().startswith("12 of 12 points:")
    low = chart.get_by_label("Strength of network effects, from")
    low.focus()
    for _ in range(5):
        tab.keyboard.press("PageUp")
    found = int(said.inner_text().split()[0])
    assert 0 < found < 12
    assert chart.locator(".kit-line").count() == found
    assert chart.locator(".kit-limit").count() == 1
    assert low.get_attribute("aria-valuetext")
    chart.get_by_role("button", name="Show all points").click()
    assert said.inner_text().startswith("12 of 12")


def test_what_is_known_of_a_nation_stands_beside_its_figure(opened):
    tab = opened("run")
    panel = tab.locator("[data-kit=explain]")
    panel.get_by_label("Nation").select_option("BRA")
    words = panel.inner_text()
    assert "Brazil, US closed, 2035" in words
    assert "beside the median of Latin America" in words
    assert "sim explain BRA 2035-12 share.us_closed --from results/baseline/4f1c2a9be0d3" in words
    assert panel.locator("table").count() == 3


def test_parts_of_utility_are_chosen_by_keyboard_and_of_months_that_are_kept(opened):
    tab = opened("run")
    panel = tab.locator("[data-kit=explain]")
    table = panel.get_by_role("region", name="Parts of utility")
    nation, ecosystem, month = (
        panel.get_by_label(name) for name in ("Nation", "Main ecosystem", "Month")
    )
    nation.focus()
    tab.keyboard.type("China")
    assert "China, US closed, 2035\u201112" in panel.get_by_role("status").inner_text()
    assert panel.get_by_text("US closed cannot be had there in any run.").count() == 1
    assert table.locator("tbody tr").first.locator("td").first.inner_text() == "–"
    assert table.locator("th.kit-own").inner_text() == "US closed"
    ecosystem.focus()
    tab.keyboard.press("ArrowDown")
    chosen = table.locator("th.kit-own").inner_text().replace("\n", " ")
    assert chosen != "US closed"
    assert f"most speaks for {chosen}:" in panel.inner_text()
    assert table.get_by_role("rowheader", name="scar").count() == 0
    month.select_option("2029-12")
    assert table.count() == 0
    words = panel.inner_text()
    assert "They are kept of 2026\u201110, 2030\u201112 and 2035\u201112." in words
    assert "Of this month: sim explain CHN 2029-12 share." in words
    largest = tab.locator("section[aria-labelledby=explain] details")
    largest.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert largest.locator("tbody tr:visible").count() == 80


def test_the_chosen_ecosystem_is_seen_on_a_phone(opened):
    tab = opened("run", PHONE)
    panel = tab.locator("[data-kit=explain]")
    panel.get_by_label("Main ecosystem").select_option("sovereign")
    place = panel.get_by_role("region", name="Parts of utility").bounding_box()
    chosen = panel.locator("th.kit-own").bounding_box()
    assert place["x"] <= chosen["x"]
    assert chosen["x"] + chosen["width"] <= place["x"] + place["width"] + 1


def test_the_parts_of_utility_are_on_paper(opened):
    tab = opened("run")
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 760, "height": 900})
    table = tab.locator("[data-kit=explain] .kit-parts")
    assert table.is_visible()
    assert table.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")


def test_a_run_that_keeps_no_parts_names_what_tells_them(opened, levered, known, tmp_path):
    file = tmp_path / "old.html"
    file.write_text(page(replace(levered, utility=None), known), encoding="utf-8")
    panel = opened(file).locator("[data-kit=explain]")
    panel.get_by_label("Nation").select_option("BRA")
    words = panel.inner_text()
    assert "Parts of utility, who decides, and the parameters that move the figure most" in words
    assert "sim explain BRA 2035-12 share.us_closed --from" in words
    assert panel.locator("table").count() == 2


def test_a_page_is_whole_without_script(opened):
    tab = opened("run", java_script_enabled=False)
    assert tab.locator("figure.kit-static img").is_visible()
    assert tab.locator(".kit-nations-static .tile:visible").count() == 80
    assert tab.locator("button, select, input").count() == 0
    why = tab.locator("section[aria-labelledby=explain]")
    assert why.get_by_text("sim explain NGA 2035-12 share.us_closed --from").is_visible()
    why.locator("summary").click()
    assert why.locator("tbody tr:visible").count() == 80
    assert tab.get_by_text("Result 4f1c2a9be0d3").is_visible()


def test_the_script_draws_in_place_of_the_figure(desk):
    assert not desk.locator("figure.kit-static").is_visible()
    assert desk.locator(".kit-chart .kit-line").count() == 7
    title = desk.locator(".kit-figure .kit-title").inner_text()
    assert title.startswith("Most often ahead in 2035-12:")
    assert desk.locator(".kit-chart").get_by_text("facts end 2026-10").count() == 1


def test_group_metric_line_and_band_are_chosen(opened):
    tab = opened("run")
    chart = tab.locator(".kit-figure")
    chart.get_by_label("Group", exact=True).select_option(label="Global South (without China)")
    assert "Global South" in chart.locator(".kit-title").inner_text()
    chart.get_by_label("Shown").select_option("bloc")
    assert chart.locator(".kit-line").count() == 4
    chart.get_by_role("checkbox", name="Chinese bloc").uncheck()
    assert chart.locator(".kit-line").count() == 3
    assert chart.locator(".kit-band").count() == 3
    chart.get_by_label("Band of 5 to 95 % of runs").uncheck()
    assert chart.locator(".kit-band").count() == 0
    chart.get_by_label("Group", exact=True).select_option("BRA")
    assert chart.get_by_label("Shown").input_value() == "share"
    assert "Brazil" in chart.locator(".kit-title").inner_text()


def test_values_are_read_out_by_keyboard_and_by_pointer(opened, levered):
    tab = opened("run")
    chart = tab.locator(".kit-figure")
    slider = chart.get_by_label("Month read out")
    slider.focus()
    tab.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "2035-09"
    tab.keyboard.press("Home")
    said = chart.locator("[aria-live=polite]")
    expect(said).to_contain_text("2023-01: ")
    row = levered.curves.query(
        "group == 'world' and ecosystem == 'us_closed' and month == '2023-01'"
    ).iloc[0]
    # A value read out is the one of the table.
    from sim.report import tables

    wanted = f"US closed {tables.percent(row['p50'])}".replace(" %", "\u00a0%")
    assert wanted in said.text_content()
    drawing = chart.locator(".kit-chart svg")
    box = drawing.bounding_box()
    drawing.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert chart.locator(".kit-tip").is_visible()
    assert slider.get_attribute("aria-valuetext") not in {"2023-01", "2035-12"}


def test_the_curves_are_a_table_and_three_kinds_of_file(desk):
    chart = desk.locator(".kit-figure")
    push = chart.get_by_role("button", name="Show as table")
    push.click()
    assert chart.locator("table tbody tr").count() == 13
    chart.get_by_role("button", name="Hide table").click()
    assert not chart.locator("table").is_visible()
    name, content = downloaded(desk, chart.get_by_role("button", name="Download CSV"))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == "baseline-4f1c2a9be0d3-world-share.csv"
    assert len(rows) == 7 * 53
    assert rows[0].keys() == {"group", "metric", "line", "month", "p05", "median", "p95"}
    name, content = downloaded(desk, chart.get_by_role("button", name="Download SVG"))
    drawn = ET.fromstring(content)  # noqa: S314 - of this page
    assert name.endswith(".svg")
    assert "result 4f1c2a9be0d3" in "".join(drawn.itertext())
    name, content = downloaded(desk, chart.get_by_role("button", name="Download PNG"))
    assert name.endswith(".png")
    assert content.startswith(b"\x89PNG")
    assert len(content) > 20_000


def test_a_drawn_figure_is_saved_and_leads_to_its_table(opened):
    tab = opened("robust")
    figure = tab.locator("section:has(h2:text('Boxes')) figure").first
    name, content = downloaded(tab, figure.get_by_role("button", name="Download SVG"))
    assert name.endswith(".svg")
    assert b"<svg" in content
    _, content = downloaded(
        tab, figure.locator("> .kit-bar").get_by_role("button", name="Download CSV")
    )
    assert content.decode("utf-8-sig").startswith("Box,")
    figure.get_by_role("button", name="Show as table").click()
    assert tab.evaluate("document.activeElement.querySelector('table') !== null")


def test_tables_sort_by_keyboard_are_searched_and_saved(opened):
    tab = opened("run")
    first = tab.locator("section[aria-labelledby=shares] table").first
    head = first.locator("thead th").last
    order = [row.inner_text() for row in first.locator("tbody th").all()]
    head.get_by_role("button").focus()
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    values = [cell.text_content() for cell in first.locator("tbody tr td:last-child").all()]
    numbers = [float(value.split("\u00a0")[0].replace("<1", "0.5")) for value in values]
    assert numbers == sorted(numbers, reverse=True)
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert [row.inner_text() for row in first.locator("tbody th").all()] == order
    tools = tab.get_by_role("group", name="Shares, World: tools")
    name, content = downloaded(tab, tools.get_by_role("button", name="Download CSV"))
    assert name.endswith("shares-world.csv")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][0] == "Main ecosystem"
    assert len(rows) == 10
    box = tab.get_by_role("searchbox", name="Search Shares, World", exact=True)
    box.fill("chinese")
    assert first.locator("tbody tr:visible").count() == 3
    assert tools.get_by_role("status").inner_text() == "3 of 9 rows"


def test_the_map_is_ordered_searched_and_walked(opened):
    tab = opened("run")
    place = tab.locator("[data-kit=nations]")
    assert place.locator(".kit-tile").count() == 80
    box = {code: place.locator(f"[data-code={code}]").bounding_box() for code in ("USA", "IND")}
    assert box["USA"]["x"] < box["IND"]["x"]
    place.get_by_label("Order").select_option("name")
    first = place.locator(".kit-tile").first
    first.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("End")
    code = tab.evaluate("document.activeElement.dataset.code")
    assert code == place.locator(".kit-tile").last.get_attribute("data-code")
    assert tab.locator(".kit-tile[tabindex='0']").count() == 1
    place.get_by_label("Shown").select_option("cn_open")
    place.get_by_label("Search").fill("brazil")
    assert place.locator(".kit-tile:not(.kit-out)").count() == 1
    place.locator("[data-code=BRA]").focus()
    said = place.locator("[aria-live]").inner_text()
    assert said.startswith("Brazil 2035")
    assert "5 to 95 % of runs" in said
    place.get_by_role("button", name="Show its curves").click()
    assert tab.get_by_label("Group", exact=True).input_value() == "BRA"
    for kind in ("CSV", "SVG", "PNG"):
        name, content = downloaded(tab, place.get_by_role("button", name=f"Download {kind}"))
        assert name.endswith(kind.lower())
        assert content


def test_on_a_phone_nations_are_a_short_list_by_value(opened):
    tab = opened("run", PHONE)
    tiles = tab.locator(".kit-tile:visible")
    assert tiles.count() == 20
    assert len({tile.bounding_box()["x"] for tile in tiles.all()}) == 1
    shares = [int(one.inner_text().split("\u00a0")[0].strip("<")) for one in
              tab.locator(".kit-tile:visible .kit-value").all()]  # fmt: skip
    assert shares == sorted(shares, reverse=True)
    tab.get_by_role("button", name="Show all 80 nations").click()
    assert tiles.count() == 80


@pytest.mark.parametrize(
    ("which", "scheme"),
    [*((which, "light") for which in KINDS), ("run", "dark"), ("comparison", "dark")],
)
def test_axe_finds_no_serious_issue(opened, which, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab = opened(which, color_scheme=scheme)
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(tab).response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []


def test_everything_is_reached_by_keyboard(opened):
    tab = opened("run")
    tab.evaluate(
        """() => {
        window.round = false;
        addEventListener('focusin', ({ target }) => {
            window.round ||= Boolean(target.dataset.met);
            target.dataset.met = 'yes';
        });
        }"""
    )
    for _ in range(20):
        for _ in range(20):
            tab.keyboard.press("Tab")
        if tab.evaluate("window.round"):
            break
    # A chosen nation brings a button, which stands before the map.
    tab.locator(".kit-tile[tabindex='0']").focus()
    tab.keyboard.press("Shift+Tab")
    # Tiles share one stop and are walked with the arrow keys.
    missed = tab.evaluate(
        """() => [...document.querySelectorAll('button, select, input, a[href], summary')]
        .filter(one => one.checkVisibility() && !one.matches('.kit-tile') && !one.dataset.met)
        .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert missed == []
    assert tab.locator(".kit-tile[data-met]").count() == 1


def test_hostile_titles_of_policies_run_nothing(browser, tmp_path):
    found = _smaller()._compared()
    for document in found.asked["arms"].values():
        document["title"] = f"{HOSTILE} {document['title']}"
    file = tmp_path / "bad.html"
    file.write_text(found._page(found._figures()), encoding="utf-8")
    tab = browser.new_page()
    tab.set_default_timeout(5000)
    tab.goto(file.as_uri())
    tab.locator("[data-chart] .kit-chart svg").first.hover()
    tab.wait_for_timeout(100)
    assert tab.title() != "caught"
    assert HOSTILE in tab.locator("[data-chart] .kit-live").first.inner_text()
    assert tab.locator("[data-chart] img").count() == 0
    tab.close()


def test_hostile_words_run_nothing(browser, retitled, known, names, tmp_path):
    bad = SimpleNamespace(
        iso3=names.iso3, name=tuple(f"{HOSTILE}{code}" for code in names.iso3), region=names.region
    )
    text = page(retitled(HOSTILE, HOSTILE), replace(known, names=bad))
    # What gets into the page all the same may not run either.
    file = tmp_path / "bad.html"
    file.write_text(text.replace("</main>", f"{HOSTILE}</main>"), encoding="utf-8")
    tab = browser.new_page()
    tab.set_default_timeout(5000)
    tab.goto(file.as_uri())
    tab.get_by_label("Group", exact=True).select_option("BRA")
    tab.locator("[data-code=BRA]").focus()
    tab.wait_for_timeout(100)
    assert tab.title() != "caught"
    assert HOSTILE in tab.locator("[data-kit=nations] [aria-live]").inner_text()
    assert tab.locator(".kit-figure img, [data-kit=nations] img").count() == 0
    tab.close()
