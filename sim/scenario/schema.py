"""JSON Schema of the scenario file, so that editors complete and check what a user types.

pydantic makes the schema from the models that check a file. What it cannot know is added here: the
names of the tables, and how a file may say what a complete scenario holds in full.
"""

from __future__ import annotations

from typing import Any

from sim.evidence import Parameter
from sim.scenario import drivers, levers, vocabulary
from sim.scenario.document import NAME, Scenario
from sim.scenario.fields import MONTH, value_schemas
from sim.scenario.futures import NEVER_WORD
from sim.scenario.lever_effect import SELECTORS

Schema = dict[str, Any]

_SLUG = "^[a-z][a-z0-9_]*$"
_WORDS = {
    "extends": "Scenario to inherit from (name or relative path); keys given here override it.",
    "name": "Name of the scenario and of its folder of results; the file's name where absent.",
    "title": "A few words for figures and tables.",
    "description": "What the scenario assumes and what it cannot say.",
    "topic": "Heading under which lists show the scenario.",
    "period": "Months that are run, first and last included.",
    "facts_until": "Last month whose dated facts are known; empty for all of them.",
    "levers": "Policies in force; entries replace those of the base with the same id.",
    "responses": "What others do once they see a sign: the names of files of responses.",
    "own_levers": "Levers of your own: an id, and what it does to which driver.",
    "parameters": "Values or distributions in place of the defaults.",
    "nations": "All nations where absent; a group, a list of ISO3 codes, or a table's path.",
    "focus": "Nations that the word focus stands for under nations of a lever.",
    "groups": "Groups of nations of your own: a slug and ISO3 codes.",
    "ensemble": "How many replicates are run and from which seed.",
}


def json_schema() -> Schema:
    """Return the schema (draft 2020-12) of a scenario file, with every valid name in it."""
    made = Scenario.model_json_schema()
    forms, properties = made["$defs"], made["properties"]
    for form in forms.values():
        form.pop("description", None)  # written for who reads the code
        form["required"] = [key for key in form.get("required", ()) if key in _NEEDED]
    properties["extends"] = {"type": "string"}
    properties["name"]["pattern"] = f"^{NAME}$"
    properties["parameters"] = {**_object(_parameters()), "additionalProperties": False}
    properties["nations"] = _nations()
    properties["focus"] = {"anyOf": [_places(), {"type": "null"}]}
    properties["groups"] = _named(_codes())
    whole = [{"type": "string"}, {"$ref": "#/$defs/Response"}]
    several = {"type": "array", "items": {"anyOf": whole}}
    properties["responses"] = {"anyOf": [{"type": "string"}, several]}
    properties["own_levers"] = _named({"$ref": "#/$defs/Lever"})
    _complete_entry(forms["LeverEntry"])
    _complete_lever(forms["Lever"])
    _complete_effect(forms["Effect"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "type": "object",
        "additionalProperties": False,
        "$defs": forms,
        "properties": {
            key: properties[key] | {"description": _WORDS[key]} for key in Scenario.known_keys()
        },
        **_catalogue_alone(),
    }


_NEEDED = ("id", "strength", "title", "source", "effects", "driver", "op", *levers.LEVELS,
           "conversion")  # fmt: skip
"""Keys without which no file, nor its base, has a whole part of a scenario."""


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _named(inner: Schema) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": _SLUG},
        "additionalProperties": inner,
    }


def _catalogue_alone() -> Schema:
    """Return the rule that ids are the catalogue's where no file defines levers of its own."""
    from_baseline: Schema = {"properties": {"extends": {"const": "baseline"}}}
    ids = {"properties": {"id": {"enum": list(levers.read())}}}
    return {
        "if": {"not": {"required": ["own_levers"]}} | from_baseline,
        "then": {"properties": {"levers": {"items": ids}}},
    }


def _complete_entry(form: Schema) -> None:
    """Say which levers there are, and what an entry may leave out or say of nations."""
    own_id = {"type": "string", "pattern": _SLUG, "not": {"enum": list(levers.left_out())}}
    lines = "\n".join(f"{lever.id}: {lever.title}" for lever in levers.read().values())
    narrowed = (
        "Narrows the lever's effects on nations to these: a group, codes, or focus. What it does "
        "to the world stays whole."
    )
    form["properties"] |= {
        "id": {"anyOf": [{"enum": list(levers.read())}, own_id], "description": lines},
        "nations": {"anyOf": [_places(), {"type": "null"}], "description": narrowed},
    }
    form["properties"]["end"]["description"] = "Last month, inclusive; without it, to the end."
    off = {"properties": {"strength": {"const": 0}}}
    form["anyOf"] = [off, {"required": ["start"]}, {"required": ["when"]}]


def _complete_lever(form: Schema) -> None:
    """Leave out what a file does not say of a lever, and explain the scale of its cost."""
    form["properties"] = {key: form["properties"][key] for key in levers.Lever.known_keys()}
    form["required"].remove("id")
    scales = "; ".join(f"{word}: {said}" for word, said in vocabulary.COST_SCALES.items())
    form["properties"]["cost_scale"] = {
        "enum": list(vocabulary.COST_SCALES),
        "description": f"What an entry with nations pays of the cost. {scales}.",
    }
    form["properties"]["uncertainty"] |= {"minimum": 0, "exclusiveMaximum": 1}
    form["properties"]["effects"]["minItems"] = 1


def _complete_effect(form: Schema) -> None:
    """Say which drivers, operations and cells there are."""
    known = drivers.vocabulary()
    lines = "\n".join(f"{name}: {driver.meaning}" for name, driver in known.items())
    form["properties"] |= {
        "role": {"enum": ["main", "side"]},
        "driver": {"enum": list(known), "description": lines},
        "op": {"enum": list(drivers.OPERATIONS)},
        **{column: _chosen(column) for column in SELECTORS},
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
            family = {"additionalProperties": False, "description": row.meaning} | _object({})
            found.setdefault(row.name, family)["properties"][row.index] = _parameter(row)
        if row.formerly:
            found[row.stream] = found[path] | {"deprecated": True}
            found[row.formerly] = found[row.name] | {"deprecated": True}
    return found


def _parameter(row: Parameter) -> Schema:
    described = {"description": f"{row.meaning} Unit {row.unit}, default {row.default:g}."}
    if row.dist == "switch":
        return described | {"enum": [0, 1]}
    months = [MONTH, {"const": NEVER_WORD}] if row.unit == "month" else []
    return described | {"anyOf": [*months, *value_schemas(row.low, row.high)]}


def _codes() -> Schema:
    # Codes of a user's own table are not known here, so any three capitals pass.
    return {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[A-Z]{3}$"}}


def _places() -> Schema:
    """Return what may name nations in a lever's entry; groups may be the scenario's own."""
    word = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$|^ *[A-Z]{3} *(, *[A-Z]{3} *)*$"}
    return {"anyOf": [word, _codes()]}


def _nations() -> Schema:
    known = [*vocabulary.groups(), *vocabulary.nations()]
    table = {"type": "string", "pattern": r"\.csv$|,"}
    carried = {"$ref": "#/$defs/NationTable"}
    return {"anyOf": [{"type": "null"}, {"enum": known}, table, _codes(), carried]}
