"""The re-randomisation test of a log-rank analysis: the same courses, the arms drawn anew by the sealed procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import copysign, sqrt

import numpy as np
import polars as pl

from trialwright.allocation.engine import entries_of, scheme_of
from trialwright.analysis.survival import logrank
from trialwright.conduct.allocate import Place
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.register import Line, read_register
from trialwright.conduct.run import read_data
from trialwright.conduct.sealing import open_sealed
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import DataError, EstimationError, InputError, NotAllowedError
from trialwright.model.endpoint import Analysis
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.numerics.rerandomisation import FollowUp, rerandomisation_p, rerandomised_logrank
from trialwright.numerics.sampling import Draws

__all__ = ["Rerandomised", "rerandomise"]

_BESIDE = -1


@dataclass(frozen=True, slots=True)
class Rerandomised:
    """Result of a re-randomisation test.

    Parameters
    ----------
    analysis, endpoint, definition : str
        Log-rank analysis it stands beside.
    compared : tuple of two str
        Arms, the reference second.
    n, events : int
        Subjects and events compared.
    z : float
        Log-rank statistic of the first arm, negative when it has fewer events than expected.
    p_logrank : float
        Two-sided p value of the log-rank test.
    p : float
        Two-sided p value among the arms drawn anew.
    runs, seed : int
        How often they were drawn, and the seed.
    """

    analysis: str
    endpoint: str
    definition: str
    compared: tuple[str, str]
    n: int
    events: int
    z: float
    p_logrank: float
    p: float
    runs: int
    seed: int


def rerandomise(
    opened: OpenedStudy,
    analysis: str,
    place: Place,
    *,
    cutoff: date,
    by_arm: bool,
    rehearsal: bool = False,
    runs: int = 10_000,
    seed: int = 1,
) -> Rerandomised:
    """Re-randomisation test beside a log-rank analysis of the study file.

    Parameters
    ----------
    opened : OpenedStudy
        The study; for a trial it must be activated.
    analysis : str
        Id of an analysis by ``logrank`` without weights.
    place : Place
        Sealed file, register and data; the arms of the data must be those of the register.
    cutoff : date
        Last day that counts.
    by_arm : bool
        Whether a comparison may be shown.
    rehearsal : bool
        Whether the sealed file is one for trying out.
    runs : int
        How often the arms are drawn anew.
    seed : int
        Of the random numbers.

    Returns
    -------
    Rerandomised
        Both p values.

    Raises
    ------
    NotAllowedError
        If a comparison may not be shown.
    InputError
        If there is no such analysis, or it is of another kind.
    DataError
        If register and data disagree.
    EstimationError
        If there is nothing to compare.

    Notes
    -----
    Courses, strata and the order of entry stay as they were; the procedure is run again over all subjects of the
    register. Who is not analysed is drawn too, and does not count.
    """
    if not by_arm:
        raise NotAllowedError("a comparison is asked for", why="a live trial must not leak it", mend="add --by-arm")
    entry = _analysis(opened.study, analysis)
    held = open_sealed(opened, place.sealed, rehearsal=rehearsal)
    lines = read_register(held.sealed, place.register)
    frames, _ = read_data(place.data, opened)
    _require_same_arms(lines, frames)
    rows = _rows(opened.study, entry, lines, frames, cutoff)
    design = held.sealed.design
    cells = [line.subject.cell for line in lines]
    stratum = np.array([design.cells.index(cell) if entry.strata == "as allocated" else 0 for cell in cells], np.int64)
    first, second = entry.compare or ("", "")
    z, p_logrank, n, events = _observed(rows, stratum, (first, second))
    analysed = rows["TIME"].is_not_null().to_numpy()
    follow_up = FollowUp(
        rows["TIME"].fill_null(0.0).to_numpy(),
        rows["EVENT"].fill_null(0).to_numpy(),
        np.where(analysed, stratum, _BESIDE),  # a stratum without events adds nothing
    )
    uniforms = Draws.first(seed, 0, runs).grid("re-randomisation", 2 * len(lines))
    drawn = rerandomised_logrank(
        scheme_of(design),
        entries_of(design, cells),
        follow_up,
        uniforms,
        compared=(design.arms.index(second), design.arms.index(first)),
    )
    definition = _definition(opened.study, entry)
    p = rerandomisation_p(z, drawn)
    return Rerandomised(
        entry.id, entry.endpoint, definition, (first, second), n, events, z, p_logrank, p, runs, seed
    )  # fmt: skip


def _analysis(study: Study, name: str) -> Analysis:
    offered = {entry.id: entry for entry in study.analyses if entry.method == "logrank" and entry.compare is not None}
    if name not in offered:
        known = ", ".join(offered) or "the study file has none"
        raise InputError(f"there is no log-rank comparison {name!r}", where="/analyses", mend=f"name one: {known}")
    entry = offered[name]
    if any(float(str(entry.settings.get(weight, 0))) for weight in ("rho", "gamma")):
        raise InputError(f"{name} is weighted", where=f"/analyses/{name}", mend="name one without rho and gamma")
    if isinstance(entry.strata, tuple):
        raise InputError(
            f"{name} has strata of its own", where=f"/analyses/{name}/strata", mend="name one with strata as allocated"
        )
    return entry


def _definition(study: Study, entry: Analysis) -> str:
    return entry.definition or study.endpoint(entry.endpoint).use or "used"


def _require_same_arms(lines: Sequence[Line], frames: Frames) -> None:
    held = frames["DM"].select("USUBJID", "ARMCD").drop_nulls()
    due = pl.DataFrame({"USUBJID": [line.subject.id for line in lines], "DUE": [line.arm for line in lines]})
    both = held.join(due, on="USUBJID", how="full", coalesce=True).sort("USUBJID")
    differ = both.filter(pl.col("ARMCD").ne_missing(pl.col("DUE")))
    if differ.height:
        raise DataError(
            f"the data and the register give {differ.height} subjects different arms, {differ['USUBJID'][0]} the first",
            where="dm.csv ARMCD",
            mend="export the data again with the arms of the register",
        )


def _rows(study: Study, entry: Analysis, lines: Sequence[Line], frames: Frames, cutoff: date) -> pl.DataFrame:
    """Time and event of every subject of the register, in its order; null where the subject is not analysed."""
    derived = derive_endpoints(study, frames, cutoff=cutoff, by_arm=True)
    here = (pl.col("PARAMCD") == entry.endpoint) & (pl.col("DEFID") == _definition(study, entry))
    courses = derived.adtte.filter(here & pl.col("AVAL").is_not_null()).select(
        "USUBJID", TIME=pl.col("AVAL").cast(pl.Float64), EVENT=(pl.col("CNSR") == 0).cast(pl.Int8)
    )
    order = pl.DataFrame({"USUBJID": [line.subject.id for line in lines], "ARM": [line.arm for line in lines]})
    return order.join(courses, on="USUBJID", how="left", maintain_order="left")


def _observed(
    rows: pl.DataFrame, stratum: np.ndarray[tuple[int], np.dtype[np.int64]], compared: tuple[str, str]
) -> tuple[float, float, int, int]:
    kept = rows.with_columns(pl.Series("STRATUM", stratum)).filter(
        pl.col("TIME").is_not_null() & pl.col("ARM").is_in(list(compared))
    )
    if kept["ARM"].n_unique() < len(compared):
        raise EstimationError("there is nobody to compare in one of the arms")
    test = logrank(kept["TIME"], kept["EVENT"], kept["ARM"], strata=kept["STRATUM"])
    if test.chisq is None or test.p is None:
        raise EstimationError("there is nothing to compare: no event")
    group = next(each for each in test.groups if each.level == compared[0])
    z = copysign(sqrt(test.chisq), group.observed - group.expected)
    return z, test.p, kept.height, int(kept["EVENT"].sum())
