"""The state of the page: from which scenario it departs, and what differs from it.

A link carries all of it, after ``#``, and nothing else: no code, no path, no text of a visitor's.
::

    v=1&b=rand_package&f=IND&future=stops&r=china_cuts_prices
    &us_inference_chip_controls=0.6@2027-03..2032-12:IND+BRA&p.network=1.2&.group=global_south

``v`` is the version of this form, ``b`` the scenario, ``f`` the nations in focus, ``future`` one
of the three, ``r`` the responses that are on (``none`` for none of those of the scenario), ``vs``
the link of a second scenario to stand beside it. A lever has a strength and,
where they differ from its own, start, end, nations, lag (``~9``) and ramp (``^12``); the second
entry of a lever is ``id.2``. ``p.`` begins a parameter and ``.`` what the page shows. Whatever is
out of bounds is brought within them when it is read, and
said; whatever means nothing is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field

from sim import months
from sim.errors import InputError, cited
from sim.scenario import futures
from sim.scenario.fields import LAST
from sim.scenario.levers import MAX_DELAY, STRENGTHS

VERSION = 1
LONGEST = 8_000
"""Characters of a link that are read."""
MOST = 200
"""Parts of a link that are read."""

NEVER, EVERYWHERE, NOBODY = "never", "all", "none"
"""Words for no end, all nations and no response, where a base has an end, nations or responses."""

_NUMBER = r"[-+]?(?:\d{1,12}(?:\.\d{0,20})?(?:e[-+]?\d{1,4})?|inf|nan)"
_USE = re.compile(
    rf"(?P<strength>low|central|high|{_NUMBER})?"
    r"(?:@(?P<start>\d{4}-\d{2}))?"
    rf"(?:\.\.(?P<end>\d{{4}}-\d{{2}}|{NEVER}))?"
    r"(?::(?P<nations>[A-Za-z0-9_+-]{1,600}))?"
    r"(?:~(?P<lag>\d{1,6}))?"
    r"(?:\^(?P<ramp>\d{1,6}))?",
)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,80}(?:\.\d{1,2})?")
_SHOWN = re.compile(r"[A-Za-z0-9_.+-]{1,200}")
_PLACE = re.compile(r"[a-z][a-z0-9_]*|[A-Z]{3}")
_PLACES = re.compile(r"[A-Za-z0-9_]+(?:\+[A-Za-z0-9_]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

Strength = Annotated[float, Field(ge=0.0, le=1.0)]
Month = Annotated[int, Field(ge=months.FIRST, le=LAST)]
Delay = Annotated[int, Field(ge=0, le=MAX_DELAY)]


class Use(BaseModel):
    """What differs in one entry of a lever; None is what the entry, or the lever, has itself.

    Attributes
    ----------
    strength : float, optional
    start : int, optional
        Month number.
    end : int or str, optional
        Month number, or `NEVER`.
    nations : tuple of str, optional
        Codes and slugs; `EVERYWHERE` alone means all on which the lever acts.
    lag, ramp : int, optional
        Months.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strength: Strength | None = None
    start: Month | None = None
    end: Month | str | None = None
    nations: tuple[str, ...] | None = None
    lag: Delay | None = None
    ramp: Delay | None = None

    def text(self) -> str:
        """Return the entry as a link writes it."""
        parts = [] if self.strength is None else [strength_text(self.strength)]
        if self.start is not None:
            parts.append(f"@{months.text(self.start)}")
        if self.end is not None:
            parts.append(f"..{self.end if isinstance(self.end, str) else months.text(self.end)}")
        if self.nations is not None:
            parts.append(f":{'+'.join(self.nations)}")
        parts += [f"{sign}{n}" for sign, n in (("~", self.lag), ("^", self.ramp)) if n is not None]
        return "".join(parts)

    def plain(self) -> dict[str, Any]:
        """Return what differs, with months as text."""
        found = self.model_dump(exclude_none=True)
        for name in ("start", "end"):
            if isinstance(found.get(name), int):
                found[name] = months.text(found[name])
        return found


class State(BaseModel):
    """All that a visitor has chosen.

    Attributes
    ----------
    base : str
        Name of the scenario that it departs from.
    focus : str
        Group or ISO3 codes joined by ``+``, empty where the base needs none.
    levers : mapping of str to Use
        By lever id; further entries of the same lever are ``id.2``, ``id.3``.
    parameters : mapping of str to float
        By path, such as ``lag.cn_open``.
    future : str
        One of the three, ``all``, or empty for what the base says.
    responses : tuple of str, optional
        Names of those that are on; None for those of the base.
    shown : mapping of str to str
        What the page shows; nothing of it bears on a number.
    other : str
        Link of a second scenario that stands beside it, empty without one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    focus: str = ""
    levers: Mapping[str, Use] = Field(default_factory=dict)
    parameters: Mapping[str, float] = Field(default_factory=dict)
    future: str = ""
    responses: tuple[str, ...] | None = None
    shown: Mapping[str, str] = Field(default_factory=dict)
    other: str = ""

    def fragment(self, *, numbers_only: bool = False) -> str:
        """Return the state as a link carries it, in one order; without ``#``.

        Parameters
        ----------
        numbers_only : bool
            Leave out what bears on no number, so that equal text means equal numbers.
        """
        pairs = [("v", str(VERSION)), ("b", self.base)]
        pairs += [(k, v) for k, v in (("f", self.focus), ("future", self.future)) if v]
        if self.responses is not None:
            pairs.append(("r", "+".join(self.responses) or NOBODY))
        pairs += [(key, use.text()) for key, use in sorted(self.levers.items())]
        pairs += [
            (f"p.{path}", number_text(value)) for path, value in sorted(self.parameters.items())
        ]
        if not numbers_only:
            pairs += [(f".{key}", value) for key, value in sorted(self.shown.items())]
            pairs += [("vs", self.other)] if self.other else []
        return "&".join(f"{key}={quote(value, safe='+@.:~^')}" for key, value in pairs)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data for the page."""
        return {
            "base": self.base,
            "focus": self.focus,
            "levers": {key: use.plain() for key, use in self.levers.items()},
            "parameters": dict(self.parameters),
            "future": self.future,
            "responses": None if self.responses is None else list(self.responses),
            "shown": dict(self.shown),
            "other": self.other,
        }


def strength_text(strength: float) -> str:
    """Return a strength by its name, or as a number that is read as the same one."""
    named = [word for word, value in STRENGTHS.items() if value == strength != 1.0]
    return named[0] if named else number_text(strength)


def number_text(value: float) -> str:
    """Return the shortest text that is read as the same number."""
    return repr(float(value)).removesuffix(".0")


def read(fragment: str, base: str) -> tuple[State, list[str]]:
    """Return the state that a link carries, and what had to be changed or left out in words.

    What depends on the base - whether there is such a lever, or such a parameter and its bounds -
    is for `sim.explorer.bases` to say.

    Parameters
    ----------
    fragment : str
        With or without ``#``; anything.
    base : str
        The base of a link that names none.

    Raises
    ------
    InputError
        If it is of another version, or too long to be a link of this page.
    """
    fragment = fragment.removeprefix("#")
    if len(fragment) > LONGEST:
        raise InputError(f"the link has {len(fragment):,} characters; {LONGEST:,} are read")
    notes: list[str] = []
    found: dict[str, Any] = {"base": base, "levers": {}, "parameters": {}, "shown": {}}
    pairs = [part.partition("=") for part in fragment.split("&") if part]
    if len(pairs) > MOST:
        raise InputError(f"the link has {len(pairs):,} parts; {MOST} are read")
    for key, _, value in pairs:
        _take(unquote(key), unquote(value), found, notes)
    return State(**found), notes


def _take(key: str, value: str, found: dict[str, Any], notes: list[str]) -> None:
    """Put one part of a link into what has been found."""
    if key == "v":
        if value != str(VERSION):
            raise InputError(
                f"the link is of version {cited(value)} of this page, which reads version {VERSION}"
            )
    elif (word := _word(key, value)) is not None:
        found[word[0]] = word[1]
    elif key.startswith(".") and _SHOWN.fullmatch(value) and re.fullmatch(r"\.[a-z]{1,12}", key):
        found["shown"][key[1:]] = value
    elif key.startswith("p.") and (number := _number(value)) is not None:
        found["parameters"][key[2:]] = number
    elif _KEY.fullmatch(key) and (match := _USE.fullmatch(value)) and match[0]:
        found["levers"][key] = Use(**dict(_parts(key, match.groupdict(), notes)))
    else:
        notes.append(f"{cited(f'{key}={value}')} means nothing here and was left out")


def _word(key: str, value: str) -> tuple[str, str | tuple[str, ...]] | None:
    """Return the field that a part of a link fills, and with what; None if it fills none."""
    if key == "b" and _NAME.fullmatch(value):
        return "base", value
    if key == "f" and _PLACES.fullmatch(value) and len(value) <= 600:
        return "focus", value
    if key == "future" and value in (futures.ALL, *futures.FUTURES):
        return "future", value
    if key == "r" and _PLACES.fullmatch(value):
        return "responses", () if value == NOBODY else tuple(sorted(set(value.split("+"))))
    if key == "vs":
        return "other", value
    return None


def _number(text: str) -> float | None:
    """Return a finite number, the largest there is for what is beyond it; None for no number."""
    if not re.fullmatch(_NUMBER, text) or text.endswith("nan"):
        return None
    return max(-1e300, min(1e300, float(text)))


def _parts(key: str, given: dict[str, str | None], notes: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the parts of an entry, each within its bounds."""
    said = given["strength"]
    if said is not None:
        number = STRENGTHS[said] if said in STRENGTHS else _number(said)
        if number is None:
            notes.append(f"the strength of {key}, {cited(said)}, means nothing and was left out")
        else:
            yield "strength", _within(number, 0.0, 1.0, f"the strength of {key}", notes)
    for name in ("start", "end"):
        text = given[name]
        if text is not None:
            yield name, NEVER if text == NEVER else _month(text, f"the {name} of {key}", notes)
    if given["nations"] is not None:
        places = tuple(dict.fromkeys(given["nations"].split("+")))
        if places == (EVERYWHERE,) or all(_PLACE.fullmatch(place) for place in places):
            yield "nations", places
        else:
            notes.append(f"the nations of {key} are no codes or groups and were left out")
    for name in ("lag", "ramp"):
        text = given[name]
        if text is not None:
            yield name, int(_within(int(text), 0, MAX_DELAY, f"the {name} of {key}", notes))


def _month(text: str, what: str, notes: list[str]) -> int:
    """Return a month that may be none, or far away, within bounds."""
    number = 12 * int(text[:4]) + min(max(int(text[5:]), 1), 12) - 1
    return int(_within(number, months.FIRST, LAST, what, notes))


def _within(number: float, low: float, high: float, what: str, notes: list[str]) -> float:
    """Return a number brought within bounds, and say so."""
    inside = min(max(number, low), high)
    if inside != number:
        notes.append(f"{what} was out of bounds and is now {_said(what, inside)}")
    return inside


def _said(what: str, value: float) -> str:
    is_month = what.startswith(("the start", "the end"))
    return months.text(int(value)) if is_month else f"{value:g}"
