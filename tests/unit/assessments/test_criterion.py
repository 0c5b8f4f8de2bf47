"""Each set of criteria says what it is and is found by lying in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.assessments import criteria as folder
from trialwright.assessments.criterion import RECIST, criteria
from trialwright.assessments.policy import SWITCHES, Policy, switched
from trialwright.conduct.catalogue import catalogue

pytestmark = pytest.mark.unvalidated


def test_each_file_of_the_folder_is_one_set_of_criteria() -> None:
    files = {path.stem for path in Path(folder.__file__).parent.glob("[a-z]*.py")}
    assert {name.replace("-", "_").replace(".", "_") for name in criteria()} == files


@pytest.mark.parametrize("name", list(criteria()))
def test_each_states_itself_and_stands_in_the_catalogue(name: str) -> None:
    criterion = criteria()[name]
    assert criterion.summary.endswith(".")
    assert criterion.reference
    spec = catalogue().find("response criteria", name)
    assert spec is not None
    assert set(SWITCHES) <= set(spec.settings)
    assert (spec.reference, spec.certainty) == (criterion.reference, criterion.certainty)


def test_absolute_growth_by_criteria_and_switch() -> None:
    growth = {name: each.figures(Policy(), new_baseline=False).min_growth for name, each in criteria().items()}
    assert growth == {"recist-1.1": 50, "irecist": 50, "gcig-2011-combined": 50, "mrecist": 1, "localised-mrecist": 1}
    asked = switched(Policy(), {"mrecist_abs_5mm": "true"})
    assert criteria()["mrecist"].figures(asked, new_baseline=False).min_growth == RECIST.min_growth
