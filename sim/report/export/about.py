"""What a result is, for those who meet it outside this program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.version import DISTRIBUTION

if TYPE_CHECKING:
    from sim.report.naming import Naming


@dataclass(frozen=True)
class About:
    """What was asked and made.

    Parameters
    ----------
    name : str
        Begins the names of files.
    what : str
        The result in a line.
    manifest : mapping
        As in ``manifest.json``.
    """

    name: str
    what: str
    manifest: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The kind of result."""
        return str(self.manifest["kind"])

    @property
    def model(self) -> str:
        """Name and version of the program that made it."""
        return f"{DISTRIBUTION} {self.manifest['versions']['sim']}"

    @property
    def facts(self) -> dict[str, str | int]:
        """What identifies the result, by words for readers."""
        made = self.manifest
        return {
            "result": self.what,
            "kind": self.kind,
            "made by": self.model,
            "version of the model": int(made["model_version"]),
            "hash": str(made["hash"]),
            "hash of the evidence": str(made["evidence_hash"]),
            "made at": str(made["made"]["time"]),
        }

    @property
    def name_of_study(self) -> str:
        """Name of the study whose points were run; empty where there is none."""
        study = self.manifest["asked"].get("study")
        return "" if study is None else str(study["name"])

    @property
    def document(self) -> Mapping[str, Any] | None:
        """The scenario that was run, or that others were compared with; None without one."""
        asked = self.manifest["asked"]
        if "scenario" in asked:
            found: Mapping[str, Any] = asked["scenario"]
            return found
        arms: Mapping[str, Mapping[str, Any]] = asked.get("arms", {})
        return arms.get(asked.get("against", ""))

    @cached_property
    def _naming(self) -> Naming:
        from sim.report import naming

        return (
            naming.of_nations(None, ())
            if self.document is None
            else naming.of_document(self.document)
        )

    def titles(self, groups: Iterable[str]) -> dict[str, str]:
        """Return the title of each group and the name of each nation, no two alike.

        Where two would be, as in a run of one nation, which is also all of its region, the later
        one has its slug or code in brackets.
        """
        from sim import evidence

        listed = {rule.slug: rule.title for rule in evidence.load().nations.rules}
        found: dict[str, str] = {}
        seen: Counter[str] = Counter()
        for group in groups:
            name = self._naming.name(group)
            # All nations of a run of some are called by their names, other groups by their titles.
            whole = group == "world" and bool(self._naming.part)
            title = name if whole else listed.get(group, name)
            seen[title] += 1
            found[group] = title if seen[title] == 1 else f"{title} ({group})"
        return found
