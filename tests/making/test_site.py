"""The site has every page and every public name, leads nowhere outside itself, and is searched.

Without Sphinx, which ``make site`` and ``make long`` install, only what it is built from is looked
at here; ``make validate`` builds all of it.
"""

from __future__ import annotations

import warnings
from itertools import chain

import pytest

import sim
from making import notebook, pages, site

NAMES = set(chain.from_iterable(site.INTERFACE.values()))


def test_every_public_name_is_on_a_page_of_the_interface():
    assert {f"sim.{name}" for name in sim.__all__} <= NAMES
    assert len(NAMES) == sum(map(len, site.INTERFACE.values()))


def test_every_page_is_in_one_chapter():
    listed = list(chain.from_iterable(site.CHAPTERS.values()))
    whole = {page.relative_to(pages.ROOT).with_suffix("").as_posix() for page in pages.pages()}
    assert sorted(listed) == sorted(whole - {"README"} | {"docs/example", "api/index"})


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("the [card](model-card.md#known-failures)", "the [card](model-card.md#known-failures)"),
        ("see [`rules`](../sim/world/rules/offers.py)", "see `rules`"),
        ("[credit](../LICENSE) and [up](#top)", "credit and [up](#top)"),
        ("[the front](../README.md#run-it)", "[the front](../index.md#run-it)"),
        ("[a notebook](example.ipynb)", "[a notebook](example.md)"),
        ("[out](https://example.org)", "[out](https://example.org)"),
        ("```text\n[code](../LICENSE)\n```", "```text\n[code](../LICENSE)\n```"),
        ("![picture](img/effects.png)", "![picture](img/effects.png)"),
    ],
)  # fmt: skip
def test_a_link_leads_to_a_page_or_stands_as_words(written, stands):
    there = [page.resolve() for page in pages.pages()] + [notebook.PLACE]
    assert site._linked(written, pages.ROOT / "docs" / "model.md", there) == stands


def interface_alone(folder):
    """Write a site of the interface without the other pages."""
    front = "Site\n====\n\n.. toctree::\n\n   api/index\n"
    (folder / "index.rst").write_text(front, encoding="utf-8")
    site.write_interface(folder / "api")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("sphinx", reason="`make site` installs what builds the site")
    place = tmp_path_factory.mktemp("site")
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, PendingDeprecationWarning):  # of Sphinx, of its own parts
            warnings.simplefilter("ignore", kind)
        assert site.build(place, interface_alone) == 0
    return place


@pytest.mark.long
def test_docstrings_make_the_interface_without_a_warning(built):
    text = "".join(page.read_text(encoding="utf-8") for page in (built / "api").glob("*.html"))
    for name in NAMES:
        assert f'id="{name}"' in text, name
    assert "https://" not in (built / "search.html").read_text(encoding="utf-8").split("<body")[0]


@pytest.mark.long
@pytest.mark.browser
def test_it_is_searched_from_disk_without_a_network(built, browser):
    context = browser.new_context(offline=True)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.goto(f"file://{built}/index.html")
    page.fill("input[name=q]", "replicate")
    page.press("input[name=q]", "Enter")
    found = page.locator("ul.search li a")
    page.get_by_text("Search finished").wait_for()
    assert found.count() > 3
    found.first.click()
    assert page.locator("h1").count() == 1
    assert wrong == []
    context.close()
