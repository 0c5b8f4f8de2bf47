"""Tables a course of lesions is judged from and written to: looks, visits, states, and the figures of criteria."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "COURSE",
    "ENDS",
    "FOUND",
    "Found",
    "KINDS",
    "Kinds",
    "LESIONS",
    "LOOKS",
    "Limits",
    "NO_DAY",
    "PEOPLE",
    "SETTLED",
    "STATES",
    "Settled",
    "States",
    "TARGET_RULES",
    "Table",
    "VISITS",
    "table",
]

Table = npt.NDArray[np.void]

NO_DAY: Final = 10**6
"""Stands for a day that never comes; its negative for one that came before all others."""


class Kinds(NamedTuple):
    """Numbers of the kinds of looks."""

    nothing: int
    measured: int
    too_small: int
    absent: int
    merged: int
    removed: int
    not_evaluable: int
    not_done: int
    present: int
    equivocal: int
    unequivocal: int
    progression: int


KINDS: Final = Kinds(*range(12))
"""What a look at a lesion gave, by its number."""


class States(NamedTuple):
    """Numbers of the states of targets and non-targets."""

    none: int
    cr: int
    pr: int
    sd: int
    non: int
    pd: int
    ne: int


STATES: Final = States(0, 1, 2, 3, 4, 5, 6)
"""State of the targets or of the non-targets at a visit; ``none`` when there is no such lesion."""


class Found(NamedTuple):
    """Numbers of the states of new lesions."""

    none: int
    equivocal: int
    unequivocal: int
    not_assessed: int


FOUND: Final = Found(0, 1, 2, 3)
"""State of new lesions at a visit."""


class Settled(NamedTuple):
    """Numbers of the ways a visit is taken."""

    no: int
    judged: int
    no_baseline: int
    not_examined: int
    new_baseline: int
    late_new_baseline: int
    awaiting: int


SETTLED: Final = Settled(*range(7))
"""How a visit was taken; ``no`` when it is no row of the series."""

TARGET_RULES: Final = (
    "none", "missing", "growth-of-part", "growth", "disappearance", "nodes-normal", "decrease", "neither",
    "new-baseline", "removed",
)  # fmt: skip
"""Rule that gave the state of the targets, by its number."""


def _dtype(**fields: type[np.generic]) -> np.dtype[np.void]:
    return np.dtype(list(fields.items()), align=True)


LOOKS: Final = _dtype(lesion=np.int32, kind=np.int8, value=np.int32, day=np.int32)
"""Looks at lesions, sorted by visit, lesion and day: position of the lesion; a number of `KINDS`; length in tenths of a
millimetre, -1 where there is none; day of the scan."""

VISITS: Final = _dtype(
    start=np.int64, stop=np.int64, first=np.int64, last=np.int64, review=np.int8, marker=np.int8
)  # fmt: skip
"""Visits sorted by subject and day: first look and the one after the last; days of the first and the last scan; review
for new lesions: 1 done although nothing else is written, 2 not done, else 0; marker: 0 none counts, 1 normal, 2 above
its limit, 3 not known."""

LESIONS: Final = _dtype(group=np.int8, nodal=np.bool_, first=np.int64, certain=np.bool_)
"""Lesions sorted by subject: 0 target, 1 non-target, 2 new; lymph node; day identified; whether a new one was
unequivocal at first sight."""

PEOPLE: Final = _dtype(
    lesion_start=np.int64, lesion_stop=np.int64, visit_start=np.int64, visit_stop=np.int64, opens=np.int64,
    anchor=np.int64, since=np.int64, until=np.int64, removal=np.int64, removal_closes=np.int64,
    therapy=np.int64,
)  # fmt: skip
"""Bounds of each subject: its lesions and visits; first and last day on which the baseline may lie; first and last day
of the rows; day of a planned removal and last day for the new baseline; start of a new therapy, after which
no sum is the smallest; `NO_DAY` where there is none."""

COURSE: Final = _dtype(
    settled=np.int8, target=np.int8, rule=np.int8, non_target=np.int8, new=np.int8, lesion_there=np.int8,
    total=np.int64, part=np.int64, base=np.int64, nadir=np.int64, missing=np.int64, by_target=np.int64,
    by_non_target=np.int64, by_new=np.int64, new_day=np.int64, new_count=np.int64, new_sum=np.int64, new_worse=np.int8,
    returned=np.int8,
)  # fmt: skip
"""What was found at each visit: a number of `SETTLED`; state of targets with its rule, of non-targets (`STATES`) and of
new lesions (`FOUND`); whether a lesion known at baseline is certainly there (nodes among the non-targets left aside);
sum of the targets (-1 when not all were measured), what was measured of it, the baseline's, the smallest before;
targets not measured; look that completes the evidence of progression by targets and by non-targets, new lesion and the
day this visit showed it, -1 where there is none; unequivocal new lesions so far, the sum of those measured, whether one
grew beyond doubt; whether a lesion that a planned removal took is there again, whose look then counts as that of the
non-targets."""

ENDS: Final = _dtype(baseline=np.int64, base=np.int64, back=np.int64, settled_at=np.int64)
"""Of each subject: the visit taken as baseline and the sum of its targets; the first lesion that was equivocal when
first seen and settled later, and the visit that settled it; -1 where there is none."""


def table(dtype: np.dtype[np.void], count: int, **columns: npt.ArrayLike) -> Table:
    """One of the tables of this module, from its columns.

    Parameters
    ----------
    dtype : numpy.dtype
        `LOOKS`, `VISITS`, `LESIONS` or `PEOPLE`.
    count : int
        Number of rows.
    **columns : array_like
        Its columns, arrays or one value for all rows; what is left out is 0.

    Returns
    -------
    numpy.ndarray
        Structured array.

    Examples
    --------
    >>> table(LESIONS, 2, group=[0, 1])["group"].tolist()
    [0, 1]
    """
    made = np.zeros(count, dtype)
    for name, values in columns.items():
        made[name] = values
    return made


class Limits(NamedTuple):
    """Figures of the criteria, lengths in tenths of a millimetre.

    Parameters
    ----------
    partial_tenths, growth_tenths : int
        Tenths of the baseline at or below which the sum has decreased, and of the smallest sum at or above which it has
        grown: 7 and 12.
    min_growth : int
        Least absolute growth; 1 where any growth will do.
    below_normal_node, min_target, min_target_node, too_small : int
        Short axis below which a node is normal; least length of a target, and short axis of a nodal one; length that
        stands for a lesion too small to measure.
    min_new, min_new_node, min_new_growth : int
        Least length of a new lesion, short axis of a new node, and growth that settles an equivocal one (0: none does).
    nodes_before_growth : int
        1 when targets that are all gone or normal nodes are a complete response although the sum grew.
    new_baseline : int
        1 when a planned removal starts a new baseline.
    only_targets : int
        1 when non-targets do not count and a series without targets cannot be judged.
    """

    partial_tenths: int
    growth_tenths: int
    min_growth: int
    below_normal_node: int
    min_target: int
    min_target_node: int
    too_small: int
    min_new: int
    min_new_node: int
    min_new_growth: int
    nodes_before_growth: int
    new_baseline: int
    only_targets: int
