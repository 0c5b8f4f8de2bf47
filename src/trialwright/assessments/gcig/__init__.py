"""GCIG criteria: evaluability, response, progression by CA-125, and both with scans."""

from trialwright.assessments.gcig.amounts import UNKNOWN, Amount, Ratio, amount
from trialwright.assessments.gcig.combination import Combined, Scans, combined_response, first_event
from trialwright.assessments.gcig.judge import Verdict, judge
from trialwright.assessments.gcig.rules import PUBLISHED, GcigRules
from trialwright.assessments.gcig.samples import Event, Excluded, Sample

__all__ = [
    "PUBLISHED",
    "UNKNOWN",
    "Amount",
    "Combined",
    "Event",
    "Excluded",
    "GcigRules",
    "Ratio",
    "Sample",
    "Scans",
    "Verdict",
    "amount",
    "combined_response",
    "first_event",
    "judge",
]
