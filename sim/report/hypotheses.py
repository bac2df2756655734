"""The page of findings: a verdict a claim, and the measures behind it."""

from __future__ import annotations

from typing import Any

from sim.report.sheet import Table, sheet

HEAD = (
    "Setting", "Measure", "Scale", "Mean", "95 % interval", "Smallest of interest",
    "Same sign, worlds", "Says",
)  # fmt: skip


def page(found: Any) -> str:  # noqa: ANN401 - Findings, which this room may not import
    """Return the page of what experiments found.

    Parameters
    ----------
    found : Findings
    """
    verdicts = found.verdicts.to_dict("records")
    count = len(verdicts)
    words = found.verdicts["verdict"].value_counts()
    counted = ", ".join(f"{number} {word}" for word, number in words.items())
    tables = [
        Table(
            "Verdicts",
            ("Claim", "Verdict", "In words", "What rests on judgement"),
            [(row["id"], row["words"], row["claim"], row["judgement"]) for row in verdicts],
            words=True,
        )
    ]
    for row in verdicts:
        mine = found.measures[found.measures["id"] == row["id"]]
        tables.append(
            Table(
                f"{row['id']}: measures",
                HEAD,
                [
                    (str(m["setting"]), str(m["measure"]), str(m["scale"]), f"{m['effect']:+.3g}",
                     f"{m['low']:+.3g} to {m['high']:+.3g}", f"{m['smallest']:.3g}",
                     f"{100 * m['worlds']:.0f} %", str(m["says"]))
                    for m in mine.to_dict("records")
                ],
            )
        )  # fmt: skip
    lead = [f"{count} claim{'' if count == 1 else 's'} as experiments: {counted}."]
    return sheet("What the source documents claim", lead, found.manifest, figures=[], tables=tables)
