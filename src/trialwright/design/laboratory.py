"""Upper limits of normal of the invented laboratory; a real one writes its own beside each result."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from trialwright.model.study import Study

__all__ = ["UPPER_LIMITS", "upper_limits"]

UPPER_LIMITS: Final[Mapping[tuple[str, str], Decimal]] = MappingProxyType(
    {
        ("CA125", "U/mL"): Decimal(35),
        ("ALT", "U/L"): Decimal(40),
        ("AST", "U/L"): Decimal(40),
        ("ALP", "U/L"): Decimal(115),
        ("BILI", "mg/dL"): Decimal("1.2"),
        ("BILI", "umol/L"): Decimal(21),
        ("CREAT", "mg/dL"): Decimal("1.2"),
        ("CREAT", "umol/L"): Decimal(106),
    }
)
"""Analyte and unit to the limit."""


def upper_limits(study: Study) -> dict[str, Decimal]:
    """Upper limits of a study's laboratory items.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    dict of str to Decimal
        By item, in the item's unit; items without a limit are left out.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> upper_limits(open_study("nct07295132").study)
    {'ca125': Decimal('35')}
    """
    found = {name: UPPER_LIMITS.get((item.analyte or "", item.unit or "")) for name, item in study.items.items()}
    return {name: limit for name, limit in found.items() if limit is not None}
