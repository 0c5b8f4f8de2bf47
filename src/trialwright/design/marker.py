"""Serial values of a tumour marker under treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import StudyError
from trialwright.model.scenario import MarkerDraw
from trialwright.numerics.sampling import Draws

__all__ = ["MarkerCourse", "marker_course", "marker_values"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NO_ELIMINATION: Final = 1e-9
PARAMETERS: Final = ("ca0", "kelim", "beta", "kprod")


@dataclass(frozen=True, slots=True)
class MarkerCourse:
    """Parameters of each subject's course: value at the start, elimination and decay rates a day, production a day."""

    ca0: FloatArray
    kelim: FloatArray
    beta: FloatArray
    kprod: FloatArray

    def without_fall(self, grown: BoolArray) -> MarkerCourse:
        """The same courses, but for subjects whose tumour grew: their marker is not eliminated.

        Parameters
        ----------
        grown : ndarray of bool, shape (subjects,)
            Whose tumour grew.

        Returns
        -------
        MarkerCourse
            Courses in which growth on scans and a fall of the marker do not meet.
        """
        return replace(self, kelim=np.where(grown, NO_ELIMINATION, self.kelim))


def marker_course(draw: MarkerDraw, draws: Draws) -> MarkerCourse:
    """Parameters of the subjects' courses, each log-normal around its typical value.

    Parameters
    ----------
    draw : MarkerDraw
        Typical values and log standard deviations.
    draws : Draws
        Random numbers.

    Returns
    -------
    MarkerCourse
        One of each a subject.

    Raises
    ------
    StudyError
        When a typical value is not given or is not positive.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> marker_course(plan.marker[1], Draws.first(7, 0, 3)).ca0.shape
    (3,)
    """
    absent = [name for name in PARAMETERS if not draw.typical.get(name, 0) > 0]
    if absent:
        raise StudyError(f"the marker has no typical {absent[0]} above 0", mend=f"give {', '.join(PARAMETERS)}")
    normal = draws.normal("marker parameters", len(PARAMETERS))
    drawn = [
        float(draw.typical[name]) * np.exp(float(draw.spread.get(name, 0)) * normal[:, column])
        for column, name in enumerate(PARAMETERS)
    ]
    return MarkerCourse(*drawn)


def marker_values(course: MarkerCourse, times: FloatArray) -> FloatArray:
    """Values of the marker without noise.

    Parameters
    ----------
    course : MarkerCourse
        Parameters, one of each a subject.
    times : ndarray of shape (subjects, samples)
        Days since the first treatment; before it the value is that at 0.

    Returns
    -------
    ndarray of shape (subjects, samples)
        In the unit of ``ca0``.

    Notes
    -----
    Solves dC/dt = kprod exp(-beta t) - kelim C with C(0) = ca0:
    C(t) = ca0 e^(-kelim t) + kprod (e^(-beta t) - e^(-kelim t)) / (kelim - beta); where both rates are equal the second
    term is kprod t e^(-kelim t).

    Examples
    --------
    >>> one = np.ones(1)
    >>> course = MarkerCourse(100 * one, 0.1 * one, 0.1 * one, 0 * one)
    >>> float(marker_values(course, np.zeros((1, 1)))[0, 0])
    100.0
    """
    t = np.maximum(times, 0.0)
    k, b = course.kelim[:, None], course.beta[:, None]
    # The second term is t e^(-m t) (1 - e^(-x)) / x with m the smaller rate and x = |k - b| t: no gap where k = b.
    x = np.abs(k - b) * t
    grown = np.divide(-np.expm1(-x), x, out=np.ones_like(x), where=x > 1e-12)
    values: FloatArray = (
        course.ca0[:, None] * np.exp(-k * t) + course.kprod[:, None] * t * np.exp(-np.minimum(k, b) * t) * grown
    )
    return values
