"""What reads what a stranger wrote, with inputs to depart from.

Scenarios and studies, responses and nation tables, files of metrics, folders of results, and what
the explorer is sent: states of a link and messages of a socket.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from ruamel.yaml import YAML

import sim
from sim import evidence
from sim.errors import InputError, SimError
from sim.evidence.nations import COLUMNS, MEMBERSHIPS
from sim.evidence.user_table import OPTIONAL, from_user_table
from sim.explorer.bases import Bases
from sim.explorer.live import Visit
from sim.explorer.nodes import Track
from sim.explorer.state import read as read_state
from sim.metrics import registry
from sim.scenario import loading, merge, places
from sim.study import saved, seals
from sim.study.manifest import renamed
from sim.study.sweeps import study_file
from validation.fuzz import mutate
from validation.fuzz.mutate import as_json

Files = Mapping[str, bytes]
"""An input: files by name; a text is a single file."""

TEXT = "text"
"""Key of an input that is a single file."""

YAML_FILE = "text.yaml"
DEEP = 1000
"""Of so many states one is made a scenario, which takes a hundred times as long."""


@dataclass(frozen=True)
class Kind:
    """Something that reads.

    Parameters
    ----------
    name : str
    seeds : sequence of Files
        Inputs that are sound.
    trees : sequence of plain data
        What the seeds hold, where they hold trees.
    change : callable
        From a generator, an input and another one to a new input.
    read : callable
        Reads the files of a folder.
    file : str
        Name that a single file has there.
    """

    name: str
    seeds: Sequence[Files]
    change: Callable[[Random, Files, Files], Files]
    read: Callable[[Path], object]
    file: str = TEXT


@contextmanager
def every(results: Sequence[Path]) -> Iterator[list[Kind]]:
    """Return all kinds, as long as the context lasts.

    In it shipped scenarios are read once, and the explorer computes no number: what is sent to it
    is understood, checked and answered all the same.

    Parameters
    ----------
    results : sequence of Path
        Folders of small results, to be mutated.
    """
    bases = Bases("baseline", 18)
    with (
        patch.object(merge, "read_file", _keeping(merge.read_file)),
        patch.object(Track, "nodes", lambda _track, _stopped: iter(())),
        asyncio.Runner() as runner,
    ):
        yield _every(results, bases, runner)


def _every(results: Sequence[Path], bases: Bases, runner: asyncio.Runner) -> list[Kind]:
    return [
        _yaml("scenario", _shipped(""), _read_scenario),
        _yaml("study", _shipped("studies"), _read_study),
        _yaml("response", _shipped("responses"), _read_response),
        _nations(),
        _metrics(),
        _results(results),
        _states(bases),
        _messages(bases, runner),
    ]


def small_results(folder: Path) -> list[Path]:
    """Run a small scenario, sweep and comparison, and return their folders."""
    few: dict[str, Any] = {"out": folder, "seed": 1, "workers": 1}
    brief = [("period.end", "2024-03"), ("nations", ["BRA", "CHN", "USA"])]
    made = [
        sim.run("baseline", runs=2, overrides=brief, **few),
        sim.sweep("baseline", vary=["parameters.network=0.2,1.6"], runs=2, overrides=brief, **few),
        sim.compare(["baseline", "fortress"], runs=2, overrides=brief, **few),
    ]
    return [cast("Path", one.folder) for one in made]


def texts_of(name: str) -> list[bytes]:
    """Return the files that ship: scenarios for no name, else those of a folder beside them."""
    return [file.read_bytes() for file in _shipped(name)]


def _shipped(name: str) -> list[Path]:
    return sorted((places.shipped() / name).glob("*.yaml"))


def _keeping(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return what reads each shipped file once: every scenario leans on some."""
    shipped = places.shipped().resolve()

    @lru_cache
    def kept(file: Path) -> Any:  # noqa: ANN401 - a tree
        return plain(file, [])

    def read_file(file: Path, problems: list[Any]) -> Any:  # noqa: ANN401 - a tree
        return kept(file) if file.parent == shipped else plain(file, problems)

    return read_file


LEAN: Mapping[str, dict[str, Any]] = {
    "scenario": {"extends": "baseline"},
    "study": {"vary": {"parameters.network": [0.2, 1.6]}},
}
"""The least that a document of a kind says; a response has no such part."""


def pieces(trees: Sequence[Any], lean: Mapping[str, Any]) -> list[Any]:
    """Return documents that say one thing each: cheaper to read, and as many rules are reached."""
    found = []
    for tree in trees:
        for key, value in tree.items():
            parts = [[item] for item in value] if isinstance(value, list) else [value]
            found += [{**lean, key: part} for part in parts]
    return list({as_json(tree): tree for tree in found}.values())


def _yaml(name: str, files: Sequence[Path], read: Callable[[Path], object]) -> Kind:
    yaml = YAML(typ="safe", pure=True)
    texts = [file.read_bytes() for file in files]
    wholes = [yaml.load(text) for text in texts]
    trees = [*wholes, *(pieces(wholes, LEAN[name]) if name in LEAN else ())]
    words = mutate.tokens(texts)
    seeds = [_text(text) for text in texts] + [_text(as_json(tree)) for tree in trees]

    def change(rng: Random, one: Files, other: Files) -> Files:
        text = one[TEXT]
        if rng.random() < 0.6:
            with suppress(ValueError, RecursionError):
                return _text(as_json(mutate.in_tree(rng, json.loads(text), trees)))
        return _text(mutate.in_bytes(rng, text, other[TEXT], words))

    return Kind(name, seeds, change, read, YAML_FILE)


def _text(text: bytes) -> Files:
    return {TEXT: text}


def _read_scenario(folder: Path) -> object:
    return loading.load(folder / YAML_FILE)


def _read_study(folder: Path) -> object:
    return study_file.load_study(folder / YAML_FILE)


def _read_response(folder: Path) -> object:
    problems = loading.validate_response(folder / YAML_FILE)
    if problems:
        raise InputError(problems)
    return None


def _nations() -> Kind:
    base = evidence.load().nations
    head = ["iso3", "name", "region", *(column.name for column in COLUMNS)]
    shipped = [
        ",".join([code, f'"{base.name[n]}"', base.region[n],
                  *(repr(float(getattr(base, c.figures[0])[n])) for c in COLUMNS)])
        for n, code in enumerate(base.iso3)
    ]  # fmt: skip
    own = shipped[0].replace(base.iso3[0], "XAA", 1)
    short = ["iso3", "name", "region", *(c.name for c in COLUMNS if c.required), "groups", "pool"]
    row = ",".join(["XAB", "Elsewhere", "europe", *("1.5" for c in COLUMNS if c.required)])
    tables = [
        "\n".join([",".join(head), *shipped[:3], own]),
        "\n".join([",".join(head), *shipped[5:7]]),
        "\n".join([",".join(short), f"{row},{MEMBERSHIPS[0]};mine,rest"]),
    ]
    texts = [table.encode() for table in tables]
    words = [*mutate.tokens(texts), *(name.encode() for name in OPTIONAL), b",,", b'""', b'"']
    return Kind(
        "nations", [_text(text) for text in texts], _bytes(words),
        lambda folder: from_user_table(folder / "text.csv", base), "text.csv",
    )  # fmt: skip


def _bytes(words: Sequence[bytes]) -> Callable[[Random, Files, Files], Files]:
    def change(rng: Random, one: Files, other: Files) -> Files:
        return _text(mutate.in_bytes(rng, one[TEXT], other[TEXT], words))

    return change


METRICS = tuple(
    text.encode()
    for text in (
        """import sim

@sim.metric("open_weights", title="Open", unit="fraction", part=True)
def open_weights(month):
    return 1.0 - month.share[:, 0]
""",
        """import sim

for name in ("a", "b"):
    @sim.metric(name, span="first", world=True)
    def first(month):
        return month.load > 0.5
""",
        """from sim.metrics.registry import metric
metric("x")(lambda month: month.load)
""",
        """import sys
sys.exit("no")
""",
    )
)
"""Files of metrics; a mutated one is run, so that none of them loops or opens anything."""


def _metrics() -> Kind:
    words = [*mutate.tokens(METRICS), b"lambda: ", b"raise ", b"None", b"yield", b"\n    ", b"@"]

    def read(folder: Path) -> object:
        before, modules = set(registry.added()), set(sys.modules)
        try:
            registry.read_file(folder / "text.py")
            return registry.by_name(), registry.added()
        finally:
            for name in set(registry.added()) - before:
                registry.forget(name)
            for name in set(sys.modules) - modules:
                if name.startswith("sim_metrics_"):
                    del sys.modules[name]

    return Kind("metrics", [_text(text) for text in METRICS], _bytes(words), read, "text.py")


def _results(folders: Sequence[Path]) -> Kind:
    seeds = [
        {file.name: file.read_bytes() for file in sorted(folder.iterdir())
         if file.suffix in seals.TABLES or file.name == seals.MANIFEST}
        for folder in folders
    ]  # fmt: skip
    manifests = [json.loads(seed[seals.MANIFEST]) for seed in seeds]
    tables = [text for seed in seeds for name, text in seed.items() if name.endswith(".csv")]
    words = mutate.tokens([text[:2000] for text in tables])

    def change(rng: Random, one: Files, other: Files) -> Files:
        made, manifest = dict(one), seals.MANIFEST
        name = rng.choice([*made, manifest, manifest])
        if name == manifest and rng.random() < 0.8:
            with suppress(ValueError, RecursionError):
                facts = json.loads(made[manifest])
                made[manifest] = as_json(mutate.in_tree(rng, facts, manifests))
        else:
            made[name] = _in_a_file(rng, made[name], other.get(name, b""), words)
        if rng.random() < 0.15:
            made[rng.choice(list(made))] = rng.choice(list(other.values()))
        return _sealed(made) if rng.random() < 0.85 else made

    def read(folder: Path) -> object:
        found = saved.read(folder)
        with saved._readable(folder):  # noqa: SLF001 - as its pages are made
            return found, found.what, found.where, repr(found)

    return Kind("result", seeds, change, read)


def _in_a_file(rng: Random, text: bytes, other: bytes, words: Sequence[bytes]) -> bytes:
    """Return a table with changes, however long it is."""
    at = rng.randrange(max(len(text) - 400, 1))
    if rng.random() < 0.3:  # a head, or a foot, in which all the rest is described
        at = rng.choice((0, max(len(text) - 400, 0)))
    middle = mutate.in_bytes(rng, text[at : at + 400], other[at : at + 400], words)
    return text[:at] + middle + text[at + 400 :]


def _sealed(files: Files) -> Files:
    """Return a result whose seals and hash are right, as one who wants it believed would make."""
    made = dict(files)
    try:
        facts = json.loads(made[seals.MANIFEST])
    except (KeyError, ValueError, RecursionError):
        return made
    with TemporaryDirectory() as folder, suppress(Exception):  # whatever the manifest lacks
        for name, content in made.items():
            if name in facts["seals"]:
                (Path(folder) / name).write_bytes(content)
                facts["seals"][name] = seals.seal(Path(folder) / name)
        facts["sealed"] = seals.over(facts["seals"])
        facts["hash"] = renamed(facts)
    made[seals.MANIFEST] = as_json(facts)
    return made


LINKS = (
    b"v=1&b=rand_package&future=stops&cn_licence_tightening=0.85@2027-03..2032-12~3^9",
    b"us_inference_chip_controls=low&p.network=1.25&.group=world&.pins=BRA+IND",
    b"b=adopt_chinese_open&f=IND&us_inference_chip_controls=0.6@2027-03..never:IND+BRA",
    b"b=rand_package_answered&r=none&vs=b%3Drand_package%26cn_licence_tightening%3D0.5",
    b"r=china_cuts_prices+us_opens_a_model&p.lag.cn_open=1e3&cn_licence_tightening=-5",
    b"b=hedge&f=global_south&p.noise=0&cn_licence_tightening=1:XXX~9^9&us_nothing=1",
)


def _link_words(bases: Bases) -> list[bytes]:
    names = [*bases.names, *bases.first.levers, *bases.responses]
    return [
        *mutate.tokens(LINKS),
        *(name.encode() for name in names),
        b".2=",
        b"p.",
        b"%26",
        b"vs=",
    ]


def _states(bases: Bases) -> Kind:
    def read(folder: Path) -> object:
        raw = (folder / TEXT).read_bytes()
        state, notes = read_state(raw.decode("utf-8", "replace"), "baseline")
        state, more = bases.clamped(state)
        link = state.fragment()
        again, said = bases.clamped(read_state(link, "baseline")[0])
        if (again, said) != (state, []):
            raise AssertionError(f"{link!r} is read as another state, {said}")
        for note in (*notes, *more):
            note.encode()
        return bases.scenario(state) if zlib.crc32(raw) % DEEP == 0 else state

    return Kind("state", [_text(link) for link in LINKS], _bytes(_link_words(bases)), read)


class _Page:
    """A socket on which one message comes, and then no more."""

    def __init__(self, text: str) -> None:
        self._coming = [
            {"type": "websocket.receive", "text": text},
            {"type": "websocket.disconnect", "code": 1000},
        ]
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        return self._coming.pop(0)

    async def send_text(self, text: str) -> None:
        text.encode()  # as the wire does
        self.sent.append(json.loads(text))

    async def send_bytes(self, _frame: bytes) -> None:
        """Take numbers, of which none are computed here."""


def _messages(bases: Bases, runner: asyncio.Runner) -> Kind:
    from starlette.websockets import WebSocketDisconnect

    nations = SimpleNamespace(nations=evidence.load().nations.iso3)
    workshop = cast(
        "Any",
        SimpleNamespace(
            bases=bases,
            baseline=SimpleNamespace(drivers=nations),
            answers=lambda _question, _stopped: iter(()),
        ),
    )
    runner.get_loop()
    asked = [
        {"do": "ask", "slot": "a", "id": 1, "state": LINKS[0].decode()},
        {"do": "ask", "slot": "b", "id": 2, "state": LINKS[2].decode()},
        {"do": "nodes", "id": 3, "key": "cn_licence_tightening", "part": "start",
         "state": LINKS[1].decode()},
        {"do": "nodes", "id": 4, "key": "p.network", "state": LINKS[3].decode()},
    ]  # fmt: skip
    words = [*_link_words(bases), *mutate.tokens([as_json(tree) for tree in asked])]

    async def visited(page: _Page) -> None:
        visit = Visit(workshop, cast("Any", page))
        with suppress(WebSocketDisconnect):
            await visit.serve()
        await asyncio.gather(*visit._tasks.values())  # noqa: SLF001 - what it began must end well

    def read(folder: Path) -> object:
        raw = (folder / TEXT).read_bytes()
        page = _Page(raw.decode("utf-8", "replace"))
        runner.run(visited(page))
        for said in page.sent:
            if said["is"] == "wrong":
                raise SimError(said["message"].replace("\n", " "))
        return page.sent

    def change(rng: Random, one: Files, other: Files) -> Files:
        if rng.random() < 0.6:
            with suppress(ValueError, RecursionError):
                return _text(as_json(mutate.in_tree(rng, json.loads(one[TEXT]), asked)))
        return _text(mutate.in_bytes(rng, one[TEXT], other[TEXT], words))

    return Kind("message", [_text(as_json(tree)) for tree in asked], change, read)
