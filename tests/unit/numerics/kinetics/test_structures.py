"""Each structural model keeps to the contract of a structural model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.structure import StructuralModel
from trialwright.numerics.kinetics.structures import STRUCTURES, structure_named

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize("model", STRUCTURES.values(), ids=lambda model: model.id)
def test_a_model_names_its_parameters_units_and_source(model: StructuralModel) -> None:
    assert len(model.parameters) == len(set(model.parameters)) == len(model.units) == model.size
    assert model.rate != model.start
    assert model.units[model.rate] == "/d"
    assert model.units[model.start] == "U"
    assert model.width == {3: 10, 4: 15}[model.size]
    assert len(model.reference) > 20


@pytest.mark.parametrize("model", STRUCTURES.values(), ids=lambda model: model.id)
def test_the_start_is_the_level_at_day_0_up_to_a_residual(model: StructuralModel) -> None:
    small = np.full((1, model.size), np.log(1e-9))
    small[0, model.start] = np.log(300.0)
    assert model.curve(np.array([0.0]), small)[0, 0] == pytest.approx(300.0)


@pytest.mark.parametrize("model", STRUCTURES.values(), ids=lambda model: model.id)
def test_kernels_touch_only_those_they_are_asked_for(model: StructuralModel) -> None:
    theta = np.zeros((3, model.size))
    out = np.full((6, model.width), -7.0)
    model.ln_derivatives(np.array([1]), np.array([0, 2, 4, 6]), np.arange(6.0), theta, -1.0, out)
    assert (out[[0, 1, 4, 5]] == -7.0).all()
    assert (out[[2, 3]] != -7.0).any(axis=1).all()


def test_every_model_file_stands_in_the_table(repository: Path) -> None:
    folder = repository / "src" / "trialwright" / "numerics" / "kinetics"
    files = {path.stem for path in folder.glob("*.py") if " = StructuralModel(" in path.read_text(encoding="utf-8")}
    assert files == set(STRUCTURES)


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(NumericsError, match="no structural model 'log_slope'"):
        structure_named("log_slope")
