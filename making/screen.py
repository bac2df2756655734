"""The picture of the explorer, for the pages."""

from __future__ import annotations

from making.picture import FOLDER

PLACE = FOLDER / "explorer.png"
STATE = "b=rand_package&cn_licence_tightening=high@2028-01&r=china_cuts_prices"
"""What the picture shows: a shipped scenario, a lever moved by hand and an answer switched on."""
WIDTH, HEIGHT = 1280, 900


def draw() -> None:
    """Write the picture: the page in a browser, at rest, from all runs."""
    from benchmarks.explorer import opened, served

    with served() as (address, _), opened(f"{address}#{STATE}", WIDTH, HEIGHT) as tab:
        tab.screenshot(path=PLACE)


def caption() -> str:
    """Return the picture with words for who cannot see it."""
    return (
        "![The explorer: levers by actor on the left; the finding in a sentence, figures with "
        "intervals and curves as differences from today's policies on the right]"
        f"(img/{PLACE.name})"
    )


BLOCKS = {"explorer": caption}
