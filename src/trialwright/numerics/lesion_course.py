"""What the lesions of many subjects did at each visit: sums of targets, non-targets, new lesions, in exact arithmetic.

Lengths are tenths of a millimetre, days are whole numbers on one scale. Every comparison is one of whole numbers, so
that a decrease of exactly 30 % is one whatever the lengths are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from trialwright.numerics.jit import kernel
from trialwright.numerics.lesion_records import (
    COURSE,
    ENDS,
    FOUND,
    KINDS,
    NO_DAY,
    SETTLED,
    STATES,
    Found,
    Kinds,
    Limits,
    Settled,
    States,
    Table,
)

__all__ = ["lesion_course"]


class _Figures(NamedTuple):
    """Figures of the criteria and the numbers that stand for words."""

    limits: Limits
    kinds: Kinds
    states: States
    found: Found
    settled: Settled


_SCRATCH: Final = np.dtype([(name, np.int64) for name in ("role", "kind", "value", "look", "origin", "sure", "gone")])
"""What is known of each lesion at the visit in hand; roles are 0 none, 1 target, 2 non-target, 3 new, 4 taken by a
planned removal."""


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
def _usable(kind: int, kinds: Kinds) -> bool:
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
        small = kind == kinds.too_small and d.m[i]["look"] == k
        if small or (looks[k]["value"] >= 0 and (d.m[i]["look"] == k or d.m[i]["value"] < 0)):
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
        if d.m[i]["role"] == 0 or d.m[i]["role"] >= 3:
            continue
        nodal, value = d.lesions[i]["nodal"], d.m[i]["value"]
        least = limits.min_target_node if nodal else limits.min_target
        if d.m[i]["gone"] == 1:
            d.m[i]["role"] = 4
        elif nodal and 0 <= value < limits.below_normal_node:
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
def _returned(t: int, span: tuple[int, int], d: _Data, f: _Figures) -> None:
    """Keep the first look at a lesion that a planned removal took and that is there again."""
    kinds, first = f.kinds, d.out[t]["by_non_target"]
    for i in range(span[0], span[1]):
        kind, value = d.m[i]["kind"], d.m[i]["value"]
        least = f.limits.min_new_node if d.lesions[i]["nodal"] else 1
        told = kind == kinds.present or kind == kinds.unequivocal or kind == kinds.progression
        if d.m[i]["role"] != 4 or not (told or (_usable(kind, kinds) and value >= least)):
            continue
        d.out[t]["returned"] = 1
        if first < 0 or d.looks[d.m[i]["look"]]["day"] < d.looks[first]["day"]:
            first = d.m[i]["look"]
    d.out[t]["by_non_target"] = first


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
    if how == settled.judged:
        _returned(t, span, d, f)


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
        base, targets = _sum(span, d, f)[:2]
        d.ends[s]["base"] = base if targets > 0 else -1
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
        if 0 <= d.out[t]["total"] < nadir and visits[t]["last"] <= people[s]["therapy"]:
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
    smallest being that of complete sums before this visit, the baseline included, none after the start of a new
    therapy. Then all gone (nodes below the limit), then 10·sum ≤ 7·baseline. With a target not measured
    only growth of what was measured decides.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026.

    Examples
    --------
    >>> from trialwright.numerics.lesion_records import LESIONS, LOOKS, PEOPLE, VISITS, table
    >>> looks = table(LOOKS, 2, kind=KINDS.measured, value=[500, 350], day=[-7, 56])
    >>> visits = table(VISITS, 2, start=[0, 1], stop=[1, 2], first=[-7, 56], last=[-7, 56])
    >>> lesions = table(LESIONS, 1, first=-7)
    >>> far = {"until": NO_DAY, "removal": NO_DAY, "removal_closes": NO_DAY, "therapy": NO_DAY}
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
