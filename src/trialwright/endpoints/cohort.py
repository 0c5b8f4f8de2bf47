"""Everything one derivation looks at: the subjects of a study with their dates, responses and memberships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.contacts import Observation, observe
from trialwright.endpoints.moments import item_picks, time_points
from trialwright.endpoints.roster import Roster, Sheet, roster_of
from trialwright.endpoints.sets import Membership, memberships
from trialwright.endpoints.timeline import DOMAINS, NEVER, Flags, Ints, Picks, Timeline, day_number, limit_of, timeline
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["ASSESSED", "Cohort", "Verdicts"]

ASSESSED: Final = ("NED", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
"""Responses of an assessment that was made, evaluable or not."""

Verdicts = Mapping[str, pl.DataFrame]
"""Answers of predicates by the path of their node: ``USUBJID VERDICT REASON EVIDENCE``."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """The subjects of a study at a cut-off, ready for the measures.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables, up to the cut-off.
    responses : polars.DataFrame
        ADRS rows.
    verdicts : mapping of str to polars.DataFrame
        Answers of predicates by path.
    cutoff : datetime.date
        Last day that counts.
    censoring : str, optional
        Name of a rule set that holds in place of the definitions' own rules, where a set says anything.

    Examples
    --------
    >>> Cohort.__dataclass_params__.frozen
    True
    """

    study: Study
    frames: Frames
    responses: pl.DataFrame
    verdicts: Verdicts
    cutoff: date
    censoring: str | None = None

    @cached_property
    def roster(self) -> Roster:
        """Subjects in the order of their ids."""
        return roster_of(self.frames)

    @cached_property
    def points(self) -> Mapping[str, Picks]:
        """Row that dates each time point, by time point."""
        return {
            name: picks.where(picks.day <= day_number(self.cutoff))
            for name, picks in time_points(self.study, self.roster).items()
        }

    @cached_property
    def observation(self) -> Observation:
        """Contacts, deaths, loss and withdrawal."""
        rows = self._assessments
        day, imputed = self._assessment_days
        overall = rows.equals("PARAMCD", "OVR")
        assessed = self._lined(overall & (imputed > 0) & (day <= day_number(self.cutoff)))
        return observe(self.roster, self.points.values(), assessed, self.cutoff)

    @cached_property
    def sets(self) -> Mapping[str, Membership]:
        """Members of each analysis set."""
        return memberships(self.study, self.roster, self.points, self.verdicts)

    @cached_property
    def end(self) -> Ints:
        """The cut-off, once a subject."""
        return limit_of(self.roster.size, self.cutoff)

    @cached_property
    def _assessments(self) -> Sheet:
        """Responses as a table of arrays."""
        names = ("USUBJID", "ASSESSID", "PARAMCD", "ADT", "AVALC", "ANL01FL", "ADTF", "SRCDOM", "ADEQUATE")
        rows = self.responses.select(*names, RSSEQ="SRCSEQ")
        return Sheet("RS", rows, self.roster.position(rows["USUBJID"]))

    def _lined(self, keep: Flags) -> Timeline:
        """Some responses by subject and day, each named by the row it rests on."""
        rows, (day, imputed) = self._assessments, self._assessment_days
        parts = []
        for domain in rows.frame["SRCDOM"].unique().drop_nulls().sort().to_list():
            part = rows.part(keep & rows.equals("SRCDOM", domain), day, imputed)
            parts.append(replace(part, domain=domain))
        return timeline(parts)

    @cached_property
    def _assessment_days(self) -> tuple[Ints, Ints]:
        """Day and imputed part of each response; an imputed day is not taken beyond the cut-off."""
        rows = self._assessments
        imputed = np.where(rows.equals("ADTF", "D"), 1, np.where(rows.equals("ADTF", "M"), 2, 0))
        day, last = rows.days("ADT"), day_number(self.cutoff)
        return np.where((imputed > 0) & (day > last), last, day), imputed

    def in_arms(self, arms: tuple[str, ...] | None) -> Flags:
        """Who was allocated to one of some arms.

        Parameters
        ----------
        arms : tuple of str, optional
            Arm ids; everybody when left out or empty.

        Returns
        -------
        numpy.ndarray of bool
            One a subject; False for a subject that was not allocated when arms are named.
        """
        if not arms:
            return np.ones(self.roster.size, np.bool_)
        return self.roster.person.equals("ARMCD", *arms)

    def members(self, name: str | None, arms: tuple[str, ...] | None) -> Flags:
        """Who belongs to an analysis set, in some arms.

        Parameters
        ----------
        name : str, optional
            Analysis set; everybody when left out.
        arms : tuple of str, optional
            Arm ids; every arm when left out.

        Returns
        -------
        numpy.ndarray of bool
            One a subject. A subject whose exclusion cannot be judged stays in.
        """
        everybody = np.ones(self.roster.size, np.bool_)
        return (everybody if name is None else self.sets[name].inside) & self.in_arms(arms)

    def item(self, name: str) -> Picks:
        """Row that answers a date item, one a subject.

        Parameters
        ----------
        name : str
            A date item.

        Returns
        -------
        Picks
            Rows up to the cut-off.
        """
        picks = item_picks(self.study, self.roster, name)
        return picks.where(picks.day <= day_number(self.cutoff))

    def assessed(self, series: str, codes: tuple[str, ...]) -> Timeline:
        """Assessments of a series with certain responses.

        Parameters
        ----------
        series : str
            Response series.
        codes : tuple of str
            Responses that count.

        Returns
        -------
        Timeline
            By subject and day; a day that was imputed is not taken beyond the cut-off.
        """
        return self._lined(self._of(series, "OVR", codes))

    def adequate(self, series: str) -> Timeline:
        """Assessments of a series that show how the disease stands.

        Parameters
        ----------
        series : str
            Response series.

        Returns
        -------
        Timeline
            As `assessed`, but only rows that are marked as adequate: neither one that could not be evaluated nor a
            response by a marker on a day without a scan.
        """
        return self._lined(self._of(series, "OVR", ASSESSED) & self._assessments.equals("ADEQUATE", "Y"))

    def sequence(self, series: str, codes: tuple[str, ...]) -> tuple[Ints, Picks, Ints]:
        """Responses of a series one behind the other.

        Parameters
        ----------
        series : str
            Response series.
        codes : tuple of str
            Responses that count; their positions number them.

        Returns
        -------
        subject : numpy.ndarray of int64
            Position of each row's subject in the roster, rising.
        rows : Picks
            The rows, by day within a subject.
        number : numpy.ndarray of int64
            Response of each row.
        """
        rows, (day, imputed) = self._assessments, self._assessment_days
        kept = np.flatnonzero(self._of(series, "OVR", codes) & (rows.subject >= 0))
        kept = kept[np.lexsort((rows.seq[kept], day[kept], rows.subject[kept]))]
        chosen = rows.frame[kept]
        domain = chosen["SRCDOM"].replace_strict(list(DOMAINS), range(len(DOMAINS)), default=-1, return_dtype=pl.Int64)
        number = chosen["AVALC"].replace_strict(list(codes), range(len(codes)), return_dtype=pl.Int64)
        picks = Picks(day[kept], domain.to_numpy(), rows.seq[kept], imputed[kept])
        return rows.subject[kept], picks, number.to_numpy()

    def has_best(self, series: str) -> bool:
        """Whether the responses given hold best responses of a series.

        Parameters
        ----------
        series : str
            Response series.

        Returns
        -------
        bool
            False when they have to be found from the overall responses.
        """
        rows = self._assessments
        return bool((rows.equals("ASSESSID", series) & rows.equals("PARAMCD", "BOR")).any())

    def judged(self, series: str, parameter: str, codes: tuple[str, ...]) -> Picks:
        """First row of a parameter that was judged once a subject.

        Parameters
        ----------
        series : str
            Response series.
        parameter : str
            PARAMCD, such as CBOR.
        codes : tuple of str
            Values that count.

        Returns
        -------
        Picks
            One row a subject, or none.
        """
        return self._lined(self._of(series, parameter, codes)).first(limit_of(self.roster.size, NEVER))

    def _of(self, series: str, parameter: str, codes: tuple[str, ...]) -> Flags:
        """Rows of a series and parameter with certain responses, up to the cut-off."""
        rows, (day, _) = self._assessments, self._assessment_days
        keep = rows.equals("ASSESSID", series) & rows.equals("PARAMCD", parameter) & rows.equals("AVALC", *codes)
        return keep & rows.equals("ANL01FL", "Y") & (day <= day_number(self.cutoff))

    def answers(self, path: str) -> pl.DataFrame | None:
        """Answers of a predicate in the order of the roster.

        Parameters
        ----------
        path : str
            Path of the predicate.

        Returns
        -------
        polars.DataFrame or None
            ``USUBJID VERDICT REASON EVIDENCE``, one row a subject, null where it was not asked; None when the
            predicate was not judged at all.
        """
        frame = self.verdicts.get(path)
        if frame is None:
            return None
        position = self.roster.position(frame["USUBJID"])
        if len(position) == self.roster.size and (position == np.arange(self.roster.size)).all():
            return frame
        one = frame.unique("USUBJID", keep="first", maintain_order=True)
        return self.roster.dm.select("USUBJID").join(one, on="USUBJID", how="left", maintain_order="left")

    @property
    def unanswered(self) -> pl.DataFrame:
        """What a predicate that was not judged looks like."""
        nothing = pl.lit(None, pl.String)
        return self.roster.dm.select(
            "USUBJID", VERDICT=nothing, REASON=nothing, EVIDENCE=pl.lit(None, pl.List(pl.String))
        )
