"""The structural models there are, by the name a parameter set gives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
from trialwright.numerics.kinetics.residual_decay import RESIDUAL_DECAY
from trialwright.numerics.kinetics.structure import StructuralModel

__all__ = ["STRUCTURES", "structure_named"]

STRUCTURES: Mapping[str, StructuralModel] = MappingProxyType({m.id: m for m in (BIEXPONENTIAL, RESIDUAL_DECAY)})
"""All of them."""


def structure_named(name: str) -> StructuralModel:
    """Structural model of a name.

    Parameters
    ----------
    name : str
        Such as ``"biexponential"``.

    Returns
    -------
    StructuralModel
        The model.

    Raises
    ------
    NumericsError
        When there is none of that name.

    Examples
    --------
    >>> structure_named("residual_decay").parameters
    ('RATE', 'RESIDUAL', 'START')
    """
    if name not in STRUCTURES:
        raise NumericsError(f"no structural model {name!r}", mend=f"take one of {', '.join(sorted(STRUCTURES))}")
    return STRUCTURES[name]
