"""All that a study file may name, joined from the parts of the program that offer it."""

from __future__ import annotations

from functools import cache

from trialwright.analysis.catalogue import CATALOGUE as METHODS
from trialwright.assessments.catalogue import CATALOGUE as RESPONSES
from trialwright.assessments.stated import CATALOGUE as STATED
from trialwright.endpoints.catalogue import CATALOGUE as MEASURES
from trialwright.model.catalogue import Catalogue
from trialwright.protocol.lint import CATALOGUE as LINT_RULES

__all__ = ["catalogue"]


@cache
def catalogue() -> Catalogue:
    """Everything this version offers: responses, marker models, measures, methods, lint rules.

    Returns
    -------
    Catalogue
        In a stable order, made once.

    Examples
    --------
    >>> "cox" in catalogue().ids("method")
    True
    """
    return Catalogue((*RESPONSES, *STATED, *MEASURES, *METHODS, *LINT_RULES))
