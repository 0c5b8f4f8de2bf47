"""The elimination rate of a marker for a whole table of subjects, read and given in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import polars as pl

from trialwright import __version__
from trialwright.assessments.kelim import KelimOptions, kelim_rows, rules_of
from trialwright.assessments.marker_series import prepare_series
from trialwright.assessments.series_rules import SeriesRules
from trialwright.conduct.kelim_sets import open_set, refuse_demo
from trialwright.conduct.studies import open_study
from trialwright.errors import DataError
from trialwright.exchange.series_in import BLOCK_BYTES, SeriesColumns, series_blocks
from trialwright.model.parameter_set import ParameterSet, SetUse

__all__ = ["ENGINE", "SIMULATED", "MapRequest", "MappedSeries", "kelim", "map_series", "read_covariates", "read_events"]

ENGINE = f"trialwright {__version__}"
"""Program and version, as every row names it."""

SIMULATED = "SIMULATED"
"""What the column ``ORIGIN`` of an invented series says in every row."""


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What is asked of `map_series`.

    Parameters
    ----------
    data : pathlib.Path
        Table of samples, ``.csv`` or ``.parquet``.
    parameters : str
        ``demo``, or the path of a parameter set.
    options : KelimOptions
        How sure a figure is made.
    rules : callable
        Makes the rules that are used of those of the set.
    events, covariates : pathlib.Path, optional
        Tables of interventions and of covariates; they are held in memory.
    study : str, optional
        The study the figures are for.
    block_bytes : int
        Text read at a time.
    """

    data: Path
    parameters: str
    options: KelimOptions = field(default_factory=lambda: KelimOptions(engine=ENGINE))
    rules: Callable[[SeriesRules], SeriesRules] = field(default=lambda rules: rules)
    events: Path | None = None
    covariates: Path | None = None
    study: str | None = None
    block_bytes: int = BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class MappedSeries:
    """A table of subjects on its way through the estimators.

    Parameters
    ----------
    use : SetUse
        The parameter set.
    rules : SeriesRules
        The rules for samples that are used.
    options : KelimOptions
        How sure the figures are made.
    rows : iterator of polars.DataFrame
        Rows of whole subjects, as `kelim_rows` gives them, one frame a block.
    """

    use: SetUse
    rules: SeriesRules
    options: KelimOptions
    rows: Iterator[pl.DataFrame]


def kelim(
    samples: pl.DataFrame,
    parameters: str = "demo",
    *,
    rules: SeriesRules | None = None,
    options: KelimOptions | None = None,
    events: pl.DataFrame | None = None,
    covariates: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """KELIM in each subject of a frame of samples, with its interval, class and probability.

    Parameters
    ----------
    samples : polars.DataFrame
        ``ROW USUBJID DAY VALUE UNIT``, as `prepare_series` takes them.
    parameters : str, default "demo"
        ``demo``, or the path of a parameter set.
    rules : SeriesRules, optional
        Rules for samples; those of the set when absent.
    options : KelimOptions, optional
        How sure a figure is made; with the posterior when absent.
    events, covariates : polars.DataFrame, optional
        Interventions that raise the marker (``USUBJID DAY``), and the covariates of the set.

    Returns
    -------
    polars.DataFrame
        A row for each subject, or why there is no figure.

    Examples
    --------
    >>> samples = pl.DataFrame(
    ...     {"ROW": ["1", "2", "3"], "USUBJID": ["P4"] * 3, "DAY": [0, 22, 44], "VALUE": ["410", "180", "90"]}
    ... ).with_columns(UNIT=pl.lit("U/mL"))
    >>> row = kelim(samples).row(0, named=True)
    >>> round(row["KELIM_PER_DAY"], 4), row["CLASS"], row["PARAMSET_STATUS"]
    (0.0532, 'UNFAVOURABLE', 'demo')
    """
    use = open_set(parameters)
    prepared = prepare_series(samples, rules or rules_of(use.content), events)
    return kelim_rows(prepared, use, options or KelimOptions(posterior=True, engine=ENGINE), covariates)


def map_series(request: MapRequest, *, say: Callable[[str], None] = lambda message: None) -> MappedSeries:
    """Return the elimination rates of all subjects of a table, block by block.

    Parameters
    ----------
    request : MapRequest
        What is asked.
    say : callable, optional
        Told how far the reading has come.

    Returns
    -------
    MappedSeries
        The rows are made while they are taken, but for those of the first block.

    Raises
    ------
    InputError
        If the set or a table cannot be read.
    NotAllowedError
        If the set is invented and the study is activated.
    """
    use = open_set(request.parameters)
    if request.study is not None:
        refuse_demo(use, open_study(request.study), request.parameters)
    rules = request.rules(rules_of(use.content))
    rows = _rows(request, use, rules, say)
    # the first block is read now, so that a table that is none is refused before anything is shown
    first = list(islice(rows, 1))
    return MappedSeries(use, rules, request.options, chain(first, rows))


def _rows(request: MapRequest, use: SetUse, rules: SeriesRules, say: Callable[[str], None]) -> Iterator[pl.DataFrame]:
    events = None if request.events is None else read_events(request.events)
    given = None if request.covariates is None else read_covariates(request.covariates, use.content)
    names = tuple(sorted({effect.name for effect in use.content.covariates}))
    wanted = SeriesColumns(numbers=("ULN", "UNTIL", *(names if given is None else ())))
    subjects = 0
    for block in series_blocks(request.data, wanted, block_bytes=request.block_bytes):
        own = _own_covariates(block.samples, names, request.data.name) if given is None else given
        found = kelim_rows(prepare_series(block.samples, rules, events), use, request.options, own)
        rows = _marked(found, block.samples)
        subjects += rows.height
        if block.done < 1 or subjects > found.height:
            say(f"{block.done:.0%} of {request.data.name} read, {subjects:,} subjects")
        yield rows


def _marked(rows: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Rows with a flag on the subjects who are invented."""
    if "ORIGIN" not in samples.columns:
        return rows
    invented = samples.filter(pl.col("ORIGIN") == SIMULATED)["USUBJID"].unique().implode()
    flag = pl.when(pl.col("USUBJID").is_in(invented)).then(pl.lit("simulated"))
    return rows.with_columns(FLAGS=pl.concat_list("FLAGS", flag).list.drop_nulls())


def _own_covariates(samples: pl.DataFrame, names: tuple[str, ...], file: str) -> pl.DataFrame | None:
    here = [name for name in names if name in samples.columns]
    if not here:
        return None
    own = samples.group_by("USUBJID").agg(pl.col(here).drop_nulls().unique())
    for name in here:
        several = own.filter(pl.col(name).list.len() > 1)
        if several.height:
            raise DataError(
                f"{name} of subject {several['USUBJID'][0]} has several values",
                where=file,
                mend="give one value a subject, the one at the start of treatment",
            )
    return own.with_columns(pl.col(name).list.first() for name in here)


def read_events(path: Path) -> pl.DataFrame:
    """Return a table of interventions that raise a marker.

    Parameters
    ----------
    path : pathlib.Path
        ``.csv`` or ``.parquet`` with ``USUBJID`` and ``DAY``, days since the start of treatment.

    Returns
    -------
    polars.DataFrame
        ``USUBJID DAY``.

    Raises
    ------
    DataError
        If a column is missing or a day is no whole number.
    """
    table = _table(path, ("USUBJID", "DAY"))
    days = table["DAY"].str.strip_chars().cast(pl.Int64, strict=False)
    odd = days.is_null().arg_true()
    if odd.len():
        where = f"{path.name}:{int(odd[0]) + 2}"
        raise DataError("the day of an intervention is missing or no whole number", where=where, mend="write its day")
    return table.select("USUBJID", DAY=days)


def read_covariates(path: Path, parameter_set: ParameterSet) -> pl.DataFrame:
    """Return a table of covariates, one row a subject.

    Parameters
    ----------
    path : pathlib.Path
        ``.csv`` or ``.parquet`` with ``USUBJID`` and the covariates of the set.
    parameter_set : ParameterSet
        The set.

    Returns
    -------
    polars.DataFrame
        Numbers; an empty cell is null.

    Raises
    ------
    DataError
        If a column is missing, a cell is no number, or a subject stands there twice.
    """
    names = sorted({effect.name for effect in parameter_set.covariates})
    table = _table(path, ("USUBJID", *names))
    if table["USUBJID"].is_duplicated().any():
        twice = table.filter(pl.col("USUBJID").is_duplicated())["USUBJID"][0]
        raise DataError(f"subject {twice} stands there twice", where=path.name, mend="give one row a subject")
    numbers = table.with_columns(pl.col(name).cast(pl.Float64, strict=False) for name in names)
    for name in names:
        odd = (numbers[name].is_null() & table[name].is_not_null()).arg_true()
        if odd.len():
            where = f"{path.name}:{int(odd[0]) + 2}"
            raise DataError(f"column {name} holds {table[name][int(odd[0])]!r}", where=where, mend="write a number")
    return numbers


def _table(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    try:
        read = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as refused:
        said = str(refused).splitlines()[0]
        raise DataError(f"the table cannot be read: {said}", where=path.name, mend="write it as CSV") from refused
    absent = [name for name in columns if name not in read.columns]
    if absent:
        raise DataError(
            f"there is no column {absent[0]}", where=path.name, mend=f"the columns are {', '.join(read.columns)}"
        )
    return read.select(pl.col(name).cast(pl.String) for name in columns)
