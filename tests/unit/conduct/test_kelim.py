"""Parameter sets in a study, tables in blocks, and a set fitted to a cohort."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.e2e.rude import call
from tests.unit.conduct.drawn_trial import rows_of, sign, write_data, write_study
from trialwright.assessments.kelim import KelimOptions, kelim_rows, rules_of
from trialwright.assessments.series_rules import SeriesRules
from trialwright.assessments.study_kelim import study_kelim
from trialwright.conduct.kelim_cohort import read_cohort
from trialwright.conduct.kelim_diagnostics import diagnose, write_diagnostics
from trialwright.conduct.kelim_fit import FitRequest, fit_cohort, fit_set
from trialwright.conduct.kelim_map import MapRequest, map_series
from trialwright.conduct.kelim_sets import banner_of, check_parameter_sets, open_set
from trialwright.conduct.kelim_simulate import invent_series, write_invented
from trialwright.conduct.kelim_study import set_in_study
from trialwright.conduct.run import read_data
from trialwright.conduct.sealing import seal
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import DataError, EstimationError, InputError, NotAllowedError, StudyError
from trialwright.exchange.parameter_sets import write_set
from trialwright.model.parameter_set import Setting
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.kinetics.virtual import SamplingPlan

pytestmark = pytest.mark.unvalidated

QUICK = SaemOptions(burn_in=20, exploration=80, smoothing=80, annealing=40, draws=2000, newton_draws=1000)
MARKER = """markers:
  - {id: kelim, item: ca125, model: kelim, from: registration, within: 100 days, until: allocation, parameters: demo,
     used_for: [report], source: {assumption: an example, by: authors}}
regimens:
"""


def with_marker(folder: Path, parameters: str = "demo", analyte: str = "CA125") -> Path:
    item = f"  ca125: {{is: number, analyte: {analyte}, unit: U/mL, ask: CA-125}}\ntime_points:\n"
    return write_study(
        folder,
        ("time_points:\n", item),
        ("regimens:\n", MARKER.replace("parameters: demo", f"parameters: {parameters}")),
    )


def activated(path: Path) -> OpenedStudy:
    seal(sign(path), path.with_name("sealed.json"))
    opened = open_study(path)
    assert opened.state == "activated"
    return opened


def test_an_activated_study_refuses_the_invented_set(tmp_path: Path) -> None:
    path = with_marker(tmp_path)
    check_parameter_sets(sign(path, "confirmed"))
    opened = activated(path)
    with pytest.raises(NotAllowedError, match=r"drawn\.yaml: /markers/kelim/parameters: drawn is activated") as refused:
        check_parameter_sets(opened)
    assert refused.value.exit_code == 4


def test_a_run_of_an_activated_study_with_the_invented_set_ends_with_4(tmp_path: Path) -> None:
    opened = activated(with_marker(tmp_path))
    data = write_data(tmp_path / "data", opened, [rows_of("S1", "N")])
    ended = call("run", opened.path, "--data", data, "--cutoff", "2026-12-31", "--out", tmp_path / "out")
    assert ended.code == 4, ended.stderr
    assert "no figure of a subject in a trial may rest on invented parameter values" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_a_table_made_for_an_activated_study_refuses_the_invented_set(tmp_path: Path) -> None:
    opened = activated(write_study(tmp_path))
    with pytest.raises(NotAllowedError, match="is activated"):
        map_series(MapRequest(tmp_path / "series.csv", "demo", study=str(opened.path)))


def test_an_activated_study_may_name_a_set_of_its_own(tmp_path: Path) -> None:
    path = with_marker(tmp_path, "sets/own.yaml")
    (tmp_path / "sets").mkdir()
    demo = open_set("demo").content
    own = demo.model_copy(update={"id": "own", "status": "transcribed", "cutoff": None})
    write_set(own, tmp_path / "sets" / "own.yaml")
    check_parameter_sets(activated(path))


def test_a_set_of_another_marker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is one of CA125"):
        check_parameter_sets(sign(with_marker(tmp_path, analyte="PSA")))


def test_a_set_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no published parameter set of CA-125 could be verified"):
        check_parameter_sets(sign(with_marker(tmp_path, "absent.yaml")))


def test_each_status_is_told() -> None:
    use = open_set("demo")
    assert banner_of(use).startswith("NOT FOR CLINICAL USE")
    assert "not verified" in banner_of(replace(use, status="transcribed"))
    assert "no other cohort" in banner_of(replace(use, status="local_fit"))
    assert banner_of(replace(use, status="verified")) == ""


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty invented patients."""
    path = tmp_path_factory.mktemp("kelim") / "series.csv"
    write_invented(invent_series(open_set("demo"), SamplingPlan(lower_limit=5.0), subjects=60, seed=11), path)
    return path


def test_blocks_give_the_same_rows_as_the_whole(series: Path) -> None:
    options = KelimOptions(posterior=True, seed=3)
    whole, parted = (
        list(map_series(MapRequest(series, "demo", options, block_bytes=size)).rows) for size in (1 << 20, 400)
    )
    assert (len(whole), len(parted) > 10) == (1, True)
    assert pl.concat(parted).equals(whole[0])


def test_progress_is_told(series: Path) -> None:
    told: list[str] = []
    rows = map_series(MapRequest(series, "demo", block_bytes=4000), say=told.append).rows
    assert sum(piece.height for piece in rows) == 60
    assert told[-1] == "100% of series.csv read, 60 subjects"
    assert len(told) > 1


def test_a_cohort_makes_a_set_of_its_own(series: Path, tmp_path: Path) -> None:
    cohort = read_cohort(series, rules_of(open_set("demo").content))
    request = FitRequest("own", "1.0.0", Setting(line="recurrent", regimen="x"), "a test", runs=2, options=QUICK)
    told: list[str] = []
    fitted = fit_cohort(cohort, request, say=told.append)
    use = fit_set(fitted, tmp_path / "own.yaml")
    content = use.content
    assert (use.status, content.provenance.citation) == ("local_fit", "SIMULATED: a test")
    assert content.theta["kelim"] == pytest.approx(0.06, rel=0.35)
    rows = kelim_rows(cohort.prepared, use, KelimOptions())
    assert content.cutoff is not None
    assert content.cutoff.origin == "local_median"
    assert rows["STD_KELIM"].median() == pytest.approx(1.0, rel=1e-9)
    report = content.fit_report
    assert report is not None
    assert (report.subjects, report.samples) == (cohort.subjects.height, cohort.series.t_days.size)
    assert report.blq_share == pytest.approx(float((cohort.series.censor < 0).mean()))
    assert {"kelim", "omega kelim", "sigma"} <= set(report.standard_errors)
    assert told[-1] == "run 2 of 2: 100%"
    with pytest.raises(NotAllowedError, match="another content stands here"):
        fit_set(replace(fitted, parameter_set=content.model_copy(update={"version": "2.0.0"})), tmp_path / "own.yaml")
    files = write_diagnostics(tmp_path / "report", diagnose(cohort, use, replicates=50), fitted)
    assert {"diagnostics.html", "traces.svg", "fits.svg", "vpc.svg", "npde.svg"} <= set(files)
    page = (tmp_path / "report" / "diagnostics.html").read_text(encoding="utf-8")
    assert "omega KELIM" in page
    assert "local fit" in page


def test_a_given_cutoff_is_kept_and_effects_stand_in_the_set(tmp_path: Path) -> None:
    invented = invent_series(open_set("demo"), SamplingPlan(lower_limit=5.0), subjects=40, seed=11)
    ages = pl.DataFrame({"USUBJID": invented.truth["USUBJID"], "AGE": [50 + n % 30 for n in range(40)]})
    path = tmp_path / "series.csv"
    invented.samples.join(ages, on="USUBJID").write_csv(path)
    cohort = read_cohort(path, SeriesRules(last_day=90), covariates=("AGE",))
    request = FitRequest(
        "own", "1.0.0", Setting(line="any", regimen="x"), "a test", runs=1, cutoff_per_day=0.05,
        effects=(("AGE", "kelim"),), options=QUICK,
    )  # fmt: skip
    fitted = fit_cohort(cohort, request)
    content = fitted.parameter_set
    assert content.cutoff is not None
    assert (content.cutoff.value, content.cutoff.origin, content.window_days) == (0.05, "given", 90)
    (effect,) = content.covariates
    assert (effect.name, effect.on, effect.centre) == ("AGE", "kelim", np.median(ages["AGE"]))
    natural = dict(zip(fitted.fits[0].natural_names, fitted.fits[0].natural, strict=True))
    assert effect.slope == natural["AGE on KELIM"]
    with pytest.raises(InputError, match="cannot act on speed"):
        fit_cohort(cohort, replace(request, effects=(("AGE", "speed"),)))


def test_a_cohort_with_samples_to_correct_is_not_fitted(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("USUBJID,DAY,VALUE,UNIT\nA,0,0,U/mL\n", encoding="utf-8")
    with pytest.raises(DataError, match="1 subjects have samples to correct, first A: line 2: value not positive"):
        read_cohort(path, SeriesRules())
    cohort = read_cohort(path, SeriesRules(errors="leave out"))
    with pytest.raises(EstimationError, match="no subject has enough samples"):
        fit_cohort(cohort, FitRequest("own", "1.0.0", Setting(line="any", regimen="x"), "a test"))


def test_a_study_fits_its_own_set_on_all_arms_together(repository: Path) -> None:
    opened = open_study("nct07295132")
    frames, _ = read_data(repository / "tests" / "fixtures" / "two_subjects", opened)
    dates = time_point_dates(opened.study, frames)
    marker = next(marker for marker in opened.study.markers if marker.model == "kelim")
    with pytest.raises(EstimationError, match="2 subjects have enough samples, 30 are needed"):
        set_in_study(opened, marker, frames, dates)
    use, fitted = set_in_study(opened, marker.model_copy(update={"parameters": "demo"}), frames, dates)
    assert (use.status, fitted) == ("demo", None)
    found = study_kelim(opened.study, marker, frames, dates, use, KelimOptions(posterior=True, seed=1, engine="test"))
    assert found.rows["UNCERTAINTY"].to_list() == ["posterior", "posterior"]
    assert found.rows["KELIM_PER_DAY"][0] == pytest.approx(0.0349461, rel=1e-5)
