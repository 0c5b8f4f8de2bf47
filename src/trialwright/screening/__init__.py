"""Criteria of a study judged on data: true, false or unknown, with reasons and the rows that decided."""

from trialwright.screening.judge import Context, eligibility, judge, judge_criterion, verdict_of

__all__ = ["Context", "eligibility", "judge", "judge_criterion", "verdict_of"]
