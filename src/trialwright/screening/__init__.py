"""Criteria of a study judged on data: true, false or unknown, with reasons and the rows that decided."""

from trialwright.screening.explain import Explainer
from trialwright.screening.judge import Context, eligibility, judge, judge_criterion, screened, verdict_of

__all__ = ["Context", "Explainer", "eligibility", "judge", "judge_criterion", "screened", "verdict_of"]
