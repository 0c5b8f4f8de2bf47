"""Tables of the cases the response criteria are tested with, for the manual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "spec" / "response"
Case = Mapping[str, Any]
PARTS: Final = (
    ("Lesions in, response out", "target", "lesions, by day"),
    ("Non-targets, new lesions, reappearance, planned removal", "nontarget_new", "lesions, by day"),
    ("Overall response", "overall", "parts"),
    ("Best and confirmed best response", "sequences", "overall responses, by day"),
    ("mRECIST and localised mRECIST", "mrecist", "lesions, viable/whole, by day"),
    ("iRECIST", "irecist", "lesions or responses, by day"),
    ("Measurability", "measurability", "lesion at baseline"),
    ("Choice of targets", "selection", "lesions at baseline"),
    ("Date of an assessment", "dates", "scans"),
)


def cases(name: str) -> list[Case]:
    """Cases of one file, in its order."""
    return list(YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def plain(value: object) -> str:
    """A value as a reader would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value) or "nothing"
    return str(value).replace("_", " ").replace("|", "/")


def lesion(each: Mapping[str, Any]) -> str:
    """One lesion on one line."""
    rest = [f"{key.replace('_', ' ')} {plain(value)}" for key, value in each.items()
            if key not in ("id", "group", "organ", "nodal", "at") and value is not None]  # fmt: skip
    place = "node" if each["nodal"] else plain(each.get("organ", "")).lower()
    looks = "; ".join(f"{day}: {plain(found)}" for day, found in each.get("at", {}).items())
    head = ", ".join(part for part in (plain(each.get("group", "")).lower(), place, *rest) if part)
    return f"{each.get('id', '')} ({head}) {looks}".strip()


def given(case: Case) -> str:
    """What a case starts from."""
    lines = [lesion(each) for each in case.get("lesions", ())]
    if "lesion" in case:
        lines.append(plain(case["lesion"]))
    if "sequence" in case:
        lines.append("; ".join(f"{day}: {plain(code)}" for day, code in case["sequence"].items()))
    known = ("id", "section", "says", "criteria", "origin", "lesions", "lesion", "sequence", "expect")
    lines += [f"{key.replace('_', ' ')}: {plain(value)}" for key, value in case.items() if key not in known]
    return "<br>".join(lines)


def expected(case: Case) -> str:
    """What a case expects."""
    expect = case["expect"]
    if not isinstance(expect, Mapping):
        return plain(expect)
    lines = [f"{day}: {plain(states)}" for day, states in expect.get("rows", {}).items()]
    lines += [f"{key.replace('_', ' ')}: {plain(value)}" for key, value in expect.items() if key != "rows"]
    return "<br>".join(lines)


def tables(listed: Iterable[Case], head: str, column: Callable[[Case], str]) -> list[str]:
    """A heading and a table for each section."""
    lines = []
    for section, group in groupby(listed, key=lambda case: case["section"]):
        lines += [f"### {section}", "", f"| case | says | {head} | expected |", "|---|---|---|---|"]
        lines += [f"| {case['id']} | {case['says']} | {column(case)} | {expected(case)} |" for case in group]
        lines.append("")
    return lines


def response_cases() -> str:
    """All cases, part by part."""
    lines: list[str] = []
    for title, name, head in PARTS:
        lines += [f"## {title}", "", *tables(cases(name), head, given)]
    return "\n".join(lines)
