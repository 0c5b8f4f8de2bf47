"""KELIM of the two worked subjects of a study: which samples count, and the figure worked out beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from trialwright.assessments.kelim import KelimOptions, rules_of
from trialwright.assessments.marker_samples import marker_rules, study_series
from trialwright.assessments.series_rules import SeriesRules
from trialwright.assessments.study_kelim import study_kelim
from trialwright.conduct.kelim_sets import open_set
from trialwright.conduct.run import read_data
from trialwright.conduct.studies import open_study
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import InputError, StudyError
from trialwright.model.frames import Frames
from trialwright.model.schedule import Marker
from trialwright.model.study import Study
from trialwright.studies import FOLDER

pytestmark = pytest.mark.unvalidated

STUDY = "nct07295132"
LB = "row/lb.csv:OV-01-001:{}"


@pytest.fixture(scope="module")
def frames(repository: Path) -> Frames:
    return read_data(repository / "tests" / "fixtures" / "two_subjects", open_study(STUDY))[0]


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study(STUDY).study


@pytest.fixture(scope="module")
def marker(study: Study) -> Marker:
    return next(marker for marker in study.markers if marker.model == "kelim")


def changed(frames: Frames, **tables: pl.DataFrame) -> Frames:
    return Frames({**frames.tables, **tables}, frames.origin)


def with_samples(frames: Frames, *rows: tuple[int, str, str]) -> Frames:
    """The frames with samples of the first subject, day 0 being 2026-01-12."""
    table = frames["LB"]
    first = table.filter(pl.col("USUBJID") == "OV-01-001").head(1)
    more = [
        first.with_columns(
            LBSEQ=pl.lit(90 + number, pl.Int64), LBORRES=pl.lit(value), LBORRESU=pl.lit(unit),
            LBLO=pl.lit("2026-01-12").str.to_date() + pl.duration(days=day),
            LBHI=pl.lit("2026-01-12").str.to_date() + pl.duration(days=day),
        )
        for number, (day, value, unit) in enumerate(rows)
    ]  # fmt: skip
    return changed(frames, LB=pl.concat([table, *more]))


def found(frames: Frames, study: Study, marker: Marker) -> dict[str, object]:
    dates = time_point_dates(study, frames)
    result = study_kelim(study, marker, frames, dates, open_set("demo"), KelimOptions(engine="test"))
    return result.rows.row(by_predicate=pl.col("USUBJID") == "OV-01-001", named=True)


@pytest.mark.independent("two implementations written apart from the program, agreeing in seven digits")
def test_the_worked_subject_has_the_worked_figure(frames: Frames, study: Study, marker: Marker) -> None:
    row = found(frames, study, marker)
    assert row["KELIM_PER_DAY"] == pytest.approx(0.0349461, rel=2e-6)
    assert (row["STATUS"], row["N_USED"], row["EXCLUDED"], row["PARAMSET_STATUS"]) == ("ESTIMATED", 4, None, "demo")


def test_days_are_counted_from_the_first_chemotherapy(frames: Frames, study: Study, marker: Marker) -> None:
    prepared = study_series(study, marker, frames, time_point_dates(study, frames), rules_of(open_set("demo").content))
    assert prepared.used["DAY"].to_list() == [0, 21, 42, 63, 0, 22, 44, 63]
    assert prepared.used["ROWS"][0] == LB.format(1)


@pytest.mark.parametrize(("day", "counts"), [(65, True), (66, False), (101, False)])
def test_a_sample_after_allocation_does_not_count(
    frames: Frames, study: Study, marker: Marker, day: int, counts: bool
) -> None:
    row = found(with_samples(frames, (day, "300", "U/mL")), study, marker)
    assert row["N_USED"] == (5 if counts else 4)
    assert row["EXCLUDED"] == (None if counts else f"{LB.format(90)}: after until")


def test_day_101_does_not_count_before_allocation_either(frames: Frames, study: Study, marker: Marker) -> None:
    ds = frames["DS"].filter(pl.col("DSDECOD") != "RANDOMIZED")
    row = found(with_samples(changed(frames, DS=ds), (100, "300", "U/mL"), (101, "290", "U/mL")), study, marker)
    assert (row["N_USED"], row["EXCLUDED"]) == (5, f"{LB.format(91)}: after window")


def test_where_allocation_is_known_to_the_month_its_first_day_counts(
    frames: Frames, study: Study, marker: Marker
) -> None:
    imprecise = pl.col("DSDECOD") == "RANDOMIZED"
    ds = frames["DS"].with_columns(
        DSSTLO=pl.when(imprecise).then(pl.date(2026, 3, 1)).otherwise("DSSTLO"),
        DSSTHI=pl.when(imprecise).then(pl.date(2026, 3, 31)).otherwise("DSSTHI"),
        DSSTPREC=pl.when(imprecise).then(pl.lit("M")).otherwise("DSSTPREC"),
    )
    assert found(changed(frames, DS=ds), study, marker)["EXCLUDED"] == f"{LB.format(4)}: after until"


def test_two_values_are_not_enough(frames: Frames, study: Study, marker: Marker) -> None:
    few = frames["LB"].filter(pl.col("LBSEQ") <= 2)
    row = found(changed(frames, LB=few), study, marker)
    assert (row["STATUS"], row["REASON"]) == ("NOT CALCULABLE", "2 usable values, 3 are due")


@pytest.mark.parametrize(
    ("value", "unit", "reason"), [("0", "U/mL", "value not positive"), ("300", "U/L", "unit refused")]
)
def test_a_wrong_sample_keeps_the_figure_back(
    frames: Frames, study: Study, marker: Marker, value: str, unit: str, reason: str
) -> None:
    row = found(with_samples(frames, (64, value, unit)), study, marker)
    assert (row["STATUS"], row["REASON"], row["KELIM_PER_DAY"]) == ("ERROR", reason, None)


def test_a_sample_dated_to_the_month_and_a_start_dated_to_the_month(
    frames: Frames, study: Study, marker: Marker
) -> None:
    first = pl.col("USUBJID") == "OV-01-001"
    lb = frames["LB"].with_columns(
        LBHI=pl.when(first & (pl.col("LBSEQ") == 4)).then(pl.date(2026, 3, 31)).otherwise("LBHI")
    )
    assert found(changed(frames, LB=lb), study, marker)["EXCLUDED"] == f"{LB.format(4)}: incomplete date"
    ex = frames["EX"].with_columns(
        EXSTLO=pl.when(first).then(pl.date(2026, 1, 1)).otherwise("EXSTLO"),
        EXSTHI=pl.when(first).then(pl.date(2026, 1, 31)).otherwise("EXSTHI"),
        EXSTPREC=pl.when(first).then(pl.lit("M")).otherwise("EXSTPREC"),
    )
    row = found(changed(frames, EX=ex), study, marker)
    assert (row["N_USED"], row["STATUS"]) == (0, "NOT CALCULABLE")
    assert str(row["EXCLUDED"]).count("no start") == 4


def test_a_subject_without_a_sample_has_a_row(frames: Frames, study: Study, marker: Marker) -> None:
    row = found(changed(frames, LB=frames["LB"].filter(pl.col("USUBJID") != "OV-01-001")), study, marker)
    assert (row["STATUS"], row["REASON"], row["FLAGS"]) == ("NOT CALCULABLE", "no sample", [])


def test_a_sample_after_an_intervention_the_clause_ignores_is_dropped(
    frames: Frames, study: Study, marker: Marker
) -> None:
    clause = marker.model_dump(by_alias=True, mode="json")
    operated = next(name for name, item in study.items.items() if item.domain == "PR" and item.is_ == "date")
    clause["ignore_after"] = [{"item": operated, "within": "1 month"}]
    narrowed = Marker.model_validate_json(json.dumps(clause))
    where = dict(study.items[operated].where)
    pr = frames["PR"].head(1).with_columns(
        PRSTLO=pl.date(2026, 1, 20), PRSTHI=pl.date(2026, 1, 20),
        **{column: pl.lit(value if isinstance(value, str) else value[0]) for column, value in where.items()},
    )  # fmt: skip
    # within a calendar month of 20 January lie days 8 to 39 and so only the sample of day 21
    assert found(changed(frames, PR=pr), study, narrowed)["EXCLUDED"] == f"{LB.format(2)}: interference"
    assert marker_rules(study, narrowed, rules_of(open_set("demo").content)).interference == "drop"


def test_the_settings_of_the_clause_set_rules(frames: Frames, study: Study, marker: Marker) -> None:
    rules = rules_of(open_set("demo").content)
    stricter = marker.model_copy(update={"settings": {"min_values": 5, "errors": "leave out"}})
    assert (marker_rules(study, stricter, rules).min_values, marker_rules(study, stricter, rules).errors) == (
        5,
        "leave out",
    )
    assert found(frames, study, stricter)["REASON"] == "4 usable values, 5 are due"
    with pytest.raises(InputError, match="/markers/kelim/settings: min_values is not 'five'"):
        marker_rules(study, marker.model_copy(update={"settings": {"min_values": "five"}}), rules)


def test_a_study_file_takes_these_settings_and_no_others(tmp_path: Path) -> None:
    text = (FOLDER / f"{STUDY}.yaml").read_text(encoding="utf-8")
    for settings, fits in (
        ("{min_values: 4, interference: drop}", True),
        ("{interference: maybe}", False),
        ("{uln: 35}", False),
    ):
        path = tmp_path / "own.yaml"
        path.write_text(
            text.replace("    parameters: study-fit\n", f"    parameters: study-fit\n    settings: {settings}\n"),
            encoding="utf-8",
        )
        if fits:
            (own,) = (marker for marker in open_study(path).study.markers if marker.model)
            assert marker_rules(open_study(path).study, own, SeriesRules()).min_values == 4
        else:
            with pytest.raises(StudyError, match="setting"):
                open_study(path)
