"""Tables of the cases the GCIG criteria are tested with, for the manual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "spec" / "gcig"
Case = Mapping[str, Any]
WORDS = {
    "evaluable": "evaluable for response", "response_day": "response on day", "response_known_day": "known on day",
    "complete_response_day": "complete response on day", "progression_day": "progression on day",
    "progression_category": "category", "progression_known_day": "progression known on day", "status": "state",
    "overall": "together", "event_day": "first event on day", "response": "response",
}  # fmt: skip


def cases(name: str) -> list[Case]:
    """Cases of one file, in its order."""
    return list(YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def expected(case: Case) -> str:
    """What a case expects, in words."""
    said = []
    for key, value in case["expect"].items():
        if value is None:
            said.append(f"no {WORDS[key].removesuffix(' on day')}")
        elif isinstance(value, bool):
            said.append(WORDS[key] if value else f"not {WORDS[key]}")
        else:
            said.append(f"{WORDS[key]} {str(value).replace('_', ' ')}")
    return ", ".join(said)


def sample(row: list[Any]) -> str:
    """One sample as day and value, with what is its own."""
    day, value, *more = row
    own = more[0] if more else {}
    return f"{day}: {value}" + "".join(f" ({key} {each})" for key, each in own.items())


def course(case: Case) -> str:
    """Samples and events of a case, and where it departs from the others."""
    parts = ["; ".join(sample(row) for row in case["samples"])]
    if case.get("treatment_start", 0):
        parts.append(f"treatment from day {case['treatment_start']}")
    if case["uln"] != "35":
        parts.append(f"limit {case['uln']}")
    parts += [f"{kind} on day {day}" for day, kind in case.get("events", ())]
    parts += [f"{key.replace('_', ' ')} {value}" for key, value in case.get("options", {}).items()]
    return "<br>".join(parts)


def scans(case: Case) -> str:
    """States of the scans and the marker of a case."""
    parts = [f"target {case['target']}, non-target {case['nontarget']}, new {case['new']}", f"CA-125 {case['ca125']}"]
    if "days_after_ca125_response" in case:
        parts.append(f"scans {case['days_after_ca125_response']} days after the response by CA-125")
    return "<br>".join(parts)


def days(case: Case) -> str:
    """Days of a case on the first event."""
    given = [f"{name.replace('_', ' ')} {case[name]}" for name in ("scan_progression", "ca125_progression", "death")
             if name in case]  # fmt: skip
    return ", ".join(given) or "none"


def tables(listed: Iterable[Case], head: str, column: Callable[[Case], str]) -> list[str]:
    """A heading and a table for each section."""
    lines = []
    for section, group in groupby(listed, key=lambda case: case["section"]):
        lines += [f"### {section}", "", f"| case | says | {head} | expected |", "|---|---|---|---|"]
        lines += [f"| {case['id']} | {case['says']} | {column(case)} | {expected(case)} |" for case in group]
        lines.append("")
    return lines


def gcig_cases() -> str:
    """Every case, section by section."""
    lines = ["## Response and progression", ""]
    lines += tables([*cases("response"), *cases("progression")], "day: value in U/mL", course)
    lines += ["## Scans and CA-125 together", ""]
    lines += tables(cases("combination"), "scans and marker", scans)
    lines += tables(cases("pfs_date"), "days", days)
    return "\n".join(lines)
