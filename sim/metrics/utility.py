"""The parts of utility by which developers choose, in words; numbers are in `sim.world.reasons`."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One part of utility, in words."""

    title: str
    meaning: str


PARTS: dict[str, Part] = {
    "capability": Part("capability", "tasks that the better of its two offers can do"),
    "terms": Part("price, licence and access", "what the ways to it cost, bar and ask for"),
    "network": Part("use by others", "share among developers of the nation and of the world"),
    "alignment": Part("alignment", "votes in the UN, for or against the ecosystem's side"),
    "stance": Part("government's stance", "what the government's side adds or takes"),
    "risk": Part("perceived risk", "fear of the maker, less what trust takes away"),
    "home": Part("home", "it is the nation's own, or of its neighbours"),
    "brand": Part("brand", "what is known of the maker everywhere"),
    "incumbent": Part("incumbency", "pull of the ecosystem that was there first"),
    "language": Part("language", "English, for or against"),
    "learning": Part("learning", "what releases have taught of Chinese models"),
    "policy": Part("levers' pull", "what levers add to its appeal"),
    "taste": Part("taste of region and nation", "what the model does not explain and the data say"),
    "wandering": Part("taste of the month", "chance that fades over months"),
    "scar": Part("scar", "memory of access that was cut"),
}
"""Parts of utility in the order in which they are shown."""

SUM = "utility"
"""Name of the sum of the parts."""

SLIGHT = 0.005
"""Utils below which a part is not shown: it would be written as zero."""
