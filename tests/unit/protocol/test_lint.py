"""Each lint rule fires on the statement it is about, where it stands, and not on the example as it is."""

from __future__ import annotations

from typing import Final

import pytest

from tests.studies import OFFERED, loaded
from trialwright.protocol.lint import CATALOGUE, RULES, LintFinding, lint

pytestmark = pytest.mark.unvalidated

ESTIMAND = (
    "estimand: {treatment: a, population: everyone, variable: b, "
    "intercurrent: [{event: c, strategy: composite}], summary: d}"
)
CSS_STRICT = "competing: [{event: death, when: {item: cause, equals: OTHER}}]"

CASES: Final[dict[str, tuple[list[tuple[str, str]], str]]] = {
    "allocation-unstated": (
        [("method: permuted-blocks", "method: unstated"), (", sizes: sealed", "")],
        "/allocation/method",
    ),
    "assumption-unreasoned": ([], "/arms/ABL/ratio"),
    "baseline-elsewhere": (
        [
            (
                "{id: disease, criteria: recist-x, baseline: {last_before: allocation",
                "{id: disease, criteria: recist-x, baseline: {last_before: treatment",
            )
        ],
        "/endpoints/PFS/assessment",
    ),
    "criteria-unverified": (
        [("{id: liver, criteria: recist-x", "{id: liver, criteria: guess-x")],
        "/assessments/liver/criteria",
    ),
    "deaths-of-the-disease-alone": (
        [
            (
                "events: [progression, death]",
                "events: [progression, {event: death, when: {item: cause, equals: CANCER}}]",
            )
        ],
        "/endpoints/PFS/events",
    ),
    "disease-free-before-removal": (
        [("title: Progression-free survival", "title: Disease-free survival")],
        "/endpoints/PFS/origin",
    ),
    "duration-from-treatment": (
        [("title: Progression-free survival", "title: Duration of response")],
        "/endpoints/PFS/origin",
    ),
    "horizon-from-first-enrolment": (
        [
            (
                "horizon: {of: 24 months, is: follow-up only}",
                "horizon: {of: 12 months, from: first enrolment, is: administrative censoring}",
            )
        ],
        "/endpoints/PFS/horizon/from",
    ),
    "horizons-differ": (
        [
            (
                "censor: {at: last known alive}\n",
                "censor: {at: last known alive}\n    horizon: {of: 12 months, is: follow-up only}\n",
            )
        ],
        "/endpoints/CSS/horizon",
    ),
    "marker-progression-blind": (
        [
            (
                "used_for: [eligibility], ignore_after: [{item: treated_on, within: 28 days}]",
                "used_for: [eligibility, analysis]",
            )
        ],
        "/markers/afp_response/used_for",
    ),
    "marker-without-course": (
        [("within: 100 days, until: allocation", "within: 100 days, until: entry")],
        "/markers/afp_speed/until",
    ),
    "name-and-events-disagree": (
        [("title: Progression-free survival", "title: Time to progression")],
        "/endpoints/PFS/events",
    ),
    "progression-after-operation": (
        [
            (
                "origin: allocation\n    events: [progression, death]",
                "origin: treatment\n    events: [progression, death]",
            )
        ],
        "/endpoints/PFS/origin",
    ),
    "record-reading-kept": (
        [("loose: {events: [death]}", "loose: {events: [progression, death], assessment: disease}")],
        "/endpoints/CSS/definitions/loose",
    ),
    "survival-as-proportion": (
        [("title: Low grade", "title: Overall survival at two months")],
        "/endpoints/GOOD/measure",
    ),
    "therapy-ends-response": (
        [
            ("title: Progression-free survival", "title: Duration of response"),
            ("events: [progression, death]", "events: [progression, death, next_therapy]"),
        ],
        "/endpoints/PFS/events",
    ),
    "deaths-uncovered": ([(CSS_STRICT, "competing: [treated_on]")], "/endpoints/CSS"),
    "drug-undosed": (
        [("{drug: tablet, dose: 10 mg, per: day, days: [1-14]}", "{drug: tablet}")],
        "/regimens/ablation/drugs/tablet",
    ),
    "estimand-contradiction": (
        [("strategy: hypothetical", "strategy: treatment policy")],
        "/endpoints/PFS/estimand/intercurrent/1",
    ),
    "estimand-population": ([("population: everyone", "population: typical")], "/endpoints/PFS/estimand/population"),
    "exclusion-negated": ([("text: Poor liver", "text: No good liver")], "/exclusion/E3/text"),
    "follow-up-too-short": ([("horizon: {of: 24 months, is", "horizon: {of: 6 years, is")], "/endpoints/PFS/horizon"),
    "history-unreviewed": (
        [("values: [TACE], reviewed: reviewed", "values: [TACE]")],
        "/exclusion/E1/excluded_when/history",
    ),
    "item-unused": ([], "/items/note_of"),
    "lesions-unreviewed": (
        [("{take: count, reviewed: reviewed}", "{take: count}")],
        "/inclusion/I3/met_when/all/2/lesions",
    ),
    "limit-implied": ([], "/inclusion/I2/met_when/all/I2c"),
    "marker-beyond-allocation": ([("within: 100 days, until: allocation", "within: 100 days")], "/markers/afp_speed"),
    "marker-use-unsaid": (
        [("used_for: [eligibility]", "used_for: [report]")],
        "/inclusion/I6/met_when/any/2/response/of",
    ),
    "not-computed": ([], "/markers/afp_speed/model"),
    "one-arm-endpoint": ([], "/endpoints/GOOD"),
    "open-label-reading": ([], "/endpoints/PFS/assessment"),
    "open-point-blocking": ([], "/open_points/Q1"),
    "origin-after-allocation": (
        [
            (
                "origin: allocation\n    events: [progression, death]",
                "origin: treatment\n    events: [progression, death]",
            )
        ],
        "/endpoints/PFS/origin",
    ),
    "primary-analysis": ([("role: supporting, compare", "role: primary, compare")], "/endpoints/PFS"),
    "primary-missing": ([("role: primary\n", "role: secondary\n")], "/endpoints"),
    "primary-several": (
        [
            ("of: afp_speed, predicts", f"{ESTIMAND}, of: afp_speed, predicts"),
            ("title: Foretelling, role: other", "title: Foretelling, role: primary"),
        ],
        "/endpoints/KNOWS/role",
    ),
    "ratio-unstated": ([("role: control, ratio: 1", "role: control")], "/arms/RES/ratio"),
    "schedule-missing": ([("every: 3 months, times: 12}", "times: 12}")], "/endpoints/PFS/censor/missed_assessments"),
    "set-after-allocation": (
        [("assessment: disease\n    set: everyone", "assessment: disease\n    set: typical")],
        "/endpoints/PFS/set",
    ),
    "strata-unstated": ([("strata: [grade], sizes", "sizes")], "/allocation/strata"),
    "survival-cut-by-therapy": (
        [("title: Progression-free survival", "title: Overall survival")],
        "/endpoints/PFS/censor/new_therapy",
    ),
    "survival-with-progression": (
        [("title: Progression-free survival", "title: Overall survival")],
        "/endpoints/PFS/events",
    ),
}

STANDING: Final = frozenset(name for name, (pairs, _) in CASES.items() if not pairs)
"""Rules that the example breaks as it is."""


def found(rule: str, *pairs: tuple[str, str]) -> list[LintFinding]:
    return [finding for finding in lint(loaded(*pairs), OFFERED) if finding.rule == rule]


def test_the_example_breaks_these_rules_and_no_other() -> None:
    assert {finding.rule for finding in lint(loaded(), OFFERED)} == STANDING


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_where_the_statement_stands(rule: str) -> None:
    pairs, path = CASES[rule]
    assert path in [finding.path for finding in found(rule, *pairs)]


@pytest.mark.parametrize(
    ("rule", "pairs"),
    [
        (
            "estimand-contradiction",
            [("then: censor}}", "then: ignore}}"), ("strategy: hypothetical", "strategy: treatment policy")],
        ),
        ("open-label-reading", [("masking: none", "masking: double")]),
        ("limit-implied", [("at_most: 200 U/L, x_uln: {at_most: 5}, governing: value", "at_most: 200 U/L")]),
        ("one-arm-endpoint", [("set: everyone, arms: [ABL], unknown", "set: everyone, unknown")]),
        ("item-unused", [("do: [disease], arms", "do: [disease, note_of], arms")]),
        ("follow-up-too-short", [("horizon: {of: 24 months, is", "horizon: {of: 1826 days, is")]),
        (
            "horizon-from-first-enrolment",
            [
                (
                    "horizon: {of: 24 months, is: follow-up only}",
                    "horizon: {of: 24 months, from: first enrolment, is: administrative censoring}",
                )
            ],
        ),
        ("horizons-differ", [("milestones: [12 months]", "milestones: [6 months]")]),
        ("name-and-events-disagree", [("title: Progression-free survival", "title: Event-free survival")]),
        ("marker-without-course", [("within: 100 days, until: allocation", "within: 90 days, until: allocation")]),
    ],
)
def test_a_rule_is_silent_on_its_counterpart(rule: str, pairs: list[tuple[str, str]]) -> None:
    assert found(rule, *pairs) == []


def test_a_horizon_one_day_too_long_is_seen() -> None:
    (finding,) = found("follow-up-too-short", ("horizon: {of: 24 months, is", "horizon: {of: 1827 days, is"))
    assert "only 1 days after completion" in finding.text


def test_the_implied_limit() -> None:
    assert "imply a limit of 40 U/L" in found("limit-implied")[0].text


def test_eligibility_that_is_empty_is_an_error() -> None:
    study = loaded().model_copy(update={"inclusion": (), "exclusion": ()})
    rules = {finding.rule: finding.severity for finding in lint(study, OFFERED)}
    assert rules["eligibility-empty"] == "error"


@pytest.mark.parametrize(("stated", "seen"), [("", True), (", confirmation: {needed: false, after: 28 days}", False)])
def test_one_arm_judged_by_its_responses_must_say_whether_they_are_confirmed(stated: str, seen: bool) -> None:
    study = loaded(
        ("success: {item: grade, equals: G1}", "success: {response: {of: liver}, in: [CR, PR]}"),
        (
            "baseline: {last_before: entry, within: 28 days}",
            f"baseline: {{last_before: entry, within: 28 days}}{stated}",
        ),
    )
    primary = tuple(
        entry.model_copy(update={"role": "primary" if entry.id == "GOOD" else "other"}) for entry in study.endpoints
    )
    found = lint(study.model_copy(update={"endpoints": primary, "arms": study.arms[:1]}), OFFERED)
    assert ("response-unconfirmed" in {finding.rule for finding in found}) is seen


def test_treatment_without_any_measured_limit_is_seen() -> None:
    study = loaded()
    measured = study.model_copy(update={"inclusion": study.inclusion[:1], "exclusion": study.exclusion[:2]})
    assert "limits-absent" in {finding.rule for finding in lint(measured, OFFERED)}


def test_the_gravest_come_first() -> None:
    severities = [
        finding.severity for finding in lint(loaded(("role: supporting, compare", "role: primary, compare")), OFFERED)
    ]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert severities[0] == "error"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_sees_and_how_to_mend_it(rule: object) -> None:
    assert getattr(rule, "severity") in ("error", "warning", "info")  # noqa: B009 - any entry of the folder
    assert len(getattr(rule, "meaning")) > 30  # noqa: B009 - as above
    assert len(getattr(rule, "mend")) > 10  # noqa: B009 - as above


def test_every_rule_is_tried_here_and_stands_in_the_catalogue() -> None:
    assert set(RULES) - set(CASES) == {"eligibility-empty", "limits-absent", "response-unconfirmed"}
    assert [spec.id for spec in CATALOGUE] == list(RULES)
