"""The example notebook: its outputs of today, and the page that the site makes of it.

What a cell prints is kept, as text; pictures are not, which differ by the byte from machine to
machine. Numbers of execution and what a kernel says of itself are left out for the same reason.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

from making.pages import ROOT

PLACE = ROOT / "docs" / "example.ipynb"
SECONDS = 300


def renewed(text: str) -> str:
    """Return a notebook with what its cells print today.

    Parameters
    ----------
    text : str
        The file as it is.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.reads(text, as_version=4)
    environment = os.environ | {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONPATH": str(ROOT),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        client = NotebookClient(
            notebook, timeout=SECONDS, resources=where, extra_arguments=["--log-level=ERROR"]
        )
        client.execute(env=environment)
    # Which Python ran it is nothing that it says: any that is supported prints the same.
    notebook.metadata.language_info.pop("version", None)
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [kept for kept in map(_kept, cell.outputs) if kept]
    return nbformat.writes(notebook, indent=1) + "\n"


def _kept(output: Any) -> Any:  # noqa: ANN401 - nbformat's nodes have no types
    """Return what is kept of an output, nothing where it is a picture."""
    if output.output_type == "stream":
        return output
    if "image/png" in output.data:
        return None
    output.data = {"text/plain": output.data["text/plain"]}
    output.metadata = {}
    if output.output_type == "execute_result":
        output.execution_count = None
    return output


def as_page() -> str:
    """Return the notebook as Markdown: its words, its code and what that prints."""
    parts = []
    for cell in json.loads(PLACE.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text)
            continue
        parts.append(f"```python\n{text}\n```")
        parts += [f"```text\n{printed(output)}\n```" for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def printed(output: dict[str, Any]) -> str:
    """Return what an output of a cell shows, as text."""
    lines = output["text"] if "text" in output else output["data"]["text/plain"]
    return "".join(lines).rstrip()


def write() -> None:
    """Renew the notebook in its place."""
    before = PLACE.read_text(encoding="utf-8")
    after = renewed(before)
    if after != before:
        PLACE.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    write()
