"""Scenario, study and nation files that people, programs and ill will write."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.probe import ROOT, Attempt, called, inside, judged

SEED = 20261128
MUTATED = 300
"""Shipped files with a few bytes changed."""

SIGN = {
    "metric": "share.bloc_cn", "group": "world", "above": "0.2", "for_months": "2",
    "from": "2027-01",
}  # fmt: skip
"""A condition for which a lever waits."""


def _waiting(key: str) -> str:
    """Return a lever that waits, with a place for one key of its condition."""
    known = [f"{other}: {value}" for other, value in SIGN.items() if other != key]
    sign = ", ".join([*known, f"{key}: {{}}"])
    return f"[{{{{id: us_sme_open_adoption, strength: 1, when: {{{{{sign}}}}}}}}}]"


FIELDS = {
    "extends": "{}", "title": "{}", "description": "{}", "topic": "{}", "name": "{}",
    "period": "{}", "period.start": "{{start: {}}}", "period.end": "{{end: {}}}",
    "facts_until": "{}", "levers": "{}", "levers[0]": "[{}]",
    "levers[0].id": "[{{id: {}, strength: 1, start: 2027-01}}]",
    "levers[0].strength": "[{{id: us_sme_open_adoption, strength: {}, start: 2027-01}}]",
    "levers[0].start": "[{{id: us_sme_open_adoption, strength: 1, start: {}}}]",
    "levers[0].lag_months": "[{{id: us_sme_open_adoption, strength: 1, start: 2027-01, "
    "lag_months: {}}}]",
    "parameters": "{}", "parameters.network": "{{network: {}}}", "parameters.lag": "{{lag: {}}}",
    "nations": "{}", "groups": "{}", "groups.mine": "{{mine: {}}}", "ensemble": "{}",
    "ensemble.runs": "{{runs: {}}}", "ensemble.seed": "{{seed: {}}}", "own_levers": "{}",
    "own_levers.mine": "{{mine: {}}}", "responses": "{}", "responses[0]": "[{}]",
    "levers[0].when": "[{{id: us_sme_open_adoption, strength: 1, when: {}}}]",
    "levers[0].end_when": "[{{id: us_sme_open_adoption, strength: 1, start: 2027-01, "
    "end_when: {}}}]",
    **{f"levers[0].when.{key}": _waiting(key) for key in (*SIGN, "below", "until")},
}  # fmt: skip
"""Every field of a scenario, as flow mappings in which a value is to stand."""

VALUES = (
    "null", "true", "-1", "1e400", ".nan", '""', "'  '", "x" * 5000, "[]", "{}", "[[[]]]",
    "2026-13", "2026-04-01", "9" * 400, "0x" + "f" * 5000, '"\\ud83d"', '"\\ud83d\\ude00"',
    "!!str a", "!!map foo", "!!python/object:os.system {}", "&a [*a]", '"a\\e[2J"', '"\\0"',
    '"\\UFFFFFFFF"', "{dist: uniform, low: 2, high: 1}", "uniform(1,0)", "normal(0,-1,0,1)",
    "../../etc/passwd", "/etc/passwd", "٣", "1_000", "0o17", "<script>alert(1)</script>",
)  # fmt: skip

WHOLE = {
    "empty": b"", "only a comment": b"# nothing\n", "spaces": b" \n \n", "tab": b"a:\n\tb: 1\n",
    "two documents": b"extends: baseline\n---\nextends: baseline\n", "a list": b"- a\n- b\n",
    "a number": b"3\n", "NUL": b"extends: base\0line\n", "binary": bytes(range(256)),
    "UTF-16": "extends: baseline\n".encode("utf-16"), "latin": "title: \u00e9".encode("latin-1"),
    "brackets": b"[" * 100_000, "braces": b"{" * 50_000, "deep": b"a:\n" + b" " * 40 + b"b: 1\n",
    "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "merge": b"a: &a {b: 1}\nc:\n  <<: *a\n",
    "10 MB": b"title: " + b"x" * 10_000_000, "duplicate": b"title: a\ntitle: b\n",
    "directive": b"%YAML 9.9\n---\nextends: baseline\n", "a tag": b"!!map {extends: baseline}\n",
    "yes": b"extends: baseline\ntitle: yes\n", "carriage": b"extends: baseline\rtitle: a\r",
    "mark": b"\xef\xbb\xbfextends: baseline\n", "cut": b"extends: baseline\nlevers: [{id: ",
    "quote": b'title: "never ends', "long key": b"k" * 3000 + b": 1\n", "? key": b"? [a, b]\n: 1\n",
    "keys": b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "levers": b"levers:\n" + b"".join(b"  - {id: u%d, strength: 1}\n" % n for n in range(2000)),
    "itself": b"extends: ./x.yaml\n", "nowhere": b"extends: nowhere\n",
    "out": b"extends: /etc/passwd\n",
    "up": b"extends: ../../../x.yaml\n", "NUL path": b'extends: "./a\\0b.yaml"\n',
    "long path": b"extends: ./" + b"a" * 5000 + b".yaml\n",
}  # fmt: skip

STUDY = {
    "scenario": "baseline", "vary": "{parameters.network: 0.2:1.6:3}", "design": "{kind: grid}",
    "ensemble": "{runs: 2, seed: 1}", "set": "{parameters.switching_cost: 1}", "until": "2027-12",
    "nations": "[BRA, CHN, USA]", "outcomes": "{metrics: [share.bloc_us], groups: [world]}",
    "policies": "[baseline, rand_package]", "robust": "{metric: share.bloc_us, threshold: 0.5}",
}  # fmt: skip
STUDY_VALUES = (
    "null", "3", "[]", "{}", "x", '""', "[nowhere]", "{x: y}", "{metrics: [nowhere]}",
    "{groups: [nowhere]}", "{months: [2050-01]}", "{parameters.network: [0.2, high]}",
    "{parameters.network: 9}", "{parameters.network: [1, 1]}", "{kind: nonsense}",
    "{kind: sobol, points: 3}", "{metric: nowhere}", "{runs: 0}", "!!map foo", '"\\ud83d"',
)  # fmt: skip

TABLE = "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point"
NATION = ["BRA", "Brazil", "latin_america_and_caribbean", "7000000", "0.85", "21590", "0.16", "58",
          "-0.3"]  # fmt: skip
CELLS = ("", "nan", "-1e9", "x", "7_000", "\u0667", '"unclosed', "=1+1", "\x1b[2J")


def attempts() -> Iterator[Attempt]:
    """Yield every file."""
    yield from (Attempt(name, partial(_scenario, content)) for name, content in WHOLE.items())
    for (field, form), value in itertools.product(FIELDS.items(), VALUES):
        key = field.split(".")[0].split("[")[0]
        base = "" if key == "extends" else "extends: baseline\n"
        yield Attempt(
            f"{field} is {value[:30]}", partial(_scenario, f"{base}{key}: {form.format(value)}\n")
        )
    for key, value in itertools.product(STUDY, STUDY_VALUES):
        text = "".join(f"{name}: {value if name == key else own}\n" for name, own in STUDY.items())
        yield Attempt(f"a study whose {key} is {value}", partial(_study, text))
    for column, cell in itertools.product(range(len(NATION)), CELLS):
        row = ",".join(cell if n == column else own for n, own in enumerate(NATION))
        yield Attempt(f"cell {column} is {cell!r}", partial(_table, f"{TABLE}\n{row}\n"))
    yield from _mutated()
    yield from _kinds()


def _write(content: str | bytes, file: Path) -> None:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    file.write_bytes(raw)


def _scenario(content: str | bytes, folder: Path) -> str | None:
    """Validate a scenario file: refused, or good for a scenario."""
    _write(content, folder / "x.yaml")
    broken, right = _checked(folder)
    return broken or (_good(folder / "x.yaml") if right else None)


def _study(content: str, folder: Path) -> str | None:
    _write(content, folder / "x.yaml")
    return _checked(folder)[0]


def _table(content: str, folder: Path) -> str | None:
    """Validate a scenario with a table of nations."""
    _write(content, folder / "mine.csv")
    return _scenario("extends: baseline\nnations: mine.csv\n", folder)


def _checked(folder: Path) -> tuple[str | None, bool]:
    """Validate ``x.yaml`` and return what is wrong with the answer, and whether it is right.

    What is refused is refused with places.
    """
    code, said, printed = called(["validate", "x.yaml"], folder)
    broken = judged(code, said, printed, (0, 1), lines=10**6)
    if broken is None and code == 1:
        lines = printed.splitlines()
        strange = [line for line in lines if not line.startswith("x.yaml")]
        if strange and not strange[0].startswith("mine.csv"):
            broken = f"no place: {strange[0][:200]}"
        elif not strange and max(map(len, lines)) > 4000:
            broken = "a message of more than 4,000 characters"
    return broken, broken is None and code == 0


def _good(file: Path) -> str | None:
    """Return what is wrong with a scenario that was told to be right."""
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.study.sweeps.study_file import is_study

    if is_study(file):
        return None
    scenario = load(file)
    if load(scenario.document()) != scenario or not scenario.hash(1, ""):
        return "its own document is another scenario"
    json.dumps(scenario.document(), ensure_ascii=False).encode()
    return None if compiled(scenario).nations else "it has no nation"


def _mutated() -> Iterator[Attempt]:
    """Yield shipped scenarios and studies with bytes changed, taken away, doubled."""
    shipped = sorted((ROOT / "scenarios").rglob("*.yaml"))
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for number in range(MUTATED):
        content = bytearray(draw.choice(shipped).read_bytes())
        for _ in range(draw.randint(1, 6)):
            place = draw.randrange(len(content))
            kind = draw.randrange(4)
            if kind == 0:
                content[place] = draw.choice(b"{}[]:,-#&*!|>'\"%@`\0\n 019a")
            elif kind == 1:
                del content[place : place + draw.randint(1, 40)]
            elif kind == 2:
                content[place:place] = content[place : place + draw.randint(1, 60)]
            else:
                content[place:place] = draw.choice(VALUES).encode("utf-8", "replace")[:60]
        yield Attempt(f"mutation {number}", partial(_scenario, bytes(content)))


def _kinds() -> Iterator[Attempt]:
    """Yield what is no file of text."""
    yield from (
        Attempt(f"{word} of {name}", partial(_no_text, prepare, word))
        for (name, prepare), word in itertools.product(
            MADE.items(), ("validate", "run", "show", "sweep")
        )
    )


def _no_text(prepare: Callable[[Path], object], word: str, folder: Path) -> str | None:
    prepare(folder / "x.yaml")
    return inside([word, "x.yaml"], (1,), folder)


def _giant(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(3 << 30)


MADE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo, "a giant": _giant, "a folder": Path.mkdir,
    **{
        f"a link to {to}": partial(Path.symlink_to, target=to)
        for to in ("/dev/zero", "/dev/null", "/dev/random", "x.yaml", "nowhere", "/etc/shadow",
                   "/proc/self/mem", "/dev/tty")
    },
}  # fmt: skip
"""What may stand where a file of text is expected."""
