"""What a study file's claims about the registry record are held against."""

from __future__ import annotations

from typing import Protocol

__all__ = ["RecordText"]


class RecordText(Protocol):
    """A registry record that can be asked for a statement by its address, or searched for a fragment."""

    @property
    def text(self) -> str:
        """The whole record as text."""
        ...

    def statement(self, address: str) -> str | None:
        """The statement at an address such as ``I2``, ``S1.timeFrame`` or ``enrollment.count``.

        Parameters
        ----------
        address : str
            Statement id or dotted name.

        Returns
        -------
        str or None
            None when the record holds no such statement.
        """
        ...
