"""Tables of the page on validation, from the kept results of the long experiments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from making.kept import DOCS, Row, laid_out, read
from making.tables import code, table

PLACE = DOCS / "validation"


def rows(name: str) -> list[Row]:
    """Return the rows of a kept table of this page."""
    return read(f"validation/{name}")


def series() -> str:
    """Return what each series sees, with its errors."""
    from sim.calibration.series import SERIES

    return table(
        ("series", "view", "codes", "mean of months", "error, sd", "discrepancy, sd",
         "autocorrelation", "nation's own, sd"),
        (
            (code(s.name), s.sees, ", ".join(map(code, s.codes)), s.mean_of, f"{s.error:g}",
             f"{s.drift:g}", f"{s.memory:g}", f"{s.own:g}")
            for s in SERIES.values()
        ),
    )  # fmt: skip


class Comparison(NamedTuple):
    """The scores of all methods on one series, from one cut-off, with one knowledge of drivers."""

    series: str
    figures: int
    by_method: dict[str, float]

    @property
    def won(self) -> bool:
        """Whether no naive forecast scored better than the model."""
        return self.by_method["model"] <= min(s for m, s in self.by_method.items() if m != "model")


def comparisons(score: str = "crps") -> list[Comparison]:
    """Return the comparisons of the model with naive forecasts, those without one left out."""
    found: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows("scores"):
        key = (row["cutoff"], row["drivers"], row["series"])
        found.setdefault(key, {})[row["method"]] = row
    return [
        Comparison(
            key[2], int(by["model"]["points"]), {m: float(row[score]) for m, row in by.items()}
        )
        for key, by in found.items()
        if len(by) > 1
    ]


SEEN = ("origin", "open", "users")
"""Series whose structure, or the size of what it lacks, was chosen with figures to June 2026 in
sight."""


def tuned(name: str) -> bool:
    """Return whether forecasts of a series to June 2026 are no blind test."""
    from sim.calibration.series import SERIES

    return SERIES[name].key in SEEN


def _tally(some: list[Comparison]) -> str:
    """Return in how many comparisons the model loses, for each series."""
    from sim.report.calibration import TITLES

    parts = []
    for name in dict.fromkeys(each.series for each in some):
        mine = [each for each in some if each.series == name]
        lost = sum(not each.won for each in mine)
        parts.append(f"{TITLES[name]} {lost} of {len(mine)}")
    return "; ".join(parts)


def _naive_names() -> str:
    names = dict.fromkeys(row["method"] for row in rows("scores") if row["method"] != "model")
    *some, last = names
    return f"{', '.join(some)} and {last}"


def verdict() -> str:
    """Return in words what the hindcasts won and lost, for the head of the page."""
    found = comparisons()
    lost = sum(not each.won for each in found)
    blind = [each for each in found if not tuned(each.series)]
    said = (
        f"**Of {len(found)} comparisons with naive forecasts ({_naive_names()}) the model loses "
        f"{lost}** by CRPS in percentage points: {_tally(found)}. A comparison is a series, a "
        "cut-off and a knowledge of drivers, and the best naive forecast counts. "
    )
    if "crps_log_odds" in rows("scores")[0]:
        odds = comparisons("crps_log_odds")
        said += f"As log-odds it loses {sum(not each.won for each in odds)}. "
    won = [each for each in blind if each.won]
    said += (
        "Routed tokens and AI users are no blind test: the structure of the first and the size of "
        "what the model may lack in both were chosen with figures to June 2026 in sight. Of the "
        f"other {len(blind)} comparisons the model wins {len(won)}"
    )
    return said + (f": {_won(won)}." if won else ".")


def _won(won: list[Comparison]) -> str:
    """Return what was won, and how few figures that may be."""
    from sim.report.calibration import TITLES

    parts = []
    for name in dict.fromkeys(each.series for each in won):
        mine = [each for each in won if each.series == name]
        most = max(each.figures for each in mine)
        figures = "one figure" if most == 1 else f"at most {most} figures"
        parts.append(f"{TITLES[name]} {len(mine)} times, {figures} each time")
    return "; ".join(parts)


def hindcast_line() -> str:
    """Return one sentence on what the hindcasts won and lost, for the front page."""
    found = comparisons()
    blind = [each for each in found if not tuned(each.series)]
    lost, won = (sum(not each.won for each in found), sum(each.won for each in blind))
    return (
        f"In hindcasts the model loses to the best naive forecast in {lost} of "
        f"{len(found)} comparisons, and wins {won} of the {len(blind)} that are a blind test "
        "([what it gets right and wrong](docs/validation.md))."
    )


def fitted() -> str:
    """Return prior and posterior of the fitted parameters."""
    return laid_out(
        (row for row in rows("parameters") if row["moved"] != "held"),
        {
            "parameter": "`{parameter}`",
            "unit": "{unit}",
            "prior, 90 %": "{prior_p05:.3g} to {prior_p95:.3g}",
            "posterior, 90 %": "{p05:.3g} to {p95:.3g}",
            "spread left": "{spread:.2f}",
            "informed by data": "{moved}",
        },
    )


def scores() -> str:
    """Return the scores of hindcasts by cut-off, series and method, in percentage points."""
    found: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows("scores"):
        key = (row["cutoff"], row["drivers"], row["series"])
        found.setdefault(key, {})[row["method"]] = row
    methods = list(dict.fromkeys(row["method"] for row in rows("scores")))
    return table(
        ("cut-off", "drivers known", "series", "figures", *methods, "in 90 %"),
        (
            (cutoff, drivers, code(name), by["model"]["points"],
             *(f"{by[m]['crps']:.2f}" if m in by else "-" for m in methods),
             f"{by['model']['coverage']:.0f %}")
            for (cutoff, drivers, name), by in found.items()
        ),
    )  # fmt: skip


def judgement() -> str:
    """Return the scores over all origins, with paired differences and verdicts."""
    return laid_out(
        (
            row | {"apart": _with_error(row), "verdict": row["verdict"] or "-"}
            for row in rows("judgement")
        ),
        {
            "drivers known": "{drivers}",
            "series": "`{series}`",
            "method": "{method}",
            "origins": "{origins}",
            "figures": "{figures}",
            "forecasts": "{forecasts}",
            "CRPS": "{crps:.2f}",
            "interval score": "{interval_score:.2f}",
            "in 90 %": "{coverage:.0f %}",
            "CRPS less the model's": "{apart}",
            "the model is": "{verdict}",
        },
    )


def _with_error(row: Row) -> str:
    """Return a paired difference and its error, as far as there are any."""
    if not row["difference"]:
        return "-"
    error = f"error {float(row['error']):.2f}" if row["error"] else "no error"
    return f"{float(row['difference']):+.2f} ({error})"


def judged() -> str:
    """Return in words where the model's mean over origins is below every naive forecast."""
    import pandas as pd

    from sim.calibration.judgement import tally
    from sim.report.calibration import TITLES

    kept = pd.DataFrame(rows("judgement")).astype({"crps": float})
    parts = [
        f"{TITLES[row.series]}, drivers known {row.drivers}: {row.model:.2f} against "
        f"{row.its_crps:.2f} of the best naive forecast ({row.best}), "
        f"{'lower' if row.below else 'not lower'} (the model is: {row.verdict})"
        for row in tally(kept).itertuples()
    ]
    return "**Over all origins**, mean CRPS in points. " + "; ".join(parts) + "."


def coverage() -> str:
    """Return how many figures the intervals hold."""
    return laid_out(
        rows("coverage"),
        {
            "cut-off": "{cutoff}",
            "drivers known": "{drivers}",
            "figures": "{figures}",
            "in 90 % intervals": "{coverage:.0f %}",
        },
    )


def common() -> str:
    """Return how far forecasts by nation err together and apart, log-odds."""
    return laid_out(
        rows("common"),
        {
            "cut-off": "{cutoff}",
            "series": "`{series}`",
            "month": "{month}",
            "figures": "{figures}",
            "in common, sd": "{common:.2f}",
            "in common, seen": "{seen_common:+.2f}",
            "each its own, sd": "{own:.2f}",
            "each its own, seen sd": "{seen_own:.2f}",
        },
    )


DOUBTS = {
    "output_growth": "how fast Chinese chip output grows",
    "ceiling_growth": "how much Chinese plants can make at most",
    "export_growth": "how many chips China offers abroad",
    "leak_change": "whether sanctions, lists of nations and their enforcement tighten or fade",
    "lag.cn_open": "how far Chinese open models follow behind",
    "lag.us_permissive": "how far permissive US open models follow behind",
    "lag.us_open_restricted": "how far US open models under a restricted licence follow behind",
    "release_rate.us_open_restricted": "whether any such model comes at all",
    "releases_a_month": "how many models Chinese laboratories release",
    "frontier_rate": "how often the frontier jumps",
}
"""What no figure tells of the years to come, by the parameter that is drawn for it."""


def doubts() -> str:
    """Return what is drawn of the years to come, with its range and source."""
    from sim.evidence import load

    found = {row.path: row for row in load().parameters}
    return table(
        ("not known", "parameter", "unit", "default", "range", "source"),
        (
            (words, code(path), found[path].unit, f"{found[path].default:g}",
             f"{found[path].low:g} to {found[path].high:g}", found[path].source.replace(";", ", "))
            for path, words in DOUBTS.items()
        ),
    )  # fmt: skip


AMONG = {"all": "all", "West": "West", "rest": "the rest"}
CLASSES = {
    "cn_all": "Chinese", "us_closed": "US closed", "us_open_all": "US open", "eu_all": "European",
}  # fmt: skip
RIVALS = ("UN votes", "two groups")
"""Regressions that a forecast of nations must beat to be worth its trouble."""


def left_out(name: str = "nations") -> str:
    """Return scores on nations that were left out, by class and method, all nations together."""
    every = (row for row in _of_nations(name) if row["nations"] == "all")
    return laid_out(
        every,
        {
            "models": "{class}",
            "method": "{method}",
            "rank correlation": "{rank_correlation:.2f}",
            "error, points": "{error:.2f}",
            "CRPS, points": "{crps:.2f}",
            "CRPS less the model's": "{apart}",
            "in 90 %": "{coverage:.0f %}",
        },
    )


def left_out_apart() -> str:
    """Return the model's scores in the West and outside it, with the better regression beside."""
    return laid_out(
        (row for row in _of_nations("nations")
         if row["nations"] != "all" and row["method"] in ("model", "UN votes")),
        {"models": "{class}", "nations": "{among}", "count": "{count}",
    "method": "{method}", "rank correlation": "{rank_correlation:.2f}", "error": "{error:.2f}",
    "CRPS": "{crps:.2f}", "in 90 %": "{coverage:.0f %}",
},
    )  # fmt: skip


def _of_nations(name: str) -> Iterator[dict[str, str]]:
    """Yield scores on nations that were left out, with words for who they are and how they lie."""
    for row in rows(name):
        apart = f"{row['crps_worse']:+.2f} (error {row['crps_worse_se']:.2f})"
        yield row | {
            "class": CLASSES[row["ecosystem"]], "among": AMONG[row["nations"]],
            "apart": "-" if row["method"] == "model" else apart,
        }  # fmt: skip


def floors() -> str:
    """Return how far sampling alone puts a right forecast of a nation from its figure."""
    import numpy as np

    from sim.evidence import load
    from sim.evidence.survey import EQUAL_SPLIT, split_error

    said = []
    for code_, words in CLASSES.items():
        of = "eu" if code_ == "eu_all" else code_
        parts = [
            (row.value / 100.0, split_error(row.place, of))
            for row in load().observations
            if row.series == EQUAL_SPLIT and row.ecosystem == of and row.place not in ("WLD", "CHN")
        ]
        # The mean distance of a normal error is its standard deviation times root 2 over pi.
        floor = 100 * np.mean([e * y * (1 - y) for y, e in parts]) * np.sqrt(2 / np.pi)
        said.append(f"{words} {floor:.1f}")
    return (
        "Sampling of respondents alone puts a forecast that is right this far from the figure, in "
        f"points and in the mean: {', '.join(said)}."
    )


def nations_verdict() -> str:
    """Return in words what the leave-out of nations won and lost, for the head of the page."""
    found = [r for r in rows("nations") if r["nations"] == "all" and r["method"] in RIVALS]
    won = [r for r in found if float(r["crps_worse"]) > 0.0]
    sure = [r for r in found if abs(float(r["crps_worse"])) > 2.0 * float(r["crps_worse_se"])]
    mine = next(
        r for r in rows("nations")
        if r["nations"] == "all" and r["method"] == "model" and r["ecosystem"] == "cn_all"
    )  # fmt: skip
    lost = [f"{CLASSES[r['ecosystem']]} against {r['method']}" for r in found if r not in won]
    return (
        f"**Of {len(found)} comparisons on nations that were left out of the survey of developers "
        f"(four classes, against {' and '.join(RIVALS)} alone) the model wins {len(won)}** by "
        f"CRPS, {len(sure)} of all by two standard errors, and loses {len(lost)}"
        + (f" ({'; '.join(lost)})" if lost else "")
        + ". For the Chinese share its rank correlation is "
        f"{mine['rank_correlation']:.2f} and its error {mine['error']:.2f} points."
    )


def changes() -> str:
    """Return how far fits are from each series where one change is set back."""
    found = rows("changes")
    keys = [name for name in found[0] if name != "change"]
    return table(
        ("set back", *keys),
        ((r["change"], *(f"{r[key]:.2f}" for key in keys)) for r in found),
    )


def structures() -> str:
    """Return scores of other structures relative to the shipped one."""
    from sim.report.calibration import TITLES

    found = rows("structures")
    names = [name for name in found[0] if name in TITLES]
    return table(
        ("trained to", "structure", *map(TITLES.get, names), "mean of logs"),
        (
            (r["origin"], r["alternative"], *(f"{r[name]:.2f}" for name in names),
             f"{r['log_mean']:.3f}")
            for r in found
        ),
    )  # fmt: skip


def seeds() -> str:
    """Return the posterior of the parameters of learning and of routers from two seeds."""
    found = rows("seeds")
    by_seed = {(r["parameter"], r["seed"]): r for r in found}
    used = list(dict.fromkeys(r["seed"] for r in found))
    names = list(dict.fromkeys(r["parameter"] for r in found))
    return table(
        ("parameter", "unit", *(f"seed {seed}, 90 %" for seed in used), "spread left"),
        (
            (code(name), by_seed[name, used[0]]["unit"],
             *(_range(by_seed[name, seed]) for seed in used),
             " and ".join(f"{by_seed[name, seed]['spread']:.2f}" for seed in used))
            for name in names
        ),
    )  # fmt: skip


def _range(row: Row) -> str:
    """Return a median and its interval."""
    return f"{float(row['p50']):.3g} ({float(row['p05']):.3g} to {float(row['p95']):.3g})"


def recovery() -> str:
    """Return how often intervals held the truth."""
    found = rows("recovery")
    cases = sum(int(r["cases"]) for r in found)
    held = sum(int(r["cases"]) * float(r["coverage"]) for r in found)
    body = [(code(r["parameter"]), r["cases"], f"{r['coverage']:.0f %}") for r in found]
    return table(
        ("parameter", "cases", "held by 90 % intervals"),
        [("all", cases, f"{100 * held / cases:.1f} %"), *body],
    )


def made() -> str:
    """Return when and by what the experiments were run."""
    known = json.loads((PLACE / "made.json").read_text(encoding="utf-8"))
    return table(
        ("experiment", "model", "seconds", "processor"),
        (
            (name, facts["model_version"], facts["seconds"], facts["machine"]["processor"])
            for name, facts in known.items()
        ),
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "series": series,
    "fitted": fitted,
    "verdict": verdict,
    "hindcast": hindcast_line,
    "scores": scores,
    "over origins": judgement,
    "judged": judged,
    "coverage": coverage,
    "common": common,
    "doubts": doubts,
    "floors": floors,
    "left out": left_out,
    "left out apart": left_out_apart,
    "regions out": partial(left_out, "nations_by_region"),
    "nations verdict": nations_verdict,
    "changes": changes,
    "structures": structures,
    "seeds": seeds,
    "recovery": recovery,
    "experiments": made,
}
