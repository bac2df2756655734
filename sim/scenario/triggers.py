"""Triggers: an entry of a lever that waits for a sign, and one that ends at a sign.

A condition is a monthly metric of a group, above or below a level for some months in a row. What
it reads are the values of ``outcomes.parquet``; it is read at the end of a month, replicate by
replicate, so that a policy may be in force in one world and not in another. Signposts and triggers
are those of adaptive policy (Walker, Rahman and Cave 2001; Haasnoot and others 2013).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim import evidence, months
from sim.errors import cited, nearest
from sim.metrics import registry
from sim.scenario.fields import Line, Month, Number, whole_number
from sim.scenario.walk import Fault, Form, refusal, refuse

if TYPE_CHECKING:
    from sim.metrics.metric import Metric

LONGEST = 120
"""Months for which a condition may have to hold."""

KEYS = ("when", "end_when")
"""Keys of an entry that hold a condition."""


def _missing(value: object) -> bool:
    return value is None


Level = Annotated[Number | None, Field(exclude_if=_missing)]


class Condition(Form):
    """What is waited for.

    Attributes
    ----------
    metric : str
        A metric with a value in each month.
    group : str
        A group or the code of a nation.
    above, below : float or None
        The level, in the metric's unit: shares are fractions. One of the two is given.
    for_months : int
        Months in a row in which the condition must have held; months before `earliest` count.
    earliest, until : int or None
        First and last month in which the entry may start, or be in force no more; ``from`` in a
        file. None means the month after the last dated fact, and the end of the runs.
    """

    CALLED: ClassVar[str] = "{what}"
    NEEDS: ClassVar[str] = "a condition needs a metric, and above or below"

    metric: Line
    group: Line = "world"
    above: Level = None
    below: Level = None
    for_months: Annotated[int, whole_number(1, LONGEST)] = 1
    earliest: Annotated[Month | None, Field(alias="from", exclude_if=_missing)] = None
    until: Annotated[Month | None, Field(exclude_if=_missing)] = None

    @field_validator("metric")
    @classmethod
    def _monthly(cls, name: str) -> str:
        known = registry.by_name()
        if name not in known:
            hint = partial(_nearest, name, monthly(known.values()))
            raise refuse("no metric is called {word}", hint, word=cited(name))
        if known[name].span != "month":
            hint = partial(_nearest, name, monthly(known.values()))
            message = "{word} is one number for a whole run and cannot be waited for"
            raise refuse(message, hint, word=cited(name))
        return name

    @field_validator("above", "below")
    @classmethod
    def _within(cls, level: float | None, info: ValidationInfo) -> float | None:
        metric = registry.by_name().get(info.data.get("metric", ""))
        if level is None or metric is None or metric.scale != "fraction":
            return level
        held = level < 1.0 if info.field_name == "above" else level > 0.0
        if not held:
            hint = f"it is a fraction: {level / 100:g}" if 1.0 < level <= 100.0 else None
            raise refuse("{what} {value} can never hold: {name} lies between 0 and 1",
                         hint or "give a number between 0 and 1", name=metric.name)  # fmt: skip
        return level

    @field_validator("until")
    @classmethod
    def _ordered(cls, until: int | None, info: ValidationInfo) -> int | None:
        first = info.data.get("earliest")
        if until is not None and first is not None and until < first:
            words = {"until": months.text(until), "first": months.text(first)}
            raise refuse("it can never start: until {until} is before from {first}", **words)
        return until

    @model_validator(mode="after")
    def _one_level(self) -> Self:
        if (self.above is None) == (self.below is None):
            said = "neither" if self.above is None else "both"
            message = f"a condition has above or below, and this has {said}"
            raise refusal(Fault(message, "keep one of the two", at_key=True))
        return self

    @property
    def level(self) -> float:
        """The number that is crossed."""
        level = self.below if self.above is None else self.above
        assert level is not None, "one of the two is given"  # noqa: S101 - checked above
        return level

    def in_words(self) -> str:
        """Return the condition in words, such as for a table."""
        metric = registry.by_name()[self.metric]
        level = f"{100 * self.level:g} %" if metric.scale == "fraction" else f"{self.level:,.10g}"
        side = "below" if self.above is None else "above"
        unit = "" if metric.scale == "fraction" else f" {metric.unit}"
        of = "" if self.group == "world" else f" in {_called(self.group)}"
        lasting = f" for {self.for_months} months" if self.for_months > 1 else ""
        return f"{metric.title}{of} {side} {level}{unit}{lasting}"


def _called(group: str) -> str:
    """Return the title of a group or the name of a nation; a group of one's own has its slug."""
    known = evidence.load().nations
    titles = {rule.slug: rule.title for rule in known.rules}
    return (titles | dict(zip(known.iso3, known.name, strict=True))).get(group, group)


def _nearest(word: str, words: Iterable[str]) -> str:
    return nearest(word, words) or "sim list metrics shows what there is"


def monthly(metrics: Iterable[Metric]) -> list[str]:
    """Return the names of the metrics that have a value in each month."""
    return [metric.name for metric in metrics if metric.span == "month"]
