"""The page in a real browser: nothing fails, nothing sticks out, on a phone as on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.report.page import page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(levered, known, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page(levered, known), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1200, "dark")])
def test_the_page_loads_alone_and_fits(browser, report, width, scheme):
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url[:40]))
    tab.goto(report.as_uri())
    assert said == []
    assert all(url.startswith(("file:", "data:")) for url in asked), asked
    for opened in (False, True):
        tab.evaluate("on => document.querySelectorAll('details').forEach(d => d.open = on)", opened)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    picture = tab.locator(".paper img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    tall = picture.evaluate("image => image.naturalHeight > image.naturalWidth")
    assert tall == (width == 400)
    ink, paper = tab.evaluate(
        "() => [getComputedStyle(document.body).color, "
        "getComputedStyle(document.body).backgroundColor]"
    )
    assert ink != paper
    tab.close()


MADE = {
    "hash": "0" * 64, "evidence_hash": "1" * 64, "model_version": 3, "format_version": 2,
    "versions": {"python": "3.13"},
    "made": {"time": "2026-11-28T00:00:00Z", "engine": "kernel",
             "machine": {"system": "Linux", "machine": "x86_64"}},
}  # fmt: skip
"""What every page says of how its result was made."""


def _compared(groups=("world", "global_south")):
    """Return a small comparison, with a name as long as they come."""
    import pandas as pd

    from sim.study.compare.details import ALONE, RANKING, SIZES
    from sim.study.compare.result import Comparison

    names = ("us_attractive_alternative_global_south", "b")
    rows = [
        {
            "scenario": name, "reference": "baseline", "metric": "share.bloc_us", "group": group,
            "month": month, "effect": effect, "ci_low": effect - 0.01, "ci_high": effect + 0.01,
            "runs": 8, "p05": effect - 0.02, "p50": effect, "p95": effect + 0.05, "same_sign": 0.9,
            "simulation_error": 0.01, "draws": 8, "variance_ratio": 12.0, "log_odds": 0.1,
            "unit": "fraction",
        }
        for name, effect in zip(names, (0.03, -0.02), strict=True)
        for group in ("world", "global_south")
        for month in ("2029-12", "2030-12")
    ]  # fmt: skip
    at = ("share.bloc_us", "world", "2030-12")
    order = [
        (1, names[0], *at, 0.03, names[1], 0.8, 0.2, True),
        (1, names[1], *at, -0.02, "", None, None, False),
    ]
    from sim.scenario import load

    arms = {
        name: load("baseline").document() | {"title": title}
        for name, title in zip(
            (*names, "baseline"), ("A title <b>of</b> " + 60 * "w", "B", "Today"), strict=True
        )
    }
    asked = {
        "arms": arms, "subject": names[0], "against": "baseline", "each": "scenarios",
        "policies": 2, "seed": 1,
        "shown": ["share.bloc_us", "dependence"], "outcomes": {"groups": list(groups)},
    }  # fmt: skip
    return Comparison(
        MADE | {"asked": asked, "kind": "comparison"}, pd.DataFrame(rows),
        pd.DataFrame(order, columns=list(RANKING)),
        pd.DataFrame(columns=list(SIZES)), pd.DataFrame(columns=list(ALONE)),
        ("A sentence that must be read.",),
    )  # fmt: skip


def _forecast():
    """Return a small hindcast of which one series is lost."""
    import pandas as pd

    from sim.study.hindcast import Hindcast

    name = "openrouter_open_weight_token_share"
    points = pd.DataFrame(
        [
            {"cutoff": "2025-06", "drivers": drivers, "series": name, "place": "WLD",
             "month": month, "ecosystem": "all_open", "observed": 25.0, "p05": 10.0, "p50": 20.0,
             "p95": 30.0, "crps": 3.0, "error": 5.0, "covered": True}
            for drivers in ("later", "at cut-off")
            for month in ("2025-07", "2025-08")
        ]
    )  # fmt: skip
    table = pd.DataFrame(
        [
            {"cutoff": "2025-06", "drivers": "later", "series": name, "method": method,
             "points": 2, "crps": score, "mae": 5.0, "coverage": 1.0, "width": 20.0}
            for method, score in (("model", 3.0), ("last value", 2.0))
        ]
    )  # fmt: skip
    return Hindcast(MADE | {"kind": "hindcast"}, points, table)


FEW = {
    "scenario": "baseline", "nations": ["BRA", "CHN", "USA"], "until": "2026-12",
    "vary": {"parameters.network": "uniform(0,3)", "parameters.switching_cost": "uniform(0.5,3)",
             "parameters.risk_weight.independent": "uniform(0,2)"},
    "design": {"kind": "sobol", "points": 4}, "ensemble": {"runs": 2, "seed": 1},
    "outcomes": {"metrics": ["share.bloc_us", "cost.public"], "months": ["2025-12", "2026-12"]},
}  # fmt: skip


PAIR = {
    "extends": "baseline", "name": "pair", "title": "Two levers", "period": {"end": "2029-12"},
    "nations": ["BRA", "CHN", "USA"],
    "levers": [{"id": lever, "strength": "high", "start": "2027-01"}
               for lever in ("us_permissive_licence_incentive", "us_cloud_credits_open_models")],
}  # fmt: skip


def _claims():
    """Return findings on one claim."""
    import pandas as pd

    from sim.study.hypotheses.experiments import Findings

    verdicts = pd.DataFrame([{
        "id": "H1", "study": "h01", "claim": "A helps B.", "verdict": "supported",
        "words": "supported", "judgement": "", "conditional": "", "runs": 8,
    }])  # fmt: skip
    measures = pd.DataFrame([
        {"id": "H1", "setting": "as fitted", "measure": name, "scale": "share", "effect": effect,
         "low": effect - 0.01, "high": effect + 0.01, "smallest": 0.005, "worlds": 0.9,
         "draws": 0.95, "says": says}
        for name, effect, says in (("openness", 0.04, "supported"), ("controls", 0.0, "negligible"))
    ])  # fmt: skip
    return Findings(MADE | {"kind": "hypotheses"}, verdicts, measures)


def smaller(out: Path) -> dict[str, str]:
    """Return a small page of each kind that is no run, by kind; studies are really run."""
    import sim
    from sim.calibration.fit import Plan
    from sim.study.calibrate import calibrate
    from sim.study.compare.packages import package
    from sim.study.nation import nation_page

    pages = {}
    for name, made in (("comparison", _compared()), ("hindcast", _forecast()),
                       ("hypotheses", _claims())):  # fmt: skip
        pages[name] = made._page(made._figures())
    judged = FEW | {"policies": ["baseline", "rand_package"],
                    "design": {"kind": "lhs", "points": 12},
                    "robust": {"metric": "share.bloc_us", "threshold": 0.5}}  # fmt: skip
    middle = float(sim.robust(judged).by_world()["value"].median())
    judged["robust"] = judged["robust"] | {"threshold": middle}
    for name, asked in (("sweep", FEW), ("sensitivity", FEW), ("robust", judged)):
        done = getattr(sim, name)(asked, out=out)
        pages[name] = (done.folder / "report.html").read_text(encoding="utf-8")
    fitted = calibrate(Plan(members=160, steps=1, repeats=1, seed=4, until="2025-06"))
    for name, found in (("calibration", fitted), ("package", package(PAIR, runs=4))):
        pages[name] = found._page(found._figures())
    pages["nation"] = nation_page(sim.run(PAIR, runs=8), "BRA").html()
    return pages
