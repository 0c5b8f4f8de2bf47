"""Words and terms of the analysis datasets: labels of parameters, criteria, readers, and the variables of each set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialwright.exchange.adam_table import Variable, VariableType

__all__ = ["ADRS_PARAMS", "ADTR_PARAMS", "ONCE", "PROGRESSIVE", "READERS", "SOURCE_COLUMNS", "VARIABLES"]

ADRS_PARAMS: Final[Mapping[str, str]] = {
    "OVR": "Overall Response",
    "TRG": "Target Response",
    "NTRG": "Non-Target Response",
    "NEW": "New Lesion Finding",
    "IOVR": "Overall Response by iRECIST",
    "BOR": "Best Overall Response",
    "CBOR": "Confirmed Best Overall Response",
    "IBOR": "Best Overall Response by iRECIST",
    "RSP": "Response",
    "CRSP": "Confirmed Response",
    "PD": "Disease Progression",
    "IPD": "Disease Progression by iRECIST",
    "CB": "Clinical Benefit",
    "CCB": "Confirmed Clinical Benefit",
    "LSTA": "Last Disease Assessment",
    "DEATH": "Death",
    "RSPCA125": "Response by CA-125",
    "CRCA125": "Complete Response by CA-125",
    "PDCA125": "Progression by CA-125",
}
"""Parameters of ADRS in words."""

ONCE: Final = (
    "BOR", "CBOR", "IBOR", "RSP", "CRSP", "PD", "IPD", "CB", "CCB", "LSTA", "DEATH", "RSPCA125", "CRCA125", "PDCA125",
)  # fmt: skip
"""Parameters that hold once a subject, derived from the others."""

PROGRESSIVE: Final = ("OVR", "TRG", "NTRG", "NEW", "IOVR")
"""Parameters of each assessment."""

ADTR_PARAMS: Final[Mapping[str, str]] = {
    "SDIAM": "Sum of Diameters (mm)",
    "LDIAM": "Longest Diameter (mm)",
    "LPERP": "Short Axis (mm)",
    "VDIAM": "Longest Viable Diameter (mm)",
}
"""Parameters of ADTR in words."""

READERS: Final[Mapping[str, str]] = {
    "INVESTIGATOR": "Investigator",
    "INDEPENDENT ASSESSOR": "Independent Assessor",
}
"""Readers in words, as PARCAT2."""

SOURCE_COLUMNS: Final[Mapping[str, str]] = {
    "RS": "RSORRES", "TR": "TRORRES", "TU": "TUORRES", "FA": "FASTRESC", "LB": "LBORRES", "DM": "DTHDTC",
}  # fmt: skip
"""Column of the source that holds what was judged."""

_RESPONSES: Final = (
    "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED", "MISSING", "Y", "N", "EQUIVOCAL", "UNEQUIVOCAL",
    "NOT ASSESSED", "iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "RESPONSE", "NO RESPONSE",
    "COMPLETE RESPONSE",
)  # fmt: skip
_LETTERS: Final[Mapping[str, VariableType]] = {"t": "text", "i": "integer", "f": "float", "d": "date"}


def _variables(*rows: tuple[str, str, str] | tuple[str, str, str, tuple[str, ...]]) -> tuple[Variable, ...]:
    made = []
    for name, letter, label, *terms in rows:
        made.append(Variable(name, label, _LETTERS[letter], terms[0] if terms else ()))
    return tuple(made)


_LEAD: Final = (("STUDYID", "t", "Study Identifier"), ("USUBJID", "t", "Unique Subject Identifier"))
_PARAM: Final = (
    ("ASEQ", "i", "Analysis Sequence Number"),
    ("PARAMCD", "t", "Parameter Code"),
    ("PARAM", "t", "Parameter"),
    ("PARCAT1", "t", "Parameter Category 1"),
    ("PARCAT2", "t", "Parameter Category 2"),
    ("PARCAT3", "t", "Parameter Category 3"),
    ("ASSESSID", "t", "Response Series"),
)
_IMPUTED: Final = ("D", "M", "Y")
_SOURCE: Final = (
    ("SRCDOM", "t", "Source Data"), ("SRCVAR", "t", "Source Variable"), ("SRCSEQ", "i", "Source Sequence Number"),
)  # fmt: skip
_TREATED: Final = (("TRTP", "t", "Planned Treatment"),)
_YES: Final = ("Y",)

VARIABLES: Final[Mapping[str, tuple[Variable, ...]]] = {
    "ADSL": _variables(
        *_LEAD,
        ("SITEID", "t", "Study Site Identifier"),
        ("AGE", "i", "Age"),
        ("AGEU", "t", "Age Units", ("YEARS",)),
        ("SEX", "t", "Sex", ("F", "M", "U", "UNDIFFERENTIATED")),
        ("ARMCD", "t", "Planned Arm Code"),
        ("ARM", "t", "Description of Planned Arm"),
        ("ACTARMCD", "t", "Actual Arm Code"),
        ("TRT01P", "t", "Planned Treatment for Period 01"),
        ("RFICDT", "d", "Date of Informed Consent"),
        ("RANDDT", "d", "Date of Randomization"),
        ("TRTSDT", "d", "Date of First Exposure to Treatment"),
        ("DTHFL", "t", "Subject Death Flag", _YES),
        ("DTHDT", "d", "Date of Death"),
        ("DTHCAUS", "t", "Cause of Death"),
        ("LSTALVDT", "d", "Date Last Known Alive"),
        ("EOSSTT", "t", "End of Study Status", ("COMPLETED", "DISCONTINUED", "ONGOING")),
        ("EOSDT", "d", "End of Study Date"),
    ),
    "ADTR": _variables(
        *_LEAD, *_TREATED, *_PARAM,
        ("TRLNKID", "t", "Link ID"),
        ("ADT", "d", "Analysis Date"),
        ("AVAL", "f", "Analysis Value"),
        ("AVALU", "t", "Analysis Value Unit", ("mm",)),
        ("ABLFL", "t", "Baseline Record Flag", _YES),
        ("BASE", "f", "Baseline Value"),
        ("CHG", "f", "Change from Baseline"),
        ("PCHG", "f", "Percent Change from Baseline"),
        ("NADIR", "f", "Smallest Value So Far"),
        ("CHGNAD", "f", "Change from Smallest Value"),
        ("PCHGNAD", "f", "Percent Change from Smallest Value"),
        ("COMPLETE", "t", "All Targets Measured", ("Y", "N")),
        ("ANL01FL", "t", "Analysis Flag 01", _YES),
        *_SOURCE,
    ),
    "ADRS": _variables(
        *_LEAD, *_TREATED, *_PARAM,
        ("PARAMTYP", "t", "Parameter Type", ("DERIVED",)),
        ("ADT", "d", "Analysis Date"),
        ("ADTF", "t", "Analysis Date Imputation Flag", _IMPUTED),
        ("AVALC", "t", "Analysis Value (C)", _RESPONSES),
        ("AVAL", "i", "Analysis Value"),
        ("DTYPE", "t", "Derivation Type", ("DERIVED",)),
        ("ADEQFL", "t", "Adequate Assessment Flag", ("Y", "N")),
        ("ANL01FL", "t", "Analysis Flag 01", _YES),
        ("ANL02FL", "t", "Analysis Flag 02, Up to Progression", _YES),
        ("RULEID", "t", "Rule That Gave the Response"),
        ("POLICY", "t", "Switches Not at Their Default"),
        *_SOURCE,
    ),
    "ADTTE": _variables(
        *_LEAD, *_TREATED,
        ("ASEQ", "i", "Analysis Sequence Number"),
        ("PARAMCD", "t", "Parameter Code"),
        ("PARAM", "t", "Parameter"),
        ("DEFID", "t", "Definition of the Endpoint"),
        ("AVAL", "i", "Analysis Value"),
        ("AVALU", "t", "Analysis Value Unit", ("DAYS",)),
        ("AVALM", "f", "Analysis Value in Months of 30.4375 Days"),
        ("STARTDT", "d", "Time-to-Event Origin Date for Subject"),
        ("STARTDTF", "t", "Origin Date Imputation Flag", _IMPUTED),
        ("ADT", "d", "Analysis Date"),
        ("ADTF", "t", "Analysis Date Imputation Flag", _IMPUTED),
        ("CNSR", "i", "Censor"),
        ("EVNTDESC", "t", "Event or Censoring Description"),
        ("CNSDTDSC", "t", "Censor Date Description"),
        ("ANL01FL", "t", "Analysis Flag 01", _YES),
        ("RULEID", "t", "Rule That Gave the Row"),
        *_SOURCE,
    ),
}  # fmt: skip
"""Variables of each analysis dataset, in order."""
