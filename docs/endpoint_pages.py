"""The library of endpoints, the censoring rule sets and the cases they are tested with, for the manual."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from trialwright.endpoints.library import kinds
from trialwright.endpoints.rules import rule_sets

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "spec" / "endpoints"
Case = Mapping[str, Any]
ROWS = (
    "pfs_rule_sets",
    "missed_assessments",
    "other_endpoints",
    "local_progression",
    "local_progression_of_lesions",
    "disease_free",
    "last_score",
)
GIVEN = (
    "assessments",
    "zone",
    "ablations",
    "lesions",
    "resected",
    "schedule",
    "site",
    "treatment_stop",
    "switches",
    "scores",
)
DAYS = (
    "freed",
    "worse",
    "new_therapy",
    "death",
    "lost",
    "alive",
    "transplant",
    "resection",
    "progression_elsewhere",
    "cutoff",
)


def endpoint_library() -> str:
    """A heading, a table and a clause for each endpoint of the library."""
    lines: list[str] = []
    for kind in sorted(kinds().values(), key=lambda each: each.id):
        doubt = "" if kind.certainty == "verified" else f" ({kind.certainty})"
        rows = {
            "measure": kind.measure,
            "counts": ", ".join(kind.counts) or "what the clause says",
            "never counts": ", ".join(kind.never) or "–",
            "starts at": kind.origin,
            "without the event": kind.without_event,
            "mind": kind.competing,
            "reference": f"{kind.reference}{doubt}",
        }
        lines += [f"### {kind.id.capitalize()} ({kind.code})", "", kind.summary, "", "| | |", "|---|---|"]
        lines += [f"| {key} | {value} |" for key, value in rows.items()]
        lines += ["", "```yaml", f"- {kind.clause}", "```", ""]
    return "\n".join(lines)


def censoring_rule_sets() -> str:
    """A table for each censoring rule set, line by line."""
    lines: list[str] = []
    for chosen in rule_sets().values():
        lines += [f"### {chosen.id}", "", chosen.summary, "", chosen.reference + ".", ""]
        lines += ["| situation | outcome | certainty |", "|---|---|---|"]
        lines += [f"| {cell.situation} | {cell.consequence} | {cell.certainty} |" for cell in chosen.cells]
        lines.append("")
    return "\n".join(lines)


def endpoint_cases() -> str:
    """A table of cases for each section of the files."""
    yaml = YAML(typ="safe", pure=True)
    sections: dict[str, list[str]] = {}
    for name in ROWS:
        for case in yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")):
            sections.setdefault(case["section"], []).append(_row(case))
    lines: list[str] = []
    for section, rows in sections.items():
        lines += [f"### {section}", "", "| case | given | rules | expected |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(case: Case) -> str:
    given = [f"{key.replace('_', ' ')} {_words(case[key])}" for key in GIVEN if case.get(key)]
    given += [f"{key.replace('_', ' ')} on day {_words(case[key])}" for key in DAYS if key in case]
    if case.get("baseline") is False:
        given.append("no usable baseline")
    expected = [f"{name}: {_outcome(row)}" for name, row in case["expect"].items()]
    rules = case.get("rule_set", "–")
    return f"| {case['id']}: {case['says']} | {'<br>'.join(given)} | {rules} | {'<br>'.join(expected)} |"


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{key} ({_words(each)})" if isinstance(each, dict) else f"{key} {_words(each)}"
            for key, each in value.items()
        )
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _outcome(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "no row"
    told = [] if "event" not in row else ["event" if row["event"] else "no event"]
    told += [f"from day {row['from']}"] if "from" in row else []
    told += [f"day {row['day']}"] if "day" in row else []
    told += [f"AVAL {row['aval']}"] if "aval" in row else []
    told += [f"CNSR {row['cnsr']}"] if row.get("cnsr") else []
    return ", ".join(told)
