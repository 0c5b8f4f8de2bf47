"""The study files that come with the program: one YAML file a trial, data only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["FOLDER", "SHIPPED"]

FOLDER: Final = Path(__file__).parent
"""Folder of the shipped study files."""

SHIPPED: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
"""Ids of the shipped studies."""
