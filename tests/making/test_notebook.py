"""The example notebook runs, and prints what stands in it."""

from __future__ import annotations

import json
import re

import pytest

from making import notebook
from tests.docs import test_links

TEXT = notebook.PLACE.read_text(encoding="utf-8")
CELLS = json.loads(TEXT)["cells"]


@pytest.mark.slow
def test_its_cells_print_what_stands_below_them():
    assert notebook.renewed(TEXT) == TEXT, "renew it with `make docs`"


def test_it_tells_of_a_baseline_an_effect_with_its_interval_and_a_figure():
    printed = [notebook.printed(output) for cell in CELLS for output in cell.get("outputs", [])]
    baseline, effects = printed
    assert re.search(r"^us_closed +\d+\.\d +\d+\.\d +\d+\.\d$", baseline, re.MULTILINE)
    assert len(re.findall(r"points \([+-]\d+\.\d to [+-]\d+\.\d\)", effects)) == 3
    assert "plt.subplots(" in TEXT


def test_it_holds_no_picture_and_nothing_of_a_machine():
    for cell in CELLS:
        assert cell["metadata"] == {}
        assert cell.get("execution_count") is None
        assert all("image/png" not in output.get("data", {}) for output in cell.get("outputs", []))


def test_its_links_lead_somewhere():
    words = "\n".join("".join(c["source"]) for c in CELLS if c["cell_type"] == "markdown")
    targets = test_links.links(words)
    assert targets
    assert [test_links.fault(notebook.PLACE, target) for target in targets] == [""] * len(targets)


def test_the_site_has_it_as_a_page():
    page = notebook.as_page()
    assert page.startswith("# ")
    assert page.count("```python\n") == sum(cell["cell_type"] == "code" for cell in CELLS)
    assert page.count("```text\n") == 2
