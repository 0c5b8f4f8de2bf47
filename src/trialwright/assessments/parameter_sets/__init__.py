"""The parameter sets that come with the program, data only; none of them is for clinical use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["FOLDER", "SHIPPED"]

FOLDER: Final = Path(__file__).parent
"""Folder of the shipped parameter sets."""

SHIPPED: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
"""Names of the shipped parameter sets."""
