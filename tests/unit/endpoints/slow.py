"""A second derivation, one subject at a time in plain Python, written from the censoring table and nothing else."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
WORST = ["PD", "NON-CR/NON-PD", "SD", "PR", "CR", "NED", "NE"]


@dataclass
class Facts:
    """What was written about one subject; dates as text, perhaps without a day."""

    allocated: str
    responses: list[tuple[str, str]] = field(default_factory=list)
    died: str = ""
    therapies: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    withdrawn: list[tuple[str, str]] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    labs: list[str] = field(default_factory=list)
    doses: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """The subject as a line of a test folder."""
        parts = [f"{code} {day}" for code, day in self.responses]
        parts += [f"therapy {day}" for day in self.therapies]
        parts += [f"lost {day}" for day in self.lost]
        parts += [f"withdrew {scope} {day}" for scope, day in self.withdrawn]
        parts += [f"alive {day}" for day in self.alive]
        parts += [f"lab {day}" for day in self.labs]
        parts += [f"dose {day}" for day in self.doses]
        parts += [f"died {self.died}"] if self.died else []
        return "; ".join([f"{name}: SCS {self.allocated}", *parts])


def span(text: str) -> tuple[date, date]:
    """First and last day a date can mean."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 3:
        return date(*numbers), date(*numbers)
    if len(numbers) == 2:
        year, month = numbers
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(numbers[0], 1, 1), date(numbers[0], 12, 31)


def months_later(day: date, n: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass
class Reading:
    """The subject's facts as days, up to a cut-off."""

    facts: Facts
    cutoff: date

    def __post_init__(self) -> None:
        self.start = span(self.facts.allocated)[0]
        self.contacts = self._contacts()
        self.death = self._death()
        self.days = self._assessments()

    def _contacts(self) -> list[date]:
        written = self.facts.alive + self.facts.labs + self.facts.doses + [day for _, day in self.facts.responses]
        written = written + self.facts.lost  # a loss is dated by the last contact
        return [span(text)[0] for text in written if span(text)[0] <= self.cutoff]

    def _death(self) -> date | None:
        if not self.facts.died:
            return None
        low, high = span(self.facts.died)
        known = [day for day in self.contacts if day <= high]
        bounds = [low, *(seen + DAY for seen in known), *([self.start] if self.start <= high else [])]
        day = min(max(bounds), high) if low < high else low
        return day if day <= self.cutoff else None

    def _assessments(self) -> dict[date, str]:
        """Worst response of each day from allocation on."""
        exact = [span(text)[0] for code, text in self.facts.responses if code not in ("PD", "NE") and len(text) == 10]
        found: dict[date, str] = {}
        for code, text in self.facts.responses:
            low, high = span(text)
            if low > self.cutoff:
                continue
            day = low
            if low < high and code == "PD":
                free = [each for each in exact if low <= each <= high and each <= self.cutoff]
                day = min(max(free) + DAY, high) if free else low
            elif low < high:
                day = high
            if high < self.start:
                continue
            day = max(day, self.start)
            day = min(day, self.cutoff) if low < high else day
            found[day] = min((code, found.get(day, "NE")), key=WORST.index)
        return found

    @property
    def held(self) -> bool:
        """Whether the day of death cannot be told: a year alone, or a month that somebody saw the subject outlive."""
        low, high = span(self.facts.died)
        return len(self.facts.died) == 4 or (low < high and any(day > high for day in self.contacts))

    @property
    def progression(self) -> date | None:
        return min((day for day, code in self.days.items() if code == "PD"), default=None)

    def adequate_until(self, day: date) -> date | None:
        """Last adequate assessment after the origin and up to a day."""
        return max((d for d, code in self.days.items() if code != "NE" and self.start < d <= day), default=None)

    def alive_until(self, day: date) -> date | None:
        known = [seen for seen in self.contacts if seen <= day and (self.death is None or seen <= self.death)]
        # an assessment is never later than the last day known alive
        known += [seen for seen in self.days if seen <= day and (self.death is None or seen <= self.death)]
        if self.death is not None and self.death - DAY <= day:
            known.append(self.death - DAY)
        return max(known, default=None)

    def therapy(self) -> date | None:
        """The first of them by the first day each can mean."""
        known = [text for text in self.facts.therapies if span(text)[0] <= self.cutoff]
        if not known:
            return None
        low, high = span(min(known, key=lambda text: span(text)[0]))
        doses = [span(text)[0] for text in self.facts.doses if span(text)[0] <= min(high, self.cutoff)]
        return max([low, *doses]) if low < high else low

    def ended(self) -> date | None:
        known = list(self.facts.lost) + [day for scope, day in self.facts.withdrawn if scope in ("FOLLOW-UP", "DATA")]
        return min((span(text)[0] for text in known if span(text)[0] <= self.cutoff), default=None)


@dataclass
class Rules:
    """What a definition asks for."""

    progression: bool
    alive: bool
    missed: int | None
    therapy: bool
    horizon: int | None


PFS_RULES = Rules(progression=True, alive=False, missed=2, therapy=True, horizon=None)
OS_RULES = Rules(progression=False, alive=True, missed=None, therapy=False, horizon=None)
RECORD_RULES = Rules(progression=True, alive=False, missed=None, therapy=False, horizon=730)


def time_to_event(
    facts: Facts, cutoff: date, rules: Rules, step: tuple[int, str], window: tuple[int, int]
) -> tuple[date | None, int | None, int | None]:
    """ADT, AVAL and CNSR of one subject."""
    seen = Reading(facts, cutoff)
    events = [day for day in (seen.death, seen.progression if rules.progression else None) if day is not None]
    event = min(events, default=None)
    if event is not None and event < seen.start:
        return event, None, None
    is_scan = event is not None and event == seen.progression and rules.progression
    stops: list[tuple[date, int, int]] = []
    if rules.therapy and (therapy := seen.therapy()) is not None:
        stops.append((therapy, 0, 2))
    if (ended := seen.ended()) is not None:
        stops.append((ended, 2, 5))
    if rules.missed is not None and event is not None:
        last = seen.adequate_until(event - DAY if is_scan else event) or seen.start
        over = _missed(seen.start, last, event, step, window)
        if len(over) >= rules.missed:
            stops.append((over[rules.missed - 1], 1, 3))
    stops = [stop for stop in stops if event is None or stop[0] < event]
    first = min(stops, default=None)
    if event is not None and first is None:
        day, code = event, 0
        inside = rules.horizon is None or (day - seen.start).days + 1 <= rules.horizon
        if not is_scan and seen.held and inside:
            return None, None, None
    else:
        limit = min(first[0], cutoff) if first else cutoff
        shown = seen.alive_until(limit) if rules.alive else seen.adequate_until(limit)
        shown = None if shown is not None and shown < seen.start else shown
        day = shown or seen.start
        code = first[2] if first else (1 if shown else 4)
    if rules.horizon is not None and (day - seen.start).days + 1 > rules.horizon:
        day, code = seen.start + timedelta(days=rules.horizon - 1), 1
    return day, (day - seen.start).days + 1, code


def _missed(anchor: date, last: date, event: date, step: tuple[int, str], window: tuple[int, int]) -> list[date]:
    """Days on which slots closed that lie wholly between the last adequate assessment and the event."""
    over = []
    for number in range(1, 400):
        n = number * step[0]
        slot = anchor + timedelta(days=n) if step[1] == "days" else months_later(anchor, n)
        opens, closes = slot - timedelta(days=window[0]), slot + timedelta(days=window[1])
        if opens > last and closes < event:
            over.append(closes)
    return over
