"""What an endpoint of the library is: its name, what the name promises, and the clause that states it."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.model.catalogue import Certainty, Spec

__all__ = ["EndpointKind"]


@dataclass(frozen=True, slots=True)
class EndpointKind:
    """One endpoint as the field knows it; a file of the folder ``library`` holds one.

    Parameters
    ----------
    id : str
        Its name in lower case; an endpoint whose title holds it is held to what it promises.
    code : str
        Usual ``PARAMCD``.
    summary : str
        What a figure says, in one line.
    measure : str
        Measure of the language.
    counts : tuple of str
        Events the name promises.
    never : tuple of str
        Events the name rules out.
    origin : str
        Where its clock starts, in words.
    without_event : str
        Where a subject without an event stops counting, or who counts as a failure.
    competing : str
        What competes with it, or what is to be declared.
    unit : str
        UCUM unit of a row's value, ``"1"`` for yes or no.
    reference : str
        Authors, journal, year, DOI, or whose convention it is.
    certainty : {"verified", "computed", "unverified"}
        Whether the definition was read in its source.
    clause : str
        An entry of ``endpoints`` that states it.

    Examples
    --------
    >>> from trialwright.endpoints.library import kinds
    >>> kinds()["overall survival"].counts
    ('death',)
    """

    id: str
    code: str
    summary: str
    measure: str
    counts: tuple[str, ...]
    never: tuple[str, ...]
    origin: str
    without_event: str
    competing: str
    unit: str
    reference: str
    certainty: Certainty
    clause: str

    @property
    def spec(self) -> Spec:
        """Its entry in the catalogue."""
        return Spec(
            self.id,
            "endpoint",
            self.summary,
            self.reference,
            self.certainty,
            measures=(self.measure,),
            counts=self.counts,
            never=self.never,
        )
