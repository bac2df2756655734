"""One thing in full, for ``sim show``: a scenario, a lever, a nation, a parameter and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.cli import catalogue
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from sim.scenario import Lever
    from sim.scenario.levers import LeftOut

Fields = dict[str, Any]


def find(name: str) -> Fields:
    """Return everything that is known of a name, with its ``kind``.

    Parameters
    ----------
    name : str
        Name or path of a scenario, id of a lever, ISO3 code or name of a nation, path of a
        parameter, id of an ecosystem, name of a metric.

    Raises
    ------
    InputError
        If nothing has the name.
    """
    from sim.scenario.places import is_path

    if is_path(name):
        return _scenario(name)
    for fields in _found(name):
        return fields
    known = [row["name"] for kind in catalogue.KINDS for row in catalogue.rows(kind, [])]
    hint = nearest(name, known) or "sim list shows what there is"
    raise InputError(Problem(f"nothing is named {name!r}", hint=hint))


def _found(name: str) -> Iterator[Fields]:
    """Look through the kinds in the order in which people ask for them."""
    from sim.scenario import names
    from sim.scenario.levers import left_out, read

    if any(known.name == name for known in names()):
        yield _scenario(name)
    if name in read():
        yield _lever(read()[name])
    if name in left_out():
        yield _plain(left_out()[name])
    yield from _nation(name)
    plain = name.removeprefix("parameters.")
    for kind, wanted in (
        ("parameters", plain), ("ecosystems", name), ("metrics", name), ("observations", name)
    ):  # fmt: skip
        yield from (row for row in catalogue.rows(kind, []) if row["name"] == wanted)
    # A parameter by segment or ecosystem, asked for by its bare name: all its rows.
    several = [r for r in catalogue.rows("parameters", []) if r["name"].startswith(f"{plain}.")]
    if several:
        yield {"name": plain, "kind": "parameter", "rows": several}


def _scenario(name: str) -> Fields:
    from sim.scenario import load

    return {"kind": "scenario"} | load(name).document()


def _plain(lever: Lever | LeftOut) -> Fields:
    """Return the fields of a row of the table of levers, under the words that a reader knows."""
    words = {"seed": "asked_for_by"}
    fields = {words.get(name, name): value for name, value in asdict(lever).items()}
    return {"name": lever.id, "kind": "lever"} | fields


def _lever(lever: Lever) -> Fields:
    """Return what a lever moves, by how much, from where, at what cost and on what evidence."""
    from sim.scenario.drivers import vocabulary
    from sim.scenario.levers import plain

    fields = _plain(lever)
    units = {"multiply": "factor less one", "move": "fraction of the way to the target"}
    effects = []
    for effect in plain(lever)["effects"]:
        driver = vocabulary()[effect["driver"]]
        unit = units.get(effect["op"], driver.unit)
        effects.append(effect | {"moves": driver.meaning, "unit": unit})
    return fields | {"effects": effects}


def _nation(name: str) -> Iterator[Fields]:
    """Return every figure of a nation, with its unit, period, source and how well it is known."""
    from sim.evidence import load

    known = load()
    nations = known.nations
    for code, title, region in zip(nations.iso3, nations.name, nations.region, strict=True):
        if name.casefold() in (code.casefold(), title.casefold()):
            values = [asdict(value) for value in known.values if value.iso3 == code]
            yield {
                "name": code,
                "kind": "nation",
                "title": title,
                "region": region,
                "values": values,
            }
