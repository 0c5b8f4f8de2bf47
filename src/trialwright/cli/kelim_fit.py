"""``trialwright kelim fit``, ``simulate`` and ``vpc``: a population from series, series from a population, and both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Final, Literal, cast

import click
import numpy as np

from trialwright.assessments.kelim import rules_of
from trialwright.assessments.series_rules import with_rules
from trialwright.cli import EXIT_FINDINGS
from trialwright.cli.kelim_map import rule_option, set_shape
from trialwright.cli.run import say
from trialwright.conduct.kelim_cohort import read_cohort
from trialwright.conduct.kelim_diagnostics import Diagnosed, diagnose, write_diagnostics
from trialwright.conduct.kelim_fit import FitRequest, Fitted, fit_cohort, fit_set
from trialwright.conduct.kelim_sets import banner_of, open_set
from trialwright.conduct.kelim_simulate import invent_series, write_invented
from trialwright.model.parameter_set import Setting, SetUse
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.kinetics.virtual import SamplingPlan
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["fit_command", "simulate_command", "vpc_command"]

_File: Final = click.Path(path_type=Path)
_SEED: Final = click.option("--seed", type=click.IntRange(0, MAX_SEED), default=1, show_default=True)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
_EVENTS: Final = click.option("--events", type=_File, metavar="FILE", help="USUBJID, DAY of interventions.")
_REPORT: Final = click.option("--report", type=_File, metavar="DIR", help="New folder for the page of diagnostics.")
_DATA: Final = click.argument("data", type=_File, metavar="SERIES")


def _pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parts = [text.partition("=") for text in given]
    for name, mark, on in parts:
        if not mark or not re.fullmatch("[A-Z][A-Z0-9_]{0,15}", name.strip()):
            raise click.BadParameter(f"{name}{mark}{on} is no effect; write it as AGE=kelim", context, parameter)
    return tuple((name.strip(), on.strip()) for name, _, on in parts)


def _days(context: click.Context, parameter: click.Parameter, text: str) -> tuple[float, ...]:
    if not re.fullmatch(r"[0-9]{1,4}(,[0-9]{1,4})*", text):
        raise click.BadParameter("write days as 0,21,42,63", context, parameter)
    return tuple(float(day) for day in text.split(","))


def _requested(function: Callable[..., None]) -> Callable[..., None]:
    """Gather what is asked of the fit into one argument."""

    @wraps(function)
    def gathered(*, out: Path, start: str, seed: int, cutoff: float | None, **rest: object) -> None:
        runs, iterations = (cast("int", rest.pop(name)) for name in ("runs", "iterations"))
        named = {name: rest.pop(name) for name in ("name", "version", "line", "regimen", "cohort", "effects")}
        slug = re.sub("[^a-z0-9_-]+", "-", str(named["name"] or out.stem).lower()).strip("-")
        request = FitRequest(
            id=slug if slug[:1].isalpha() else f"set-{slug}",
            version=str(named["version"]),
            setting=Setting(
                line=cast("Literal['neoadjuvant', 'adjuvant', 'recurrent', 'any']", named["line"]),
                regimen=str(named["regimen"]),
            ),
            citation=f"fitted to {named['cohort']}",
            start=start,
            seed=seed,
            runs=runs,
            cutoff_per_day=cutoff,
            effects=cast("tuple[tuple[str, str], ...]", named["effects"]),
            options=SaemOptions(
                exploration=2 * iterations // 5,
                smoothing=iterations - 2 * iterations // 5,
                annealing=min(150, iterations // 5),
            ),
        )
        function(out=out, request=request, **rest)

    for option in reversed(_FIT_OPTIONS):
        gathered = option(gathered)
    return gathered


_FIT_OPTIONS: Final = (
    click.option("--out", "-o", required=True, type=_File, metavar="SET", help="File of the set to write."),
    click.option("--start", default="demo", show_default=True, metavar="SET", help="Set the fit starts from."),
    _SEED,
    click.option("--runs", type=click.IntRange(1, 20), default=3, show_default=True, help="Fits, one seed after one."),
    click.option("--iterations", type=click.IntRange(50, 100_000), default=1000, show_default=True, help="Of a run."),
    click.option("--cutoff", type=click.FloatRange(0, min_open=True), help="Rate; default: cohort's median."),
    click.option("--id", "name", metavar="NAME", help="Name of the set; default: that of its file."),
    click.option("--version", default="1.0.0", show_default=True, help="Version of the set."),
    click.option(
        "--line", type=click.Choice(["neoadjuvant", "adjuvant", "recurrent", "any"]), default="any", show_default=True,
        help="Line of treatment the cohort was in.",
    ),
    click.option("--regimen", default="not stated", show_default=True, help="Regimen the cohort had."),
    click.option("--cohort", default="a cohort of one's own", show_default=True, help="Which cohort, in words."),
    click.option("--effect", "effects", multiple=True, callback=_pairs, metavar="NAME=PARAMETER",
                 help="Covariate of SERIES that moves a parameter, such as AGE=kelim; may be given again."),
)  # fmt: skip


@click.command("fit")
@_DATA
@_requested
@_EVENTS
@rule_option
@_REPORT
@_JSON
def fit_command(
    *,
    data: Path,
    out: Path,
    request: FitRequest,
    events: Path | None,
    rules: tuple[tuple[str, str], ...],
    report: Path | None,
    as_json: bool,
) -> None:
    """Fit a parameter set to the subjects of a table, all arms together.

    The set says local_fit, holds a report of its fit, and takes as cutoff the median of the cohort's own most probable
    rates, so that its classes compare with no other cohort's. The fit runs with several seeds; the exit code is 1 when
    it has not settled. A file that holds another set is never written over.
    """
    start = open_set(request.start)
    own = with_rules(rules_of(start.content), rules)
    names = tuple(dict.fromkeys(name for name, _ in request.effects))
    cohort = read_cohort(data, own, events=events, covariates=names)
    if cohort.simulated:
        say("SIMULATED: the subjects are invented")
    fitted = fit_cohort(cohort, request, say=say)
    use = fit_set(fitted, out)
    files: tuple[str, ...] = ()
    if report is not None:
        say("checking the fit")
        files = write_diagnostics(report, diagnose(cohort, use, seed=request.seed), fitted)
    if as_json:
        click.echo(json.dumps(_fit_shape(fitted, use, out, files, simulated=cohort.simulated), indent=1))
    else:
        click.echo(_fit_text(fitted, use, out, simulated=cohort.simulated))
    if fitted.doubts:
        click.get_current_context().exit(EXIT_FINDINGS)


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _fit_shape(fitted: Fitted, use: SetUse, out: Path, files: tuple[str, ...], *, simulated: bool) -> dict[str, object]:
    fit, spread = fitted.fits[0], fitted.spread
    interval = fit.interval()
    return {
        "out": str(out),
        "origin": "simulated" if simulated else "entered",
        "parameters": set_shape(use),
        "subjects": fit.subjects,
        "samples": fit.values,
        "below": fit.below,
        "above": fit.above,
        "minus_two_ll": fit.minus_two_ll,
        "minus_two_ll_error": fit.minus_two_ll_error,
        "seeds": [each.seed for each in fitted.fits],
        "estimates": [
            {
                "name": name,
                "value": float(fit.natural[place]),
                "se": _finite(fit.natural_se[place]),
                "low": _finite(interval[place, 0]),
                "high": _finite(interval[place, 1]),
                "between_seeds_in_se": None if spread is None else _finite(spread.in_se[place]),
            }
            for place, name in enumerate(fit.natural_names)
        ],
        "shrinkage": {
            name: _finite(share) for name, share in zip(fit.population.model.parameters, fit.shrinkage, strict=True)
        },
        "doubts": list(fitted.doubts),
        "report": list(files),
    }


def _fit_text(fitted: Fitted, use: SetUse, out: Path, *, simulated: bool) -> str:
    fit = fitted.fits[0]
    lines = [
        f"{'SIMULATED  ' if simulated else ''}{banner_of(use)}",
        f"{fit.subjects} subjects, {fit.values} samples, {fit.below} below the limit",
    ]
    for name, value, se in zip(fit.natural_names, fit.natural, fit.natural_se, strict=True):
        known = f"± {se:.2g}" if np.isfinite(se) else "(standard error not known)"
        lines.append(f"{name:<14} {value:.4g} {known}")
    lines.append(f"−2 ln likelihood {fit.minus_two_ll:.2f} ± {fit.minus_two_ll_error:.2f}")
    if use.content.cutoff is not None:
        lines.append(
            f"cutoff rate {use.content.cutoff.value:.5g} per day ({use.content.cutoff.origin.replace('_', ' ')})"
        )
    lines += [f"doubt: {doubt}" for doubt in fitted.doubts]
    return "\n".join([*lines, f"set {out} sha256 {use.sha256}"])


def _planned(function: Callable[..., None]) -> Callable[..., None]:
    """Gather the plan of sampling into one argument."""

    @wraps(function)
    def gathered(
        *, days: tuple[float, ...], shift: int, missed: float, lloq: float | None, uloq: float | None, **rest: object
    ) -> None:
        plan = SamplingPlan(
            days=days, max_shift_days=shift, missed=missed, min_samples=min(3, len(days)),
            last_day=max(100.0, days[-1]), lower_limit=lloq or None, upper_limit=uloq,
        )  # fmt: skip
        function(plan=plan, **rest)

    for option in reversed(_PLAN_OPTIONS):
        gathered = option(gathered)
    return gathered


_PLAN_OPTIONS: Final = (
    click.option("--days", callback=_days, default="0,21,42,63,84,98", show_default=True, help="Days of the samples."),
    click.option("--shift", type=click.IntRange(0, 30), default=3, show_default=True, help="Days early or late."),
    click.option("--missed", type=click.FloatRange(0, 0.9), default=0.08, show_default=True, help="Share missed."),
    click.option("--lloq", type=click.FloatRange(0), default=3.0, show_default=True, help="Lower limit; 0 for none."),
    click.option("--uloq", type=click.FloatRange(0, min_open=True), help="Upper limit of the assay."),
)


@click.command("simulate")
@click.argument("parameters", metavar="SET")
@click.option("--n", "subjects", type=click.IntRange(1, 1_000_000), required=True, help="Subjects.")
@_SEED
@_planned
@click.option("--out", required=True, type=_File, metavar="FILE", help="Series to write, .csv or .parquet.")
@click.option("--truth", type=_File, metavar="FILE", help="True parameters to write, apart from the series.")
@click.option("--force", is_flag=True, help="Replace those files.")
@_JSON
def simulate_command(
    *,
    parameters: str,
    subjects: int,
    seed: int,
    plan: SamplingPlan,
    out: Path,
    truth: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Invent series of a parameter set's population.

    Every row says SIMULATED in ORIGIN, and whatever is made of the series says so too. The same seed gives the same
    subjects.
    """
    use = open_set(parameters)
    invented = invent_series(use, plan, subjects=subjects, seed=seed)
    write_invented(invented, out, truth, replace=force)
    shape = {
        "out": str(out),
        "truth": None if truth is None else str(truth),
        "origin": "simulated",
        "parameters": set_shape(use),
        "seed": seed,
        "subjects": subjects,
        "samples": invented.samples.height,
        "below_share": invented.below_share,
        "early_rises": int(invented.truth["EARLY_RISE"].sum()),
    }
    if as_json:
        click.echo(json.dumps(shape, indent=1))
        return
    click.echo(
        f"SIMULATED  {subjects} subjects, {invented.samples.height} samples, {invented.below_share:.1%} below the limit"
    )
    click.echo(f"series {out}" + ("" if truth is None else f"; what is true of them {truth}"))


@click.command("vpc")
@_DATA
@click.option("--parameters", required=True, metavar="SET", help="demo, or the file of a parameter set.")
@_SEED
@click.option("--replicates", type=click.IntRange(50, 10_000), default=500, show_default=True, help="Repetitions.")
@_EVENTS
@rule_option
@_REPORT
@_JSON
def vpc_command(
    *,
    data: Path,
    parameters: str,
    seed: int,
    replicates: int,
    events: Path | None,
    rules: tuple[tuple[str, str], ...],
    report: Path | None,
    as_json: bool,
) -> None:
    """Compare the subjects of a table with simulated repetitions of them (visual predictive check).

    Percentiles of the values and shares below the limit of the assay by bins of days, each beside the interval in
    which it lies in the repetitions, and normalised prediction distribution errors. --report draws them.
    """
    use = open_set(parameters)
    names = tuple(dict.fromkeys(effect.name for effect in use.content.covariates))
    cohort = read_cohort(data, with_rules(rules_of(use.content), rules), events=events, covariates=names)
    found = diagnose(cohort, use, replicates=replicates, seed=seed)
    files = () if report is None else write_diagnostics(report, found)
    if as_json:
        click.echo(json.dumps(_check_shape(found, files, seed), indent=1))
        return
    for line in _check_lines(found):
        click.echo(line)


def _check_shape(found: Diagnosed, files: tuple[str, ...], seed: int) -> dict[str, object]:
    check, errors = found.check, found.errors
    percentiles, below = check.percentiles, check.below
    return {
        "origin": "simulated" if found.cohort.simulated else "entered",
        "parameters": set_shape(found.use),
        "seed": seed,
        "replicates": check.replicates,
        "interval": check.interval,
        "lower_limit": check.lower_limit,
        "bins": [
            {
                "from_day": float(check.edges_days[b]),
                "to_day": float(check.edges_days[b + 1]),
                "values": int(check.values[b]),
                "percentiles": [
                    {
                        "level": float(level),
                        **{
                            name: _finite(np.exp(getattr(percentiles, name)[b, q]))
                            for name in ("measured", "low", "median", "high")
                        },
                    }
                    for q, level in enumerate(check.levels)
                ],
                "below": {name: _finite(getattr(below, name)[b]) for name in ("measured", "low", "median", "high")},
            }
            for b in range(check.values.size)
        ],
        "prediction_errors": None
        if errors is None
        else {
            "mean": _finite(errors.mean),
            "variance": _finite(errors.variance),
            "p_mean": _finite(errors.p_mean),
            "p_variance": _finite(errors.p_variance),
            "p_normal": _finite(errors.p_normal),
            "p_global": _finite(errors.p_global),
        },
        "report": list(files),
    }


def _check_lines(found: Diagnosed) -> list[str]:
    check, errors = found.check, found.errors
    banner = " · ".join(filter(None, ("SIMULATED" if found.cohort.simulated else "", banner_of(found.use))))
    lines = [banner] if banner else []
    lines.append(f"days            values  {'  '.join(f'{level:.0%} measured [simulated]' for level in check.levels)}")
    for b in range(check.values.size):
        cells = []
        for q in range(check.levels.size):
            own, low, high = (getattr(check.percentiles, name)[b, q] for name in ("measured", "low", "high"))
            inside = f"{np.exp(low):.4g}–{np.exp(high):.4g}" if np.isfinite(low) and np.isfinite(high) else "–"
            cells.append(f"{np.exp(own):.4g} [{inside}]" if np.isfinite(own) else f"below [{inside}]")
        span = f"{check.edges_days[b]:g} to {check.edges_days[b + 1]:g}"
        lines.append(f"{span:<15} {check.values[b]:>6}  {'  '.join(cells)}")
    outside = int(np.nansum(check.percentiles.outside))
    known = int(np.isfinite(check.percentiles.outside).sum())
    lines.append(f"{outside} of {known} percentiles lie outside their {check.interval:.0%} interval")
    if errors is not None:
        lines.append(
            f"prediction errors: mean {errors.mean:.3f}, variance {errors.variance:.3f}, p {errors.p_global:.3f}"
        )
    return lines
