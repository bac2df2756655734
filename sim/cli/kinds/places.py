"""Nations, groups of them, and the ecosystems that their developers build on."""

from __future__ import annotations

from sim.cli.kinds.facts import figures
from sim.cli.kinds.kind import Fields, Kind, Row, cited
from sim.cli.output import Table
from sim.evidence import load
from sim.evidence.axes import POOLS
from sim.evidence.variables import VARIABLES


def _groups_of(place: int) -> tuple[str, ...]:
    return tuple(slug for slug, inside in load().nations.groups.items() if inside[place])


def _nations() -> list[Row]:
    known = load().nations
    titles = {rule.slug: rule.title for rule in known.rules}
    return [
        Row(
            known.iso3[i],
            known.name[i],
            {"region": known.region[i], "developers": float(known.developers[i])},
            tags=_groups_of(i),
            aliases=(known.name[i],),
            words=" ".join(titles[slug] for slug in _groups_of(i)),
        )
        for i in range(len(known))
    ]


def _nation(code: str) -> Fields:
    """Return every figure of a nation, with its meaning, unit, period, source and status."""
    known = load()
    place = known.nations.index(code)
    order = list(VARIABLES)
    values = sorted(
        (value for value in known.values if value.iso3 == code),
        key=lambda value: order.index(value.variable),
    )
    rows = [
        {
            "variable": value.variable,
            "value": value.value,
            "unit": value.unit,
            "period": value.period,
            "status": value.status,
            "imputed": value.status == "imputed",
            "meaning": VARIABLES[value.variable].meaning,
            "use": f"for {VARIABLES[value.variable].use}",
            "source": value.source,
            "note": value.note,
        }
        for value in values
    ]
    return {
        "title": known.nations.name[place],
        "region": known.nations.region[place],
        "groups": list(_groups_of(place)),
        "pool": POOLS[known.nations.pool[place]],
        "imputed": [row["variable"] for row in rows if row["imputed"]],
        "values": Table(
            rows, ("variable", "value", "unit", "period", "status"),
            below=("meaning", "use", "source", "note"),
        ),
        "observations": figures(row for row in load().observations if row.place == code),
    }  # fmt: skip


def _groups() -> list[Row]:
    known = load().nations
    return [
        Row(
            rule.slug,
            rule.title,
            {"nations": int(known.groups[rule.slug].sum()), "note": rule.note},
            tags=_members(rule.slug),
            aliases=(rule.title,),
            words=" ".join(known.name[known.iso3.index(code)] for code in _members(rule.slug)),
        )
        for rule in known.rules
    ]


def _members(slug: str) -> tuple[str, ...]:
    known = load().nations
    return tuple(
        code for code, inside in zip(known.iso3, known.groups[slug], strict=True) if inside
    )


def _group(slug: str) -> Fields:
    """Return a group with its rule, why it is that, and its members."""
    known = load().nations
    rule = next(rule for rule in known.rules if rule.slug == slug)
    codes = _members(slug)
    places = [known.iso3.index(code) for code in codes]
    members = [
        {
            "nation": known.iso3[i],
            "developers": float(known.developers[i]),
            "region": known.region[i],
            "title": known.name[i],
        }
        for i in places
    ]
    return {
        "title": rule.title,
        "rule": " ".join(part for part in (rule.kind, rule.argument) if part),
        "note": rule.note,
        "status": rule.status,
        "source": rule.source,
        "nations": len(codes),
        "developers": float(known.developers[places].sum()),
        "members": Table(members, ("nation", "developers", "region", "title")),
        "sources": cited([rule.source]),
    }


def _ecosystems() -> list[Row]:
    return [
        Row(
            ecosystem.id,
            ecosystem.title,
            {"bloc": ecosystem.bloc, "nest": ecosystem.nest, "ways": list(ecosystem.ways)},
            tags=(ecosystem.bloc, ecosystem.nest, *ecosystem.ways),
        )
        for ecosystem in load().ecosystems
    ]


NATIONS = Kind(
    "nations", "nation", "where developers are", ("name", "region", "developers", "title"),
    _nations, _nation,
)  # fmt: skip
GROUPS = Kind(
    "groups", "group", "nations that are counted together", ("name", "nations", "title", "note"),
    _groups, _group,
)  # fmt: skip
ECOSYSTEMS = Kind(
    "ecosystems", "ecosystem", "what they build on", ("name", "bloc", "nest", "title"), _ecosystems
)
