"""Comparisons, packages of levers and findings of claims again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario import load
from sim.study.compare import compare, packages
from sim.study.compare.question import question_of
from sim.study.compare.result import Comparison
from sim.study.hypotheses import experiments
from sim.study.hypotheses.laid import experiment_of
from sim.study.saved import plain_scenario


def comparison(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Comparison:
    """Compare again."""
    return compare.answer(question_of(known), workers=workers, out=out)


def package(known: Mapping[str, Any], out: str | Path | None, workers: int) -> packages.Package:
    """Part a package's effect again."""
    asked = known["asked"]
    more = {part: known[part] for part in ("laid", "titles")}
    worlds = {name: load(plain_scenario(given)) for name, given in asked["arms"].items()}
    return packages.part(asked, more, worlds, workers=workers, out=out)


def hypotheses(
    known: Mapping[str, Any], out: str | Path | None, workers: int
) -> experiments.Findings:
    """Test claims again."""
    asked = known["asked"]
    laid = [experiment_of(one) for one in asked["claims"].values()]
    return experiments.find_all(
        laid, runs=asked["runs"], seed=asked["seed"], workers=workers, out=out
    )
