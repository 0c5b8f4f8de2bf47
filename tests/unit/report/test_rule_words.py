"""Every rule of response has words."""

from __future__ import annotations

import pytest

from trialwright.assessments import derived
from trialwright.assessments.overall import overall_rules
from trialwright.numerics.lesion_records import TARGET_RULES
from trialwright.report.rule_words import RULE_WORDS, rule_words

pytestmark = pytest.mark.unvalidated


def test_every_rule_a_derived_response_can_have_is_put_into_words() -> None:
    known = {*overall_rules(), *derived._SETTLED_RULES.values(), *(f"target.{rule}" for rule in TARGET_RULES)}
    assert sorted(known - set(RULE_WORDS)) == []


def test_an_unknown_rule_is_shown_as_it_is() -> None:
    assert rule_words("PFS.death") == "PFS.death"
