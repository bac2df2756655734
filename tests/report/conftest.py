"""A result that looks like a real one: 80 nations, 14 groups, 7 ecosystems, 156 months."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim import months
from sim.metrics.utility import PARTS, SUM
from sim.report.page import Background

ECOSYSTEMS = (
    "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open",
    "sovereign",
)  # fmt: skip

REGIONS = {
    "sub_saharan_africa": "NGA KEN ETH GHA RWA TZA UGA ZAF SEN CIV COD SDN AGO MOZ CMR",
    "middle_east_and_north_africa": "TUR SAU ARE QAT ISR IRQ IRN EGY MAR TUN DZA",
    "latin_america_and_caribbean": "BRA MEX ARG CHL COL PER ECU VEN CUB",
    "southeast_asia": "SGP IDN MYS THA VNM PHL MMR",
    "south_asia": "IND PAK BGD LKA NPL",
    "central_asia": "KAZ UZB",
    "east_asia": "JPN KOR TWN CHN",
    "europe": "GBR FRA DEU ITA ESP NLD BEL SWE NOR DNK FIN AUT PRT GRC CZE ROU POL HUN IRL CHE "
    "UKR RUS BLR",
    "north_america": "USA CAN",
    "oceania": "AUS NZL",
}
NATIONS = {iso3: region for region, line in REGIONS.items() for iso3 in line.split()}
NORTH = {"east_asia", "europe", "north_america", "oceania"}
LAST_FACT = months.parse("2026-10")
FIRST, LAST = months.parse("2023-01"), months.parse("2035-12")
NAMES = {
    "USA": "United States", "CHN": "China", "BRA": "Brazil", "IND": "India", "CIV": "Côte d'Ivoire",
    "ARE": "United Arab Emirates", "DEU": "Germany", "NGA": "Nigeria", "CUB": "Cuba",
    "RUS": "Russia", "BLR": "Belarus", "TUR": "Türkiye", "GBR": "United Kingdom",
}  # fmt: skip


@dataclass(frozen=True)
class FakeScenario:
    name: str = "baseline"
    title: str = "Policies of today, carried forward"
    description: str = "Dated facts to the last one in the evidence; levers in force stay."
    levers: tuple[Any, ...] = ()
    own_levers: Any = field(default_factory=dict)
    nations: Any = None
    facts_until: int | None = LAST_FACT
    parameters: Any = field(default_factory=lambda: {"network": 1.2})
    ensemble: Any = field(default_factory=lambda: SimpleNamespace(parameters="calibrated"))
    period: Any = field(
        default_factory=lambda: SimpleNamespace(start=FIRST, end=LAST),
    )

    def entries(self) -> tuple[Any, ...]:
        """All levers that may be pulled; no response is on here."""
        return self.levers


@dataclass(frozen=True)
class FakeResult:
    scenario: Any
    hash: str
    seed: int
    n_runs: int
    curves: pd.DataFrame
    runs: pd.DataFrame
    outcomes: pd.DataFrame
    history: dict[str, pd.DataFrame] | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    against: Any = None
    reference: Any = None
    headline: Any = None
    futures: Any = None
    utility: Any = None
    between: Any = None

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        """What the report reads, made from frames, which are easier to change in a test."""
        frames = {"curves": self.curves, "runs": self.runs, "outcomes": self.outcomes}
        return {name: arrow(frame) for name, frame in frames.items()}

    @cached_property
    def seen(self) -> dict[str, pa.Table]:
        return {name: arrow(frame) for name, frame in (self.history or {}).items()}


def arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as the study room makes tables: words as dictionary columns."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for at, column in enumerate(table.schema):
        if pa.types.is_large_string(column.type) or pa.types.is_string(column.type):
            words = table.column(at).cast(pa.string()).dictionary_encode()
            table = table.set_column(at, column.name, words)
    return table


def shares(runs: int, codes: tuple[str, ...]) -> np.ndarray:
    """Return made-up shares [nation, ecosystem, month, run], smooth and summing to one."""
    rng = np.random.default_rng(7)
    count = LAST - FIRST + 1
    year = np.arange(count) / 12
    rise = {
        "us_closed": 3.2 - 0.09 * year,
        "cn_closed": 0.2 + 0.12 * np.clip(year - 1.5, 0, None),
        "us_open_restricted": -0.6 + 1.4 * np.tanh(year) - 0.16 * year,
        "us_permissive": -1.2 + 1.3 * np.tanh((year - 2.4) / 1.5),
        "cn_open": -1.8 + 2.5 * np.tanh((year - 2.0) / 3),
        "eu_open": -1.2 + 0.9 * np.tanh(year - 0.8) - 0.02 * year,
        "sovereign": -2.4 + 0.09 * np.clip(year - 3, 0, None),
    }
    base = np.stack([rise[name] for name in ECOSYSTEMS])[None, :, :, None]
    late = np.clip(year - 3.8, 0, None)[None, None, :, None]
    drift = rng.normal(0, 0.16, (1, len(ECOSYSTEMS), 1, runs)) * np.sqrt(late + 1e-9) * 1.6
    taste = rng.normal(0, 0.35, (len(codes), len(ECOSYSTEMS), 1, 1))
    lean = np.zeros((len(codes), len(ECOSYSTEMS), 1, 1))
    for at, code in enumerate(codes):
        south = NATIONS.get(code, "europe") not in NORTH
        lean[at, ECOSYSTEMS.index("cn_open")] = 0.9 if south else -0.5
        if code in {"CHN", "RUS", "BLR", "CUB", "IRN"}:
            lean[at, ECOSYSTEMS.index("us_closed")] = -3.5
            lean[at, ECOSYSTEMS.index("cn_open")] = 1.6
        lean[at, ECOSYSTEMS.index("cn_closed")] = 0.6 if code == "CHN" else -3.2
    weight = np.exp(base + drift + taste + lean)
    return weight / weight.sum(axis=1, keepdims=True)


def long_curves(name: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the curves table of arrays [ecosystem, month, run] by group."""
    stack = np.stack(list(values.values()))
    quantiles = np.quantile(stack, (0.05, 0.25, 0.5, 0.75, 0.95), axis=-1)
    stamps = [months.text(m) for m in range(FIRST, LAST + 1)]
    index = pd.MultiIndex.from_product(
        [[name], list(values), list(ECOSYSTEMS), stamps],
        names=["scenario", "group", "ecosystem", "month"],
    )
    columns = {"mean": stack.mean(axis=-1).ravel()}
    columns |= {
        p: q.ravel() for p, q in zip(("p05", "p25", "p50", "p75", "p95"), quantiles, strict=True)
    }
    return pd.DataFrame(columns, index=index).reset_index()


def fake_result(runs: int = 40, codes: tuple[str, ...] = tuple(NATIONS)) -> FakeResult:
    x = shares(runs, codes)
    size = np.random.default_rng(3).lognormal(12, 1.4, len(codes))[:, None, None, None]
    members = {"world": list(range(len(codes)))}
    members["global_south"] = [
        i for i, c in enumerate(codes)
        if NATIONS[c] not in NORTH and c not in {"ISR", "SGP"}
    ]  # fmt: skip
    members["global_south_with_china"] = [
        *members["global_south"], *(i for i, c in enumerate(codes) if c == "CHN")
    ]  # fmt: skip
    for region in REGIONS:
        members[region] = [i for i, c in enumerate(codes) if NATIONS[c] == region]
    groups = {
        group: (x[at] * size[at]).sum(axis=0) / size[at].sum()
        for group, at in members.items()
        if at
    }
    nations = {code: x[i] for i, code in enumerate(codes)}
    stamps = [months.text(m) for m in range(FIRST, LAST + 1)]
    table = pd.MultiIndex.from_product(
        [["baseline"], list(groups), list(ECOSYSTEMS), stamps, range(runs)],
        names=["scenario", "group", "ecosystem", "month", "run"],
    )
    share = np.stack(list(groups.values())).ravel()
    frame = pd.DataFrame({"share": share, "developers": share * 1e6}, index=table).reset_index()
    rows = [
        ("baseline", run, "plurality", group, "2035-12", float(1 / (values[:, -1, run] ** 2).sum()),
         "effective number")
        for group, values in groups.items() for run in range(runs)
    ] + [
        ("baseline", run, "cn_over_us.happened", "world", None, float(run % 3 == 0), "0 or 1")
        for run in range(runs)
    ]  # fmt: skip
    outcomes = pd.DataFrame(
        rows, columns=["scenario", "run", "metric", "group", "month", "value", "unit"]
    )
    return FakeResult(
        FakeScenario(),
        "4f1c2a9be0d37786a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778",
        1,
        runs,
        long_curves("baseline", groups | nations),
        frame,
        outcomes,
        fake_history(),
        {
            "hash": "4f1c2a9be0d37786a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778",
            "evidence_hash": "9b1d" * 16,
            "model_version": 1,
            "format_version": 1,
            "versions": {"python": "3.13.5", "numpy": "2.5.0"},
            "made": {
                "time": "2026-11-27T08:00:00+00:00",
                "engine": "kernel",
                "machine": {"system": "Linux", "machine": "x86_64"},
            },
        },
        utility=fake_utility(codes),
    )


def fake_utility(codes: tuple[str, ...]) -> pa.Table:
    """Return parts of utility in three months; nobody in China can have US closed models."""
    rng = np.random.default_rng(5)
    axes = (codes, ("2026-10", "2030-12", "2035-12"), ECOSYSTEMS, (*PARTS, SUM))
    index = pd.MultiIndex.from_product(axes, names=["nation", "month", "ecosystem", "part"])
    middle = rng.normal(0.0, 0.8, [len(axis) for axis in axes])
    middle[..., list(PARTS).index("scar")] = 0.001  # too little to be shown
    middle[..., -1] = middle[..., :-1].sum(axis=-1)
    frame = pd.DataFrame({"p50": middle.ravel()}, index=index).reset_index()
    frame = frame.assign(scenario="baseline", p05=frame["p50"] - 0.3, p95=frame["p50"] + 0.3)
    return arrow(frame[(frame["nation"] != "CHN") | (frame["ecosystem"] != "us_closed")])


def fake_history() -> dict[str, pd.DataFrame]:
    nation = pd.DataFrame(
        [
            ("CHN", 0.82, 0.70, 0.91, 0.93, 0.89, None, None),
            ("BLR", 0.49, 0.30, 0.66, 0.51, 0.56, None, None),
            ("CUB", 0.44, 0.26, 0.60, 0.46, None, 0.35, 0.50),
            ("BRA", 0.08, 0.03, 0.14, 0.09, None, 0.0, 0.05),
            ("DEU", 0.06, 0.055, 0.09, 0.07, None, 0.0, 0.05),
        ],
        columns=["nation", "mean", "p05", "p95", "all_chinese", "observed", "observed_low",
                 "observed_high"],
    )  # fmt: skip
    month = pd.DataFrame(
        [
            ("2024-12", 0.021, 0.01, 0.04, None, 0.01, 0.03),
            ("2025-02", 0.121, 0.06, 0.19, 0.13, None, None),
            ("2025-08", 0.061, 0.03, 0.11, 0.06, None, None),
            ("2025-09", 0.060, 0.03, 0.11, None, None, None),
        ],
        columns=["month", "mean", "p05", "p95", "observed", "observed_low", "observed_high"],
    )
    share = month[["month", "mean", "p05", "p95"]].assign(
        outside_china=month["mean"] / 2, observed=[None, 0.096, None, 0.16]
    )
    survey = pd.DataFrame(
        [
            ("CHN", 0.55, 0.36, 0.77, 0.399),
            ("RUS", 0.20, 0.12, 0.31, 0.265),
            ("MEX", 0.13, 0.075, 0.19, 0.152),
            ("IND", 0.11, 0.067, 0.155, 0.124),
            ("ESP", 0.092, 0.06, 0.14, 0.109),
            ("DEU", 0.073, 0.046, 0.117, 0.076),
            ("GBR", 0.061, 0.037, 0.085, 0.067),
            ("DNK", 0.051, 0.034, 0.075, 0.031),
            ("USA", 0.050, 0.033, 0.076, 0.058),
            ("FRA", 0.063, 0.042, 0.094, 0.069),
        ],
        columns=["nation", "mean", "p05", "p95", "observed"],
    )
    return {
        "survey_by_nation": survey,
        "deepseek_by_nation": nation,
        "chinese_share_by_month": share,
        "chinese_sites_by_month": month,
    }


@pytest.fixture(scope="session")
def names() -> Any:
    return SimpleNamespace(
        iso3=tuple(NATIONS),
        name=tuple(NAMES.get(code, code) for code in NATIONS),
        region=tuple(NATIONS.values()),
    )


@pytest.fixture(scope="session")
def known(names) -> Background:
    parameters = [
        SimpleNamespace(
            path=path, symbol=symbol, unit=unit, default=default, low=low, high=high, dist=dist,
            status=status, source=source, meaning=meaning,
        )
        for path, symbol, unit, default, low, high, dist, status, source, meaning in (
            ("network", "nu", "utils", 0.8, 0.0, 3.0, "triangular", "range", "judgement",
             "Weight of what others build on; the range spans the threshold of lock-in."),
            ("segment_weight.enterprise", "w_s", "-", 0.35, 0.25, 0.45, "triangular", "range",
             "judgement", "Weight of the segment in a nation's building effort."),
            ("task_difficulty", "m_I", "ECI points", 130.0, 120.0, 140.0, "triangular",
             "range", "S1;S2", "Index at which an offer covers half of the tasks."),
            ("attention_sd", "-", "log units", 0.5, 0.5, 0.5, "fixed", "value", "judgement",
             "Spread of the attention that releases draw."),
        )
    ]  # fmt: skip
    sources = {
        "S1": SimpleNamespace(
            title="An index of capability", publisher="An institute", date="2026-10",
            url="https://example.org/index",
        ),
        "S2": SimpleNamespace(
            title="A shady page", publisher="", date="", url="javascript:alert(1)"
        ),
        "S3": SimpleNamespace(title="Never named", publisher="", date="", url=""),
    }  # fmt: skip
    lever = SimpleNamespace(
        id="us_permissive_licence_incentive", actor="us", title="Pay for permissive licences",
        cost=SimpleNamespace(low=50.0, high=1200.0, sizes=(50.0, 300.0, 1200.0)),
        cost_kind="public outlay", source="S1;judgement",
        magnitude=SimpleNamespace(sizes=(0.1, 0.3, 0.6), unit="share of US open releases"),
        effects=(SimpleNamespace(driver="licence"),),
    )  # fmt: skip
    claims = [
        SimpleNamespace(
            place="MEX", claimed="over 70", confirmed_text="70 %", verdict="partly",
            item="More benefits than drawbacks", period="2025", note="", source="S1",
        ),
        SimpleNamespace(
            place="ARE", claimed="over 70", confirmed_text="none found", verdict="not covered",
            item="More benefits than drawbacks", period="2025", note="Not asked there.",
            source="S1",
        ),
    ]  # fmt: skip
    return Background(names, parameters, sources, {lever.id: lever}, claims)


@pytest.fixture(scope="session")
def result() -> FakeResult:
    return fake_result()


@pytest.fixture(scope="session")
def levered(result) -> FakeResult:
    entry = SimpleNamespace(
        id="us_permissive_licence_incentive", strength=2 / 3, start=months.parse("2026-12"),
        end=None, ramp_months=12, lag_months=6, nations=None, when=None, end_when=None,
        earliest=months.parse("2026-12"),
    )  # fmt: skip
    return replace(result, scenario=replace(result.scenario, levers=(entry,)))


@pytest.fixture
def retitled(result):
    """Return a function that gives the result another title and description."""

    def change(title: str, description: str = "") -> FakeResult:
        return replace(
            result, scenario=replace(result.scenario, title=title, description=description)
        )

    return change
