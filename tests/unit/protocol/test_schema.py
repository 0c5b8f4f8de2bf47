"""The JSON Schema of a study file."""

from __future__ import annotations

import jsonschema
import pytest

from tests.golden.study_file_cases import SHAPE_CASES
from tests.studies import EXAMPLE, edited
from trialwright.protocol.schema import study_schema
from trialwright.protocol.yaml_nodes import read_tree
from trialwright.studies import FOLDER, SHIPPED

VALIDATOR = jsonschema.Draft202012Validator(study_schema())

BEYOND_SHAPES = {"impossible date", "partial date", "attribute as key", "alias of python"}
"""What a schema cannot see: the calendar; and keys an attribute has, which only the loader would mistake."""


@pytest.mark.independent("jsonschema")
def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(study_schema())


@pytest.mark.independent("jsonschema")
@pytest.mark.parametrize("name", ["example", *SHIPPED])
def test_study_files_that_load_are_valid(name: str) -> None:
    text = EXAMPLE if name == "example" else (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert [error.message for error in VALIDATOR.iter_errors(read_tree(text, name=name).plain)] == []


@pytest.mark.independent("jsonschema")
@pytest.mark.parametrize("name", sorted(set(SHAPE_CASES) - BEYOND_SHAPES))
def test_what_the_loader_refuses_for_its_shape_is_not_valid(name: str) -> None:
    assert not VALIDATOR.is_valid(read_tree(edited(SHAPE_CASES[name]), name=name).plain)


@pytest.mark.unvalidated
def test_decimals_may_be_numbers_to_other_readers() -> None:
    plain = read_tree(EXAMPLE, name="x").plain
    assert isinstance(plain, dict)
    analyses = plain["analyses"]
    assert isinstance(analyses, list)
    assert VALIDATOR.is_valid(
        {**plain, "analyses": [{"id": "a", "endpoint": "PFS", "method": "x", "role": "primary", "alpha": 0.05}]}
    )
    assert not VALIDATOR.is_valid(
        {**plain, "analyses": [{"id": "a", "endpoint": "PFS", "method": "x", "role": "primary", "alpha": None}]}
    )


@pytest.mark.unvalidated
def test_descriptions_are_one_line_and_nothing_is_null() -> None:
    def walk(part: object) -> None:
        if isinstance(part, dict):
            assert part.get("type") != "null"
            assert "\n" not in str(part.get("description", ""))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(study_schema())
