"""JSON Schema of the scenario file, so that editors complete and check what a user types.

The schema is made from the same tables as the checks. It knows every key, id and range; what it
cannot know is what depends on other files: bases, user tables, overlaps.
"""

from __future__ import annotations

from typing import Any

from sim.evidence import Parameter
from sim.scenario import check, distribution, drivers, faults, levers, own, strength, vocabulary
from sim.scenario.document import MAX_DELAY, MAX_RUNS
from sim.scenario.futures import NEVER_WORD

Schema = dict[str, Any]

_MONTH: Schema = {
    "type": "string",
    "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
    "description": "A month, YYYY-MM.",
}
_NUMBER: Schema = {"type": "number"}
_SLUG = "^[a-z][a-z0-9_]*$"
_DELAY: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_DELAY}


def json_schema() -> Schema:
    """Return the schema (draft 2020-12) of a scenario file, with every valid name in it."""
    properties: Schema = {
        "extends": _text("Name or path of the scenario whose words stand where this has none."),
        "name": _text("What the scenario is called; the file's name where absent.")
        | {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
        "title": _text("A few words for figures and tables."),
        "description": _text("What the scenario assumes and what it cannot say."),
        "topic": _text("Heading under which lists show the scenario."),
        "period": _object({"start": _MONTH, "end": _MONTH}, "Months that are run, inclusive."),
        "facts_until": _optional(_MONTH, "Last month whose dated facts are known."),
        "levers": {
            "type": "array",
            "description": "What is done; entries replace those of the base with the same id.",
            "items": _lever(),
        },
        "own_levers": {
            "type": "object",
            "description": "Levers of your own: an id, and what it does to which driver.",
            "propertyNames": {"pattern": _SLUG},
            "additionalProperties": _own_lever(),
        },
        "parameters": _object(_parameters(), "Values or distributions in place of the defaults."),
        "nations": _nations(),
        "focus": _optional(_places(), "What the word focus stands for under nations of a lever."),
        "groups": {
            "type": "object",
            "description": "Groups of nations of your own: a slug and ISO3 codes.",
            "propertyNames": {"pattern": _SLUG},
            "additionalProperties": _codes(),
        },
        "ensemble": _object(
            {
                "runs": {"type": "integer", "minimum": 1, "maximum": MAX_RUNS},
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                "parameters": {
                    "enum": list(check.DRAWN),
                    "description": "Draw the parameters from their ranges, or hold the defaults.",
                },
                "future": {
                    "enum": list(check.FUTURES_KEYS),
                    "description": "Whether builders go on learning of Chinese models: one future.",
                },
            },
            "How many replicates and from which seed.",
        ),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: properties[key] for key in check.KEYS},
        **_catalogue_alone(),
    }


def _catalogue_alone() -> Schema:
    """Return the rule that ids are the catalogue's where no file defines levers of its own."""
    from_baseline: Schema = {"properties": {"extends": {"const": "baseline"}}}
    ids = {"properties": {"id": {"enum": list(levers.read())}}}
    return {
        "if": {"not": {"required": ["own_levers"]}} | from_baseline,
        "then": {"properties": {"levers": {"items": ids}}},
    }


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _object(properties: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": properties,
    }


def _optional(schema: Schema, description: str) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "description": description}


def _value(low: float, high: float) -> list[Schema]:
    """Return what may stand for a number: the number, a distribution, or its short form."""
    inside = _NUMBER | {"minimum": low, "maximum": high}
    kinds: list[Schema] = [
        {
            "type": "object",
            "required": ["dist", *keys],
            "additionalProperties": False,
            "properties": {"dist": {"const": dist}}
            | {key: (inside if key in ("low", "high", "mode") else _NUMBER) for key in keys},
        }
        for dist, keys in distribution.KEYS.items()
    ]
    short = {"type": "string", "pattern": rf"^({'|'.join(distribution.KEYS)})\(.*\)$"}
    return [inside, *kinds, short]


def _lever() -> Schema:
    lines = "\n".join(f"{lever.id}: {lever.title}" for lever in levers.read().values())
    off = {"properties": {"strength": {"const": 0}}}
    return _object(
        {
            "id": {"anyOf": [{"enum": list(levers.read())}, _own_id()], "description": lines},
            "strength": {"anyOf": [{"enum": list(strength.NAMES)}, *_value(0, 1)]},
            "start": _MONTH,
            "end": _optional(_MONTH, "Last month, inclusive; without it, to the end."),
            "ramp_months": _DELAY,
            "lag_months": _DELAY,
            "nations": _optional(
                _places(),
                "Narrows the lever's effects on nations to these: a group, codes, or focus. What "
                "it does to the world stays whole.",
            ),
        },
        "One use of one lever.",
    ) | {"required": ["id", "strength"], "anyOf": [off, {"required": ["start"]}]}


def _own_id() -> Schema:
    """Return what the id of a lever may look like that the scenario or its base defines."""
    return {"type": "string", "pattern": _SLUG, "not": {"enum": list(levers.left_out())}}


def _own_lever() -> Schema:
    """Return what a definition under ``own_levers`` may hold."""
    levels: Schema = dict.fromkeys(levers.LEVELS, _NUMBER)
    needed = {"required": list(levers.LEVELS)}
    magnitude = levels | {"neutral": _NUMBER, "unit": _text("Unit of the magnitude.")}
    effects = {"type": "array", "minItems": 1, "items": _effect()}
    texts = {key: {"type": "string"} for key in own.TEXTS}
    scales = "; ".join(f"{word}: {said}" for word, said in vocabulary.COST_SCALES.items())
    lever = texts | {
        "cost_scale": {
            "enum": list(vocabulary.COST_SCALES),
            "description": f"What an entry with nations pays of the cost. {scales}.",
        },
        "lag_months": _DELAY,
        "ramp_months": _DELAY,
        "uncertainty": _NUMBER | {"minimum": 0, "exclusiveMaximum": 1},
        "cost": _object(levels, "USD million a year at low, central and high.") | needed,
        "magnitude": _object(magnitude, "What the three strengths stand for.") | needed,
        "effects": effects,
    }
    return _object({key: lever[key] for key in own.KEYS}, "A lever of your own.") | {
        "required": ["title", "source", "effects"]
    }


def _effect() -> Schema:
    lines = "\n".join(f"{name}: {d.meaning}" for name, d in drivers.vocabulary().items())
    effect: Schema = {
        "role": {"enum": ["main", "side"]},
        "driver": {"enum": list(drivers.vocabulary()), "description": lines},
        "op": {"enum": list(drivers.OPERATIONS)},
        **dict.fromkeys((*levers.LEVELS, "target"), _NUMBER),
        **{column: _chosen(column) for column in faults.SELECTORS},
        "conversion": _text("How the size follows from what is known."),
        "source": _text("Ids of the table of sources, an address, or judgement."),
    }
    return _object({key: effect[key] for key in own.EFFECT_KEYS}, "What it does to a driver.") | {
        "required": ["driver", "op", *levers.LEVELS, "conversion"]
    }


def _chosen(column: str) -> Schema:
    words = list(vocabulary.members(column))
    if column == "nations":
        words += [f"-{word}" for word in words]
    return {"anyOf": [{"enum": words}, {"type": "array", "minItems": 1, "items": {"enum": words}}]}


def _parameters() -> Schema:
    found: Schema = {}
    for path, row in vocabulary.parameters().items():
        found[path] = _parameter(row)
        if row.index:
            family = found.setdefault(row.name, _object({}, row.meaning))
            family["properties"][row.index] = _parameter(row)
    return found


def _parameter(row: Parameter) -> Schema:
    described = {"description": f"{row.meaning} Unit {row.unit}, default {row.default:g}."}
    if row.dist == "switch":
        return described | {"enum": [0, 1]}
    if row.unit == "month":
        return described | {"anyOf": [_MONTH, {"const": NEVER_WORD}, *_value(row.low, row.high)]}
    return described | {"anyOf": _value(row.low, row.high)}


def _codes() -> Schema:
    # Codes of a user's own table are not known here, so any three capitals pass.
    return {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[A-Z]{3}$"}}


def _places() -> Schema:
    """Return what may name nations in a lever's entry; groups may be the scenario's own."""
    word = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$|^ *[A-Z]{3} *(, *[A-Z]{3} *)*$"}
    return {"anyOf": [word, _codes()]}


def _nations() -> Schema:
    carried = _object({"name": _text("File it came from."), "csv": _text("The table.")}, "A table.")
    known = [*vocabulary.groups(), *vocabulary.nations()]
    return {
        "description": "All nations where absent; a group, a list of codes, or a table's path.",
        "anyOf": [
            {"type": "null"},
            {"enum": known},
            {"type": "string", "pattern": r"\.csv$|,"},
            _codes(),
            carried | {"required": ["name", "csv"]},
        ],
    }
