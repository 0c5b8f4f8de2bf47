"""Best responses of recorded series: what the recorded overall responses come to, and what a lost CR makes of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from trialwright.assessments.best_response import labels
from trialwright.assessments.lesion_tables import roster
from trialwright.assessments.policy import Policy, policy_of
from trialwright.assessments.recorded import is_recorded
from trialwright.assessments.response_rows import DERIVED, RESPONSE_CODES, ROWS
from trialwright.assessments.series_rows import finished, with_best
from trialwright.assessments.status_rows import status_rows
from trialwright.assessments.windows import Windows, windows_of
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.numerics.response_sequence import CODES, read_again

__all__ = ["recorded_best"]


def recorded_best(
    study: Study,
    frames: Frames,
    points: pl.DataFrame,
    recorded: pl.DataFrame,
    switches: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, list[Finding]]:
    """Recorded responses with the rows that rest on their sequence.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables; a new therapy (CM) ends what counts.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    recorded : polars.DataFrame
        OVR rows, one a series and day.
    switches : mapping of str to str, optional
        Switches that stand above the study file.

    Returns
    -------
    responses : polars.DataFrame
        The rows given; beside a response below CR right after a CR, or beside that CR, a derived row with what it
        means by the policy; BOR, CBOR, RSP, CRSP and PD once a subject.
    findings : list of Finding
        Subjects whose CR is followed by a lesser response (R06).

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 4.
    """
    subjects, findings = roster(frames), list[Finding]()
    parts = [recorded.with_columns(POLICY=pl.lit(None, pl.String))]
    places = pl.DataFrame({"USUBJID": subjects, "S": np.arange(len(subjects))})
    for series in study.assessments:
        if not is_recorded(series):
            continue
        policy = policy_of(series, switches)
        own = recorded.filter(pl.col("ASSESSID") == series.id).join(places, on="USUBJID").sort("S", "ADT")
        windows = windows_of(study, series, frames, points, subjects)
        derived, lost = _derived(own, windows, policy)
        best = finished(derived, subjects, policy, study.id, series.id)
        known = _replaced(pl.concat([own.select(recorded.columns), best], how="diagonal_relaxed"))
        parts += [best, status_rows(study, series, frames, points, known, policy)]
        text = "a response below CR follows a CR; what it means is set by cr_then_disease"
        findings.extend(subject_findings("R06", series.id, [subjects[who] for who in lost], text))
    every = pl.concat(parts, how="diagonal_relaxed").select(pl.col(name).cast(kind) for name, kind in ROWS.items())
    return _replaced(every), findings


def _derived(own: pl.DataFrame, windows: Windows, policy: Policy) -> tuple[pl.DataFrame, list[int]]:
    """Rows that rest on the sequence of one series, and the subjects whose complete response was lost."""
    n = len(windows.since)
    code = own["AVALC"].replace_strict(dict(RESPONSE_CODES), return_dtype=pl.Int8).to_numpy().copy()
    day = own["ADT"].to_physical().cast(pl.Int64).to_numpy().copy()
    start = np.searchsorted(own["S"].to_numpy(), np.arange(n + 1)).astype(np.int64)
    again = read_again(start, day, code, policy.sequence)
    strict = read_again(start, day, code, Policy().sequence)
    lost = own["S"].filter(pl.Series(strict != code)).unique().sort().to_list()
    sequence = own.select("S", DAY=pl.Series(day), CODE=pl.Series(again), SRCDOM="SRCDOM", SRCSEQ="SRCSEQ")
    best = with_best(sequence, windows.since, windows.therapy, policy)
    rule = np.where(again == CODES.pd, "disease-after-complete-response", "complete-response-read-again")
    changed = own.select(
        "S", "SRCDOM", "SRCSEQ", "ADTF", DAY=pl.Series(day), AVALC=labels(again), AVAL=pl.Series(again.astype("i8")),
        PARAMCD=pl.lit("OVR"), DTYPE=pl.lit(DERIVED), RULEID=pl.Series(rule, dtype=pl.String),
    ).filter(pl.Series(again != code))  # fmt: skip
    return pl.concat([changed, best], how="diagonal_relaxed"), lost


def _replaced(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the analysis flag off assessed rows beside which a derived one stands."""
    key = ["USUBJID", "ASSESSID", "ADT"]
    derived = rows.filter((pl.col("DTYPE") == DERIVED) & (pl.col("PARAMCD") == "OVR")).select(*key, REPLACED=True)
    if derived.is_empty():
        return rows
    marked = rows.join(derived, on=key, how="left", maintain_order="left")
    old = pl.col("REPLACED").fill_null(value=False) & (pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") != DERIVED)
    return marked.with_columns(ANL01FL=pl.when(~old).then("ANL01FL")).drop("REPLACED")
