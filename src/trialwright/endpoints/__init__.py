"""Endpoints: time to event, proportions and worst grades, derived from the clauses of a study file."""

from trialwright.endpoints.catalogue import CATALOGUE
from trialwright.endpoints.derive import derive, measures
from trialwright.endpoints.moments import time_point_dates
from trialwright.endpoints.questions import Question, questions

__all__ = ["CATALOGUE", "Question", "derive", "measures", "questions", "time_point_dates"]
