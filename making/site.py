"""The pages and the interface of the package as one site, which opens from disk: ``make site``.

Pages are copied beside an index of the interface that is made from docstrings, and Sphinx builds
both, with each warning an error. A link to what is no page, such as a file of code, keeps its words
alone: the site is read where the repository may not be.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from making import notebook, pages

SITE = pages.ROOT / "build" / "site"

STYLE = Path(__file__).with_name("site.css")
"""What the site's theme is told beside: tables of these pages need width."""

STATIC = Path("_static")

INTERFACE: dict[str, tuple[str, ...]] = {
    "Questions": (
        "sim.load", "sim.run", "sim.effect", "sim.compare", "sim.robust", "sim.explain",
        "sim.observe", "sim.sweep", "sim.sensitivity", "sim.hindcast", "sim.calibrate",
        "sim.repeat", "sim.export", "sim.ema_model",
    ),
    "Answers": (
        "sim.Scenario", "sim.Result", "sim.Effect", "sim.Comparison", "sim.Robust", "sim.Sweep",
        "sim.Sensitivity", "sim.Hindcast", "sim.Calibration",
        "sim.study.explanation.Explanation", "sim.report.drawings.Drawing",
    ),
    "World": ("sim.World", "sim.world.Nation"),
    "Metrics": ("sim.metric", "sim.metrics.metric.Month", "sim.metrics.metric.Metric"),
    "Errors": ("sim.SimError", "sim.InputError", "sim.Problem", "sim.RunError", "sim.StoreError"),
    "Versions": ("sim.__version__", "sim.model_version", "sim.format_version"),
}  # fmt: skip
"""Public names by the page that has them; a test holds it to ``sim.__all__``."""

INNER = "CALLED, always, known_keys, model_config, needs"
"""What answers have for the package's own use."""

CHAPTERS: dict[str, tuple[str, ...]] = {
    "Begin": ("docs/tutorial", "docs/example", "docs/explorer", "docs/glossary"),
    "Ask": (
        "docs/commands", "docs/scenario-files", "docs/levers", "docs/results", "docs/policies",
        "docs/studies", "docs/adaptive", "docs/hand-over", "docs/cluster",
    ),
    "Python": ("docs/python", "api/index"),
    "Trust": (
        "docs/model-card", "docs/model", "docs/validation", "docs/plausibility",
        "docs/reliability",
    ),
    "Findings": ("docs/questions", "docs/hypotheses", "docs/source_documents"),
    "Project": (
        "CONTRIBUTING", "docs/architecture", "docs/decisions", "docs/evidence-update", "DATA",
        "CHANGELOG", "results/README",
    ),
}  # fmt: skip
"""Pages by the heading under which the site lists them; Sphinx misses one that is nowhere."""

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCED = re.compile(r"(```.*?```)", re.DOTALL)


def source(folder: Path) -> None:
    """Write what Sphinx builds from into a folder.

    Parameters
    ----------
    folder : Path
        Empty.
    """
    whole = pages.pages()
    there = {page.resolve() for page in whole} | set((pages.ROOT / "docs" / "img").iterdir())
    there |= {notebook.PLACE}
    for page in whole:
        text = _linked(page.read_text(encoding="utf-8"), page, there)
        place = folder / _name(page)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    shutil.copytree(pages.ROOT / "docs" / "img", folder / "docs" / "img")
    (folder / "docs" / "example.md").write_text(notebook.as_page(), encoding="utf-8")
    with (folder / "index.md").open("a", encoding="utf-8") as front:
        front.writelines(_chapter(head, names) for head, names in CHAPTERS.items())
    write_interface(folder / "api")


def _name(page: Path) -> Path:
    """Return where a page stands in the site: the front page is its index."""
    front = pages.ROOT / "README.md"
    return Path("index.md") if page == front else page.relative_to(pages.ROOT)


def _linked(text: str, page: Path, there: Iterable[Path]) -> str:
    """Return a page whose links lead to pages of the site, or stand as words."""
    known = set(there)

    def relinked(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, mark, anchor = target.partition("#")
        file = (page.parent / path).resolve()
        if file not in known:
            return words
        if file == pages.ROOT / "README.md":
            path = path.replace("README.md", "index.md")
        return f"[{words}]({path.replace('.ipynb', '.md')}{mark}{anchor})"

    parts = _FENCED.split(text.replace("```csv", "```text"))  # Sphinx colours no such table
    return "".join(part if part[:3] == "```" else _LINK.sub(relinked, part) for part in parts)


def _chapter(head: str, names: Iterable[str]) -> str:
    listed = "\n".join(names)
    return f"\n```{{toctree}}\n:caption: {head}\n:hidden:\n:maxdepth: 1\n\n{listed}\n```\n"


def write_interface(folder: Path) -> None:
    """Write the pages of the interface: one a group of names, and one that leads to them."""
    folder.mkdir()
    listed = "\n   ".join(head.lower() for head in INTERFACE)
    front = f".. toctree::\n   :maxdepth: 1\n\n   {listed}\n"
    text = f"{_headed('Interface')}.. automodule:: sim\n   :no-members:\n\n{front}"
    (folder / "index.rst").write_text(text, encoding="utf-8")
    for head, names in INTERFACE.items():
        told = "\n".join(_directive(name) for name in names)
        place = folder / f"{head.lower()}.rst"
        place.write_text(f"{_headed(head)}{_summary(names)}\n{told}", encoding="utf-8")


def _headed(head: str) -> str:
    return f"{head}\n{'=' * len(head)}\n\n"


def _summary(names: Iterable[str]) -> str:
    listed = "\n".join(f"   {name}" for name in names)
    return f".. autosummary::\n   :nosignatures:\n\n{listed}\n"


def _directive(name: str) -> str:
    thing = name.rpartition(".")[2]
    if thing[0].isupper():
        # Answers share bases of this package; what the others inherit is documented elsewhere.
        bases = "   :inherited-members: BaseModel\n" if name in INTERFACE["Answers"] else ""
        return f".. autoclass:: {name}\n   :members:\n{bases}   :exclude-members: {INNER}\n"
    return f".. auto{'data' if 'version' in thing else 'function'}:: {name}\n"


def settings() -> dict[str, Any]:
    """Return the settings of Sphinx."""
    return {
        "project": "open-model-sim",
        "author": "open-model-sim contributors",
        "copyright": "open-model-sim contributors",
        "html_theme": "furo",
        "html_title": "open-model-sim",
        "html_show_sphinx": False,
        "html_static_path": [STATIC.name],
        "html_css_files": [STYLE.name],
        "html_copy_source": False,
        "html_show_search_summary": False,  # it would fetch pages, which a file may not
        "extensions": [
            "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon",
        ],
        "autosummary_generate": False,
        "myst_heading_anchors": 4,
        "source_suffix": {".md": "markdown", ".rst": "restructuredtext"},
        "autodoc_typehints": "none",  # docstrings say types, in words
        "autodoc_member_order": "bysource",
        "napoleon_google_docstring": False,
        "napoleon_use_ivar": True,
        "default_role": "py:obj",
        "nitpicky": True,
        # What other packages define cannot be looked up without a network.
        "nitpick_ignore_regex": [("py:.*", r"(?!sim\b).*")],
    }  # fmt: skip


def build(place: Path = SITE, fill: Any = source) -> int:  # noqa: ANN401 - a function of a folder
    """Build the site and return how many warnings there were.

    Parameters
    ----------
    place : Path
        Where the site is written.
    fill : callable
        Writes what it is built from into a folder, as `source` does.
    """
    from sphinx.application import Sphinx

    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "source"
        here.mkdir()
        fill(here)
        (here / STATIC.name).mkdir()
        shutil.copy(STYLE, here / STATIC.name)
        site = Sphinx(
            here, None, place, Path(folder) / "doctrees", "html", confoverrides=settings(),
            status=None, warning=sys.stderr,
        )  # fmt: skip
        site.build()
        return int(site._warncount)  # noqa: SLF001 - as Sphinx's own command reads it


if __name__ == "__main__":
    if warnings := build():
        sys.exit(f"{warnings} warnings, each of which is an error here")
    sys.stdout.write(f"{SITE.relative_to(pages.ROOT)}/index.html\n")
