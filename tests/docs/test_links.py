"""Every relative link of every page in the repository leads to a file, and to a heading in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from making import pages

ROOT = pages.ROOT
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEAD = re.compile(r"^#+ (.+)$", re.MULTILINE)


def written():
    """Return every page that is in the repository or would be added to it."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    named = [ROOT / name for name in done.stdout.split("\0") if name]
    return sorted({*pages.pages(), *(page for page in named if page.is_file())})


WRITTEN = written()


def prose(page):
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def links(text):
    """Return the targets of links; brackets in inline code are none."""
    return _LINK.findall(re.sub(_CODE, lambda found: "x" * len(found[0]), text))


def anchors(page):
    """Return the anchors of a page's headings as GitHub makes them."""
    heads = (re.sub(r"[^\w\- ]", "", head.lower()) for head in _HEAD.findall(prose(page)))
    return {head.strip().replace(" ", "-") for head in heads}


def fault(page, target):
    """Return what is wrong with a link, nothing where it leads somewhere."""
    if re.match(r"[a-z]+:", target):
        return ""
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.is_relative_to(ROOT):
        return f"{target}: outside the project"
    if not file.exists():
        return f"{target}: no such file"
    return f"{target}: no such heading" if anchor and anchor not in anchors(file) else ""


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert list(filter(None, (fault(page, target) for target in links(prose(page))))) == []


def test_a_dead_link_would_be_noticed():
    front = ROOT / "README.md"
    assert links("see [here](a.md#b) and `[x](y)`") == ["a.md#b"]
    assert fault(front, "docs/model.md#76-choice") == ""
    assert "no such file" in fault(front, "docs/none.md")
    assert "no such heading" in fault(front, "docs/model.md#none")
    assert "outside" in fault(front, "../elsewhere.md")


def test_the_front_page_leads_to_every_other():
    """From page to page, nothing that a reader may open stands alone."""
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        found = (
            page.parent / link.partition("#")[0] for link in links(prose(page)) if link[0] != "#"
        )
        ahead += [Path(file.resolve()) for file in found if file.suffix == ".md" and file.exists()]
    assert set(pages.pages()) - seen <= {ROOT / "results" / "README.md"}
