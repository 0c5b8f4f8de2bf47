"""Every table the program writes, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.model.tables import Column, Kind, Table

__all__ = ["OUTPUTS"]

_KINDS: Final[Mapping[str, Kind]] = {"t": "text", "c": "code", "d": "date", "i": "int", "f": "float"}
_VERDICTS: Final = "MET, NOT_MET, UNKNOWN"
_RESPONSES: Final = (
    "CR, PR, SD, NON-CR/NON-PD, PD, NE, NED, MISSING, RESPONSE, NO RESPONSE, COMPLETE RESPONSE, EQUIVOCAL, "
    "UNEQUIVOCAL, NOT ASSESSED, iCR, iPR, iSD, NON-iCR/NON-iUPD, iUPD, iCPD, Y, N"
)
_JUDGED: Final = (
    "OVR, TRG, NTRG, NEW, BOR, CBOR, RSP, CRSP, PD, CB, CCB, LSTA, DEATH, IOVR, IBOR, IPD, RSPCA125, CRCA125, PDCA125"
)


def _columns(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> tuple[Column, ...]:
    """Columns from (name, kind letter with ``*`` when required, label, terms)."""
    made = []
    for name, kind, label, *terms in rows:
        listed = tuple(terms[0].split(", ")) if terms else ()
        made.append(Column(name, _KINDS[kind[0]], kind.endswith("*"), listed, label))
    return tuple(made)


_SUBJECT: Final = (("STUDYID", "t*", "Study"), ("USUBJID", "t*", "Subject"))
_SOURCE: Final = (("SRCDOM", "c", "Domain of the row it rests on"), ("SRCSEQ", "i", "Sequence number of that row"))
_TIMES: Final = (
    ("PARAMCD", "c*", "Endpoint"),
    ("PARAM", "t", "Endpoint in words"),
    ("DEFID", "t*", "Definition"),
    ("STARTDT", "d", "Origin"),
    ("ADT", "d", "Event or censoring"),
    ("AVAL", "i", "Days from origin; the origin's day is 1, or 0 where the definition says so"),
    ("AVALM", "f", "Months, 30.4375 days each"),
    ("CNSR", "i", "0 event, otherwise the reason of censoring"),
    ("EVNTDESC", "t", "Event or censoring in words"),
    ("CNSDTDSC", "t", "What the censoring date is"),
    ("ANL01FL", "c", "Used in the analysis", "Y"),
    ("SRCDOM", "t", "Domain of the row it rests on"),
    ("SRCVAR", "t", "Column of that row"),
    ("SRCSEQ", "i", "Sequence number of that row"),
    ("RULEID", "t", "Rule that gave the row"),
    ("STARTDTF", "c", "Part of the origin that was imputed", "D, M, Y"),
    ("ADTF", "c", "Part of the date that was imputed", "D, M, Y"),
)
_FAMILIES: Final = _columns(
    ("*ELIG", "c", "Eligible at this gate", "ELIGIBLE, NOT ELIGIBLE, CANNOT TELL"),
    ("*FL", "c", "Member of this analysis set", "Y, N, U"),
    ("*DT", "d", "Date of this time point"),
    ("STRAT*", "c", "Level of this stratum factor"),
)

_OUTPUTS: Final[tuple[Table, ...]] = (
    Table(
        "ADSL",
        _columns(
            *_SUBJECT,
            ("SITEID", "t", "Site"),
            ("AGE", "i", "Age in completed years at consent"),
            ("SEX", "c", "Sex", "F, M, U, UNDIFFERENTIATED"),
            ("ARMCD", "c", "Allocated arm"),
            ("ARM", "t", "Allocated arm in words"),
            ("ACTARMCD", "c", "Arm received"),
            ("RFICDT", "d", "Consent to the trial"),
            ("RANDDT", "d", "Allocation"),
            ("TRTSDT", "d", "First dose of the trial's treatment"),
            ("DTHDT", "d", "Death"),
            ("LSTALVDT", "d", "Last known alive"),
            ("DTHCAUSE", "c", "Cause of death"),
            ("EOSSTT", "c", "How observation ended"),
            ("EOSDT", "d", "When observation ended"),
        ),
        ("USUBJID",),
        None,
        "Subjects, one row each",
        _FAMILIES,
    ),
    Table(
        "SCREEN",
        _columns(
            *_SUBJECT,
            ("GATE", "t*", "Gate the criterion was judged at"),
            ("CRITID", "t*", "Criterion"),
            ("VERDICT", "c*", "Verdict", _VERDICTS),
            ("REASON", "c", "Why it is unknown"),
            ("MARGIN", "t", "Distance from the bound"),
            ("EVIDENCE", "t", "Rows it rests on"),
        ),
        ("USUBJID", "GATE", "CRITID"),
        None,
        "Verdicts on eligibility criteria",
    ),
    Table(
        "ADTR",
        _columns(
            *_SUBJECT,
            ("ASSESSID", "t*", "Response series"),
            ("PARAMCD", "c*", "What was measured", "LDIAM, LPERP, VDIAM, SDIAM"),
            ("TRLNKID", "t", "Lesion"),
            ("ADT", "d*", "Date"),
            ("AVAL", "i", "Length in tenths of a millimetre"),
            ("AVALMM", "f", "Length in millimetres"),
            ("ABLFL", "c", "Baseline row", "Y"),
            ("BASE", "i", "Baseline, tenths of a millimetre"),
            ("NADIR", "i", "Smallest so far, tenths of a millimetre"),
            ("CHG", "i", "Change from baseline, tenths of a millimetre"),
            ("CHGNAD", "i", "Change from the smallest so far, tenths of a millimetre"),
            ("PCHG", "f", "Change from baseline in percent, for display"),
            ("PCHGNAD", "f", "Change from the smallest so far in percent, for display"),
            ("COMPLETE", "c", "All targets measured", "Y, N"),
            *_SOURCE,
        ),
        ("USUBJID", "ASSESSID", "PARAMCD", "TRLNKID", "ADT"),
        "ADT",
        "Lesion measurements and their sums",
    ),
    Table(
        "ADRS",
        _columns(
            *_SUBJECT,
            ("ASSESSID", "t*", "Response series"),
            ("PARAMCD", "c*", "What was judged", _JUDGED),
            ("ADT", "d", "Date of the assessment"),
            ("AVALC", "c*", "Response", _RESPONSES),
            ("AVAL", "i", "Response as a number, NED 0"),
            ("ADEQUATE", "c", "Adequate assessment", "Y, N"),
            ("ANL01FL", "c", "Used in the analysis", "Y"),
            ("DTYPE", "c", "Assessed or derived", "AS ASSESSED, DERIVED"),
            ("RULEID", "t", "Rule that gave the response"),
            ("POLICY", "t", "Switches of the rules that are not at their default"),
            *_SOURCE,
            ("ADTF", "c", "Part of the date that was imputed", "D, M, Y"),
        ),
        ("USUBJID", "ASSESSID", "PARAMCD", "ADT", "DTYPE"),
        "ADT",
        "Responses",
    ),
    Table(
        "ADMK",
        _columns(
            *_SUBJECT,
            ("MARKER", "t*", "Marker"),
            ("PARAMCD", "c*", "Figure"),
            ("AVAL", "f", "Value"),
            ("SD", "f", "Standard deviation"),
            ("LO", "f", "Lower limit"),
            ("HI", "f", "Upper limit"),
            ("N", "i", "Samples used"),
            ("EXCLUDED", "t", "Samples left out, and why"),
            ("PARAMSET", "t", "Parameter set"),
            ("FLAG", "t", "Remarks"),
            ("ADT", "d", "Date"),
        ),
        ("USUBJID", "MARKER", "PARAMCD"),
        "ADT",
        "Marker figures",
    ),
    Table("ADTTE", _columns(*_SUBJECT, *_TIMES), ("USUBJID", "PARAMCD", "DEFID"), "ADT", "Time to event"),
    Table(
        "ADTTEL",
        _columns(*_SUBJECT, ("TRLNKID", "t*", "Lesion"), *_TIMES),
        ("USUBJID", "PARAMCD", "DEFID", "TRLNKID"),
        "ADT",
        "Time to event of lesions, one row a lesion",
    ),
    Table(
        "ADBIN",
        _columns(
            *_SUBJECT,
            ("PARAMCD", "c*", "Endpoint"),
            ("DEFID", "t*", "Definition"),
            ("AVALC", "c*", "Success", "Y, N, U"),
            ("REASON", "c", "Why it is unknown or a failure"),
            *_SOURCE,
        ),
        ("USUBJID", "PARAMCD", "DEFID"),
        None,
        "Yes-or-no endpoints",
    ),
    Table(
        "ADVAL",
        _columns(
            *_SUBJECT,
            ("PARAMCD", "c*", "Endpoint"),
            ("DEFID", "t*", "Definition"),
            ("AVALC", "t", "Value as it was written"),
            ("AVAL", "f", "Value in the unit of the item"),
            ("ADT", "d", "Day of the value"),
            ("BASE", "f", "Value at the beginning"),
            ("BASEDT", "d", "Day of the value at the beginning"),
            ("CHG", "f", "Change from the beginning"),
            ("REASON", "c", "Why there is none"),
            *_SOURCE,
        ),
        ("USUBJID", "PARAMCD", "DEFID"),
        "ADT",
        "Values listed, and changes from the beginning of a period",
    ),
    Table(
        "ADMARK",
        _columns(
            *_SUBJECT,
            ("MARKID", "t*", "Marker of the study file"),
            ("STATUS", "c*", "Whether there is a figure", "ESTIMATED, NOT CALCULABLE, ERROR"),
            ("REASON", "t", "Why there is none"),
            ("KELIM_PER_DAY", "f", "Most probable elimination rate, per day"),
            ("KELIM_MEDIAN", "f", "Median of its posterior, per day"),
            ("KELIM_LOW", "f", "Lower credible limit, per day"),
            ("KELIM_HIGH", "f", "Upper credible limit, per day"),
            ("STD_KELIM", "f", "Rate over the cutoff of the parameter set"),
            ("SD_LN_KELIM", "f", "SD of the logarithm of the rate"),
            ("P_FAVOURABLE", "f", "Probability that the rate reaches the cutoff"),
            ("P_ERROR", "f", "Monte-Carlo error of that probability"),
            ("UNCERTAINTY", "t", "What the limits are: posterior draws, or a normal around the mode"),
            ("CLASS", "c", "Class by the cutoff", "FAVOURABLE, UNFAVOURABLE"),
            ("OBJECTIVE", "f", "Minus the logarithm of the posterior density, without constants"),
            ("N_MODES", "i", "Modes found"),
            ("OTHER_MODE_PER_DAY", "f", "Rate at the next best mode, per day"),
            ("N_USED", "i", "Samples that count"),
            ("N_CENSORED", "i", "Of them beyond a limit of the assay"),
            ("SPAN_DAYS", "i", "Days from first to last of them"),
            ("LOG_SLOPE_PER_DAY", "f", "Slope of the logarithm of the values; no KELIM"),
            ("HALF_LIFE_DAYS", "f", "Days in which the values halve, by that slope"),
            ("NADIR", "f", "Lowest value"),
            ("NADIR_DAY", "f", "Day of it"),
            ("NORMAL_DAY", "f", "First day within the normal range"),
            ("FLAGS", "t", "What is to be borne in mind"),
            ("EXCLUDED", "t", "Samples that do not count, and why"),
            ("PARAMSET", "t", "Parameter set"),
            ("PARAMSET_STATUS", "t", "Its status"),
            ("PARAMSET_SHA256", "t", "Hash of its content"),
            ("ENGINE", "t", "Program and version"),
        ),
        ("USUBJID", "MARKID"),
        None,
        "Figures of marker models, one row a subject and marker",
    ),
    Table(
        "ADAE",
        _columns(
            *_SUBJECT,
            ("AESEQ", "i*", "Sequence number"),
            ("AETERM", "t", "In the site's words"),
            ("AEDECOD", "c", "Coded term"),
            ("AETOXGR", "c", "Grade", "1, 2, 3, 4, 5"),
            ("AESER", "c", "Serious", "Y, N"),
            ("AEOUT", "c", "Outcome"),
            ("ADT", "d", "Start"),
            ("AENDT", "d", "End"),
            ("WINDOWFL", "c", "Within the endpoint's period", "Y, N, U"),
            ("AVALC", "c", "Derived grade"),
            ("RULEID", "t", "Rule that gave the grade"),
        ),
        ("USUBJID", "AESEQ"),
        "ADT",
        "Adverse events",
    ),
    Table(
        "ADQS",
        _columns(
            *_SUBJECT,
            ("QSSEQ", "i*", "Sequence number"),
            ("PARAMCD", "c*", "Item or score"),
            ("AVAL", "f", "Answer or score"),
            ("ADT", "d", "Date"),
            ("WINDOWFL", "c", "Within the visit's window", "Y, N, U"),
            ("RULEID", "t", "Rule that gave the score"),
        ),
        ("USUBJID", "QSSEQ", "PARAMCD"),
        "ADT",
        "Questionnaires and performance status",
    ),
)

OUTPUTS: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _OUTPUTS})
"""Tables the program writes, by name."""
