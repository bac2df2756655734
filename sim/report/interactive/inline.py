"""The script inside a page, the policy that lets it alone run, and data that it may read."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

HERE = Path(__file__).parent
SCRIPTS = ("kit", "curves", "tiles", "effects", "charts", "parallel", "explain", "start")
"""Files of the script, in the order in which they need each other."""


@cache
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    return "\n".join(_text(f"{name}.js") for name in SCRIPTS)


def script() -> Markup:
    """Return the script as it stands between its tags: a parser and the policy see these bytes."""
    from markupsafe import Markup

    return Markup(_script())  # noqa: S704 - files of this package, nothing that comes in


def css() -> Markup:
    """Return the style of what the script adds."""
    from markupsafe import Markup

    return Markup(_text("kit.css"))  # noqa: S704 - the same


def policy() -> Markup:
    """Return the policy of a page: it loads nothing, and runs the script above alone.

    The script is named by its hash, so no other one runs, whatever a title or a table smuggles in.
    """
    from markupsafe import Markup

    digest = b64encode(sha256(_script().encode()).digest()).decode()
    return Markup(  # noqa: S704 - the words of this function
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def block(data: Mapping[str, Any]) -> Markup:
    """Return data as JSON that no parser of pages can take for the end of its element."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the element is escaped


def of_charts(title: str, manifest: Mapping[str, Any], charts: Iterable[Any]) -> Markup:
    """Return the data of a page's charts, with what names its files and stands below them.

    Parameters
    ----------
    title : str
        Of the page.
    manifest : mapping
        Of the result.
    charts : iterable of Chart
        In the order in which the page numbers them.
    """
    name = manifest["hash"][:12]
    return block({
        "name": f"{manifest['kind']}-{name}",
        "title": title,
        "source": f"Result {name}, model version {manifest['model_version']}, evidence "
        f"{manifest['evidence_hash'][:12]}",
        "charts": [chart.data for chart in charts],
    })  # fmt: skip
