"""What a caller changes in a scenario beside its file: months, nations, focus and single values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from sim.scenario.paths import Override

Nations = str | Sequence[str]
"""A group, a nation, several with commas, a list of nations, or the path of a table."""


def changes(
    overrides: Sequence[Override] | None = None,
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    responses: str | Sequence[str] | None = None,
) -> list[Override]:
    """Return everything as overrides of a scenario's paths.

    Parameters
    ----------
    overrides : sequence of str or (path, value), optional
    until : str, optional
        Last month, ``YYYY-MM``.
    nations, focus : str or sequence of str, optional
        Who is simulated, and what the word focus stands for: by code, slug or name.
    responses : str or sequence of str, optional
        What others do once they see a sign, by name; in a text with commas between. ``all`` is
        every response that there is.
    """
    found: list[Override] = list([] if overrides is None else overrides)
    if until is not None:
        found.append(("period.end", until))
    for path, places in (("nations", nations), ("focus", focus)):
        if places is not None:
            found.append((path, codes(places)))
    if responses is not None:
        found.append(("responses", _answers(responses)))
    return found


def _answers(responses: str | Sequence[str]) -> list[str]:
    """Return the names of responses."""
    from sim.scenario.responses import known

    words = responses.split(",") if isinstance(responses, str) else responses
    named = [word.strip() for word in words if word.strip()]
    return list(known()) if named == ["all"] else named


def codes(places: Nations) -> str | list[str]:
    """Return places as a scenario names them: a group's slug, or a list of ISO3 codes.

    A word that names nothing stays as it is, for the scenario to refuse.
    """
    if not isinstance(places, str):
        return [code_of(word) for word in places]
    if places.endswith(".csv"):
        return places
    found = [code_of(part.strip()) for part in places.split(",")]
    return found if all(_is_code(word) for word in found) else ",".join(found)


def _is_code(word: str) -> bool:
    return len(word) == 3 and word.isupper() and word.isascii() and word.isalpha()


def code_of(word: str) -> str:
    """Return the group or nation of the evidence that a name or a title means.

    A word in small letters is a slug: it may be that of a scenario's own group. That and a word
    that means nothing are returned as they are.
    """
    return word if word == word.lower() else named(word)


def named(word: str) -> str:
    """Return the code or slug of a name or a title, in whatever letters; else the word itself."""
    return _codes().get(word.casefold(), word)


@cache
def _codes() -> Mapping[str, str]:
    """Return the code or slug of every name and title of the evidence, in small letters."""
    from sim import evidence

    known = evidence.load().nations
    found = {name.casefold(): code for code, name in zip(known.iso3, known.name, strict=True)}
    for rule in known.rules:
        found |= {rule.title.casefold(): rule.slug, rule.slug.replace("_", " "): rule.slug}
    return MappingProxyType(found)
