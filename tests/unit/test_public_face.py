"""The public face: every name leads somewhere, is typed, and costs nothing until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import trialwright

pytestmark = pytest.mark.unvalidated

STUB = Path(trialwright.__file__).with_suffix(".pyi")
FACE = [name for name in trialwright.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", FACE)
def test_a_name_of_the_face_is_callable_and_documented(name: str) -> None:
    found = getattr(trialwright, name)
    assert callable(found)
    assert found.__doc__


def test_the_stub_names_the_face_and_nothing_else() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    stated = {
        alias.asname: alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(stated) == set(FACE)
    assert {name: getattr(trialwright, name).__name__ for name in FACE} == stated


def test_the_face_has_at_most_forty_names() -> None:
    assert 10 <= len(FACE) <= 40


def test_importing_the_package_loads_no_numerical_library() -> None:
    heavy = "import sys, trialwright; print({'numpy', 'polars', 'numba', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        trialwright.__getattr__("runn")
