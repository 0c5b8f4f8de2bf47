"""Forms without a server: a workbook with one sheet a visit, written from a study file and read back as tables."""

from __future__ import annotations

from trialwright.exchange.forms.layout import Layout, layout_of
from trialwright.exchange.forms.read import read_workbook
from trialwright.exchange.forms.rows import Filled, tables_of
from trialwright.exchange.forms.write import Cover, write_workbook

__all__ = ["Cover", "Filled", "Layout", "layout_of", "read_workbook", "tables_of", "write_workbook"]
