"""What a study file may name as the method of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.analysis.plan import METHODS
from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = tuple(method.spec for method in METHODS.values())
"""Methods of analysis."""
