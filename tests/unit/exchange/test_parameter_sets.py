"""Parameter sets as files: read back as written, never overwritten, signed by two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.model.test_parameter_set import PLAIN, made
from trialwright.assessments.parameter_sets import FOLDER
from trialwright.errors import DataError, NotAllowedError
from trialwright.exchange.parameter_sets import read_set, set_text, sign_off_path, sign_set, write_set
from trialwright.model.parameter_set import Signature, content_sha256

pytestmark = pytest.mark.unvalidated


def signature(name: str) -> Signature:
    return Signature(name=name, role="statistician", on="2026-01-05", meaning="compared with the source")


def test_the_shipped_set_holds_the_invented_values() -> None:
    use = read_set(FOLDER / "demo.yaml")
    assert use.status == "demo"
    assert dict(use.content.theta) == {"kelim": 0.06, "beta": 0.04, "kprod": 6.0, "ca0": 500.0}
    assert dict(use.content.omega) == {"kelim": 0.45, "beta": 0.6, "kprod": 1.0, "ca0": 1.2}
    assert use.content.error.sigma == 0.2
    assert use.content.cutoff is not None
    assert use.content.cutoff.value == 0.06


@pytest.mark.parametrize("ending", ["yaml", "yml", "json"])
def test_what_is_written_is_read_back(tmp_path: Path, ending: str) -> None:
    content = made(theta={"kelim": 1e-5, "beta": 1 / 3, "kprod": 6e20, "ca0": 500}, corr=[
        {"between": ["kelim", "beta"], "value": -0.25}])  # fmt: skip
    path = tmp_path / f"own.{ending}"
    assert write_set(content, path).sha256 == content_sha256(content)
    again = read_set(path).content
    assert again == content.model_copy(update={"sha256": content_sha256(content)})


def test_a_set_is_never_written_over_with_another_content(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    write_set(made(), path)
    before = path.read_bytes()
    write_set(made(), path)
    with pytest.raises(NotAllowedError, match="another content stands here"):
        write_set(made(window_days=50), path)
    assert path.read_bytes() == before


def test_a_set_is_not_written_over_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("notes: mine\n", encoding="utf-8")
    with pytest.raises(DataError, match="this is no parameter set"):
        write_set(made(), path)
    with pytest.raises(DataError, match=r"\.yaml or \.json"):
        write_set(made(), tmp_path / "own.txt")


def test_a_figure_changed_in_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    write_set(made(), path)
    path.write_text(path.read_text(encoding="utf-8").replace("kelim: 0.06,", "kelim: 0.07,"), encoding="utf-8")
    with pytest.raises(DataError, match="immutable"):
        read_set(path)


def test_keys_in_another_order_are_the_same_set(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps(dict(reversed(PLAIN.items()))), encoding="utf-8")
    assert read_set(path).sha256 == content_sha256(made())


@pytest.mark.parametrize(
    "text",
    ["", "just words", "[1, 2]", "id: [", "a: &x {b: 1}\nc: *x\n", "id: own\nid: own\n", "\x00"],
)
def test_a_file_that_is_no_set_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        read_set(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_set(tmp_path / "own.yaml")


def test_two_people_make_a_transcribed_set_a_verified_one(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    digest = write_set(made(), path).sha256
    assert sign_set(path, signature("A B")).reasons == ("1 of 2 different people have signed",)
    with pytest.raises(NotAllowedError, match="has signed already"):
        sign_set(path, signature("a b"))
    use = sign_set(path, signature("C D"))
    assert (use.status, use.sha256, use.reasons) == ("verified", digest, ())
    assert read_set(path).status == "verified"


def test_a_sign_off_does_not_outlive_a_change(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    write_set(made(), path)
    for name in ("A B", "C D"):
        sign_set(path, signature(name))
    path.write_text(set_text(made(window_days=50)), encoding="utf-8")
    assert read_set(path).status == "transcribed"
    with pytest.raises(NotAllowedError, match="another content"):
        sign_set(path, signature("E F"))


def test_an_invented_set_cannot_be_signed(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    write_set(read_set(FOLDER / "demo.yaml").content, path)
    with pytest.raises(NotAllowedError, match="status demo"):
        sign_set(path, signature("A B"))


def test_an_unreadable_sign_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    write_set(made(), path)
    sign_off_path(path).write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="the sign-off cannot be read"):
        read_set(path)
