"""Every option acts beside every other, or the command line is refused: exit 2 and one sentence.

What a command computes and prints is taken away, so that all pairs of options are walked in
seconds: beside another option, an option must change what is computed or printed, or be refused.
"""

from __future__ import annotations

import itertools
import pkgutil
import re
from importlib import import_module

import pandas as pd
import pytest
import typer

import sim.cli as command
from sim.cli import calibrating, door, output, running, together
from sim.cli.app import app
from sim.errors import InputError
from sim.metrics import registry
from sim.study import explain as why
from sim.study import export as hand_over
from sim.study import nation, saved, shipping
from sim.study import observe as views
from sim.study import repeat as again
from sim.study import scoring as judged
from sim.study.compare.compare import compare
from sim.study.compare.packages import package
from sim.study.sweeps.sweep import sweep

POLICIES = "us_policies_in_many_worlds"
START = {
    "list": ["list", "levers"], "show": ["show", "baseline"], "validate": ["validate", "baseline"],
    "schema": ["schema"], "run": ["run", "baseline"], "sweep": ["sweep", "baseline"],
    "sensitivity": ["sensitivity", "baseline"], "compare": ["compare", "rand_package"],
    "robust": ["robust", POLICIES], "hypotheses": ["hypotheses"], "calibrate": ["calibrate"],
    "hindcast": ["hindcast"], "observe": ["observe", "baseline", "--series", "x"],
    "explain": ["explain", "BRA", "2030-12", "share.bloc_cn"],
    "report": ["report", "somewhere"], "export": ["export", "somewhere", "--format", "csv"],
    "repeat": ["repeat", "somewhere"], "explore": ["explore"],
}  # fmt: skip
"""Every command, with the least that it needs."""

VALUES = {
    "--vary": "parameters.network=0.2,1.6", "--design": "lhs", "--points": "7", "--runs": "9",
    "--seed": "5", "--set": "parameters.switching_cost=1", "--until": "2027-03", "--nations": "BRA",
    "--engine": "mesa", "--workers": "97", "--cluster": "local", "--out": "elsewhere",
    "--against": "fortress", "--levers": "us_sme_open_adoption", "--budget": "7",
    "--strength": "high", "--start": "2028-01", "--metric": "plurality", "--groups": "BRA",
    "--precision": "0.1", "--threshold": "0.5", "--policy": "baseline", "--box": "1",
    "--members": "300", "--steps": "2", "--cutoff": "2025-04", "--ecosystem": "cn_all",
    "--nation": "BRA", "--focus": "IND", "--score": "forecasts.csv",
    "--observations": "figures.csv", "--format": "iamc", "--metrics": "mine.py",
    "--scenario": "fortress", "--from": "somewhere", "--responses": "us_opens_a_model",
    "--port": "8399",
}  # fmt: skip
"""A value of each option that takes one, unlike its default."""

ALLIES = {
    "--box": ["--policy", "baseline"], "--start": ["--levers", "us_sme_open_adoption"],
    "--observations": ["--score", "forecasts.csv"],
}  # fmt: skip
"""What an option cannot stand without."""

STARTED = ("--each-lever", "--cost", "--budget", "--interactions")
"""What a start may stand beside as well."""

AGREED = {
    ("--json", "--quiet"),  # one value for programs and nothing else, as the help of --quiet says
    ("--cost", "--each-lever"), ("--budget", "--each-lever"),  # these are of each lever anyway
    # These the first has beside it already.
    ("--box", "--policy"), ("--start", "--levers"), ("--observations", "--score"),
}  # fmt: skip
"""Options of which the second asks for what the first does anyway, and so has it."""

FACES = [
    import_module(f"sim.cli.{module.name}")
    for module in pkgutil.iter_modules(command.__path__)
    if module.name not in ("app", "options", "door", "together", "streams", "kinds")
]
"""What computes and prints: all modules but those that look at options, or carry the streams."""

COMMAND = typer.main.get_command(app)


class Answer:
    """What stands for whatever a command computes: it has every field, named by its path."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name

    def __getattr__(self, field):
        return Answer(f"{self._name}.{field}")

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 1

    def __call__(self, *_, **__):
        return self


def options(name):
    """Return the options of a command, each as it is typed."""
    found = []
    for param in COMMAND.commands[name].params:
        long = [word for word in param.opts if word.startswith("--")]
        if long and long[0] not in ("--help", "--series"):
            flag = getattr(param, "is_flag", False)
            found.append([long[0]] if flag else [long[0], VALUES[long[0]]])
    return found


@pytest.fixture
def seen(tmp_path, monkeypatch, capsys):
    """Run a command line and return its exit code, what it computed and printed, its errors."""
    monkeypatch.chdir(tmp_path)
    done: list[object] = []

    def note(name):
        def called(*words, **options):
            options.pop("silent", None)  # that no bar is drawn is no answer
            done.append((name, repr(words), repr(sorted(options.items(), key=str))))
            return Answer(name)

        return called

    for module in FACES:
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if callable(value) and own and not isinstance(value, type):
                monkeypatch.setattr(module, name, note(f"{module.__name__}.{name}"))
    monkeypatch.setattr(output, "report_error", ERROR)
    monkeypatch.setattr(typer.main, "get_command", lambda _: COMMAND)
    monkeypatch.setattr(door, "box", lambda *_: None)  # it reads the study
    monkeypatch.setattr(registry, "read_file", note("metrics"))
    monkeypatch.setattr(
        running, "overrides", lambda *given, **named: (*given, *sorted(named.items()))
    )
    monkeypatch.setattr(
        running, "resolve", lambda *of, **more: [Answer(str((of, sorted(more.items()))))]
    )
    problems_of = note("problems_of")
    monkeypatch.setattr(running, "problems_of", lambda *of: list(problems_of(*of)))
    monkeypatch.setattr(saved, "rebuild_report", note("report"))
    monkeypatch.setattr(nation, "write", note("nation"))
    monkeypatch.setattr(hand_over, "export", note("export"))
    monkeypatch.setattr(again, "repeat", note("repeat"))
    monkeypatch.setattr(why, "explain", note("explain"))
    monkeypatch.setattr(why, "of_folder", note("of_folder"))
    monkeypatch.setattr(judged, "score", note("score"))
    monkeypatch.setattr(shipping, "ship", note("ship"))
    monkeypatch.setattr(views, "observe", note("observe"))

    def call(*words):
        done.clear()
        code = command._exit_code(list(words))
        printed = capsys.readouterr()
        return code, (tuple(done), printed.out), printed.err

    return call


ERROR = output.report_error


def line(name, *given):
    """Return a command line with some options and what these cannot stand without."""
    words = list(itertools.chain.from_iterable(given))
    more = [
        ally
        for word, ally in ALLIES.items()
        if word in words
        and ally[0] not in words
        and not (word == "--start" and set(STARTED) & set(words))
    ]
    return [*START[name], *words, *itertools.chain.from_iterable(more)]


def typed(said):
    """Return the options that a sentence names."""
    return set(re.findall("--[a-z-]+", said))


def test_every_command_is_walked():
    assert set(START) == set(COMMAND.commands)


@pytest.mark.parametrize("name", START)
def test_an_option_acts_beside_every_other_or_is_refused(name, seen):
    asked = {}

    def answer(*given):
        words = line(name, *given)
        if str(words) not in asked:
            asked[str(words)] = seen(*words)
        return asked[str(words)]

    silent = []
    for one, other in itertools.permutations(options(name), 2):
        # What the other cannot stand without is there both times: it alone would be a change.
        ally = ALLIES.get(other[0], [])
        needed = [] if not ally or one[0] in (ally[0], *STARTED) else [ally]
        code, alone, said = answer(one, *needed)
        if code == 2:
            continue
        assert code == 0, (one, said)
        code, both, said = answer(one, *needed, other)
        if code == 2:
            assert {one[0], other[0], *(word[0] for word in needed)} & typed(said), said
        elif both == alone and (one[0], other[0]) not in AGREED:
            silent.append(f"{other[0]} beside {one[0]}")
    assert silent == []


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (name, rule.option, other)
        for name, rules in together.RULES.items()
        for rule in rules
        for other in rule.others
    ],
)
def test_options_that_cannot_act_together_are_refused_by_name(name, one, other, seen):
    words = {option[0]: option for option in options(name)}
    code, computed, said = seen(*line(name, words[one], words[other]))
    assert code == 2
    assert computed == ((), "")
    assert "cannot act beside" in said
    assert {one, other} <= typed(said)
    if "--json" not in (one, other):
        assert said.splitlines()[1] == f"     sim {name} --help explains"
        assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compare", "fortress", "--start", "2028-01"], "--start does nothing here"),
        (
            ["compare", "fortress", "--interactions", "--metric", "plurality,dependence"],
            "--interactions takes one value of --metric, and 2 are given",
        ),
        (
            ["compare", "fortress", "--interactions", "--groups", "BRA,world"],
            "--interactions takes one value of --groups, and 2 are given",
        ),
        (
            ["hindcast", "--alternatives", "--cutoff", "2025-03", "--cutoff", "2025-06"],
            "--alternatives takes one value of --cutoff, and 2 are given",
        ),
        *(
            ([*START[name], "--cluster", "tcp://127.0.0.1:1", "--workers", "2"],
             "--workers cannot act beside --cluster tcp://127.0.0.1:1")
            for name in ("sweep", "sensitivity", "compare", "robust")
        ),
    ],
)  # fmt: skip
def test_what_depends_on_a_value_is_refused_too(words, says, seen):
    code, computed, said = seen(*words)
    assert code == 2
    assert computed == ((), "")
    assert says in said


def test_a_program_reads_which_options_were_refused(seen):
    code, _, said = seen("hindcast", "--nations", "--rolling", "--json")
    assert code == 2
    assert '"error": "usage"' in said


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: compare("fortress", precision=0.1, runs=5), "how many replicates"),
        (
            lambda: compare("fortress", precision=0.1, overrides=["ensemble.runs=5"]),
            "how many replicates",
        ),
        (lambda: compare("fortress", start="2028-01"), "whole scenarios say themselves"),
        (
            lambda: compare("rand_package", each="levers", start="2028-01"),
            "rand_package says itself when each of these levers starts",
        ),
        (lambda: package("rand_package", start="2028-01"), "rand_package says itself"),
        (
            lambda: package("rand_package", overrides=["ensemble.seed=3"]),
            "asked for apart (--seed N)",
        ),
        (lambda: compare("baseline", strength="high"), "no scenario pulls a lever"),
        (
            lambda: sweep("baseline", ["parameters.network=0.2,1.6"],
                          overrides=["parameters.network=1"]),
            "this path varies",
        ),
    ],
)  # fmt: skip
def test_an_argument_that_could_not_act_is_refused(call, says, monkeypatch):
    monkeypatch.setattr(
        "sim.ensemble.blocks.run_part", lambda *_: pytest.fail("a replicate was run")
    )
    with pytest.raises(InputError) as error:
        call()
    assert says in str(error.value)


def test_runs_and_seed_of_a_sweep_may_be_set_by_their_paths():
    small = ["period.end=2023-02", "nations=BRA"]
    vary = ["parameters.network=0.2,1.6"]
    done = sweep("baseline", vary, overrides=[*small, "ensemble.runs=3", "ensemble.seed=9"])
    assert (done.asked["runs"], done.asked["seed"]) == (3, 9)


def test_tables_of_a_hindcast_say_what_their_figures_are(capsys):
    row = {
        "method": "mean", "ecosystem": "cn_all", "nations": "all", "count": 36,
        "rank_correlation": float("nan"), "error": 2.7, "crps": 1.9, "crps_worse": 0.4,
        "crps_worse_se": 0.1, "coverage": 0.944,
    }  # fmt: skip
    calibrating.print_nations(pd.DataFrame([row]))
    printed = capsys.readouterr().out
    assert "percentage points" in printed
    assert "mean    cn_all  all    36" in printed
    assert "94 %" in printed
    assert "nan" not in printed
    table = pd.DataFrame(
        {"alternative": ["as shipped", "no trial"], "web": [1.0, 1.25], "log_mean": [0.0, 0.22]}
    )
    calibrating.print_alternatives(table, "2025-06")
    printed = capsys.readouterr().out
    assert printed.startswith("From 2025-06: CRPS of other structures")
    assert "web" in printed
    assert "1.25" in printed
