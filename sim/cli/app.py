"""Every command with its options; the work is done in the rooms."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import bars, door, output, together
from sim.cli.options import (
    Among,
    Answers,
    Bare,
    Blocks,
    Cluster,
    EachRuns,
    Engine,
    FitSeed,
    Focus,
    Json,
    Members,
    Metrics,
    One,
    OneSeed,
    Out,
    Points,
    Processes,
    Quiet,
    Runs,
    Seed,
    Set,
    SetAll,
    Several,
    Steps,
    Until,
    Varied,
    Vary,
)
from sim.machine import processors

app = typer.Typer(
    name="sim",
    help="Policy scenarios for the contest between AI model ecosystems.",
    add_completion=False,
    # Coloured help costs a third of a second of imports.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

command = partial(app.command, cls=together.Command)


@app.callback(invoke_without_command=True)
def _sim(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from sim.version import MODEL, package

        typer.echo(f"sim {package()} (model {MODEL})")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@command("list")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="scenarios, levers, nations, groups, ecosystems, metrics, parameters, drivers, "
            "series, observations, sources, studies or responses; all of them by default.",
        ),
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", help="Only what has all these words or tags."),
    ] = None,
    json: Json = False,
    quiet: Bare = False,
) -> None:
    """List scenarios, levers, nations and more, one line each."""
    from sim.cli import catalogue

    if kind is None:
        rows, columns = catalogue.overview(), catalogue.OVERVIEW
    else:
        rows = catalogue.rows(kind, words or [])
        columns = catalogue.kind_of(kind).columns
    show = partial(output.print_rows, columns=("name",) if quiet else columns)
    output.finish(rows, list, show, json=json)
    if not rows and kind is not None and words:
        output.say(catalogue.missing(kind, words))


@command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Any name that a list shows, or a scenario or study file."
        ),
    ],
    focus: Focus = None,
    json: Json = False,
) -> None:
    """Show one thing in full: values, units, ranges and sources."""
    from sim.cli import catalogue, running

    fields = catalogue.find(name, running.overrides(focus=focus))
    output.finish(fields, dict, output.print_fields, json=json)


@command()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Files or names of scenarios and studies; responses."
        ),
    ],
    focus: Focus = None,
    json: Json = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing if nothing is wrong.")
    ] = False,
) -> None:
    """Show everything that is wrong with scenario files."""
    from sim.cli import running

    problems = running.problems_of(files, focus)
    if json:
        output.print_json([problem.as_dict() for problem in problems])
    else:
        for problem in problems:
            typer.echo(str(problem))
        if not problems and not quiet:
            typer.echo(f"{len(files)} checked, nothing wrong")
    if not problems and not quiet:
        for notice in running.notices_of(files, focus):
            output.say(notice)
    raise typer.Exit(1 if problems else 0)


@command()
def schema() -> None:
    """Print the JSON Schema of the scenario file, for editors."""
    from sim.scenario import json_schema

    output.print_json(json_schema())


@command()
def run(
    scenarios: Several,
    *,
    runs: Runs = None,
    seed: Seed = None,
    set_: Set = None,
    until: Until = None,
    nations: Among = None,
    focus: Focus = None,
    responses: Answers = None,
    engine: Engine = "kernel",
    workers: Blocks,
    _metrics: Metrics = None,
    out: Out = Path("results"),
    full: Annotated[
        bool, typer.Option("--full", help="Keep all months and the runs of single nations.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios many times: curves, tables and a report."""
    from sim.cli import running
    from sim.study.against import run_beside

    overrides = running.overrides(set_, None, nations, focus, responses)
    # Every scenario is read before the first is run: a wrong one should not cost the others.
    resolved = running.resolve(scenarios, overrides, runs=runs, seed=seed, until=until)
    finished = []
    references: dict[Any, Any] | None = None if quiet else {}
    for scenario in resolved:
        done = bars.watched(
            scenario.name, run_beside, scenario, out, references, full=full, engine=engine,
            workers=workers, silent=json or quiet,
        )  # fmt: skip
        finished.append(running.as_json(done))
        if quiet and not json:
            typer.echo(str(done.folder))
        elif not json:
            running.print_summary(done)
    if json:
        output.print_json(finished[0] if len(finished) == 1 else finished)


@command()
def sweep(
    study: Varied,
    *,
    vary: Vary = None,
    design: Annotated[
        str | None, typer.Option(metavar="KIND", help="grid, lhs, sobol, morris or factorial.")
    ] = None,
    points: Points = None,
    runs: EachRuns = None,
    seed: OneSeed = None,
    set_: SetAll = None,
    until: Until = None,
    nations: Among = None,
    focus: Focus = None,
    engine: Engine = "kernel",
    workers: Processes,
    cluster: Cluster = None,
    _metrics: Metrics = None,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run many design points; a second call resumes."""
    from sim.cli import running, sweeping

    done = sweeping.run(
        study, vary or [], out=out, silent=json or quiet, design=design, points=points, runs=runs,
        seed=seed, overrides=running.overrides(set_, until, nations, focus), engine=engine,
        workers=workers, cluster=cluster,
    )  # fmt: skip
    output.finish(done, sweeping.as_json, sweeping.print_summary, json=json, quiet=quiet)


@command()
def sensitivity(
    study: Varied,
    *,
    vary: Vary = None,
    design: Annotated[str | None, typer.Option(metavar="KIND", help="sobol or morris.")] = None,
    points: Points = None,
    runs: EachRuns = None,
    seed: OneSeed = None,
    set_: SetAll = None,
    until: Until = None,
    nations: Among = None,
    focus: Focus = None,
    workers: Processes,
    cluster: Cluster = None,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show which inputs outcomes depend on (Sobol', Morris)."""
    from sim.cli import running, sweeping
    from sim.study.sweeps.sensitivity import sensitivity as indices

    found = bars.watched(
        Path(study).stem, indices, study, vary or [], out=out, silent=json or quiet,
        design=design, points=points, runs=runs, seed=seed, workers=workers, cluster=cluster,
        overrides=running.overrides(set_, until, nations, focus),
    )  # fmt: skip
    output.finish(
        found, sweeping.sensitivity_json, sweeping.print_sensitivity, json=json, quiet=quiet
    )


@command()
def compare(
    scenarios: Several,
    *,
    against: Annotated[str, typer.Option(metavar="NAME", help="The reference.")] = "baseline",
    levers: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Single levers, each alone on the reference.",
            callback=door.words,
        ),
    ] = None,
    each_lever: Annotated[
        bool,
        typer.Option(
            "--each-lever", help="Every lever that the scenario pulls; of baseline, all there are."
        ),
    ] = False,
    without: Annotated[
        bool, typer.Option("--without", help="The package less each lever, or those of --levers.")
    ] = False,
    interactions: Annotated[
        bool,
        typer.Option("--interactions", help="What levers do together and apart."),
    ] = False,
    cost: Annotated[bool, typer.Option("--cost", help="Show effects beside costs.")] = False,
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="MUSD",
            help="Find the best package for this many USD million a year.",
            callback=door.finite,
        ),
    ] = None,
    strength: Annotated[
        str | None,
        typer.Option(
            metavar="S",
            help="Of every lever: low, central, high, a number, or drawn (in each world anew).",
        ),
    ] = None,
    sizes: Annotated[
        bool | None,
        typer.Option(
            "--sizes/--no-sizes",
            help="Also with levers at low, central and high strength, by default where one policy "
            "is compared, and each lever of a package alone, by default in any case.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM",
            help="Start of single levers that the scenario does not pull, 2027-01 by default.",
            callback=door.month,
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Metrics that are shown, the first one first; by default the shares of the four "
            "blocs, and dependence.",
            callback=door.words,
        ),
    ] = None,
    groups: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Groups or ISO3; the first one is shown first.",
            callback=door.words,
        ),
    ] = "world,global_south,global_south_with_china",
    precision: Annotated[
        float | None,
        typer.Option(
            metavar="H",
            help="Add runs until the 95 % interval of the mean is plus or minus H, as far as the "
            "posterior draws allow.",
            callback=door.precision,
        ),
    ] = None,
    runs: Runs = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", help="Random seed, the same for all points.", callback=door.seed),
    ] = None,
    set_: SetAll = None,
    until: Until = None,
    nations: Among = None,
    focus: Focus = None,
    responses: Answers = None,
    workers: Processes,
    cluster: Cluster = None,
    _metrics: Metrics = None,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare policies with a reference scenario."""
    from sim.cli import comparing, running
    from sim.study.compare.compare import compare as effects
    from sim.study.compare.packages import package

    named = None if levers is None else levers.split(",")
    places, shown = groups.split(","), [] if metric is None else metric.split(",")
    priced = cost or budget is not None
    single = each_lever or priced or (named is not None and not without)
    if interactions or single or without:
        what = "--cost" if cost else "--budget" if budget else "a lever"
        comparing.require_one(scenarios, "--interactions" if interactions else what)
    how: dict[str, Any] = {
        "against": against, "strength": strength, "start": start, "workers": workers,
        "overrides": running.overrides(set_, until, nations, focus, responses),
        "silent": json or quiet,
    }  # fmt: skip
    which: dict[str, Any] = {"levers": named, "seed": seed, "out": out}
    if interactions:
        which |= {"seed": 1 if seed is None else seed, "runs": 200 if runs is None else runs}
        which |= {"metric": shown[0]} if shown else {}
        parts = bars.watched("runs", package, scenarios[0], group=places[0], **which, **how)
        show = comparing.print_package
        output.finish(parts, comparing.package_json, show, json=json, quiet=quiet)
        return
    done = bars.watched(
        "runs", effects, scenarios, runs=runs, precision=precision, shown=shown, groups=places,
        sizes=sizes, cluster=cluster, cost=priced,
        each="less one" if without else "levers" if single else "scenarios", **which, **how,
    )  # fmt: skip
    if priced and (json or not quiet):
        comparing.money(done, scenarios[0], budget, json=json, cluster=cluster, **how)
        return
    output.finish(done, comparing.as_json, comparing.print_comparison, json=json, quiet=quiet)


@command()
def robust(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study with policies.")],
    *,
    points: Points = None,
    runs: EachRuns = None,
    seed: OneSeed = None,
    threshold: Annotated[
        float | None,
        typer.Option(metavar="X", help="Outcome that is good enough.", callback=door.finite),
    ] = None,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show all boxes of this policy.")
    ] = None,
    box: Annotated[int | None, typer.Option(metavar="N", help="Describe box N in words.")] = None,
    set_: SetAll = None,
    until: Until = None,
    nations: Among = None,
    focus: Focus = None,
    workers: Processes,
    cluster: Cluster = None,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show which policy is least regretted, and where each fails."""
    from sim.cli import judging, running
    from sim.study.robust import robust as judge

    overrides = running.overrides(set_, until, nations, focus)
    door.box(study, policy, box, overrides)
    found = bars.watched(
        Path(study).stem, judge, study, silent=json or quiet, points=points, runs=runs, seed=seed,
        threshold=threshold, overrides=overrides, workers=workers, cluster=cluster, out=out,
    )  # fmt: skip
    judging.require_box(found, policy, box)
    show = partial(judging.print_robust, policy=policy, box=box)
    output.finish(found, judging.as_json, show, json=json, quiet=quiet)


@command()
def hypotheses(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Studies with a hypothesis; all by default."),
    ] = None,
    *,
    runs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Replicates of every arm.", callback=door.runs),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(metavar="S", help="Random seed, the same for all arms.", callback=door.seed),
    ] = 1,
    responses: Answers = None,
    workers: Processes,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Test what the source documents claim."""
    from sim.cli import claiming
    from sim.cli.running import overrides
    from sim.study.hypotheses.experiments import examine_all

    found = bars.watched(
        "claims", examine_all, names or None, silent=json or quiet, runs=runs, seed=seed, out=out,
        workers=workers, overrides=overrides(responses=responses),
    )  # fmt: skip
    show = partial(claiming.print_findings, whole=bool(names))
    output.finish(found, claiming.as_json, show, json=json, quiet=quiet)


@command()
def calibrate(
    members: Members = 1000,
    steps: Steps = 8,
    seed: FitSeed = 1,
    until: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Last month whose figures are known.")
    ] = "2026-06",
    ship: Annotated[
        bool, typer.Option("--ship", help="Write the draws to where scenarios read them.")
    ] = False,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the model to observations; a second call resumes."""
    from sim.calibration.fit import Plan
    from sim.cli import calibrating
    from sim.evidence.posterior import FOLDER
    from sim.study import shipping
    from sim.study.calibrate import calibrate as fit

    run = partial(bars.watched, "steps", fit, out=out, silent=json or quiet)
    plan = Plan(members=members, steps=steps, seed=seed, until=until)
    done = shipping.ship(plan, run, FOLDER) if ship else run(plan)
    show = calibrating.print_calibration
    output.finish(done, calibrating.calibration_json, show, json=json, quiet=quiet)


@command()
def hindcast(
    cutoff: Annotated[
        list[str] | None,
        typer.Option(
            metavar="YYYY-MM", help="Month at whose end the forecast is made; may be repeated."
        ),
    ] = None,
    rolling: Annotated[
        bool,
        typer.Option(
            "--rolling", help="Four cut-offs, June 2025 to March 2026, and a judgement over them."
        ),
    ] = False,
    nations: Annotated[
        bool, typer.Option("--nations", help="Score nations that were left out instead.")
    ] = False,
    alternatives: Annotated[
        bool, typer.Option("--alternatives", help="Score other structures instead.")
    ] = False,
    score: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Score the forecasts of a file, and fit nothing."),
    ] = None,
    observations: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Figures of your own to score them against."),
    ] = None,
    members: Members = 1000,
    steps: Steps = 8,
    seed: FitSeed = 1,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit to a part of history, forecast the rest, and score it.

    With --score it fits nothing: it scores the dated forecasts of a file.
    """
    from sim.calibration.fit import Plan
    from sim.cli import calibrating, scoring
    from sim.study import hindcast as study
    from sim.study.left_out import left_out
    from sim.study.scoring import score as scores_of

    if score is not None:
        scored = scores_of(score, observations)
        output.finish(scored, scoring.as_json, scoring.print_scores, json=json)
        return
    months = list(study.ROLLING) if rolling else cutoff or [study.CUTOFF]
    plan = Plan(members=members, steps=steps, seed=seed)
    silent = json or quiet
    if nations:
        table = bars.watched("folds", left_out, plan, silent=silent).table
        output.finish(table, calibrating.observed, calibrating.print_nations, json=json)
    elif alternatives:
        table = bars.watched(
            "alternatives", study.alternatives, plan, months[0], silent=silent
        ).reset_index()
        show = partial(calibrating.print_alternatives, cutoff=months[0])
        output.finish(table, calibrating.observed, show, json=json)
    else:
        done = bars.watched("cut-offs", study.hindcast, months, plan=plan, out=out, silent=silent)
        output.finish(
            done, calibrating.hindcast_json, calibrating.print_hindcast, json=json, quiet=quiet
        )


@command()
def observe(
    scenario: One,
    series: Annotated[
        str, typer.Option(metavar="NAME", help="An observed series; sim list series shows them.")
    ],
    ecosystem: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only this ecosystem, or this group of ecosystems."),
    ] = None,
    nation: Annotated[
        str | None, typer.Option(metavar="ISO3", help="Only this nation of a series by nation.")
    ] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Leave out errors of observation.")] = False,
    runs: Runs = None,
    seed: Seed = None,
    set_: Set = None,
    until: Until = None,
    focus: Focus = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print every month as comma-separated values.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what a series would measure in a scenario, and what it did."""
    from sim.cli import observing, running
    from sim.study.observe import observe as of

    frame = of(
        scenario, series, runs=runs, seed=seed, until=until, ecosystem=ecosystem, nation=nation,
        errors=not bare, overrides=running.overrides(set_, focus=focus),
    )  # fmt: skip
    show = partial(observing.print_csv if csv else observing.print_beside, series=series)
    output.finish(frame, partial(observing.beside, series=series), show, json=json)


@command()
def explain(
    nation: Annotated[str, typer.Argument(metavar="NATION", help="An ISO3 code or a name.")],
    month: Annotated[str, typer.Argument(metavar="MONTH", help="YYYY-MM.")],
    metric: Annotated[
        str, typer.Argument(metavar="METRIC", help="One by nation and month: share.bloc_cn.")
    ],
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="A name or a YAML file; baseline by default.")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="RESULT", help="Folder of a run, which is explained."),
    ] = None,
    runs: Runs = None,
    seed: Seed = None,
    set_: Set = None,
    focus: Focus = None,
    json: Json = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the figure, in a sentence.")
    ] = False,
) -> None:
    """Show where a figure of a nation comes from."""
    from sim.cli import explaining, running
    from sim.study import explain as room

    if from_ is not None:
        found = room.of_folder(from_, nation, month, metric)
    else:
        overrides = running.overrides(set_, focus=focus)
        found = room.explain(
            nation, month, metric, "baseline" if scenario is None else scenario, runs=runs,
            seed=seed, overrides=overrides,
        )  # fmt: skip
    if json:
        output.print_json(found.as_dict())
        return
    typer.echo(explaining.headline(found))
    if not quiet:
        explaining.print_explanation(found)


@command()
def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Folder of a result.")],
    focus: Annotated[
        str | None,
        typer.Option("--focus", metavar="NATION", help="The page of one nation in a run."),
    ] = None,
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Build the report of a result again, or of one nation."""
    from sim.study import nation, saved

    if focus is None:
        page = saved.rebuild_report(result)
    else:
        page = nation.write(result, focus, workers=processors())
    if json:
        output.print_json({"folder": str(page.parent), "report": str(page)})
    elif not quiet:
        typer.echo(str(page))


@command()
def export(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Folder of a result.")],
    form: Annotated[
        str, typer.Option("--format", metavar="iamc|netcdf|csv|xlsx", help="What to write.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder to write into; RESULT/export by default."
        ),
    ] = None,
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Hand a result over to other tools."""
    from sim.study.export import export as hand_over

    made = hand_over(result, form, out)
    if json:
        output.print_json({"format": form, "path": str(made)})
    elif not quiet:
        typer.echo(str(made))


@command()
def repeat(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT", help="Folder of a result of any kind.")
    ],
    *,
    workers: Processes,
    _metrics: Metrics = None,
    out: Out = Path("results"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a result again from its manifest, the same to the byte."""
    from sim.cli import repeating
    from sim.study.repeat import repeat as again

    done = again(result, out=out, workers=workers)
    output.finish(done, repeating.as_json, repeating.show, json=json, quiet=quiet)


@command()
def explore(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A name or a YAML file.")
    ] = "baseline",
    *,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Port; by default the first free one from 8321 on.",
            callback=door.port,
        ),
    ] = None,
    runs: Runs = None,
) -> None:
    """Move levers on a page in your browser and see the world answer."""
    from sim.cli import exploring

    exploring.explore(scenario, port, door.runs(runs))
