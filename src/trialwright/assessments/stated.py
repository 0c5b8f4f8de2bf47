"""Scores and dose models that a study file may state and this version does not compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = (
    Spec(
        "asa",
        "score",
        "ASA physical status, read where it was recorded.",
        "American Society of Anesthesiologists, physical status classification (unverified)",
        certainty="unverified",
        outputs=("1", "2", "3", "4", "5", "6"),
    ),
    Spec(
        "ecog",
        "score",
        "ECOG performance status, read where it was recorded.",
        "Oken et al., Am J Clin Oncol 1982;5:649-655 (unverified)",
        certainty="unverified",
        outputs=("0", "1", "2", "3", "4"),
    ),
    Spec(
        "who-performance",
        "score",
        "WHO performance status, read where it was recorded.",
        "World Health Organization, handbook for reporting results of cancer treatment, 1979 (unverified)",
        certainty="unverified",
        outputs=("0", "1", "2", "3", "4"),
    ),
    Spec(
        "child-pugh",
        "score",
        "Child-Pugh class of liver disease; may be stated, is not computed by this version.",
        "Pugh et al., Br J Surg 1973;60:646-649, doi:10.1002/bjs.1800600817 (unverified)",
        certainty="unverified",
        computed=False,
        outputs=("A", "B", "C"),
    ),
    Spec(
        "sft-demicco-2017",
        "score",
        "Risk of metastasis of a solitary fibrous tumour; may be stated, is not computed by this version.",
        "Demicco et al., Mod Pathol 2017;30:1433-1442 (unverified)",
        certainty="unverified",
        computed=False,
    ),
    Spec(
        "partition",
        "dose model",
        "Doses to tumour, lung and liver by the partition model; may be stated, is not computed by this version.",
        "Ho et al., Eur J Nucl Med 1996;23:947-952 (unverified)",
        certainty="unverified",
        computed=False,
        outputs=("tumour_dose", "lung_dose", "normal_dose", "spared_fraction"),
    ),
)
"""Recorded scores, and what is stated for a version that computes it."""
