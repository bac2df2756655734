"""What a comparison comes to before anything is run, and the same again from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sim.ensemble.outcomes import Outcomes
from sim.scenario import Scenario, load
from sim.study.compare.choice import Pair, pairs_of
from sim.study.manifest import manifest
from sim.study.saved import plain_scenario


@dataclass(frozen=True, eq=False)
class Question:
    """What a comparison comes to.

    Parameters
    ----------
    arms : mapping of str to Scenario
    pairs : tuple of Pair
        Who is compared with whom.
    reference : Scenario
        In whose worlds, and with whose seed, all arms are run.
    outcomes : Outcomes
        What is kept of each run.
    asked : mapping
        All of it as plain data.
    laid : tuple of str
        What was laid over the reference, in sentences.
    """

    arms: Mapping[str, Scenario]
    pairs: tuple[Pair, ...]
    reference: Scenario
    outcomes: Outcomes
    asked: Mapping[str, Any]
    laid: tuple[str, ...]

    def facts(self, workers: int = 1, seconds: float = 0.0) -> dict[str, Any]:
        """Return the manifest of the answer; arguments as in `sim.study.manifest.manifest`."""
        documents = list(self.asked["arms"].values())
        facts = manifest("comparison", self.asked, documents, workers=workers, seconds=seconds)
        facts["repeat"] = {
            "pairs": [asdict(pair) for pair in self.pairs],
            "reference": self.reference.document(),
            "laid": list(self.laid),
        }
        return facts


def question_of(facts: Mapping[str, Any]) -> Question:
    """Return the question that a manifest keeps."""
    asked, more = facts["asked"], facts["repeat"]
    return Question(
        {name: load(plain_scenario(given)) for name, given in asked["arms"].items()},
        pairs_of(facts),
        load(plain_scenario(more["reference"])),
        Outcomes.of(asked["outcomes"]),
        asked,
        tuple(more["laid"]),
    )
