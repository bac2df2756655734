"""How much arithmetic the equations of the model need for one replicate.

``operations.csv`` says it by formula: a row is done ``times`` times a replicate, and each time
takes so many exponentials, logarithms, roots, divisions, draws and multiply-adds. The letters are
sizes; ``operation_sizes.csv`` has their values in the default world. `totals` puts them together.

Counted is what the equations ask for and not what the code does: nothing is counted for moving
numbers, comparing them, or for what is the same in all replicates. A multiplication or an addition
alone counts as one multiply-add; a normal counts as two draws, a logarithm, a root and, for its
cosine, an exponential. Cuts of access are too rare to count.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from sim.evidence.axes import BLOCS, STANCES
from sim.scenario.drivers import Drivers, Facts

HERE = Path(__file__).parents[1] / "docs"
FORMULAS = HERE / "operations.csv"
SIZES = HERE / "operation_sizes.csv"
KINDS = ("exp", "log", "sqrt", "div", "draw", "madd")
REPLICATES = 64
"""Replicates over which the sizes that differ between them are averaged."""


def read() -> list[dict[str, str]]:
    """Return the rows of ``operations.csv``."""
    with FORMULAS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_sizes() -> dict[str, float]:
    """Return the value of each letter in the default world."""
    with SIZES.open(encoding="utf-8", newline="") as file:
        return {row["size"]: float(row["value"]) for row in csv.DictReader(file)}


def value(formula: str, sizes: dict[str, float]) -> float:
    """Return the value of a formula of letters, numbers and ``+ - * / ( )``."""
    return float(eval(formula, {"__builtins__": {}}, dict(sizes)))  # noqa: S307 - our own table


def totals(sizes: dict[str, float] | None = None) -> dict[str, float]:
    """Return how many operations of each kind one replicate needs.

    Parameters
    ----------
    sizes : dict of str to float, optional
        Value of each letter; those of the default world where none are given.
    """
    known = read_sizes() if sizes is None else sizes
    rows = read()
    return {
        kind: sum(value(row["times"], known) * value(row[kind], known) for row in rows)
        for kind in KINDS
    }


def measure(drivers: Drivers, seed: int) -> list[tuple[str, float, str]]:
    """Return each letter with its value in a compiled scenario and its meaning.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    seed : int
        Of the replicates over which loads and stances are averaged.
    """
    f = drivers.facts
    dated, all_months = f.last_fact + 1, f.months.size
    return [
        ("I", len(drivers.nations), "nations"),
        ("S", len(drivers.segments), "segments"),
        ("K", len(drivers.ecosystems), "ecosystems"),
        ("C", int((f.bloc == 1).sum()), "Chinese ecosystems"),
        ("T", all_months, "months"),
        ("F", all_months - dated, "months after the last fact"),
        ("H", all_months - f.base_month - 1, "months in which the load is known, after July 2025"),
        ("U", f.uptake_month + 1, "months from the start to June 2025, its own among them"),
        ("G", len(drivers.regions), "regions"),
        ("L", f.link_to.size, "pairs of linked nations, each counted from both ends"),
        ("D", int(f.routed.sum()), "nations whose traffic routers pass on"),
        ("M", int((f.line_on > 0).sum()), "product lines on sale at routers, over months"),
        ("O", int(_own(f).sum()), "nations with models of their own, over months"),
        *_by_table(),
        ("E", int(((f.notable > 0) & (f.notable_size == 0)).sum()),
         "notable releases on record whose attention is drawn"),
        *_changes(drivers),
        *_by_replicate(drivers, seed),
    ]  # fmt: skip


def _own(f: Facts) -> np.ndarray:
    """Return where and when a nation can have models of its own, (T, I)."""
    sovereign = f.bloc == BLOCS.index("sovereign")
    open_ways = f.access.reshape(*f.licence.shape, -1).any(axis=3) & (f.on_sale[:, None, :, 0] == 1)
    return np.asarray(open_ways[:, :, sovereign].any(axis=2))


def _by_table() -> list[tuple[str, float, str]]:
    """Return the sizes that the parameter table gives."""
    from sim import evidence

    rows = evidence.load().parameters
    rates = [row.default for row in rows if row.name == "release_rate"]
    jumps = next(row.default for row in rows if row.path == "frontier_rate")
    drawn = sum(row.dist in ("triangular", "uniform") for row in rows)
    return [
        ("P", drawn, "parameters that are drawn"),
        ("J", jumps, "jumps of the frontier a month"),
        ("R", round(sum(rates), 6), "releases a month, all ecosystems"),
    ]


def _changes(drivers: Drivers) -> list[tuple[str, float, str]]:
    """Return how often the facts change what an offer is worth, by nation and offer."""
    f = drivers.facts
    months, nations, ecosystems = f.licence.shape
    sold = f.on_sale.astype(bool)
    listed = _moved(f.ln_price).any(axis=3) | _moved(f.fall_years) | _moved(f.on_sale)
    priced = (listed[:, None] | _moved(f.licence)[..., None]) & sold[:, None]
    access = f.access.reshape(months, nations, ecosystems, -1)
    opened = _moved(access).any(axis=3) | _moved(f.leak_weight)
    alone = opened[..., None] & sold[:, None] & ~priced
    found: list[tuple[str, float, str]] = []
    for letter, flags, what in (("P", priced, "price or licence"), ("A", alone, "access alone")):
        for nest, word in enumerate(("closed", "open")):
            count = int(flags[:, :, f.nest == nest].sum())
            meaning = f"times that {what} changes, by nation and offer of {word} ecosystems"
            found.append((letter + word[0].upper(), count, meaning))
    licensed = int((_moved(f.licence) & (f.licence > 0.0)).sum())
    found.append(("LC", licensed, "times that a licence changes, by nation and open ecosystem"))
    return found


def _moved(path: np.ndarray) -> np.ndarray:
    """Return where a path differs from the month before; the first month does."""
    moved = np.ones(path.shape, dtype=bool)
    moved[1:] = path[1:] != path[:-1]
    return moved


def _by_replicate(drivers: Drivers, seed: int) -> list[tuple[str, float, str]]:
    """Return the sizes that differ between replicates, as means."""
    from sim.world import simulate

    done = simulate(drivers, seed=seed, replicates=np.arange(REPLICATES))
    turns = (np.diff(done.stance, axis=0) != 0).sum() / REPLICATES
    hampered = np.stack([against(done.stance, bloc) for bloc in drivers.facts.bloc.tolist()])
    bears = np.diff(hampered, axis=1).sum() / REPLICATES
    loaded = (done.load > 1.0).sum() / REPLICATES
    return [
        ("V", round(float(turns), 1), "stances that turn, mean over replicates"),
        ("N", round(float(bears), 1),
         "times that a stance begins or ceases to hamper a maker, mean over replicates"),
        ("Z", round(float(loaded), 1), "months with a load above one, mean over replicates"),
        ("W", done.visits.shape[0], "months of the chatbot view"),
    ]  # fmt: skip


def against(stance: np.ndarray, bloc: int) -> np.ndarray:
    """Return where a stance hampers the makers of a bloc: the other bloc's, open ones none."""
    other = {BLOCS.index("us"): "chinese", BLOCS.index("cn"): "us"}
    foe = STANCES.index(other[bloc]) if bloc in other else -1
    return stance == foe


def write_sizes() -> None:
    """Write ``operation_sizes.csv`` from the baseline scenario."""
    SIZES.write_text(sizes_text(), encoding="utf-8")


def sizes_text() -> str:
    """Return what ``operation_sizes.csv`` should hold."""
    from sim.scenario import compile as compiled
    from sim.scenario import load

    scenario = load("baseline")
    rows = measure(compiled(scenario), scenario.ensemble.seed)
    return "size,value,meaning\n" + "".join(
        f'{name},{size:g},"{meaning}"\n' for name, size, meaning in rows
    )


def page() -> str:
    """Return the tables of the model description: sizes, formulas, and what they come to."""
    from making.tables import table

    with SIZES.open(encoding="utf-8", newline="") as file:
        sizes = [(f"`{r['size']}`", r["value"], r["meaning"]) for r in csv.DictReader(file)]
    names = ("step", "what", "times", *KINDS)
    rows = [[row[name] for name in names] for row in read()]
    found = totals()
    last = [
        "**all**",
        "one replicate of the default world",
        "",
        *(f"{found[k]:,.0f}" for k in KINDS),
    ]
    parts = (
        table(("size", "value", "meaning"), sizes),
        table(names, [[f"`{c}`" if n == "times" else c for n, c in zip(names, r, strict=True)]
                      for r in rows] + [last]),
    )  # fmt: skip
    return "\n\n".join(parts)
