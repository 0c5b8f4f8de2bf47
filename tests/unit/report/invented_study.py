"""A small invented study for the report's tests: two arms, two gates, an operation, a marker."""

from __future__ import annotations

from pathlib import Path

from trialwright.model.study import Study


def invented_study() -> Study:
    return Study.model_validate_json(Path(__file__).with_name("invented_study.json").read_text(encoding="utf-8"))
