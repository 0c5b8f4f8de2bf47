"""Response assessments: which response a subject had on which day, series by series and marker by marker."""

from trialwright.assessments.catalogue import CATALOGUE
from trialwright.assessments.recorded import recorded_responses
from trialwright.assessments.responses import study_responses

__all__ = ["CATALOGUE", "recorded_responses", "study_responses"]
