"""Renew every document: generated blocks, outputs of examples, what is drawn or taken from runs."""

from __future__ import annotations

import sys

from making import (
    adaptive,
    examples,
    notebook,
    operations,
    pages,
    picture,
    plausibility,
    questions,
    record,
    screen,
)


def main() -> None:
    """Write what has changed and say which files those are."""
    operations.write_sizes()
    record.write()
    picture.draw()
    screen.draw()
    plausibility.write()
    questions.write()
    adaptive.write()
    notebook.write()
    for page in pages.pages():
        before = page.read_text(encoding="utf-8")
        after = pages.with_blocks(before)
        if examples.has_examples(after):
            after = examples.renewed(after)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"renewed {page.relative_to(pages.ROOT)}\n")


if __name__ == "__main__":
    main()
