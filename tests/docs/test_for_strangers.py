"""What a stranger is told to open, run or type is there: on four pages for newcomers."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from ruamel.yaml import YAML

from making import pages
from sim.cli.app import app
from sim.evidence.axes import AXES, BLOCS
from sim.world.rows import SWITCHES
from tests.test_rooms import ORDER

ROOT = pages.ROOT
NAMES = ("CONTRIBUTING.md", "docs/model-card.md", "docs/glossary.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
_MADE = re.compile(r"<!-- made: .*?<!-- end -->", re.DOTALL)
_PLACE = re.compile(r"[\w.*-]+(/[\w.*-]+)*(/|\.(py|csv|md|json|toml|yaml|cff))(::\w+)?")


def code(name):
    """Return what stands in inline code on a page."""
    prose = re.sub(r"```.*?```", "", TEXTS[name], flags=re.DOTALL)
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose)]


def places():
    for name in NAMES:
        for word in code(name):
            if _PLACE.fullmatch(word) and "/" in word:
                yield word


@pytest.mark.parametrize("place", sorted(set(places())))
def test_a_file_that_is_named_is_there(place):
    path, _, test = place.partition("::")
    assert (ROOT / path).exists()
    if test:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def names_in_files():
    """Yield each name of Python that a page says is in a file, with the file."""
    said = re.compile(r"`@?(\w+)[\w.()]*`(?: there)? (?:of|in) `([\w/]+\.py)`")
    for text in TEXTS.values():
        yield from said.findall(" ".join(text.split()))


@pytest.mark.parametrize(("name", "place"), sorted(set(names_in_files())))
def test_a_name_that_is_said_to_be_in_a_file_is_defined_there(name, place):
    text = (ROOT / place).read_text(encoding="utf-8")
    assert re.search(
        rf"^((class|def) {name}\b|{name}\b[^(\n]*=|from .*\b{name}\b)", text, re.MULTILINE
    )


def test_many_files_are_named():
    assert len(set(places())) > 50


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_typed_exists(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    for word in code(name):
        if found := re.match(r"make ([a-z]+)$", word):
            assert re.search(rf"^{found[1]}:", makefile, re.MULTILINE), word
        if found := re.match(r"sim ([a-z]+)", word):
            assert found[1] in known, word


def test_the_rooms_are_all_described_in_their_order():
    rooms = [room for room in ORDER if (ROOT / "sim" / room / "__init__.py").exists()]
    assert " -> ".join(rooms) in TEXTS["CONTRIBUTING.md"]
    assert re.findall(r"^\| `sim/(\w+)/` \|", TEXTS["CONTRIBUTING.md"], re.MULTILINE) == rooms


def test_the_card_is_a_page_and_every_score_on_it_is_made():
    text = TEXTS["docs/model-card.md"]
    assert len(text.splitlines()) <= 110
    assert {"verdict", "nations verdict", "judgement"} <= set(pages.block_names(text))
    by_hand = _MADE.sub("", text)
    assert not re.search(r"\d ?%|\d+ of (the )?\d|\d+\.\d+ points", by_hand)
    assert all(f"`{name}`" in text or f"parameters.{name}=" in text for name in SWITCHES)


def test_the_glossary_is_in_order_and_has_the_words_of_the_axes():
    heads = re.findall(r"^- \*\*([^*]+)\*\*", TEXTS["docs/glossary.md"], re.MULTILINE)
    assert heads == sorted(heads, key=str.lower)
    assert len(heads) == len(set(heads)) > 70
    assert {*AXES} - {"hardware"} <= {word for head in heads for word in head.split(", ")}
    words = TEXTS["docs/glossary.md"]
    assert all(f"`{word}`" in words for word in (*AXES["way"], *AXES["segment"], *BLOCS))


def test_the_citation_is_of_this_version():
    """The keys that CFF 1.2.0 requires, and the version and licence of the package."""
    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["cff-version"] == "1.2.0"
    assert cited["authors"] == [{"name": "open-model-sim contributors"}]
    for key in ("version", "license", "keywords"):
        assert cited[key] == project[key]
    assert cited["title"] == project["name"]
    assert {"message", "type"} <= set(cited)
