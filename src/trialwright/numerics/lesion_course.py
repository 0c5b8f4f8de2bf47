"""What the lesions of many subjects did at each visit: sums of targets, non-targets, new lesions, in exact arithmetic.

Lengths are tenths of a millimetre, days are whole numbers on one scale. Every comparison is one of whole numbers, so
that a decrease of exactly 30 % is one whatever the lengths are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.numerics.jit import kernel

__all__ = [
    "COURSE",
    "ENDS",
    "FOUND",
    "KINDS",
    "LESIONS",
    "LOOKS",
    "NO_DAY",
    "PEOPLE",
    "SETTLED",
    "STATES",
    "TARGET_RULES",
    "VISITS",
    "Limits",
    "Table",
    "lesion_course",
    "table",
]

Table = npt.NDArray[np.void]

NO_DAY: Final = 10**6
"""Stands for a day that never comes; its negative for one that came before all others."""


class _Kinds(NamedTuple):
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


KINDS: Final = _Kinds(*range(12))
"""What a look at a lesion gave, by its number."""


class _States(NamedTuple):
    none: int
    cr: int
    pr: int
    sd: int
    non: int
    pd: int
    ne: int


STATES: Final = _States(0, 1, 2, 3, 4, 5, 6)
"""State of the targets or of the non-targets at a visit; ``none`` when there is no such lesion."""


class _Found(NamedTuple):
    none: int
    equivocal: int
    unequivocal: int
    not_assessed: int


FOUND: Final = _Found(0, 1, 2, 3)
"""State of new lesions at a visit."""


class _Settled(NamedTuple):
    no: int
    judged: int
    no_baseline: int
    not_examined: int
    new_baseline: int
    late_new_baseline: int
    awaiting: int


SETTLED: Final = _Settled(*range(7))
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
)  # fmt: skip
"""Bounds of each subject: its lesions and visits; first and last day on which the baseline may lie; first and last day
of the rows; day of a planned removal and last day for the new baseline, `NO_DAY` where there is none."""

COURSE: Final = _dtype(
    settled=np.int8, target=np.int8, rule=np.int8, non_target=np.int8, new=np.int8, lesion_there=np.int8,
    total=np.int64, part=np.int64, base=np.int64, nadir=np.int64, missing=np.int64, by_target=np.int64,
    by_non_target=np.int64, by_new=np.int64, new_day=np.int64, new_count=np.int64, new_sum=np.int64, new_worse=np.int8,
)  # fmt: skip
"""What was found at each visit: a number of `SETTLED`; state of targets with its rule, of non-targets (`STATES`) and of
new lesions (`FOUND`); whether a lesion known at baseline is certainly there (nodes among the non-targets left aside);
sum of the targets (-1 when not all were measured), what was measured of it, the baseline's, the smallest before;
targets not measured; look that completes the evidence of progression by targets and by non-targets, new lesion and the
day this visit showed it, -1 where there is none; unequivocal new lesions so far, the sum of those measured, whether one
grew beyond doubt."""

ENDS: Final = _dtype(baseline=np.int64, back=np.int64, settled_at=np.int64)
"""Of each subject: the visit taken as baseline; the first lesion that was equivocal when first seen and settled later,
and the visit that settled it; -1 where there is none."""


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


class _Figures(NamedTuple):
    """Figures of the criteria and the numbers that stand for words."""

    limits: Limits
    kinds: _Kinds
    states: _States
    found: _Found
    settled: _Settled


_SCRATCH: Final = np.dtype([(name, np.int64) for name in ("role", "kind", "value", "look", "origin", "sure", "gone")])
"""What is known of each lesion at the visit in hand; roles are 0 none, 1 target, 2 non-target, 3 new."""


class _Data(NamedTuple):
    """Tables that are read, and those that are written: one row a lesion, a subject, a visit."""

    looks: Table
    visits: Table
    lesions: Table
    people: Table
    m: Table
    ends: Table
    out: Table


@kernel
def _usable(kind: int, kinds: _Kinds) -> bool:
    return kind == kinds.measured or kind == kinds.too_small or kind == kinds.absent or kind == kinds.merged


@kernel
def _fill(t: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """Last usable look at each lesion of a visit; a progression that was written down is never lost."""
    kinds, looks = f.kinds, d.looks
    for i in range(span[0], span[1]):
        d.m[i]["kind"], d.m[i]["value"], d.m[i]["look"] = kinds.nothing, -1, -1
    for k in range(d.visits[t]["start"], d.visits[t]["stop"]):
        i, kind = looks[k]["lesion"], looks[k]["kind"]
        fixed = d.m[i]["kind"] == kinds.progression or d.m[i]["kind"] == kinds.unequivocal
        strong = kind == kinds.progression or kind == kinds.unequivocal
        if not (fixed or (_usable(d.m[i]["kind"], kinds) and not _usable(kind, kinds) and not strong)):
            d.m[i]["kind"], d.m[i]["look"] = kind, k
        if looks[k]["value"] >= 0 and (d.m[i]["look"] == k or d.m[i]["value"] < 0):
            d.m[i]["value"] = looks[k]["value"]
    for i in range(span[0], span[1]):
        if d.m[i]["kind"] == kinds.absent or d.m[i]["kind"] == kinds.merged:
            d.m[i]["value"] = 0
        elif d.m[i]["kind"] == kinds.too_small and d.m[i]["value"] < 0:
            d.m[i]["value"] = f.limits.too_small


@kernel
def _grown(total: int, nadir: int, limits: Limits) -> bool:
    return 10 * total >= limits.growth_tenths * nadir and total - nadir >= limits.min_growth


@kernel
def _first_roles(s: int, span: tuple[int, int], d: _Data) -> int:
    """Roles of the lesions for a baseline up to the anchor; how many targets there are."""
    targets = 0
    for i in range(span[0], span[1]):
        known = d.lesions[i]["first"] <= d.people[s]["anchor"]
        d.m[i]["role"] = 0
        if d.lesions[i]["group"] == 0 and known:
            d.m[i]["role"] = 1
            targets += 1
        elif d.lesions[i]["group"] < 2 or (known and d.lesions[i]["certain"]):
            d.m[i]["role"] = 2
        elif not known:
            d.m[i]["role"] = 3
    return targets


@kernel
def _baseline(s: int, span: tuple[int, int], d: _Data, f: _Figures) -> int:
    """Last visit of the window with every target measured; its looks stay in `m`."""
    if _first_roles(s, span, d) == 0 and f.limits.only_targets == 1:
        return -1
    for t in range(d.people[s]["visit_stop"] - 1, d.people[s]["visit_start"] - 1, -1):
        if d.visits[t]["last"] > d.people[s]["anchor"] or d.visits[t]["first"] < d.people[s]["opens"]:
            continue
        _fill(t, span, d, f)
        complete = True
        for i in range(span[0], span[1]):
            complete = complete and (d.m[i]["role"] != 1 or _usable(d.m[i]["kind"], f.kinds))
        if complete:
            return t
    return -1


@kernel
def _drop_normal_nodes(span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """A non-target node below the limit at baseline is no disease."""
    for i in range(span[0], span[1]):
        normal = d.m[i]["kind"] == f.kinds.measured and d.m[i]["value"] < f.limits.below_normal_node
        if d.m[i]["role"] == 2 and d.lesions[i]["nodal"] and normal:
            d.m[i]["role"] = 0


@kernel
def _sum(span: tuple[int, int], d: _Data, f: _Figures) -> tuple[int, int, int, bool, bool]:
    """What was measured of the sum, targets, those not measured, whether all are gone or normal, whether a node is."""
    part, targets, missing, clear, node_there = 0, 0, 0, True, False
    for i in range(span[0], span[1]):
        if d.m[i]["role"] != 1:
            continue
        targets += 1
        if d.m[i]["gone"] == 1:
            continue
        if not _usable(d.m[i]["kind"], f.kinds):
            missing += 1
            continue
        part += d.m[i]["value"]
        if d.lesions[i]["nodal"]:
            clear = clear and d.m[i]["value"] < f.limits.below_normal_node
            node_there = node_there or d.m[i]["value"] > 0
        else:
            clear = clear and d.m[i]["value"] == 0
    return part, targets, missing, clear, node_there


@kernel
def _completes_growth(nadir: int, span: tuple[int, int], d: _Data, f: _Figures) -> int:
    """Look of the earliest day up to which the targets measured by then have grown."""
    best = -1
    for i in range(span[0], span[1]):
        if d.m[i]["role"] != 1 or d.m[i]["gone"] == 1 or not _usable(d.m[i]["kind"], f.kinds):
            continue
        day, part = d.looks[d.m[i]["look"]]["day"], 0
        for j in range(span[0], span[1]):
            counts = d.m[j]["role"] == 1 and d.m[j]["gone"] != 1 and _usable(d.m[j]["kind"], f.kinds)
            if counts and d.looks[d.m[j]["look"]]["day"] <= day:
                part += d.m[j]["value"]
        if _grown(part, nadir, f.limits) and (best < 0 or day < d.looks[best]["day"]):
            best = d.m[i]["look"]
    return best


@kernel
def _targets(t: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """State of the targets of a visit against the baseline and the smallest sum that stand in `out`."""
    states = f.states
    part, targets, missing, clear, node_there = _sum(span, d, f)
    d.out[t]["part"], d.out[t]["missing"] = part, missing
    d.out[t]["total"] = part if missing == 0 and targets > 0 else -1
    removed = 0
    for i in range(span[0], span[1]):
        if d.m[i]["role"] == 1 and d.m[i]["gone"] == 1:
            removed += 1
    grown = _grown(part, d.out[t]["nadir"], f.limits)
    state, rule = states.none, 0
    if targets > 0 and missing > 0:
        state, rule = (states.pd, 2) if grown else (states.ne, 1)
    elif targets > 0 and grown and not (clear and f.limits.nodes_before_growth == 1):
        state, rule = states.pd, 3
    elif targets > 0 and removed == targets:
        state, rule = states.none, 9
    elif targets > 0 and clear and removed == 0:
        state, rule = states.cr, (5 if node_there else 4)
    elif targets > 0 and 10 * part <= f.limits.partial_tenths * d.out[t]["base"] and removed == 0:
        state, rule = states.pr, 6
    elif targets > 0:
        state, rule = states.sd, (9 if removed > 0 else 7)
    d.out[t]["target"], d.out[t]["rule"] = state, rule
    if state == states.pd:
        d.out[t]["by_target"] = _completes_growth(d.out[t]["nadir"], span, d, f)
    if targets > removed and not clear:
        d.out[t]["lesion_there"] = 1


@kernel
def _non_target(i: int, d: _Data, f: _Figures) -> int:
    """State of one non-target: gone or normal, there, grown beyond doubt, or not evaluable."""
    kind, kinds, nodal = d.m[i]["kind"], f.kinds, d.lesions[i]["nodal"]
    if kind == kinds.progression:
        return f.states.pd
    if _usable(kind, kinds):
        normal = d.m[i]["value"] < f.limits.below_normal_node if nodal else d.m[i]["value"] == 0
        return f.states.cr if normal else f.states.non
    if kind == kinds.present or kind == kinds.unequivocal or kind == kinds.equivocal:
        return f.states.non
    return f.states.ne


@kernel
def _non_targets(t: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """State of the non-targets of a visit, the marker included."""
    states, marker = f.states, d.visits[t]["marker"]
    count, unknown, there, progressed = 0, 0, marker == 2, -1
    for i in range(span[0], span[1]):
        if d.m[i]["role"] != 2 or d.m[i]["gone"] == 1:
            continue
        count += 1
        state = _non_target(i, d, f)
        if state == states.pd:
            if progressed < 0 or d.looks[d.m[i]["look"]]["day"] < d.looks[progressed]["day"]:
                progressed = d.m[i]["look"]
        elif state == states.ne:
            unknown += 1
        elif state == states.non:
            there = True
            if not d.lesions[i]["nodal"]:
                d.out[t]["lesion_there"] = 1
    d.out[t]["by_non_target"] = progressed
    if progressed >= 0:
        d.out[t]["non_target"] = states.pd
    elif unknown > 0:
        d.out[t]["non_target"] = states.ne
    elif there:
        d.out[t]["non_target"] = states.non
    elif marker == 3:
        d.out[t]["non_target"] = states.ne
    else:
        d.out[t]["non_target"] = states.cr if count > 0 else states.none


@kernel
def _settles(i: int, d: _Data, f: _Figures) -> bool:
    """Whether a new lesion is settled by what the visit shows of it."""
    kind, value, limits = d.m[i]["kind"], d.m[i]["value"], f.limits
    if value >= 0 and d.m[i]["origin"] < 0 and kind != f.kinds.absent:
        d.m[i]["origin"] = value
    least = limits.min_new_node if d.lesions[i]["nodal"] else limits.min_new
    large = d.m[i]["origin"] < 0 or max(value, d.m[i]["origin"]) >= least
    certain = d.lesions[i]["certain"] or kind == f.kinds.unequivocal or kind == f.kinds.progression
    grown = limits.min_new_growth > 0 and value - d.m[i]["origin"] >= limits.min_new_growth and d.m[i]["origin"] >= 0
    return (certain and large) or grown


@kernel
def _count_new(t: int, i: int, was: int, d: _Data, f: _Figures) -> None:
    """Add an unequivocal new lesion to those of the visit; growth beyond doubt can show from its second visit on."""
    d.out[t]["new_count"] += 1
    if d.m[i]["value"] > 0:
        d.out[t]["new_sum"] += d.m[i]["value"]
    if d.m[i]["kind"] == f.kinds.progression and was == 2:
        d.out[t]["new_worse"] = 1


@kernel
def _new_lesions(s: int, t: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """New lesions of a visit; the first that was equivocal before and is settled now is kept with the visit."""
    lesions, found = d.lesions, f.found
    state, by = found.none, -1
    for i in range(span[0], span[1]):
        if d.m[i]["role"] != 3 or lesions[i]["first"] > d.visits[t]["last"]:
            continue
        was = d.m[i]["sure"]
        if was < 2 and _settles(i, d, f):
            d.m[i]["sure"] = 2
            if was == 1 and (d.ends[s]["back"] < 0 or lesions[i]["first"] < lesions[d.ends[s]["back"]]["first"]):
                d.ends[s]["back"], d.ends[s]["settled_at"] = i, t
        gone = d.m[i]["kind"] == f.kinds.absent
        if d.m[i]["sure"] == 2:
            _count_new(t, i, was, d, f)
        if d.m[i]["sure"] == 2 and (was < 2 or not gone):
            if by < 0 or lesions[i]["first"] < lesions[by]["first"]:
                by = i
            state = found.unequivocal
        elif d.m[i]["sure"] < 2:
            shown = d.m[i]["kind"] != f.kinds.nothing or was == 0
            if shown and not gone and state == found.none:
                state = found.equivocal
            d.m[i]["sure"] = 1
    if state == found.none and d.visits[t]["review"] == 2:
        state = found.not_assessed
    d.out[t]["new"], d.out[t]["by_new"] = state, (by if state == found.unequivocal else -1)
    if state == found.unequivocal:
        seen_before = lesions[by]["first"] < d.visits[t]["first"]
        late = d.looks[d.m[by]["look"]]["day"] if d.m[by]["look"] >= 0 else d.visits[t]["last"]
        d.out[t]["new_day"] = late if seen_before else lesions[by]["first"]


@kernel
def _examined(t: int, span: tuple[int, int], d: _Data, f: _Figures) -> bool:
    if d.visits[t]["review"] == 1:
        return True
    for i in range(span[0], span[1]):
        kind = d.m[i]["kind"]
        if kind != f.kinds.nothing and kind != f.kinds.not_evaluable and kind != f.kinds.not_done:
            return True
        if d.visits[t]["first"] <= d.lesions[i]["first"] <= d.visits[t]["last"]:
            return True
    return False


@kernel
def _gone_by_plan(s: int, span: tuple[int, int], d: _Data, f: _Figures) -> bool:
    """Mark lesions that a planned removal took; whether it is known of each of them."""
    known, kinds = True, f.kinds
    for i in range(span[0], span[1]):
        if d.m[i]["role"] == 0 or d.m[i]["role"] == 3 or d.lesions[i]["first"] > d.people[s]["removal"]:
            continue
        kind = d.m[i]["kind"]
        if kind == kinds.nothing or kind == kinds.removed or d.m[i]["value"] == 0:
            d.m[i]["gone"] = 1
        elif kind == kinds.not_evaluable or kind == kinds.not_done:
            known = False
        else:
            d.m[i]["gone"] = 0
    return known


@kernel
def _roles_anew(span: tuple[int, int], d: _Data, f: _Figures) -> int:
    """Roles of what a planned removal left, and the sum of the new targets."""
    total, limits = 0, f.limits
    for i in range(span[0], span[1]):
        if d.m[i]["role"] == 0 or d.m[i]["role"] == 3:
            continue
        nodal, value = d.lesions[i]["nodal"], d.m[i]["value"]
        least = limits.min_target_node if nodal else limits.min_target
        if d.m[i]["gone"] == 1 or (nodal and 0 <= value < limits.below_normal_node):
            d.m[i]["role"] = 0
        elif d.m[i]["kind"] == f.kinds.measured and value >= least:
            d.m[i]["role"] = 1
            total += value
        else:
            d.m[i]["role"] = 2
        d.m[i]["gone"] = 0
    return total


@kernel
def _new_after_removal(s: int, span: tuple[int, int], d: _Data) -> None:
    """Whatever was not identified before the removal is new afterwards."""
    for i in range(span[0], span[1]):
        if d.lesions[i]["first"] > d.people[s]["removal"] and d.m[i]["role"] > 0:
            d.m[i]["role"], d.m[i]["gone"] = 3, 0


@kernel
def _judge(s: int, t: int, how: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """States of one visit whose manner of taking is settled."""
    settled, states = f.settled, f.states
    anew = how == settled.new_baseline or how == settled.late_new_baseline
    d.out[t]["target"], d.out[t]["non_target"] = states.ne, states.ne
    if how != settled.no_baseline:
        _new_lesions(s, t, span, d, f)
    if how != settled.no_baseline and how != settled.awaiting:
        _targets(t, span, d, f)
        _non_targets(t, span, d, f)
    if anew and d.out[t]["target"] != states.none:
        d.out[t]["target"], d.out[t]["rule"] = states.sd, 8
    if f.limits.only_targets == 1 and how != settled.no_baseline:
        d.out[t]["non_target"], d.out[t]["by_non_target"] = states.none, -1


@kernel
def _subject(s: int, d: _Data, f: _Figures) -> None:
    people, visits, settled = d.people, d.visits, f.settled
    span = (people[s]["lesion_start"], people[s]["lesion_stop"])
    for i in range(span[0], span[1]):
        d.m[i]["origin"], d.m[i]["sure"], d.m[i]["gone"] = -1, 0, 0
    start = _baseline(s, span, d, f)
    d.ends[s]["baseline"] = start
    base, nadir, phase = -1, -1, 0
    if start >= 0:
        _drop_normal_nodes(span, d, f)
        base = _sum(span, d, f)[0]
        nadir = base
    for t in range(people[s]["visit_start"], people[s]["visit_stop"]):
        if t <= start or visits[t]["last"] <= people[s]["anchor"] or visits[t]["last"] > people[s]["until"]:
            continue
        _fill(t, span, d, f)
        examined = _examined(t, span, d, f)
        how = settled.judged if examined else settled.not_examined
        if start < 0:
            how = settled.no_baseline
        elif phase == 0 and visits[t]["first"] > people[s]["removal"]:
            phase = 1
            _new_after_removal(s, span, d)
        if phase == 1:
            known = _gone_by_plan(s, span, d, f)
            if f.limits.new_baseline == 1:
                how = settled.awaiting
                if known and examined:
                    base = _roles_anew(span, d, f)
                    nadir, phase = base, 2
                    late = visits[t]["first"] > people[s]["removal_closes"]
                    how = settled.late_new_baseline if late else settled.new_baseline
        d.out[t]["base"], d.out[t]["nadir"] = base, nadir
        _judge(s, t, how, span, d, f)
        if 0 <= d.out[t]["total"] < nadir:
            nadir = d.out[t]["total"]
        if visits[t]["last"] >= people[s]["since"]:
            d.out[t]["settled"] = how


@kernel
def _course(d: _Data, f: _Figures, never: int) -> None:
    for s in range(len(d.people)):
        if d.people[s]["anchor"] > -never and d.people[s]["since"] > -never:
            _subject(s, d, f)


def lesion_course(looks: Table, visits: Table, lesions: Table, people: Table, limits: Limits) -> tuple[Table, Table]:
    """States of targets, non-targets and new lesions at every visit of every subject.

    Parameters
    ----------
    looks, visits, lesions, people : numpy.ndarray
        Structured arrays `LOOKS`, `VISITS`, `LESIONS`, `PEOPLE`; a subject whose anchor or first day is ``-NO_DAY`` has
        no rows.
    limits : Limits
        Figures of the criteria.

    Returns
    -------
    course, ends : numpy.ndarray
        `COURSE`, one row a visit, and `ENDS`, one row a subject.

    Notes
    -----
    Progression of the targets is tested first: 10·sum ≥ 12·smallest and sum − smallest ≥ the absolute growth, the
    smallest being that of complete sums before this visit, the baseline included. Then all gone (nodes below the
    limit), then 10·sum ≤ 7·baseline. With a target not measured only growth of what was measured decides.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026.

    Examples
    --------
    >>> looks = table(LOOKS, 2, kind=KINDS.measured, value=[500, 350], day=[-7, 56])
    >>> visits = table(VISITS, 2, start=[0, 1], stop=[1, 2], first=[-7, 56], last=[-7, 56])
    >>> lesions = table(LESIONS, 1, first=-7)
    >>> far = {"until": NO_DAY, "removal": NO_DAY, "removal_closes": NO_DAY}
    >>> people = table(PEOPLE, 1, lesion_stop=1, visit_stop=2, opens=-28, **far)
    >>> limits = Limits(7, 12, 50, 100, 100, 150, 50, 0, 100, 0, 1, 0, 0)
    >>> course, _ = lesion_course(looks, visits, lesions, people, limits)
    >>> course["target"].tolist() == [STATES.none, STATES.pr]
    True
    """
    out, ends = np.zeros(len(visits), COURSE), np.full(len(people), -1, ENDS)
    for name in ("total", "part", "base", "nadir", "missing", "by_target", "by_non_target", "by_new", "new_day"):
        out[name] = -1
    memory = np.zeros(len(lesions), _SCRATCH)
    figures = _Figures(limits, KINDS, STATES, FOUND, SETTLED)
    _course(_Data(looks, visits, lesions, people, memory, ends, out), figures, NO_DAY)
    return out, ends
