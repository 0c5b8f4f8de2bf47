"""Data folders in and tables out: every cell as it was entered, every doubt as a finding."""

from __future__ import annotations

from trialwright.exchange.folder import read_folder, whole_or_nothing, write_folder
from trialwright.exchange.integrity import check
from trialwright.exchange.manifest import read_manifest
from trialwright.exchange.tables_out import write_table, write_tables
from trialwright.model.manifest import FileRecord, Manifest

__all__ = [
    "FileRecord",
    "Manifest",
    "check",
    "read_folder",
    "read_manifest",
    "whole_or_nothing",
    "write_folder",
    "write_table",
    "write_tables",
]
