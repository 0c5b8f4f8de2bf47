"""Every table a data folder may hold, column by column, in CDISC's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["LENGTH_TESTS", "TABLES", "Column", "Kind", "Table"]

Kind = Literal["text", "code", "date", "int", "measure", "length", "float"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        CDISC name.
    kind : {"text", "code", "date", "int", "measure", "length", "float"}
        How its cells are read.
    required : bool, default False
        Must be there when the table is there.
    terms : tuple of str
        The closed list of a code; empty when the list is open or belongs to the study.
    label : str
        What it holds.
    unit : str, default ""
        Column that holds the unit of a measure or a length.
    or_text : bool, default False
        A measure that may also be plain text.

    Examples
    --------
    >>> Column("AGE", "int").required
    False
    """

    name: str
    kind: Kind
    required: bool = False
    terms: tuple[str, ...] = ()
    label: str = ""
    unit: str = ""
    or_text: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, its key and the column that dates its rows.

    Parameters
    ----------
    name : str
        CDISC domain or dataset name.
    columns : tuple of Column
        Columns in order.
    key : tuple of str
        Columns that together name a row.
    date_column : str or None
        Column that dates a row unless a study's item names another.
    label : str
        What the table holds.
    families : tuple of Column
        For tables the program writes: columns named after the study's own parts; ``*`` in the name stands for the part.

    Examples
    --------
    >>> TABLES["RS"].key
    ('USUBJID', 'RSSEQ')
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    date_column: str | None
    label: str
    families: tuple[Column, ...] = ()

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by their names.

        Returns
        -------
        dict of str to Column
            In the order of the table.
        """
        return {column.name: column for column in self.columns}


def _text(name: str, label: str, *, required: bool = False) -> Column:
    return Column(name, "text", required, label=label)


def _code(name: str, label: str, terms: str = "", *, required: bool = False) -> Column:
    return Column(name, "code", required, tuple(terms.split(", ")) if terms else (), label)


def _date(name: str, label: str, *, required: bool = False) -> Column:
    return Column(name, "date", required, label=label)


def _int(name: str, label: str, *, required: bool = False) -> Column:
    return Column(name, "int", required, label=label)


def _measure(name: str, label: str, unit: str = "", *, or_text: bool = False) -> Column:
    return Column(name, "measure", label=label, unit=unit, or_text=or_text)


LENGTH_TESTS: Final = ("LDIAM", "LPERP", "VDIAM")
"""Tests of TR whose result is a length; the results of its other tests are codes."""

_STUDY: Final = _text("STUDYID", "Study")
_SUBJECT: Final = _text("USUBJID", "Subject, unique in the study", required=True)
_NOT_DONE: Final = "NOT DONE"


def _domain(name: str, label: str, date_column: str, *columns: Column) -> Table:
    sequence = f"{name}SEQ"
    lead = (_STUDY, _SUBJECT, _int(sequence, "Sequence number within subject and table", required=True))
    return Table(name, (*lead, *columns), ("USUBJID", sequence), date_column, label)


_DM: Final = Table(
    "DM",
    (
        _STUDY,
        _SUBJECT,
        _text("SUBJID", "Subject within the site"),
        _text("SITEID", "Site", required=True),
        _date("RFICDTC", "Consent to the trial"),
        _date("BRTHDTC", "Birth, may be a year only"),
        _int("AGE", "Age in completed years at consent"),
        _code("AGEU", "Unit of age", "YEARS"),
        _code("SEX", "Sex", "F, M, U, UNDIFFERENTIATED", required=True),
        _code("ARMCD", "Allocated arm, empty when not allocated"),
        _text("ARM", "Allocated arm in words"),
        _code("ACTARMCD", "Arm received"),
        _date("DTHDTC", "Death"),
        _code("DTHFL", "Whether the subject died", "Y"),
    ),
    ("USUBJID",),
    None,
    "Subjects, screened ones too",
)

_LESION_KINDS: Final = (
    "BONE LYTIC SOFT TISSUE, BONE LYTIC, BONE BLASTIC, SIMPLE CYST, CYSTIC METASTASIS, ASCITES, EFFUSION, "
    "LEPTOMENINGEAL, LYMPHANGITIC, INFLAMMATORY BREAST, ORGANOMEGALY, INFILTRATIVE, PORTAL VEIN THROMBOSIS"
)
_DISPOSITION: Final = (
    "INFORMED CONSENT OBTAINED, ELIGIBILITY CRITERIA MET, ENTERED INTO TRIAL, RANDOMIZED, COMPLETED, DEATH, "
    "LOST TO FOLLOW-UP, WITHDRAWAL BY SUBJECT, PHYSICIAN DECISION, PROTOCOL VIOLATION, SCREEN FAILURE, "
    "STUDY TERMINATED BY SPONSOR"
)

_DOMAINS: Final[tuple[Table, ...]] = (
    _DM,
    _domain(
        "DS",
        "Milestones and disposition",
        "DSSTDTC",
        _code("DSCAT", "Milestone or disposition", "PROTOCOL MILESTONE, DISPOSITION EVENT"),
        _code("DSDECOD", "What happened", _DISPOSITION, required=True),
        _date("DSSTDTC", "When it happened"),
        _text("DSTERM", "In the site's words"),
        _code("DSSCOPE", "What was ended", "TREATMENT, FOLLOW-UP, DATA"),
    ),
    _domain(
        "SC",
        "Subject characteristics: strata as used at allocation",
        "SCDTC",
        _code("SCTESTCD", "Stratum factor", required=True),
        _text("SCORRES", "Level of the factor"),
        _date("SCDTC", "Day of allocation"),
    ),
    _domain(
        "FA",
        "Answers, attestations and judgements",
        "FADTC",
        _code("FATESTCD", "What was asked", required=True),
        _text("FAOBJ", "What it is about"),
        _measure("FAORRES", "Result as given, a number or text", "FAORRESU", or_text=True),
        _text("FAORRESU", "Unit of the result"),
        _code("FASTRESC", "Result as a code"),
        _code("FASTAT", "Not done", _NOT_DONE),
        _text("FAREASND", "Why not done"),
        _code("FAEVAL", "Role of the person who judged"),
        _date("FADTC", "Day of the answer"),
        _text("FALNKID", "Row it belongs to, PR.n or AE.n"),
    ),
    _domain(
        "MH",
        "Medical history",
        "MHSTDTC",
        _code("MHCAT", "Kind of history", required=True),
        _code("MHSCAT", "Finer kind"),
        _code("MHDECOD", "Coded term"),
        _text("MHTERM", "In the site's words"),
        _date("MHSTDTC", "Start"),
        _date("MHENDTC", "End"),
        _code("MHENRTPT", "Still ongoing", "BEFORE, ONGOING, AFTER, UNKNOWN"),
    ),
    _domain(
        "CM",
        "Therapies and medicines",
        "CMSTDTC",
        _code(
            "CMCAT",
            "Prior, concomitant or subsequent",
            required=True,
        ),
        _code("CMCLAS", "Class of the medicine"),
        _code("CMDECOD", "Medicine, coded"),
        _text("CMTRT", "Medicine in the site's words"),
        _date("CMSTDTC", "First day"),
        _date("CMENDTC", "Last day"),
        _code("CMENRTPT", "Still ongoing", "BEFORE, ONGOING, AFTER, UNKNOWN"),
        _int("CMLINE", "Line of therapy"),
    ),
    _domain(
        "EX",
        "Doses of the trial's treatment",
        "EXSTDTC",
        _code("EXTRT", "Treatment", required=True),
        _code("EXCAT", "Part of the plan"),
        _measure("EXDOSE", "Dose", "EXDOSU"),
        _text("EXDOSU", "Unit of the dose"),
        _date("EXSTDTC", "Start"),
        _date("EXENDTC", "End"),
        _int("EXCYCLE", "Cycle"),
        _int("EXDELAY", "Delay in days"),
    ),
    _domain(
        "PR",
        "Procedures",
        "PRSTDTC",
        _code("PRCAT", "Kind of procedure", required=True),
        _code("PRDECOD", "Procedure, coded"),
        _code("PROCCUR", "Whether it was done", "Y, N"),
        _date("PRSTDTC", "Day of the procedure"),
        _text("PRREASND", "Why not done"),
        _text("PRLNKID", "Lesion it was done on"),
    ),
    _domain(
        "LB",
        "Laboratory results",
        "LBDTC",
        _code("LBTESTCD", "Analyte", required=True),
        _measure("LBORRES", "Result as the laboratory wrote it", "LBORRESU"),
        Column("LBORRESU", "text", True, label="Unit of result and limits"),
        _measure("LBORNRLO", "Lower limit of this result", "LBORRESU"),
        _measure("LBORNRHI", "Upper limit of this result", "LBORRESU"),
        _code("LBSTAT", "Not done", _NOT_DONE),
        _text("LBREASND", "Why not done"),
        _date("LBDTC", "Sampling", required=True),
        _text("LBNAM", "Laboratory"),
        _text("LBMETHOD", "Method"),
        _text("LBASSAY", "Assay"),
    ),
    _domain(
        "TU",
        "Lesions at first sight",
        "TUDTC",
        _text("TULNKID", "Lesion", required=True),
        _code("TUORRES", "Target, non-target or new", "TARGET, NON-TARGET, NEW", required=True),
        _code("TULOC", "Organ"),
        _code("TUMETHOD", "Method of examination"),
        _code("TUEVAL", "Reader"),
        _code("TUEVALID", "Which of several independent readers"),
        _code("TUACPTFL", "Whether the adjudicator accepted this reading", "Y"),
        _date("TUDTC", "Day of the examination", required=True),
        _code("TUTRT", "Treated lesion", "TREATED, UNTREATED"),
        _code("TUCERT", "Certainty of a new lesion", "UNEQUIVOCAL, EQUIVOCAL"),
        _code("TUKIND", "Kind of a lesion that is measured by rules of its own, or never", _LESION_KINDS),
        _code("TUPRIOR", "Whether a lesion treated before the trial has grown since", "PROGRESSED, NOT PROGRESSED"),
        _measure("TUSLICE", "Slice thickness in millimetres"),
    ),
    _domain(
        "TR",
        "Lesion measurements",
        "TRDTC",
        _text("TRLNKID", "Lesion", required=True),
        _code("TRTESTCD", "What was measured", "LDIAM, LPERP, VDIAM, TUMSTATE", required=True),
        Column("TRORRES", "length", label="Length, or the lesion's state", unit="TRORRESU"),
        _text("TRORRESU", "Unit of the length, mm or cm"),
        _code("TRSTAT", "Not done", _NOT_DONE),
        _code("TRREASND", "Why not done"),
        _code("TRMETHOD", "Method of examination"),
        _code("TREVAL", "Reader"),
        _code("TREVALID", "Which of several independent readers"),
        _code("TRACPTFL", "Whether the adjudicator accepted this reading", "Y"),
        _date("TRDTC", "Day of the examination", required=True),
        _text("TRLNKGRP", "Time point group"),
        _code("TRORIG", "How the figure arose", "MEASURED, TOO SMALL, ABSENT, MERGED, REMOVED, NOT EVALUABLE"),
    ),
    _domain(
        "RS",
        "Response as the investigator or the readers judged it",
        "RSDTC",
        _code("RSCAT", "Criteria", required=True),
        _code("RSTESTCD", "What was judged", "OVRLRESP, TRGRESP, NTRGRESP, NEWLPROG", required=True),
        _code("RSORRES", "Verdict", required=True),
        _code("RSEVAL", "Reader", required=True),
        _code("RSEVALID", "Which of several independent readers"),
        _code("RSACPTFL", "Whether the adjudicator accepted this reading", "Y"),
        _date("RSDTC", "Day of the assessment", required=True),
        _text("RSLNKGRP", "Time point group"),
    ),
    _domain(
        "AE",
        "Adverse events",
        "AESTDTC",
        _text("AETERM", "In the site's words"),
        _code("AEDECOD", "Coded term"),
        _code("AETOXGR", "Grade", "1, 2, 3, 4, 5"),
        _code("AESER", "Serious", "Y, N"),
        _code("AEOUT", "Outcome"),
        _date("AESTDTC", "Start"),
        _date("AEENDTC", "End"),
    ),
    _domain(
        "QS",
        "Questionnaires and performance status",
        "QSDTC",
        _code("QSCAT", "Questionnaire"),
        _code("QSTESTCD", "Item", required=True),
        _measure("QSORRES", "Answer"),
        _code("QSSTAT", "Not done", _NOT_DONE),
        _date("QSDTC", "Day of the answer"),
        _code("QSEVAL", "Who answered"),
    ),
    _domain(
        "VS",
        "Vital signs",
        "VSDTC",
        _code("VSTESTCD", "What was measured", required=True),
        _measure("VSORRES", "Result", "VSORRESU"),
        Column("VSORRESU", "text", True, label="Unit of the result"),
        _date("VSDTC", "Day of the measurement"),
    ),
    _domain(
        "SS",
        "Survival contacts",
        "SSDTC",
        _code("SSTESTCD", "What was asked", required=True),
        _code("SSORRES", "Answer", "ALIVE, DEAD, LOST TO FOLLOW-UP, UNKNOWN", required=True),
        _date("SSDTC", "Day of the contact", required=True),
    ),
    _domain(
        "XP",
        "Planning figures of radioembolisation",
        "XPDTC",
        _code("XPTESTCD", "Figure", required=True),
        _measure("XPORRES", "Value", "XPORRESU"),
        _text("XPORRESU", "Unit of the value"),
        _text("XPLNKID", "Lesion or territory"),
        _code("XPMETHOD", "How it was obtained"),
        _date("XPDTC", "Day of the planning"),
    ),
    _domain(
        "XD",
        "Delivered doses of radioembolisation",
        "XDDTC",
        _code("XDTESTCD", "Figure", required=True),
        _measure("XDORRES", "Value", "XDORRESU"),
        _text("XDORRESU", "Unit of the value"),
        _int("XDSESS", "Session", required=True),
        _text("XDLNKID", "Lesion or territory"),
        _code("XDMETHOD", "How it was obtained"),
        _date("XDDTC", "Day of the session"),
    ),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _DOMAINS})
"""Tables of a data folder by domain, DM first."""
