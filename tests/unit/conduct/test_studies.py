"""A study opened by id or by path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.conduct.studies import open_study, shipped_studies, study_file
from trialwright.errors import InputError, StudyError
from trialwright.protocol.problems import StudyFileErrors
from trialwright.studies import FOLDER, SHIPPED

pytestmark = pytest.mark.unvalidated

TEXT = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    place = tmp_path / "mine.yaml"
    place.write_text(TEXT, encoding="utf-8")
    return place


def test_a_shipped_study_and_its_copy_are_the_same_study(copy: Path) -> None:
    shipped, mine = open_study("nct07295132"), open_study(copy)
    assert mine.study == shipped.study
    assert mine.sha256 == shipped.sha256
    assert mine.text == TEXT
    assert mine.path == copy


def test_a_path_may_be_text(copy: Path) -> None:
    assert open_study(str(copy)).study.id == "nct07295132"


def test_every_shipped_study_opens() -> None:
    assert tuple(opened.study.id for opened in shipped_studies()) == SHIPPED


@pytest.mark.parametrize("word", ["nct0729513", "NCT07295132", "nct07295123"])
def test_an_unknown_study_gets_the_nearest_id(word: str) -> None:
    with pytest.raises(StudyError, match="did you mean nct07295132"):
        study_file(word)


def test_an_unknown_study_unlike_any_gets_the_list() -> None:
    with pytest.raises(StudyError, match="shipped are nct04562727") as refused:
        study_file("zzz")
    assert refused.value.exit_code == 3


@pytest.mark.parametrize("path", ["missing.yaml", "missing.yml", "folder/nct07295132"])
def test_a_missing_file_is_bad_input(path: str) -> None:
    with pytest.raises(InputError, match="there is no such study file") as refused:
        study_file(path)
    assert refused.value.exit_code == 2


def test_a_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        study_file(tmp_path)


def test_a_file_in_another_encoding_is_refused_at_its_first_wrong_byte(copy: Path) -> None:
    lines = TEXT.encode("utf-8").split(b"\n")
    lines[9] += " # café".encode("latin-1")
    copy.write_bytes(b"\n".join(lines))
    with pytest.raises(StudyFileErrors) as refused:
        open_study(copy)
    (problem,) = refused.value.problems
    assert (problem.line, problem.column) == (10, len(lines[9]))
    assert problem.what == "the byte 0xe9 is not UTF-8"


def test_utf_16_is_refused(copy: Path) -> None:
    copy.write_bytes(TEXT.encode("utf-16"))
    with pytest.raises(StudyFileErrors, match=r"mine\.yaml:1:1"):
        open_study(copy)


def test_a_file_of_200_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    place = tmp_path / "huge.yaml"
    with place.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(StudyFileErrors, match=r"the file holds 200\.0 MB, the limit is 5 MB"):
        open_study(place)


def test_windows_line_ends_change_nothing(copy: Path) -> None:
    copy.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert open_study(copy).sha256 == open_study("nct07295132").sha256


def test_a_sign_off_beside_the_file_is_read(copy: Path) -> None:
    opened = open_study(copy)
    signed = {
        "study": "nct07295132",
        "version": opened.study.study.version,
        "language": 1,
        "canonical_sha256": opened.sha256,
        "state": "confirmed",
        "lint": {"errors": 0, "warnings": 0},
        "entries": [],
    }
    copy.with_name("nct07295132.signoff.json").write_text(json.dumps(signed), encoding="utf-8")
    again = open_study(copy)
    assert again.state == "draft"
    assert "no investigator has signed for the whole study" in again.reasons
    assert any(reason.startswith("/open_points/Q1") for reason in again.reasons)


def test_a_broken_sign_off_is_an_error(copy: Path) -> None:
    copy.with_name("nct07295132.signoff.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudyError, match="the sign-off cannot be read"):
        open_study(copy)
