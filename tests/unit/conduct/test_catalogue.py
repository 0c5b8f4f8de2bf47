"""The catalogue: one entry an id and kind, each saying what it is and where it comes from."""

from __future__ import annotations

from collections import Counter

import pytest

from trialwright.conduct.catalogue import catalogue
from trialwright.model.catalogue import Spec

pytestmark = pytest.mark.unvalidated

SPECS = catalogue().specs


def test_no_id_stands_twice_in_a_kind() -> None:
    assert max(Counter((spec.kind, spec.id) for spec in SPECS).values()) == 1


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.kind} {spec.id}")
def test_an_entry_says_what_it_is(spec: Spec) -> None:
    assert spec.summary.endswith(".") or spec.kind == "lint rule"
    assert len(spec.summary) > 20
    if spec.kind not in ("measure", "lint rule"):
        assert spec.reference


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.kind} {spec.id}")
def test_what_is_not_computed_says_so(spec: Spec) -> None:
    if not spec.computed:
        assert "this version" in spec.summary


def test_rules_of_a_source_not_seen_are_marked() -> None:
    # an estimator is verified by a second program, whoever has seen the paper; a rule or a score stands in its source
    unseen = [spec for spec in SPECS if spec.kind != "method" and spec.reference.endswith("(unverified)")]
    assert len(unseen) > 3
    assert [f"{spec.kind} {spec.id}" for spec in unseen if spec.certainty != "unverified"] == []


def test_methods_name_measures_that_exist() -> None:
    measures = set(catalogue().ids("measure"))
    methods = [spec for spec in SPECS if spec.kind == "method"]
    assert methods
    assert all(set(spec.measures) <= measures for spec in methods)
