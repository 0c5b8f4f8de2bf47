"""The GCIG criteria case by case: what somebody who read only the criteria expects, against what the program gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from trialwright.assessments.gcig import (
    UNKNOWN,
    Event,
    GcigRules,
    Ratio,
    Sample,
    Scans,
    Verdict,
    amount,
    combined_response,
    first_event,
    judge,
)
from trialwright.assessments.gcig.judge import Span

pytestmark = pytest.mark.independent("figures expected by somebody who read only the criteria")

FOLDER = Path(__file__).parent / "gcig"
Case = Mapping[str, Any]


def cases(*names: str) -> Sequence[Case]:
    """Cases of some files, each under its id."""
    yaml = YAML(typ="safe", pure=True)
    return [case for name in names for case in yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))]


def rules_of(options: Mapping[str, Any]) -> GcigRules:
    """Rules with the options of a case."""
    given: dict[str, Any] = {
        key: Ratio.of(each) if key.startswith("factor_") else each for key, each in options.items()
    }
    return GcigRules(**given)


def sample_of(row: Sequence[Any], case: Case) -> Sample:
    """Sample of a case, its day counted from the start of treatment."""
    day, value, *more = row
    own = more[0] if more else {}
    taken = amount(value)
    assert taken is not None, f"{case['id']}: {value}"
    uln = own.get("uln", case["uln"])
    limit = UNKNOWN if uln is None else amount(uln)
    assert limit is not None
    return Sample(day - case.get("treatment_start", 0), taken, limit, own.get("assay", ""))


def event_of(row: Sequence[Any], case: Case) -> Event:
    """Event of a case."""
    day, kind = row
    after = day - case.get("treatment_start", 0)
    return Event(after, "mouse antibodies") if kind == "mouse antibodies" else Event(after, "interference", name=kind)


def shown(verdict: Verdict, start: int) -> dict[str, object]:
    """A verdict under the names the cases use."""
    response, progression = verdict.response, verdict.progression
    is_pd = progression.state == "PD"

    def day(span: Span | None) -> int | None:
        return None if span is None or span.day is None else span.day + start

    return {
        "evaluable": response.evaluable,
        "response": response.state,
        "response_day": day(response.days) if response.state == "RESPONSE" else None,
        "response_known_day": day(response.known_days),
        "complete_response_day": day(response.complete_days),
        "progression_day": day(progression.days) if is_pd else None,
        "progression_known_day": day(progression.known_days),
        "progression_category": progression.category if is_pd else None,
        "status": progression.state,
    }


@pytest.mark.parametrize("case", cases("response", "progression"), ids=lambda case: case["id"])
def test_response_and_progression(case: Case) -> None:
    samples = [sample_of(row, case) for row in case["samples"]]
    events = [event_of(row, case) for row in case.get("events", ())]
    verdict = judge(samples, events, rules_of(case.get("options", {})))
    found = shown(verdict, case.get("treatment_start", 0))
    assert {key: found[key] for key in case["expect"]} == case["expect"]


def scans_alone(case: Case) -> str:
    """Overall response by the scans alone, as RECIST 1.1 puts it."""
    if "PD" in (case["target"], case["nontarget"]) or case["new"] == "UNEQUIVOCAL":
        return "PD"
    if case["target"] == "CR":
        return "CR" if case["nontarget"] in ("CR", "NONE") else "PR"
    return str(case["nontarget"] if case["target"] == "NONE" else case["target"])


@pytest.mark.parametrize("case", cases("combination"), ids=lambda case: case["id"])
def test_scans_and_marker_together(case: Case) -> None:
    assert (case["target"] == "NONE") == (case["measurable"] == "ca125_only")
    scans = Scans(case["target"], case["nontarget"], case["new"], alone=scans_alone(case))
    found = combined_response(scans, case["ca125"], days_after_ca125_response=case.get("days_after_ca125_response"))
    assert found.overall == case["expect"]["overall"]
    assert found.certainty == "unverified"
    assert "unnamed" not in found.rule


@pytest.mark.parametrize("case", cases("pfs_date"), ids=lambda case: case["id"])
def test_first_event(case: Case) -> None:
    given = {name: case[name] for name in ("scan_progression", "ca125_progression", "death") if name in case}
    assert first_event(**given).day == case["expect"]["event_day"]


def test_every_case_has_an_id_of_its_own() -> None:
    ids = [case["id"] for case in cases("response", "progression", "combination", "pfs_date")]
    assert len(ids) == len(set(ids)) > 200
