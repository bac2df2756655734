"""The source documents' claim about optimism, beside what could be confirmed.

The claim: over 70 percent in Brazil, Mexico, South Africa and the United Arab Emirates see AI
benefiting society, and about half in the United States. No table of that item by nation was found,
so each nation is shown with the nearest items that were.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence.tables import STATUSES, Row, read

VERDICTS = ("supported", "partly", "below", "not covered")
COLUMNS = (
    "claim", "place", "claimed", "confirmed_low", "confirmed_high", "unit", "item", "period",
    "source", "status", "verdict", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of the claim and the nearest figure.

    Parameters
    ----------
    claim : str
        What the source documents say.
    place : str
        ISO3, or the name of a group of nations.
    claimed : str
        The figure as claimed.
    confirmed : tuple of float, or None
        Least and largest figure of the nearest item, percent; equal where there is one, the second
        None where the source says more than the first.
    item, period, source, status, note : str
        What was asked, when, where it was read, how well known, what limits it.
    verdict : str
        ``supported``, ``partly``, ``below`` (the nearest figure is lower than the claim) or
        ``not covered``.
    """

    claim: str
    place: str
    claimed: str
    confirmed: tuple[float, float | None] | None
    item: str
    period: str
    source: str
    status: str
    verdict: str
    note: str

    @property
    def confirmed_text(self) -> str:
        """The nearest figure as text, such as ``58 %`` or ``41 to 50 %``."""
        if self.confirmed is None:
            return "none found"
        low, high = self.confirmed
        if high is None:
            return f"over {low:g} %"
        return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"


def _confirmed(row: Row) -> tuple[float, float | None] | None:
    """Return the nearest figure of a row."""
    if not row["confirmed_low"]:
        return None
    low = row.number("confirmed_low", 0, 100)
    return low, row.number("confirmed_high", low, 100) if row["confirmed_high"] else None


def claims() -> tuple[Claim, ...]:
    """Return every line, in the order in which a reader should see them."""
    rows = read("optimism_claim.csv", COLUMNS)
    return tuple(
        Claim(
            row.text("claim"), row.text("place"), row.text("claimed"),
            _confirmed(row),
            row.text("item"), row.text("period"), row.text("source"),
            row.choice("status", STATUSES), row.choice("verdict", VERDICTS), row["note"],
        )
        for row in rows
    )  # fmt: skip
