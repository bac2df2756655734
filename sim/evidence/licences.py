"""How permissive a licence is, computed from its clauses.

A licence is coded clause by clause on short ordered scales. What it leaves to a developer is the
product of what each clause leaves: a right that one clause takes away is not given back by another,
so a sum would be wrong. The factors are judgement, stated beside their reason; the order they give
is tested against the order that the clauses were read to have.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.errors import InputError, nearest
from sim.evidence.tables import STATUSES, read

OPEN = 1.0
"""What a clause that takes nothing leaves."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a clause: the factor that it leaves, and why, in words."""

    factor: float
    words: str


CLAUSES: Mapping[str, Mapping[str, Level]] = MappingProxyType({
    # A product is what developers build: without commercial use little is left, and research or
    # personal use keeps an eighth.
    "commercial_use": {
        "yes": Level(OPEN, "commercial use is free"),
        "unread": Level(0.85, "the terms of commercial use were not read"),
        "registration": Level(0.40, "commercial use needs registration first"),
        "royalty": Level(0.27, "revenue above a million dollars owes a royalty"),
        "no": Level(0.12, "no commercial use"),
    },
    # A display duty costs a line of text, a threshold for giants touches few, a gate on resellers
    # closes the way that hosts serve the model, a gate on plain use falls on the developer.
    "threshold": {
        "none": Level(OPEN, "no threshold of users or revenue"),
        "display": Level(0.96, "the largest users must show the name of the model"),
        "review": Level(0.95, "the largest resellers need a security review"),
        "users_700m": Level(0.90, "firms with 700 million users need a licence"),
        "users_100m": Level(0.88, "firms with 100 million users need a licence"),
        "unread": Level(0.85, "whether there is a threshold was not read"),
        "resale_50m": Level(0.82, "larger resellers and makers of assistants need a licence"),
        "resale_20m": Level(0.80, "resellers above 20 million dollars need an agreement"),
        "resale_any": Level(0.77, "every reseller and maker of assistants needs a licence"),
        "gate": Level(0.28, "plain use above 20 million dollars a year needs authorisation"),
        "shut": Level(0.26, "firms above a revenue line have no rights at all"),
    },
    # Barred uses must be watched and passed on; a long list reaches into medicine and justice.
    "field_of_use": {
        "free": Level(OPEN, "any use is allowed"),
        "law": Level(0.99, "use must keep to the law"),
        "ethics": Level(0.93, "ethics terms bind and guardrails may not be bypassed"),
        "short": Level(0.74, "a short list of uses is barred"),
        "policy": Level(0.68, "a policy bars uses"),
        "long": Level(0.64, "a long list bars uses, medical and legal ones among them"),
        "research": Level(0.50, "research or evaluation only"),
        "unread": Level(0.85, "barred uses were not read"),
    },
    # Without weights there is nothing to take, adapt or host: the whole is worth nothing.
    "redistribution": {
        "yes": Level(OPEN, "weights and derivatives may be passed on"),
        "terms": Level(0.95, "whoever passes weights on must pass on the terms"),
        "unread": Level(0.95, "the terms of passing on were not read"),
        "no": Level(0.0, "no weights are given"),
    },
    # A name that derivatives must bear makes the licensor's brand theirs.
    "naming": {
        "notice": Level(OPEN, "a notice is all that must be kept"),
        "brand": Level(0.93, "derivatives must bear the name of the model"),
    },
    # Outputs that may not train other models end the chain of derivative work on which an
    # ecosystem grows, hence the strong factor of a ban.
    "outputs": {
        "free": Level(OPEN, "outputs may train other models"),
        "label": Level(0.96, "models trained on outputs must say so"),
        "carry": Level(0.97, "models distilled on outputs carry the terms"),
        "named": Level(0.90, "models trained on outputs must bear the name"),
        "unread": Level(0.85, "the terms on outputs were not read"),
        "banned": Level(0.55, "outputs may not improve other models"),
    },
    # A silent licence may imply a patent grant; a firm that fears patents prefers to read one.
    "patent_grant": {
        "yes": Level(OPEN, "patents are granted"),
        "implied": Level(0.97, "making and selling are granted, patents not named"),
        "silent": Level(0.95, "patents are not mentioned"),
        "unread": Level(0.95, "whether patents are granted was not read"),
    },
    # Terms that can change under a product are a standing risk.
    "revocable": {
        "no": Level(OPEN, "the grant cannot be withdrawn from who keeps to it"),
        "remote": Level(0.97, "the grant stays, though use may be restricted remotely"),
        "legal": Level(0.93, "terms may be updated for legal reasons"),
        "restrict": Level(0.93, "the licensor may restrict use remotely"),
        "policy": Level(0.88, "the policy may change, and with it what is allowed"),
        "yes": Level(0.80, "the licence may be revoked or changed at will"),
        "unread": Level(0.97, "whether the grant can be withdrawn was not read"),
    },
    # Only what a licence takes from the European Union is counted, and only there.
    "eu": {
        "none": Level(OPEN, "no clause on the European Union"),
        "text": Level(0.95, "a clause on the European Union stands, though the model is text only"),
        "part": Level(0.50, "firms of the European Union have no rights in the larger models"),
        "all": Level(0.05, "persons and firms of the European Union have no rights in the models"),
    },
})  # fmt: skip
"""Clause to level to what it leaves, from most to least permissive in each clause."""


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence, clause by clause.

    Parameters
    ----------
    name, title : str
        Id and full name with version.
    period : str
        Month or day from which it holds, empty where the text has no date.
    clauses : mapping of str to str
        Clause to its level in ``CLAUSES``.
    source, status, note : str
        Ids of sources, how well known, what was not read.
    """

    name: str
    title: str
    period: str
    clauses: Mapping[str, str]
    source: str
    status: str
    note: str


@functools.cache
def read_licences() -> Mapping[str, Licence]:
    """Return every licence by its id.

    Raises
    ------
    InputError
        If an id stands twice or a level is unknown.
    """
    licences: dict[str, Licence] = {}
    columns = ("licence", "title", "period", *CLAUSES, "unit", "source", "status", "note")
    for row in read("licences.csv", columns):
        name = row.text("licence")
        if name in licences:
            raise InputError(row.problem(f"the licence {name!r} stands twice", "licence"))
        clauses = {clause: row.choice(clause, levels) for clause, levels in CLAUSES.items()}
        licences[name] = Licence(
            name, row.text("title"), row["period"], MappingProxyType(clauses), row.text("source"),
            row.choice("status", STATUSES), row["note"],
        )  # fmt: skip
    return MappingProxyType(licences)


def permissiveness(licence: Licence | str, *, eu: bool = False) -> float:
    """Return how much freedom a licence leaves, from 0 (closed) to 1.

    Parameters
    ----------
    licence : Licence or str
        The licence or its id.
    eu : bool
        Whether the developer sits in the European Union.

    Returns
    -------
    float
        Product of the factors of its clauses, -.

    Raises
    ------
    InputError
        If there is no such licence.
    """
    product = OPEN
    for clause, level in _find(licence).clauses.items():
        if clause != "eu" or eu:
            product *= CLAUSES[clause][level].factor
    return product


def reasons(licence: Licence | str, *, eu: bool = False) -> tuple[str, ...]:
    """Return in words every clause that takes something, the one that takes most first.

    A licence that takes nothing gives one reason that says so.
    """
    levels = [
        CLAUSES[clause][level]
        for clause, level in _find(licence).clauses.items()
        if clause != "eu" or eu
    ]
    taken = sorted((level for level in levels if level.factor < OPEN), key=lambda x: x.factor)
    return tuple(level.words for level in taken) or ("no clause takes anything away",)


def _find(licence: Licence | str) -> Licence:
    """Return the licence of an id."""
    if isinstance(licence, Licence):
        return licence
    licences = read_licences()
    if licence not in licences:
        hint = nearest(licence, licences)
        raise InputError(f"there is no licence {licence!r}" + (f" ({hint})" if hint else ""))
    return licences[licence]
