"""A thing the record does not say, and what is taken until someone says it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Silence"]


@dataclass(frozen=True, slots=True)
class Silence:
    """One gap of the record: an open point, or a statement that is only assumed.

    Parameters
    ----------
    path : str
        Place in the study file, by ids: ``/endpoints/PFS/horizon/is``.
    text : str
        The question, or the statement that is assumed.
    why : str
        Why it is assumed; empty for an open point.
    taken : str
        What is taken until it is answered.
    blocks : str
        ``confirmation``, ``activation``, or empty when it blocks nothing.

    Examples
    --------
    >>> Silence("/study/enrolment/counts", "What are the 160?", "", "subjects allocated", "").blocks
    ''
    """

    path: str
    text: str
    why: str
    taken: str
    blocks: str
