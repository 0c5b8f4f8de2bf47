"""``trialwright kelim map``: KELIM in each subject of a table of samples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial, wraps
from pathlib import Path
from typing import Final, cast

import click
import polars as pl

from trialwright.assessments.kelim import ROW_SCHEMA, KelimOptions
from trialwright.assessments.series_rules import with_rules
from trialwright.cli import EXIT_FINDINGS
from trialwright.cli.run import say
from trialwright.conduct.kelim_map import ENGINE, MappedSeries, MapRequest, map_series
from trialwright.conduct.kelim_sets import banner_of
from trialwright.exchange.rows_out import rows_out
from trialwright.model.kelim_words import class_words
from trialwright.model.parameter_set import SetUse
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["map_command", "rule_option", "set_shape"]

_File: Final = click.Path(path_type=Path)


def _changes(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parts = [text.partition("=") for text in given]
    for name, mark, _ in parts:
        if not mark:
            raise click.BadParameter(f"{name!r} sets nothing; write it as last_day=50", context, parameter)
    return tuple((name.strip(), value.strip()) for name, _, value in parts)


rule_option = click.option(
    "--rule",
    "rules",
    multiple=True,
    callback=_changes,
    metavar="NAME=VALUE",
    help="Set a rule for samples, such as last_day=50, interference=drop, uln=35; may be given again.",
)


def set_shape(use: SetUse) -> dict[str, object]:
    """Parameter set as JSON names it.

    Parameters
    ----------
    use : SetUse
        The set.

    Returns
    -------
    dict of str to object
        Identity, status and cutoff.
    """
    content = use.content
    return {
        "id": content.id,
        "version": content.version,
        "status": use.status,
        "sha256": use.sha256,
        "marker": content.marker,
        "unit": content.unit,
        "structural_model": content.structural_model,
        "theta": dict(content.theta),
        "cutoff": None if content.cutoff is None else {"value": content.cutoff.value, "origin": content.cutoff.origin},
        "banner": banner_of(use) or None,
    }


def _shape(found: MappedSeries, counted: Counter[str]) -> Iterator[str]:
    """The answer as JSON, one subject at a time."""
    head = {
        "parameters": set_shape(found.use),
        "engine": ENGINE,
        "uncertainty": "posterior" if found.options.posterior else "laplace",
        "seed": found.options.seed if found.options.posterior else None,
        "level": found.options.level,
        "rules": asdict(found.rules),
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "subjects": ['
    separator = "\n  "
    for rows in found.rows:
        for row in _counting(rows, counted).iter_rows(named=True):
            yield separator + json.dumps(_subject(row), ensure_ascii=False)
            separator = ",\n  "
    yield "],\n " + f'"counts": {json.dumps(_counts(counted))}\n}}\n'


def _counts(counted: Counter[str]) -> dict[str, int]:
    words = ("ESTIMATED", "NOT CALCULABLE", "ERROR", "FAVOURABLE", "UNFAVOURABLE")
    return {word.lower().replace(" ", "_"): counted[word] for word in words}


def _counting(rows: pl.DataFrame, counted: Counter[str]) -> pl.DataFrame:
    for column in ("STATUS", "CLASS"):
        counted.update(dict(rows[column].drop_nulls().value_counts().iter_rows()))
    return rows


_ONCE: Final = ("PARAMSET", "PARAMSET_STATUS", "PARAMSET_SHA256", "ENGINE", "UNCERTAINTY")


def _subject(row: dict[str, object]) -> dict[str, object]:
    return {name.lower(): value for name, value in row.items() if name not in _ONCE}


def _lines(found: MappedSeries, counted: Counter[str]) -> Iterator[str]:
    banner = banner_of(found.use)
    if banner:
        yield f"{banner}\n"
    for rows in found.rows:
        for row in _counting(rows, counted).iter_rows(named=True):
            yield f"{_line(row, found)}\n"
    counts = _counts(counted)
    yield (
        f"{counts['estimated']} estimated, {counts['not_calculable']} not calculable, "
        f"{counts['error']} with samples to correct\n"
    )


def _line(row: dict[str, object], found: MappedSeries) -> str:
    subject, rate = row["USUBJID"], row["KELIM_PER_DAY"]
    left_out = f"; left out {row['EXCLUDED']}" if row["EXCLUDED"] else ""
    if not isinstance(rate, float):
        return f"{subject}  {str(row['STATUS']).lower()}: {row['REASON']}{left_out}"
    low, high, level = row["KELIM_LOW"], row["KELIM_HIGH"], found.options.level
    words = f"KELIM {rate:.4f}/d"
    if isinstance(low, float) and isinstance(high, float):
        words += f" ({level:.0%} {low:.4f} to {high:.4f})"
    ratio, probability = row["STD_KELIM"], row["P_FAVOURABLE"]
    if isinstance(ratio, float):
        known = probability if isinstance(probability, float) else None
        words += f", {class_words(ratio, known, uncertainty=str(row['UNCERTAINTY']))}"
    flags = row["FLAGS"]
    noted = f"; {', '.join(map(str, flags))}" if isinstance(flags, list) and flags else ""
    return f"{subject}  {words}; {row['N_USED']} samples{noted}{left_out}"


def _asked(function: Callable[..., None]) -> Callable[..., None]:
    """Gather what is asked of the estimators into one argument."""

    @wraps(function)
    def gathered(*, data: Path, parameters: str, posterior: bool, seed: int, level: float, **rest: object) -> None:
        events, covariates, study = (rest.pop(name) for name in ("events", "covariates", "study"))
        rules = partial(with_rules, changes=cast("tuple[tuple[str, str], ...]", rest.pop("rules")))
        options = KelimOptions(posterior, seed, level, ENGINE)
        function(request=MapRequest(data, parameters, options, rules, events, covariates, study), **rest)  # type: ignore[arg-type]  # click has read each as its option says

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


_OPTIONS: Final = (
    click.option("--data", required=True, type=_File, metavar="SERIES", help="Samples: USUBJID, DAY, VALUE, UNIT."),
    click.option("--parameters", required=True, metavar="SET", help="demo, or the file of a parameter set."),
    click.option("--posterior", is_flag=True, help="Draw from each posterior, instead of a normal distribution."),
    click.option("--seed", type=click.IntRange(0, MAX_SEED), default=1, show_default=True, help="Seed of the draws."),
    click.option("--level", type=click.FloatRange(0.5, 0.99), default=0.9, show_default=True, help="Of the interval."),
    click.option("--events", type=_File, metavar="FILE", help="USUBJID, DAY of interventions that raise the marker."),
    click.option("--covariates", type=_File, metavar="FILE", help="USUBJID and covariates, if not in SERIES."),
    rule_option,
    click.option("--study", metavar="STUDY", help="The study the figures are for; activated, it refuses demo."),
)


@click.command("map")
@_asked
@click.option("--out", type=_File, metavar="FILE", help="Table to write, .csv or .parquet.")
@click.option("--force", is_flag=True, help="Replace that table.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def map_command(request: MapRequest, *, out: Path | None, force: bool, as_json: bool) -> None:
    """Estimate KELIM in each subject of a table.

    SERIES is CSV or Parquet. DAY counts from the first day of chemotherapy, VALUE is text as the laboratory wrote it
    (<5 and >10000 are limits), UNIT has to be of the size of the set's. ASSAY, ULN (upper limit of normal) and UNTIL
    (last day that counts for this subject) are read where they stand. A table larger than 8 MiB is read in blocks
    and has to be sorted by USUBJID. Whatever is left out is listed with its reason; the exit code is 1 when a sample
    has to be corrected before its subject can have a figure.
    """
    if out is not None and as_json:
        raise click.UsageError("--out and --json exclude one another: say which of the two is meant")
    found = map_series(request, say=say)
    counted: Counter[str] = Counter()
    if out is not None:
        _write(found, counted, out, replace=force)
    else:
        for line in _shape(found, counted) if as_json else _lines(found, counted):
            click.echo(line, nl=False)
    if counted["ERROR"]:
        click.get_current_context().exit(EXIT_FINDINGS)


def _write(found: MappedSeries, counted: Counter[str], out: Path, *, replace: bool) -> None:
    with rows_out(out, ROW_SCHEMA, replace=replace) as sink:
        for rows in found.rows:
            sink(_counting(rows, counted))
    banner = banner_of(found.use)
    if banner:
        say(banner)
    counts = _counts(counted)
    say(
        f"{counts['estimated']} subjects estimated, {counts['not_calculable']} not calculable, {counts['error']} with "
        f"samples to correct; all stand in {out}"
    )
