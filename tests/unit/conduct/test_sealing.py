"""The sealed file of a trial: when it may be made, what it binds, and that nothing of it is shown."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.unit.conduct.drawn_trial import sign, write_study
from trialwright.allocation.commitment import read_sealed
from trialwright.conduct.commitments import commitment_file
from trialwright.conduct.sealing import list_bytes, open_sealed, seal, verify_list
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.errors import DataError, InputError, NotAllowedError, StudyError

pytestmark = pytest.mark.unvalidated


@pytest.fixture
def confirmed(tmp_path: Path) -> OpenedStudy:
    return sign(write_study(tmp_path))


def test_a_sealed_file_makes_a_confirmed_study_activated(confirmed: OpenedStudy, tmp_path: Path) -> None:
    assert confirmed.state == "confirmed"
    assert confirmed.reasons == ("/allocation/sizes: the sealed block sizes do not exist yet",)
    commitment = seal(confirmed, tmp_path / "sealed.json")
    again = open_study(confirmed.path)
    assert (again.state, again.reasons) == ("activated", ())
    held = open_sealed(again, tmp_path / "sealed.json", rehearsal=False)
    assert held.commitment == commitment
    assert held.sealed.design.hidden.sizes
    assert stat.S_IMODE((tmp_path / "sealed.json").stat().st_mode) == 0o600


def test_a_method_without_blocks_needs_its_secret_too(tmp_path: Path) -> None:
    opened = sign(
        write_study(tmp_path, ("permuted-blocks, strata: [region], sizes: sealed", "simple, strata: [region]"))
    )
    assert opened.reasons == ("/allocation: the sealed secret does not exist yet",)
    seal(opened, tmp_path / "sealed.json")
    assert open_study(opened.path).state == "activated"


def test_a_draft_is_sealed_for_a_rehearsal_only(tmp_path: Path) -> None:
    draft = open_study(write_study(tmp_path))
    with pytest.raises(
        NotAllowedError, match="is draft, and to seal for a trial it must be confirmed; nobody has signed"
    ):
        seal(draft, tmp_path / "sealed.json")
    assert not (tmp_path / "sealed.json").exists()
    seal(draft, tmp_path / "sealed.json", rehearsal=True)
    assert not commitment_file(draft.study, draft.path).exists()
    assert open_sealed(draft, tmp_path / "sealed.json", rehearsal=True).sealed.rehearsal
    with pytest.raises(NotAllowedError, match="to allocate for a trial it must be activated"):
        open_sealed(draft, tmp_path / "sealed.json", rehearsal=False)


def test_a_trial_is_sealed_once(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json")
    for opened in (confirmed, open_study(confirmed.path)):
        with pytest.raises(NotAllowedError, match="was sealed already"):
            seal(opened, tmp_path / "other.json")
    with pytest.raises(InputError, match="stands there already"):
        seal(confirmed, tmp_path / "sealed.json", rehearsal=True)


def test_a_file_of_a_rehearsal_is_not_used_for_a_trial(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json")
    seal(confirmed, tmp_path / "tried.json", rehearsal=True)
    active = open_study(confirmed.path)
    with pytest.raises(NotAllowedError, match="made for a rehearsal, not for a trial"):
        open_sealed(active, tmp_path / "tried.json", rehearsal=False)
    with pytest.raises(NotAllowedError, match="made for a trial, not for a rehearsal"):
        open_sealed(active, tmp_path / "sealed.json", rehearsal=True)


def test_another_sealed_file_is_not_the_one_committed_to(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json")
    place = commitment_file(confirmed.study, confirmed.path)
    kept = place.read_bytes()
    place.unlink()
    seal(open_study(confirmed.path), tmp_path / "other.json")
    place.write_bytes(kept)
    active = open_study(confirmed.path)
    open_sealed(active, tmp_path / "sealed.json", rehearsal=False)
    with pytest.raises(NotAllowedError, match="not the one the published commitment was made for"):
        open_sealed(active, tmp_path / "other.json", rehearsal=False)


@pytest.mark.parametrize(
    "change",
    [("id: NEW, label: New, role: experimental, ratio: 1", "id: NEW, label: New, role: experimental, ratio: 2"),
     ("S: south}", "S: south, W: west}")],
)  # fmt: skip
def test_another_ratio_or_stratum_needs_another_sealed_file(
    confirmed: OpenedStudy, tmp_path: Path, change: tuple[str, str]
) -> None:
    seal(confirmed, tmp_path / "sealed.json", rehearsal=True)
    seal(confirmed, tmp_path / "real.json")
    changed = sign(write_study(tmp_path, change))
    assert changed.state == "confirmed"
    assert changed.reasons == ("/allocation/sizes: the sealed block sizes do not exist yet",)
    with pytest.raises(DataError, match="made for another study, or for other arms"):
        open_sealed(changed, tmp_path / "sealed.json", rehearsal=True)


def test_hidden_parameters_may_be_chosen_and_are_not_shown(confirmed: OpenedStudy, tmp_path: Path) -> None:
    chosen = tmp_path / "hidden.json"
    chosen.write_text('{"sizes": [4, 10]}')
    seal(confirmed, tmp_path / "sealed.json", rehearsal=True, hidden=chosen)
    assert read_sealed((tmp_path / "sealed.json").read_bytes()).design.hidden.sizes == (4, 10)
    for number, wrong in enumerate(('{"sizes": [4, 97]}', '{"sizes": "97"}', '{"size": [97]}', "97")):
        chosen.write_text(wrong)
        with pytest.raises((DataError, StudyError)) as refused:
            seal(confirmed, tmp_path / f"sealed{number}.json", rehearsal=True, hidden=chosen)
        assert "97" not in str(refused.value)
        assert not (tmp_path / f"sealed{number}.json").exists()


def test_two_sealed_files_have_nothing_in_common(confirmed: OpenedStudy, tmp_path: Path) -> None:
    found = set()
    for name in "abcdefgh":
        seal(confirmed, tmp_path / name, rehearsal=True)
        found.add(read_sealed((tmp_path / name).read_bytes()).secret)
    assert len(found) == 8


def test_a_broken_commitment_is_an_error(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json")
    commitment_file(confirmed.study, confirmed.path).write_text("{}")
    with pytest.raises(StudyError, match="this is no commitment"):
        open_study(confirmed.path)


def test_a_file_that_is_missing_or_too_large_is_refused(confirmed: OpenedStudy, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_sealed(confirmed, tmp_path / "nothing", rehearsal=True)
    with (tmp_path / "huge").open("wb") as file:
        os.truncate(file.fileno(), 2_000_000)
    with pytest.raises(DataError, match="too large"):
        open_sealed(confirmed, tmp_path / "huge", rehearsal=True)


def test_a_list_is_held_to_the_last_byte(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json", rehearsal=True)
    sealed = read_sealed((tmp_path / "sealed.json").read_bytes())
    content = list_bytes(sealed, 6)
    rows = [line.split(",") for line in content.decode().splitlines()]
    assert rows[0] == ["USE", "POSITION", "region", "ARMCD", "PROBABILITY"]
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        ("REHEARSAL", str(position), region) for region in "NS" for position in range(1, 7)
    ]
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert verify_list(sealed, path).holds
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert not verify_list(sealed, path).holds, place
    for spoilt in (content[:-1], content + b"\n", content[: content.rindex(b"REH")], b""):
        path.write_bytes(spoilt)
        assert not verify_list(sealed, path).holds
    lines = content.split(b"\n")
    lines[3] = lines[3].replace(b"REHEARSAL", b"TRIAL")
    path.write_bytes(b"\n".join(lines))
    assert verify_list(sealed, path).text == "list.csv differs from line 4 on"


def test_the_commitment_holds_no_secret(confirmed: OpenedStudy, tmp_path: Path) -> None:
    seal(confirmed, tmp_path / "sealed.json")
    public = json.loads(commitment_file(confirmed.study, confirmed.path).read_text())
    assert set(public) == {"format", "study", "commitment", "design_sha256"}
