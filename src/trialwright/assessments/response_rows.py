"""Rows of responses as ADRS holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

__all__ = ["AS_ASSESSED", "DERIVED", "RESPONSE_CODES", "ROWS"]

RESPONSE_CODES: Final[Mapping[str, int]] = {
    "NED": 0, "CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "MISSING": 7,
}  # fmt: skip
"""Response to its number in AVAL."""

AS_ASSESSED: Final = "AS ASSESSED"
DERIVED: Final = "DERIVED"

ROWS: Final[Mapping[str, pl.DataType]] = {
    "STUDYID": pl.String(), "USUBJID": pl.String(), "ASSESSID": pl.String(), "PARAMCD": pl.String(), "ADT": pl.Date(),
    "AVALC": pl.String(), "AVAL": pl.Int64(), "ADEQUATE": pl.String(), "ANL01FL": pl.String(), "DTYPE": pl.String(),
    "RULEID": pl.String(), "POLICY": pl.String(), "SRCDOM": pl.String(), "SRCSEQ": pl.Int64(), "ADTF": pl.String(),
}  # fmt: skip
"""Columns of the rows and their types."""
