"""What can be noticed while endpoints are derived: the rules, and how their findings are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from trialwright.model.finding import SHOWN_PER_COLUMN, Finding, FindingRule, Severity

__all__ = ["DERIVATION_RULES", "derivation_finding", "subject_findings"]

_ROWS: Final[tuple[tuple[str, Severity, str, str], ...]] = (
    (
        "T01",
        "W",
        "an event lies before the origin of its endpoint",
        "correct one of the two dates; until then the subject is left out of this endpoint",
    ),
    ("T02", "W", "a death is known to the year only", "ask for the month and the day"),
    ("T03", "W", "a death without a date", "enter the date, or as much of it as is known, in DM.DTHDTC"),
    (
        "T04",
        "W",
        "an event after the end of observation is not counted",
        "check the day of loss or withdrawal; an event that was observed means that observation went on",
    ),
    ("T05", "I", "no origin, so no time to event", "nothing, if the origin has not come yet; else enter its date"),
    (
        "T06",
        "W",
        "the condition of an event cannot be judged",
        "enter the fact it asks for; until then it is not counted",
    ),
    (
        "T07",
        "W",
        "an exclusion from an analysis set cannot be judged",
        "enter the fact; until then the subject stays in",
    ),
    ("T08", "W", "two verdicts of one reader on one day", "keep one; the worse of the two was used"),
    ("T09", "W", "a recorded response that cannot be used", "write a verdict of the list and a date"),
    ("T10", "I", "an endpoint that this version does not compute", "nothing; it is stated and not estimated"),
    (
        "T11",
        "I",
        "no complication recorded after a documented operation",
        "nothing, if there was none: adverse events were collected, so none recorded is taken as none",
    ),
    ("T12", "W", "a grade that cannot be used", "write I, II, IIIA, IIIB, IVA, IVB or V"),
    ("T13", "W", "a complication that cannot be placed in time", "link it to its adverse event and date its start"),
    (
        "T14",
        "W",
        "a death in the period without a complication of grade V",
        "check whether the death was a complication",
    ),
    (
        "T15",
        "W",
        "a withdrawal that does not say from what",
        "fill DSSCOPE with TREATMENT, FOLLOW-UP or DATA; until then observation is taken to go on",
    ),
    (
        "T16",
        "W",
        "missed assessments cannot be counted",
        "name the response series in a visit of the study file that comes at intervals",
    ),
    ("T17", "I", "a day was imputed by a named rule", "complete the date, if more of it is known"),
    ("T18", "W", "a new cancer therapy before the origin", "check the date, or whether the therapy was a planned one"),
    (
        "T19",
        "I",
        "the last day known alive is that of an assessment without a day",
        "complete the date of the assessment",
    ),
    (
        "T20",
        "W",
        "a censoring rule that cannot be applied",
        "name the date it asks for in the censoring of the endpoint, or choose other rules",
    ),
    (
        "T21",
        "W",
        "a strategy for an intercurrent event that is not derived",
        "state a strategy the derivation follows, or report the endpoint without this estimand",
    ),
    (
        "T22",
        "W",
        "the censoring does another thing than the estimand's strategy",
        "let censoring and strategy agree; treatment policy goes with ignore, hypothetical with censor",
    ),
    (
        "T23",
        "W",
        "an ablation that does not say of which lesion",
        "name the lesion in PR.PRLNKID as TU.TULNKID names it; until then the lesion has no time",
    ),
    (
        "T24",
        "W",
        "an ablation of a lesion that is not there",
        "enter the lesion in TU, or correct PR.PRLNKID",
    ),
    (
        "T25",
        "W",
        "new tumour in a treated zone that does not say of which lesion",
        "enter the state of the lesion at that scan in TR; until then no lesion of the subject counts it",
    ),
    (
        "T26",
        "I",
        "a lesion that was ablated and never seen clear",
        "nothing, if it stayed viable: the technique failed; else enter the state of the lesion at the scan",
    ),
    (
        "T28",
        "I",
        "the last day known alive is that of an assessment, later than every survival contact",
        "nothing, or enter the contact that the assessment was",
    ),
    (
        "T27",
        "W",
        "a death in a month after which the subject was seen",
        "correct the month of death or the later contact; until then the day of death cannot be told",
    ),
    ("T29", "W", "a complication of grade V and no death", "enter the date of death in DM, or correct the grade"),
    ("T30", "W", "a first event or censoring lies after the end of survival", "look for an assessment after the death"),
    (
        "T31",
        "W",
        "a death ends one endpoint and not survival, or on another day",
        "compare the date of death with the contacts after it",
    ),
    ("T32", "W", "an event of a wider endpoint lies after that of a narrower one", "compare the dates of the two rows"),
    ("T33", "W", "a duration of response does not end with its endpoint", "compare the censoring of the two"),
    ("T34", "W", "a response counted and not timed, or timed and not counted", "compare the two definitions' series"),
    ("T35", "W", "a progression of the liver before any progression", "compare the readings of the two series"),
    ("R01", "W", "no baseline in its window", "enter the scan before the start, or widen the window in the study file"),
    (
        "R02",
        "W",
        "a target lesion that cannot be measured by the criteria",
        "check the size; make it a non-target lesion",
    ),
    ("R03", "W", "more targets than the criteria allow", "keep five, and two in an organ; the rest are non-targets"),
    ("R04", "W", "a target without the diameter that counts", "measure the short axis of a node, else the longest"),
    ("R05", "I", "a measurable lesion left out although a target was free", "nothing, if it cannot be measured again"),
    (
        "R06",
        "W",
        "a lesser response after a complete one",
        "look at both scans again; the policy says what it counts as",
    ),
    ("R07", "W", "targets all normal although their sum grew as in progression", "look at the nodes again"),
    ("R08", "W", "a sum of targets that jumps", "check the measurements of both scans and their units"),
    ("R10", "W", "a lesion called new that was there before, or not new that was not", "check TUORRES and TUDTC"),
    ("R11", "W", "two measurements of one lesion at one assessment that differ", "keep one; the later was used"),
    ("R12", "W", "no viable diameters, so whole ones were used", "enter VDIAM, or state recist-1.1 for these subjects"),
    ("R13", "I", "the new baseline after a planned removal came late", "nothing; it was taken all the same"),
    ("R14", "W", "a new node that is small", "look at it again; below 10 mm it does not count as disease"),
    ("R15", "I", "new lesions were not looked for", "enter the review of the scan for new lesions"),
    ("R16", "W", "a progression that was not looked at again in time", "plan the scan that confirms it"),
    (
        "R17",
        "W",
        "a subject whose independent readings nobody has decided between",
        "enter the accepted record (RSACPTFL, TUACPTFL, TRACPTFL) of one reader, or the adjudicator's own reading",
    ),
    ("R18", "W", "an independent reading that names no reader", "enter the reader in TUEVALID, TREVALID or RSEVALID"),
    (
        "R19",
        "W",
        "a lesion that was removed by plan and is measured again",
        "enter it as a new lesion, or measure what the removal left on the first scan after it",
    ),
    ("R20", "W", "a state of a lesion that no rule can read", "write PRESENT, ABSENT or another state of the list"),
    ("T40", "W", "a marker value that cannot be used", "write a number above 0, its unit and the day of the sample"),
    ("T41", "W", "a marker response that cannot be told", "complete the dates, values or upper limits it rests on"),
    (
        "T50",
        "I",
        "results that name one row of a calculated response alone",
        "run fewer subjects, or one site, to see every row a result rests on",
    ),
    ("T42", "I", "a marker sample that does not count", "nothing, if the date of what disturbed it is right"),
)

DERIVATION_RULES: Final[Mapping[str, FindingRule]] = MappingProxyType({row[0]: FindingRule(*row) for row in _ROWS})
"""Rules of findings made while deriving, by id."""


def derivation_finding(rule: str, where: str, text: str, *, subject: str = "", column: str = "") -> Finding:
    """Return a finding made while deriving.

    Parameters
    ----------
    rule : str
        Id of a rule in `DERIVATION_RULES`.
    where : str
        Endpoint, file or clause.
    text : str
        What was noticed and what was done.
    subject, column : str, default ""
        USUBJID and column, where there is one.

    Returns
    -------
    Finding
        The finding.

    Examples
    --------
    >>> derivation_finding("T05", "PFS", "2 subjects have no origin").severity
    'I'
    """
    spec = DERIVATION_RULES[rule]
    return Finding(rule, spec.severity, where, subject, column, text, spec.mend)


def subject_findings(rule: str, where: str, subjects: Sequence[str], text: str, *, column: str = "") -> list[Finding]:
    """Return one finding a subject, at most a hundred of them, the rest counted in one.

    Parameters
    ----------
    rule : str
        Id of a rule in `DERIVATION_RULES`.
    where : str
        Endpoint, file or clause.
    subjects : sequence of str
        USUBJID of those concerned.
    text : str
        What was noticed and what was done.
    column : str, default ""
        Column, where there is one.

    Returns
    -------
    list of Finding
        Empty when nobody is concerned.

    Examples
    --------
    >>> [item.subject for item in subject_findings("T03", "dm.csv", ["OV-1"], "dead, no date")]
    ['OV-1']
    """
    shown = subjects[:SHOWN_PER_COLUMN]
    found = [derivation_finding(rule, where, text, subject=subject, column=column) for subject in shown]
    if len(subjects) > len(shown):
        rest = f"{len(subjects) - len(shown)} more subjects: {text}"
        found.append(derivation_finding(rule, where, rest, column=column))
    return found
