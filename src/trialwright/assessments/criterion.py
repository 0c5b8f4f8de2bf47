"""What a set of response criteria is: its figures, the diameter it measures and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from trialwright.assessments.policy import SWITCHES, Policy
from trialwright.model.catalogue import Certainty, Spec
from trialwright.model.library import discover
from trialwright.numerics.lesion_records import Limits

__all__ = ["RECIST", "Criterion", "criteria"]

RECIST: Final = Limits(
    partial_tenths=7,
    growth_tenths=12,
    min_growth=50,
    below_normal_node=100,
    min_target=100,
    min_target_node=150,
    too_small=50,
    min_new=0,
    min_new_node=100,
    min_new_growth=0,
    nodes_before_growth=1,
    new_baseline=0,
    only_targets=0,
)
"""Figures of RECIST 1.1, lengths in tenths of a millimetre (Eisenhauer 2009)."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A set of response criteria.

    Parameters
    ----------
    id : str
        Name in a study file.
    summary : str
        One line.
    reference : str
        Authors, journal, year, DOI.
    limits : Limits
        Its figures.
    diameter : {"LDIAM", "VDIAM"}
        What is measured of a lesion that is no node: its longest diameter, or that of its viable part.
    certainty : {"verified", "computed", "unverified"}
        Whether the rules were checked against their source.
    growth : {"and 5 mm", "by switch"}
        Whether progression of the targets always needs an absolute growth, or only with the switch ``mrecist_abs_5mm``.
    only_treated : bool
        Only treated lesions count, and new ones in the treated volume.
    immune : bool
        Progression must be confirmed (iRECIST).
    with_ca125 : bool
        The response by CA-125 of the series' marker is read together with that of the lesions (GCIG).
    also_written : tuple of str
        Further names in RSCAT.

    Examples
    --------
    >>> criteria()["recist-1.1"].category
    'RECIST 1.1'
    """

    id: str
    summary: str
    reference: str
    limits: Limits
    diameter: Literal["LDIAM", "VDIAM"] = "LDIAM"
    certainty: Certainty = "verified"
    growth: Literal["and 5 mm", "by switch"] = "and 5 mm"
    only_treated: bool = False
    immune: bool = False
    with_ca125: bool = False
    also_written: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        """How RSCAT names the criteria."""
        return self.id.replace("-", " ").upper()

    @property
    def spec(self) -> Spec:
        """Entry of the catalogue."""
        settings: Mapping[str, tuple[str, ...]] = {
            "rows": ("derived", "recorded"),
            "category": (),
            "readers": (),
            "adjudicator": (),
            **{name: () if values == ("*",) else values for name, values in SWITCHES.items()},
        }
        if self.with_ca125:
            settings = {**settings, "response_overrides": ("true", "false", "True", "False")}
        return Spec(
            self.id,
            "response criteria",
            self.summary,
            self.reference,
            certainty=self.certainty,
            settings=settings,
            outputs=("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE"),
            needs=("marker",) if self.with_ca125 else (),
        )

    def figures(self, policy: Policy, *, new_baseline: bool) -> Limits:
        """Figures under a policy.

        Parameters
        ----------
        policy : Policy
            The switches.
        new_baseline : bool
            Whether a planned removal starts a new baseline.

        Returns
        -------
        Limits
            The figures in force.
        """
        absolute = self.growth == "and 5 mm" or policy.mrecist_abs_5mm
        return self.limits._replace(
            min_growth=RECIST.min_growth if absolute else 1,
            nodes_before_growth=int(policy.nodal_cr_beats_arithmetic_pd),
            new_baseline=int(new_baseline),
        )


@cache
def criteria() -> Mapping[str, Criterion]:
    """Response criteria this version judges, by their names in the study file.

    Returns
    -------
    mapping of str to Criterion
        One for each file of the folder ``criteria``.

    Examples
    --------
    >>> "recist-1.1" in criteria()
    True
    """
    return discover("trialwright.assessments.criteria", "CRITERION", Criterion)
