"""One subject's course: what the whole trial says of it, nothing that tells the arm, and a page."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from bs4 import BeautifulSoup

from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.conduct.subject import SubjectFound, subject_course, write_course
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.errors import InputError
from trialwright.exchange.folder import read_folder
from trialwright.model.result import Derived

pytestmark = pytest.mark.independent("endpoints derived from all subjects together, and rows of the folder")

CUTOFF = date(2028, 12, 31)


@pytest.fixture(scope="module")
def opened() -> OpenedStudy:
    return open_study("nct06178198")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, opened: OpenedStudy) -> Path:
    place = tmp_path_factory.mktemp("subject") / "data"
    write(simulate(opened.study, subjects=14, seed=5), place, study_sha256=opened.sha256)
    return place


@pytest.fixture(scope="module")
def whole(opened: OpenedStudy, data: Path) -> Derived:
    frames, _ = read_folder(data)
    assert frames.cutoff is not None
    return derive_endpoints(opened.study, frames, cutoff=frames.cutoff, by_arm=True)


@pytest.fixture(scope="module")
def progressed(whole: Derived) -> str:
    rows = whole.adrs.filter(ASSESSID="overall", PARAMCD="PD", AVALC="Y").sort("USUBJID")
    return str(rows["USUBJID"][0])


@pytest.fixture(scope="module")
def found(opened: OpenedStudy, data: Path, progressed: str) -> SubjectFound:
    return subject_course(opened, data, progressed)


def test_endpoints_of_one_subject_are_those_of_the_whole_trial(
    found: SubjectFound, whole: Derived, progressed: str
) -> None:
    ours = {
        (end.endpoint, end.definition): (end.start, end.day, end.days, end.ending == "event")
        for end in found.course.endpoints
        if end.ending != "answer"
    }
    theirs = {
        (row["PARAMCD"], row["DEFID"]): (row["STARTDT"], row["ADT"], row["AVAL"], row["CNSR"] == 0)
        for row in whole.adtte.filter(pl.col("USUBJID") == progressed, pl.col("CNSR").is_not_null()).iter_rows(
            named=True
        )
    }
    assert ours == theirs
    assert len(ours) > 5
    answers = {(e.endpoint, e.definition): e.answer for e in found.course.endpoints if e.ending == "answer"}
    rows = whole.adbin.filter(USUBJID=progressed).select("PARAMCD", "DEFID", "AVALC").iter_rows()
    assert answers == {(endpoint, name): answer for endpoint, name, answer in rows}


def test_the_deciding_scan_is_that_of_the_row_the_endpoint_rests_on(found: SubjectFound, data: Path) -> None:
    decided = [end for end in found.course.endpoints if end.scan]
    assert any(end.source.startswith(("row/tu.csv", "row/tr.csv")) for end in decided)
    for end in decided:
        file, subject, number = end.source.removeprefix("row/").split(":")
        domain = file[:2].upper()
        row = pl.read_csv(data / file, infer_schema=False).filter(pl.col(f"{domain}SEQ") == number, USUBJID=subject)
        assert row[f"{domain}DTC"].to_list() == [str(end.scan)]


def test_assessments_hold_what_the_reader_wrote_and_what_the_lesions_say(found: SubjectFound, data: Path) -> None:
    rs = pl.read_csv(data / "rs.csv", infer_schema=False)
    own = rs.filter(USUBJID=found.course.subject, RSCAT="MRECIST", RSTESTCD="OVRLRESP")
    written = {row["RSDTC"]: row["RSORRES"] for row in own.iter_rows(named=True)}
    visits = [visit for visit in found.course.visits if visit.series == "overall"]
    assert {str(visit.day): visit.recorded for visit in visits if visit.recorded} == written
    assert [visit.is_baseline for visit in visits] == [True, *[False] * (len(visits) - 1)]
    tr = pl.read_csv(data / "tr.csv", infer_schema=False).filter(USUBJID=found.course.subject, TRTESTCD="LDIAM")
    targets = pl.read_csv(data / "tu.csv", infer_schema=False).filter(USUBJID=found.course.subject, TUORRES="TARGET")
    first = tr.filter(TRDTC=str(visits[0].day)).join(targets, left_on="TRLNKID", right_on="TULNKID", how="semi")
    assert visits[0].sum_mm == pytest.approx(first["TRORRES"].cast(pl.Float64).sum())
    assert [visit.day for visit in visits if visit.decides] == [
        visit.day for visit in visits if visit.recorded == "PD"
    ][:1]


def test_the_page_holds_pictures_tables_and_no_link_to_elsewhere(found: SubjectFound, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    write_course(found, out)
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    assert {figure["id"] for figure in soup.select("figure")} >= {"figure-course-overall", "figure-lesions-overall"}
    assert all(figure.select_one("figcaption") and figure.select_one("table") for figure in soup.select("figure"))
    assert not soup.select("link, script, img, [src], a[href^=http]")
    decided = next(visit for visit in found.course.visits if visit.series == "overall" and visit.decides)
    assert f"{decided.day}" in soup.select_one("#table-visits-overall").text  # type: ignore[union-attr]
    assert "decides progression" in soup.select_one("#table-visits-overall").text  # type: ignore[union-attr]


def test_a_page_is_replaced_only_by_force_and_nothing_else_is(found: SubjectFound, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    write_course(found, out)
    with pytest.raises(InputError, match="something stands there"):
        write_course(found, out)
    write_course(found, out, force=True)
    out.write_text("notes", encoding="utf-8")
    with pytest.raises(InputError, match="no page"):
        write_course(found, out, force=True)
    assert out.read_text(encoding="utf-8") == "notes"


def test_an_unknown_subject_is_refused_with_names_like_it(opened: OpenedStudy, data: Path, progressed: str) -> None:
    with pytest.raises(InputError, match="did you mean SIM01-0000"):
        subject_course(opened, data, progressed[:-1])


@pytest.fixture(scope="module")
def two_arms(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpenedStudy, Path]:
    opened = open_study("nct05844813")
    place = tmp_path_factory.mktemp("arms") / "data"
    write(simulate(opened.study, subjects=12, seed=2), place, study_sha256=opened.sha256)
    return opened, place


def test_nothing_that_tells_the_arm_is_shown_without_leave(two_arms: tuple[OpenedStudy, Path]) -> None:
    opened, data = two_arms
    treated = pl.read_csv(data / "ex.csv", infer_schema=False)["USUBJID"].unique().sort()
    allocated = pl.read_csv(data / "ds.csv", infer_schema=False).filter(DSDECOD="RANDOMIZED")["USUBJID"]
    subject = next(each for each in treated if each in allocated.to_list())
    hidden = subject_course(opened, data, subject)
    told = subject_course(opened, data, subject, by_arm=True)
    day = next(event.day for event in told.course.events if event.words == "randomized")
    late = {"dose", "procedure", "adverse event"}
    assert [event for event in told.course.events if event.kind in late and event.day >= day]
    assert not [event for event in hidden.course.events if event.kind in late and event.day >= day]
    assert hidden.course.withheld
    assert not told.course.withheld
    labels = [arm.label for arm in opened.study.arms]
    said = str([asdict(event) for event in hidden.course.events])
    assert not [label for label in labels if label.lower() in said]
    assert "ARMCD" not in hidden.dossier.derived.adsl.columns


def test_without_an_allocation_no_treatment_is_shown_without_leave(two_arms: tuple[OpenedStudy, Path]) -> None:
    opened, data = two_arms
    study = opened.study.model_copy(update={"allocation": None})
    subject = pl.read_csv(data / "ex.csv", infer_schema=False)["USUBJID"].sort()[0]
    hidden = subject_course(replace(opened, study=study), data, subject)
    assert not [event for event in hidden.course.events if event.kind in ("dose", "procedure", "adverse event")]
    assert "treatment, procedures and adverse events" in hidden.course.withheld
