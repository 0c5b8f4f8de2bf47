"""Response assessments: which response a subject had on which day, series by series."""

from trialwright.assessments.catalogue import CATALOGUE
from trialwright.assessments.recorded import recorded_responses

__all__ = ["CATALOGUE", "recorded_responses"]
