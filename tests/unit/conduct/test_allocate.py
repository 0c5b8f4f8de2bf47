"""Allocating a subject: every gate refuses, the register holds, the same subject has the same arm."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from tests.unit.conduct.drawn_trial import rows_of, sign, write_data, write_study
from trialwright.allocation.commitment import read_sealed
from trialwright.allocation.design import Factor, Subject
from trialwright.allocation.engine import allocate
from trialwright.conduct.allocate import Allocation, Place, allocate_next, verify
from trialwright.conduct.allocation_gates import refusals, strata_of
from trialwright.conduct.register import read_register
from trialwright.conduct.run import read_data
from trialwright.conduct.sealing import seal
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.errors import DataError, InputError, NotAllowedError, StoreError, StudyError

pytestmark = pytest.mark.unvalidated

DAY = date(2026, 2, 21)
PEOPLE = [(f"S{number}", "NS"[number % 3 == 0]) for number in range(1, 21)]


@dataclass(frozen=True)
class Trial:
    opened: OpenedStudy
    place: Place

    def next(self, subject: str, on: date = DAY) -> Allocation:
        return allocate_next(self.opened, subject, self.place, on=on)

    @property
    def commitment(self) -> str:
        return hashlib.sha256(self.place.sealed.read_bytes()).hexdigest()


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    confirmed = sign(write_study(tmp_path))
    seal(confirmed, tmp_path / "sealed.json")
    opened = open_study(confirmed.path)
    data = write_data(tmp_path / "data", opened, [rows_of(*person) for person in PEOPLE])
    return Trial(opened, Place(tmp_path / "sealed.json", tmp_path / "register.csv", data))


def changed(trial: Trial, table: str, old: str, new: str) -> None:
    path = trial.place.data / table
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def test_arms_follow_from_the_sealed_file(trial: Trial) -> None:
    sealed = read_sealed(trial.place.sealed.read_bytes())
    found = [trial.next(name) for name, _ in PEOPLE]
    due = allocate(sealed.design, sealed.secret, [Subject(name, (region,)) for name, region in PEOPLE])
    assert [each.line.arm for each in found] == [each.arm for each in due]
    assert [each.line.seq for each in found] == list(range(1, 21))
    assert {each.line.study_sha256 for each in found} == {trial.opened.sha256}
    assert not any(each.again or each.rehearsal for each in found)
    checks = verify(trial.place.sealed, trial.commitment, register=trial.place.register)
    assert [check.holds for check in checks] == [True, True]
    assert trial.place.register.stat().st_mode & 0o777 == 0o600


def test_the_same_subject_has_the_same_arm_whatever_the_data_say_later(trial: Trial) -> None:
    first = trial.next("S1")
    trial.next("S2")
    content = trial.place.register.read_bytes()
    changed(trial, "fa.csv", "S1,2,REGION,N", "S1,2,REGION,S")
    changed(trial, "dm.csv", "S1,1,2026-02-01,", "S1,1,,")
    again = trial.next("S1", on=date(2026, 5, 1))
    assert again.again
    assert again.line == first.line
    assert trial.place.register.read_bytes() == content


@pytest.mark.parametrize(
    ("table", "old", "new", "reason"),
    [
        ("dm.csv", "S1,1,2026-02-01,", "S1,1,,", "no consent to the trial is on record"),
        ("dm.csv", "S1,1,2026-02-01,", "S1,1,2026-02-22,", "nothing is known of S1 on 2026-02-21"),
        ("dm.csv", "S1,1,2026-02-01,", "S1,1,2026-02,", "not certain that it was given"),
        ("dm.csv", "S1,1,2026-02-01,60", "S1,1,2026-02-01,16", "I1 at registration is not met"),
        ("dm.csv", "S1,1,2026-02-01,60", "S1,1,2026-02-01,", "I1 at registration cannot be told yet"),
        ("fa.csv", "S1,1,FIT,Y", "S1,1,FIT,N", "I2 at allocation is not met"),
        ("fa.csv", "S1,1,FIT,Y,SURGEON,2026-02-20\n", "", "I2 at allocation cannot be told yet"),
        ("fa.csv", "S1,1,FIT,Y,SURGEON,2026-02-20", "S1,1,FIT,Y,SURGEON,2026-02-22", "I2 at allocation cannot be told"),
        ("fa.csv", "S1,2,REGION,N,,2026-02-02\n", "", "the stratum region is not known"),
        ("fa.csv", "S1,2,REGION,N,,2026-02-02", "S1,2,REGION,N,,2026-02-22", "the stratum region is not known"),
        ("ds.csv", "S1,1,PROTOCOL MILESTONE,ENTERED INTO TRIAL,2026-02-02\n", "", "registration was not reached"),
        ("ds.csv", "S1,1,PROTOCOL MILESTONE,ENTERED INTO TRIAL,2026-02-02",
         "S1,1,PROTOCOL MILESTONE,ENTERED INTO TRIAL,2026-02-22", "registration was not reached"),
        ("ds.csv", "S1,1,PROTOCOL", "S1,2,DISPOSITION EVENT,WITHDRAWAL BY SUBJECT,2026-02-10\nS1,1,PROTOCOL",
         "has left the trial: withdrawal by subject on 2026-02-10"),
        ("ds.csv", "S1,1,PROTOCOL", "S1,2,DISPOSITION EVENT,SCREEN FAILURE,2026-02-10\nS1,1,PROTOCOL",
         "has left the trial: screen failure"),
    ],
)  # fmt: skip
def test_no_arm_without_consent_eligibility_and_strata(
    trial: Trial, table: str, old: str, new: str, reason: str
) -> None:
    changed(trial, table, old, new)
    with pytest.raises(NotAllowedError, match=reason) as refused:
        trial.next("S1")
    assert refused.value.exit_code == 4
    assert trial.place.register.read_bytes() == b""
    trial.next("S2")


def test_all_reasons_are_given_at_once(trial: Trial) -> None:
    changed(trial, "dm.csv", "S1,1,2026-02-01,60", "S1,1,2026-02,17")
    changed(trial, "fa.csv", "S1,1,FIT,Y,SURGEON,2026-02-20\nS1,2,REGION,N,,2026-02-02\n", "")
    with pytest.raises(NotAllowedError) as refused:
        trial.next("S1")
    for part in ("consent", "I1", "I2", "region"):
        assert part in str(refused.value)


def test_a_subject_allocated_elsewhere_is_refused(trial: Trial) -> None:
    changed(trial, "dm.csv", "S1,1,2026-02-01,60,YEARS,F,,,", "S1,1,2026-02-01,60,YEARS,F,NEW,,")
    changed(trial, "ds.csv", "S1,1,PROTOCOL", "S1,2,PROTOCOL MILESTONE,RANDOMIZED,2026-02-20\nS1,1,PROTOCOL")
    with pytest.raises(NotAllowedError, match="the data say the subject was allocated, and the register does not"):
        trial.next("S1")


def test_without_a_criterion_or_a_gate_nobody_is_allocated(trial: Trial) -> None:
    frames, _ = read_data(trial.place.data, trial.opened)
    study = trial.opened.study
    (reason,) = refusals(study.model_copy(update={"inclusion": ()}), frames, "S1", DAY)
    assert reason == "the study states no criterion by which the subject could be found eligible"
    points = {**study.time_points, "allocation": study.time_points["allocation"].model_copy(update={"gate": False})}
    with pytest.raises(StudyError, match="allocation is no gate"):
        refusals(study.model_copy(update={"time_points": points}), frames, "S1", DAY)


def test_a_dead_subject_is_refused(trial: Trial) -> None:
    changed(trial, "dm.csv", "S1,1,2026-02-01,60,YEARS,F,,,", "S1,1,2026-02-01,60,YEARS,F,,2026-02-10,Y")
    changed(trial, "ds.csv", "S1,1,PROTOCOL", "S1,2,DISPOSITION EVENT,DEATH,2026-02-10\nS1,1,PROTOCOL")
    with pytest.raises(NotAllowedError, match=r"death on 2026-02-10 \(DS\); the subject has died"):
        trial.next("S1")


def test_a_stratum_outside_its_codes_is_refused(trial: Trial) -> None:
    frames, _ = read_data(trial.place.data, trial.opened)
    design = read_sealed(trial.place.sealed.read_bytes()).design
    west = replace(design, factors=(Factor("region", ("S", "W")),))
    assert strata_of(trial.opened.study, west, frames, "S1", DAY) == (
        ("N",),
        ("the stratum region is 'N', which is none of its codes",),
    )


def test_an_unknown_subject_is_bad_input(trial: Trial) -> None:
    with pytest.raises(InputError, match="hold no subject S99"):
        trial.next("S99")


@pytest.mark.parametrize(
    ("more", "message"), [({"origin": "simulated"}, "simulated"), ({"sha256": ""}, "this version")]
)
def test_data_of_another_kind_or_version_are_refused(trial: Trial, more: dict[str, str], message: str) -> None:
    write_data(trial.place.data, trial.opened, [rows_of("S1", "N")], **more)
    with pytest.raises(NotAllowedError, match=message):
        trial.next("S1")


def test_data_made_under_another_version_stop_with_their_finding(trial: Trial) -> None:
    write_data(trial.place.data, trial.opened, [rows_of("S1", "N")], sha256="0" * 64)
    with pytest.raises(DataError, match="made for a study file with hash"):
        trial.next("S1")


def test_a_changed_study_is_a_draft_again_and_allocates_nobody(trial: Trial) -> None:
    path = trial.opened.path
    path.write_text(path.read_text().replace("at_least: 18", "at_least: 16"))
    with pytest.raises(NotAllowedError, match="is draft, and to allocate for a trial it must be activated"):
        replace(trial, opened=open_study(path)).next("S1")


@pytest.mark.parametrize("line", [1, 2, 4])
def test_a_changed_register_is_seen(trial: Trial, line: int) -> None:
    for name, _ in PEOPLE[:4]:
        trial.next(name)
    held = trial.place.register.read_bytes()
    lines = held.split(b"\n")
    for old, new in (
        (b",N,", b",S,"),
        (b"NEW", b"OLD"),
        (b"OLD", b"NEW"),
        (b"S", b"T"),
        (b"2026-02-21", b"2026-02-20"),
    ):
        if old not in lines[line]:
            continue
        spoilt = [*lines]
        spoilt[line] = spoilt[line].replace(old, new, 1)
        trial.place.register.write_bytes(b"\n".join(spoilt))
        with pytest.raises(StoreError, match="does not follow from the sealed file") as refused:
            trial.next("S9")
        assert refused.value.exit_code == 6
    for spoilt in ([*lines[:line], *lines[line + 1 :]] if line < 4 else [*lines[:2], lines[3], lines[2], *lines[4:]],
                   [*lines[:-1], b"", b""], lines[:-1], [*lines[:-2], lines[-2][:-7]]):  # fmt: skip
        trial.place.register.write_bytes(b"\n".join(spoilt))
        assert not verify(trial.place.sealed, trial.commitment, register=trial.place.register)[1].holds
    trial.place.register.write_bytes(held)
    assert trial.next("S9").line.seq == 5


def test_a_line_of_another_copy_is_seen(trial: Trial, tmp_path: Path) -> None:
    """S2 and S4 share a stratum, so the line of S4 would get the arm of S2 at the same place."""
    other = replace(trial, place=replace(trial.place, register=tmp_path / "other.csv"))
    for name in ("S1", "S2", "S3"):
        trial.next(name)
    for name in ("S1", "S4"):
        other.next(name)
    ours, theirs = (each.place.register.read_bytes().split(b"\n") for each in (trial, other))
    trial.place.register.write_bytes(b"\n".join([*ours[:2], theirs[2], *ours[3:]]))
    with pytest.raises(StoreError) as refused:
        trial.next("S5")
    assert refused.value.where.endswith("register.csv:4")


def test_any_changed_byte_of_the_register_is_seen(trial: Trial) -> None:
    for name, _ in PEOPLE[:3]:
        trial.next(name)
    held = trial.place.register.read_bytes()
    sealed = read_sealed(trial.place.sealed.read_bytes())
    for place in range(len(held)):
        trial.place.register.write_bytes(held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :])
        with pytest.raises(StoreError):
            read_register(sealed, trial.place.register)


def test_verify_stops_at_another_commitment(trial: Trial) -> None:
    (only,) = verify(trial.place.sealed, "0" * 64, register=None)
    assert not only.holds
    with pytest.raises(InputError, match="no such file"):
        verify(trial.place.sealed, trial.commitment, listing=trial.place.data / "nothing.csv")


def test_requests_at_once_lose_and_double_nobody(trial: Trial) -> None:
    names = [name for name, _ in PEOPLE]
    # every subject is asked about twice, at about the same time
    asked = [name for name in names for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(trial.next, asked))
    lines = read_register(read_sealed(trial.place.sealed.read_bytes()), trial.place.register)
    assert sorted(line.subject.id for line in lines) == sorted(names)
    held = {line.subject.id: line for line in lines}
    assert [each.line for each in told] == [held[name] for name in asked]
    assert sum(not each.again for each in told) == len(names)
