"""The page of policies that answer: worked cases and claims, from runs that `write` keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from making.kept import laid_out, read
from making.tables import code
from sim.study.saved import csv_of
from sim.version import MODEL

PLACE = Path(__file__).parents[1] / "docs" / "adaptive"
ANSWERS = ("china_cuts_prices", "china_speeds_chips", "china_tightens_licences")
CLAIMS = (
    "h01_open_support_and_controls", "h03_controls_and_chinese_chips", "h06_lock_in_by_norm",
    "h09_us_hardware_under_chinese_models", "h19_gating_feeds_open_weights",
)  # fmt: skip
SHOWN = ("share.bloc_us", "share.bloc_cn", "dependence")
GROUP = "global_south"
NOW = {
    "extends": "baseline", "name": "licences_now", "title": "Permissive licences at once",
    "levers": [
        {"id": "us_permissive_licence_incentive", "strength": "high", "start": "2026-12"}
    ],
}  # fmt: skip
"""What the policy that waits would do from the first month in which it may."""
LATE = "licences_when_needed"


def write() -> None:
    """Run the cases and the claims, and keep what they say."""
    for name, table in (("case", case()), ("waiting", waiting()), ("claims", claims())):
        csv_of(table.assign(model_version=MODEL).round(6))(PLACE / f"{name}.csv")


def case() -> pd.DataFrame:
    """Return the effects of the package with a China that answers and without, and the signs."""
    from sim.study.compare.compare import compare

    found = compare(
        "rand_package", overrides=[("responses", list(ANSWERS))], groups=("world", GROUP),
        shown=SHOWN, sizes=False,
    )  # fmt: skip
    effects = found.responses.assign(kind="effect", runs=found.runs)
    return pd.concat([effects, found.triggers.assign(kind="sign")], ignore_index=True)


def waiting() -> pd.DataFrame:
    """Return what acting at once and acting once it is needed change, and what they cost."""
    from sim.study.compare.compare import compare

    found = compare([NOW, LATE], groups=("world", GROUP), shown=SHOWN, sizes=False)
    rows = pd.concat([found.last(SHOWN[0], GROUP), found.last("cost.public", "world")])
    signs = found.triggers.set_index("scenario")["part"].to_dict()
    return rows.assign(part=[signs.get(name, 1.0) for name in rows["scenario"]])


def claims() -> pd.DataFrame:
    """Return the verdict on each claim where nobody answers, and where China and others do."""
    from sim.scenario.responses import known
    from sim.study.hypotheses.experiments import examine_all

    found = {
        kind: examine_all(CLAIMS, overrides=[("responses", answers)] if answers else ())
        for kind, answers in (("without", []), ("with", list(known())))
    }
    return pd.DataFrame(
        {
            "id": alone.claim.number, "claim": alone.claim.text, "without": alone.words,
            "with": answered.words, "runs": alone.runs,
        }
        for alone, answered in zip(found["without"], found["with"], strict=True)
    )  # fmt: skip


@cache
def _case() -> tuple[list[Mapping[str, object]], list[Mapping[str, object]]]:
    rows = read("adaptive/case")
    effects, signs = ([row for row in rows if row["kind"] == kind] for kind in ("effect", "sign"))
    return effects, signs


def made() -> str:
    """Return which runs the tables are of."""
    effects, _ = _case()
    return f"{_whole(effects[0]['runs'])} worlds, model version {effects[0]['model_version']}."


def effects() -> str:
    """Return the package's effects with answers and without."""
    from sim.report import effects as words

    rows = (
        {
            "outcome": f"{words.name(str(row['metric']))}, {words.group(str(row['group']))}",
            **{kind: _points(row, kind) for kind in ("with", "without", "answers")},
        }
        for row in _case()[0]
    )
    return laid_out(
        rows,
        {
            "in 2035-12, points": "{outcome}",
            "China answers": "{with}",
            "China stays as it is": "{without}",
            "what the answers change": "{answers}",
        },
    )


def signs() -> str:
    """Return in how many worlds each sign comes with the package and without it."""
    found: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in _case()[1]:
        found.setdefault(str(row["lever"]), {})[str(row["scenario"])] = row
    rows = (
        {
            "lever": code(lever), "sign": arms["rand_package"]["sign"],
            "package": _worlds(arms["rand_package"]), "baseline": _worlds(arms["baseline"]),
        }
        for lever, arms in found.items()
    )  # fmt: skip
    return laid_out(
        rows,
        {
            "lever": "{lever}",
            "sign": "{sign}",
            "under the package": "{package}",
            "in the baseline": "{baseline}",
        },
    )


def at_once() -> str:
    """Return acting at once beside acting once it is needed."""
    found: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in read("adaptive/waiting"):
        found.setdefault(str(row["scenario"]), {})[str(row["metric"])] = row
    titles = {str(NOW["name"]): "at once, from 2026-12", LATE: "once it is needed"}
    rows = []
    for name, words in titles.items():
        moved, paid = (found[name][metric] for metric in (SHOWN[0], "cost.public"))
        rows.append({
            "policy": words, "part": f"{100 * float(str(moved['part'])):.0f} %",
            "moved": _mean(moved, 100.0, "+.2f"), "paid": _mean(paid, 1.0, ",.0f"),
        })  # fmt: skip
    return laid_out(
        rows,
        {
            "licences are rewarded": "{policy}",
            "in worlds": "{part}",
            "US bloc, Global South, 2035-12, points (mean, 95 %)": "{moved}",
            "cost to 2035, USD million (mean, 95 %)": "{paid}",
        },
    )


def verdicts() -> str:
    """Return every claim with its verdict where nobody answers and where all do."""
    return laid_out(
        read("adaptive/claims"),
        {
            "": "{id}",
            "claim": "{claim}",
            "nobody answers": "**{without}**",
            "all shipped responses": "**{with}**",
        },
    )


def _whole(cell: object) -> str:
    return f"{float(str(cell)):,.0f}"


def _points(row: Mapping[str, object], kind: str) -> str:
    values = (float(str(row[f"{kind}_{name}"])) for name in ("p05", "p50", "p95"))
    low, middle, high = (round(100 * value, 1) + 0.0 for value in values)
    return f"{middle:+.1f} ({low:+.1f} to {high:+.1f})"


def _mean(row: Mapping[str, object], factor: float, form: str) -> str:
    middle, low, high = (factor * float(str(row[n])) for n in ("effect", "ci_low", "ci_high"))
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def _worlds(row: Mapping[str, object]) -> str:
    part = float(str(row["part"]))
    if part == 0.0:
        return "never"
    years = float(str(row["p50"])) / 12.0
    return f"{100 * part:.0f} % of worlds, after {years:.1f} years in the median"


BLOCKS: dict[str, Callable[[], str]] = {
    "adaptive made": made,
    "adaptive effects": effects,
    "adaptive signs": signs,
    "adaptive at once": at_once,
    "adaptive claims": verdicts,
}
