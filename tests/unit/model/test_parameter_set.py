"""Parameter sets: what they must hold, what their hash covers, and who makes one verified."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from trialwright.model.parameter_set import ParameterSet, SetSignOff, Signature, content_sha256, status_of

pytestmark = pytest.mark.unvalidated

PLAIN: Mapping[str, object] = {
    "id": "own",
    "version": "1.0.0",
    "status": "transcribed",
    "marker": "CA125",
    "unit": "U/mL",
    "structural_model": "biexponential",
    "theta": {"kelim": 0.06, "beta": 0.04, "kprod": 6, "ca0": 500},
    "omega": {"kelim": 0.45, "beta": 0.6, "kprod": 1.0, "ca0": 1.2},
    "error": {"type": "log_additive", "sigma": 0.2},
    "cutoff": {"value": 0.06, "origin": "published"},
    "setting": {"line": "recurrent", "regimen": "platinum doublet"},
    "provenance": {"citation": "a paper"},
}


def made(**changes: object) -> ParameterSet:
    return ParameterSet.model_validate_json(json.dumps({**PLAIN, **changes}))


def signed(content: ParameterSet, *names: str, **changes: str) -> SetSignOff:
    entries = tuple(Signature(name=name, role="statistician", on="2026-01-05", meaning="compared") for name in names)
    given = {"id": content.id, "version": content.version, "sha256": content_sha256(content), **changes}
    return SetSignOff(entries=entries, **given)


def test_a_transcribed_set_is_verified_by_two_different_people() -> None:
    content = made()
    assert status_of(content, None).status == "transcribed"
    assert status_of(content, signed(content, "A B")).status == "transcribed"
    assert status_of(content, signed(content, "A B", " a  b ")).status == "transcribed"
    assert status_of(content, signed(content, "A B", "C D")).status == "verified"


def test_a_set_cannot_call_itself_verified() -> None:
    use = status_of(made(status="verified"), None)
    assert use.status == "transcribed"
    assert use.reasons == ("nobody has signed that the values stand in the source",)


@pytest.mark.parametrize("other", [{"sha256": "0" * 64}, {"id": "another"}, {"version": "1.0.1"}])
def test_a_sign_off_for_another_content_does_not_count(other: dict[str, str]) -> None:
    content = made()
    assert status_of(content, signed(content, "A", "B", **other)).status == "transcribed"


def test_signatures_do_not_lift_an_invented_set() -> None:
    demo = made(status="demo", cutoff={"value": 0.06, "origin": "demo"})
    assert status_of(demo, signed(demo, "A", "B")).status == "demo"


def test_the_hash_covers_every_figure_and_not_itself() -> None:
    content = made()
    digest = content_sha256(content)
    assert content_sha256(made(sha256="0" * 64)) == digest
    for changes in (
        {"theta": {"kelim": 0.0600001, "beta": 0.04, "kprod": 6, "ca0": 500}},
        {"beta_sign": 1},
        {"window_days": 50},
        {"cutoff": None},
        {"provenance": {"citation": "another paper"}},
    ):
        assert content_sha256(made(**changes)) != digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"theta": {"kelim": 0.06}}, "theta names kelim; due are kelim, beta, kprod, ca0"),
        ({"omega": {"kelim": 0.06}}, "omega names kelim"),
        ({"theta": {"kelim": 0, "beta": 0.04, "kprod": 6, "ca0": 500}}, "greater than 0"),
        ({"structural_model": "spline"}, "no structural model 'spline'"),
        ({"unit": "furlong"}, "unit 'furlong' is not known"),
        ({"error": {"type": "combined", "sigma": 0.2}}, "additive is given for the error model combined"),
        ({"error": {"type": "log_additive", "sigma": 0.2, "additive": 1.0}}, "additive is given"),
        ({"error": {"type": "log_additive", "sigma": 0.2, "exponent": 1.0}}, "exponent is given"),
        ({"status": "demo"}, "a demo set has a demo cutoff"),
        ({"cutoff": {"value": 0.06, "origin": "demo"}}, "a demo set has a demo cutoff"),
        ({"status": "local_fit"}, "carries its fit_report"),
        ({"corr": [{"between": ["kelim", "kelim"], "value": 0.5}]}, "between two of"),
        (
            {"corr": [{"between": ["kelim", "beta"], "value": 0.5}, {"between": ["beta", "kelim"], "value": 0.1}]},
            "twice",
        ),
        ({"corr": [{"between": ["kelim", "beta"], "value": 1.0}]}, "less than 1"),
        ({"covariates": [{"name": "AGE", "on": "speed", "slope": 0.1, "centre": 60}]}, "it can act on"),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_a_set_that_does_not_hold_together_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        made(**changes)
