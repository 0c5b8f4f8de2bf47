"""Invented marker series of a parameter set's population, said to be invented in every row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from trialwright.assessments.kelim import population_of
from trialwright.conduct.kelim_map import SIMULATED
from trialwright.exchange.rows_out import rows_out
from trialwright.model.parameter_set import SetUse
from trialwright.numerics.kinetics.virtual import SamplingPlan, VirtualSeries, virtual_series

__all__ = ["Invented", "invent_series", "write_invented"]

_SERIES = {
    "USUBJID": pl.String(), "DAY": pl.Int64(), "VALUE": pl.String(), "UNIT": pl.String(), "ORIGIN": pl.String(),
}  # fmt: skip
_DIGITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Invented:
    """Invented series and the truth behind them.

    Parameters
    ----------
    samples : polars.DataFrame
        ``USUBJID DAY VALUE UNIT ORIGIN``, as `kelim map` reads them.
    truth : polars.DataFrame
        ``USUBJID``, the true parameters, whether the curve rises early, ``ORIGIN``.
    below_share : float
        Share of samples below the limit of the assay.
    """

    samples: pl.DataFrame
    truth: pl.DataFrame
    below_share: float


def invent_series(use: SetUse, plan: SamplingPlan, *, subjects: int, seed: int) -> Invented:
    """Return invented series of a set's population.

    Parameters
    ----------
    use : SetUse
        The set; its covariates are taken at their centres.
    plan : SamplingPlan
        Days, missed samples, limits of the assay.
    subjects : int
        Number of subjects.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Invented
        Values carry four digits, as a laboratory writes them.

    Raises
    ------
    NumericsError
        If a parameter of the set has no distribution between subjects.
    """
    content = use.content
    virtual = virtual_series(population_of(content), plan, count=subjects, seed=seed)
    names = pl.Series([f"SIM-{number:07d}" for number in range(1, subjects + 1)])
    samples = pl.DataFrame(
        {
            "USUBJID": names.gather(virtual.series.owner),
            "DAY": virtual.series.t_days.round().astype(np.int64),
            "VALUE": _as_written(virtual),
            "UNIT": pl.Series([content.unit]).new_from_index(0, virtual.series.t_days.size),
            "ORIGIN": pl.Series([SIMULATED]).new_from_index(0, virtual.series.t_days.size),
        }
    )
    truth = pl.DataFrame(
        {
            "USUBJID": names,
            **{name.upper(): np.exp(virtual.ln_theta[:, place]) for place, name in enumerate(content.parameters)},
            "EARLY_RISE": virtual.early_rise,
            "ORIGIN": pl.Series([SIMULATED]).new_from_index(0, subjects),
        }
    )
    return Invented(samples, truth, virtual.below_share)


def write_invented(invented: Invented, out: Path, truth: Path | None = None, *, replace: bool = False) -> None:
    """Write invented series, and their truth apart from them.

    Parameters
    ----------
    invented : Invented
        The series.
    out : pathlib.Path
        Table of samples, ``.csv`` or ``.parquet``.
    truth : pathlib.Path, optional
        Table of true parameters.
    replace : bool, default False
        Whether files that stand there are replaced.

    Raises
    ------
    NotAllowedError
        If a file stands there and is not to be replaced.
    """
    with rows_out(out, _SERIES, replace=replace) as sink:
        sink(invented.samples)
    if truth is not None:
        with rows_out(truth, dict(invented.truth.schema), replace=replace) as sink:
            sink(invented.truth)


def _as_written(virtual: VirtualSeries) -> pl.Series:
    value, censor = pl.Series(np.exp(virtual.series.ln_value)), pl.Series(virtual.series.censor)
    mark = pl.when(pl.col("censor") < 0).then(pl.lit("<")).when(pl.col("censor") > 0).then(pl.lit(">"))
    # whole numbers from a thousand on, so that no value is written with an exponent
    digits = pl.col("value").round_sig_figs(_DIGITS)
    text = pl.when(digits >= 10 ** (_DIGITS - 1)).then(digits.cast(pl.Int64).cast(pl.String)).otherwise(_plain(digits))
    shown = mark.otherwise(pl.lit("")) + text
    return pl.DataFrame({"value": value, "censor": censor}).select(shown.alias("VALUE"))["VALUE"]


def _plain(value: pl.Expr) -> pl.Expr:
    """A number below a thousand as text, six decimals at the most and none to spare."""
    return value.cast(pl.Decimal(38, 6)).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
