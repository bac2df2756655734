"""One use of one lever: how strongly, from when to when, or at which sign, and where."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim import months
from sim.evidence.releases import last_known
from sim.scenario.fields import Month, Value, span
from sim.scenario.levers import STRENGTHS, Delay
from sim.scenario.triggers import KEYS, Condition
from sim.scenario.walk import Fault, Form, Placed, refusal, refuse

Iso3 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


def _missing(value: object) -> bool:
    return value is None


def after_start(end: int, info: ValidationInfo, empty: str = "") -> int:
    """Return an end month, refused if it is before the start that was read with it."""
    start = info.data.get("start")
    if start is not None and end < start:
        words = {"end": months.text(end), "start": months.text(start)}
        raise refuse(f"{empty}end {{end}} is before start {{start}}", **words)
    return end


class LeverEntry(Form):
    """One use of one lever.

    Attributes
    ----------
    id : str
        The lever's id in the table of levers.
    strength : float or distribution
        From 0 to 1; 1/3, 2/3 and 1 are the table's low, central and high.
    start, end : int or None
        First and last month, before the lag; without an end until the end of the runs.
    when, end_when : Condition or None
        What is waited for in place of a start, and in place of an end.
    ramp_months : int
        Months over which the effect grows from nothing to the whole.
    lag_months : int
        Months by which both ends are shifted.
    nations : tuple of str or None
        ISO3 codes of the nations to which its effects on nations are narrowed; None means all on
        which the lever acts.
    """

    CALLED: ClassVar[str] = "a lever"
    NEEDS: ClassVar[str] = "each lever needs it"

    id: Slug
    strength: Annotated[Value, span(0, 1, *STRENGTHS.items())]
    start: Annotated[Month | None, Field(exclude_if=_missing)] = None
    when: Annotated[Condition | None, Field(exclude_if=_missing)] = None
    end: Month | None = None
    end_when: Annotated[Condition | None, Field(exclude_if=_missing)] = None
    ramp_months: Delay
    lag_months: Delay
    # Left out where there are none: what names the results of other scenarios stays as it was.
    nations: Annotated[
        Annotated[tuple[Iso3, ...], Field(min_length=1)] | None, Field(exclude_if=_missing)
    ] = None

    @model_validator(mode="wrap")
    @classmethod
    def _looked_up(
        cls,
        given: Any,  # noqa: ANN401 - whatever was given
        handler: ModelWrapValidatorHandler[Self],
        info: ValidationInfo,
    ) -> Self:
        """Let a file's entry be completed by its lever, and its place be remembered."""
        if not isinstance(given, Placed):
            return handler(given)
        reading = cast("Any", info.context)  # what sim.scenario.check reads an entry with
        entry = handler(reading.completed(given))
        reading.entries.append((entry, given.node))
        return entry

    @field_validator("end")
    @classmethod
    def _ordered(cls, end: int | None, info: ValidationInfo) -> int | None:
        return None if end is None else after_start(end, info)

    @field_validator("nations")
    @classmethod
    def _each_once(cls, nations: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if nations is None else tuple(sorted(set(nations)))

    @model_validator(mode="after")
    def _begins_and_ends_once(self) -> Self:
        for date, sign in (("start", "when"), ("end", "end_when")):
            if getattr(self, date) is not None and getattr(self, sign) is not None:
                raise refusal(Fault(f"{date} stands beside {sign}", "keep one of the two",
                                    at_key=True, below=(sign,)))  # fmt: skip
        if self.start is None and self.when is None:
            raise refusal(Fault("start is missing", "a month, or when", at_key=True))
        return self

    def conditions(self) -> dict[str, Condition]:
        """Return what it waits for, by key: ``when`` and ``end_when``."""
        found: dict[str, Condition | None] = {key: getattr(self, key) for key in KEYS}
        return {key: condition for key, condition in found.items() if condition is not None}

    @property
    def earliest(self) -> int:
        """First month in which it may start: its start, or the first for which it may wait."""
        if self.start is not None:
            return self.start
        waited = None if self.when is None else self.when.earliest
        return last_known(None) + 1 if waited is None else waited

    @property
    def first(self) -> int:
        """First month in which the lever may act."""
        return self.earliest + self.lag_months

    @property
    def last(self) -> int | None:
        """Last month in which it may act, None without an end."""
        return None if self.end is None else self.end + self.lag_months

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among the entries of a scenario: by id, start and nations.

        One that waits comes after those with dates.
        """
        nations = () if self.nations is None else self.nations
        waits = [(key, str(sign)) for key, sign in self.conditions().items()]
        return self.id, self.when is not None, self.earliest, nations, waits
