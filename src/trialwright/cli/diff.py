"""``trialwright diff``: what changes between two states of a study file, and whose verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from trialwright.conduct.amend import Amendment, amend
from trialwright.conduct.studies import OpenedStudy, open_study

__all__ = ["command"]

_LONGEST: Final = 60
_EFFECTS: Final = ("meaning", "rehearsal", "words")


def _file(opened: OpenedStudy) -> dict[str, object]:
    header = opened.study.study
    return {"file": str(opened.path), "version": header.version, "state": opened.state, "sha256": opened.sha256}


def _shape(found: Amendment) -> dict[str, object]:
    return {
        "study": found.old.study.id,
        "old": _file(found.old),
        "new": _file(found.new),
        "changes": [
            {"path": c.path, "kind": c.kind, "effect": c.effect, "old": c.old, "new": c.new} for c in found.changes
        ],
        "judged": found.judged,
        "flips": [
            {
                "subject": flip.subject,
                "gate": flip.gate,
                "criterion": flip.criterion or None,
                "old": flip.old,
                "new": flip.new,
                "old_reason": flip.old_reason,
                "new_reason": flip.new_reason,
            }
            for flip in found.flips
        ],
    }


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _lines(found: Amendment) -> Iterator[str]:
    old, new = found.old, found.new
    versions = " → ".join(f"{each.study.study.version} ({each.sha256[:12]})" for each in (old, new))
    yield f"{old.study.id}  {versions}"
    for change in found.changes:
        was, now = _short(change.old), _short(change.new)
        what = {"added": now, "removed": was}.get(change.kind, f"{was} → {now}")
        yield f"{change.effect:<9}  {change.kind:<7}  {change.path}  {what}"
    counts = Counter(change.effect for change in found.changes)
    tally = ", ".join(f"{counts[effect]} of {effect}" for effect in _EFFECTS)
    hashes = "the hash changes, so a sign-off does not hold any more" if found.changes else "the hash stays"
    yield f"{len(found.changes)} changes ({tally}); {hashes}"
    if found.judged is None:
        return
    for flip in found.flips:
        reason = f" ({flip.new_reason})" if flip.new_reason else ""
        what = flip.criterion or "eligibility"
        yield f"verdict    {flip.subject}  {flip.gate}  {what}  {flip.old} → {flip.new}{reason}"
    touched = len({flip.subject for flip in found.flips})
    yield f"{len(found.flips)} verdicts change, in {touched} of {found.judged} subjects who reached a gate"


@click.command("diff")
@click.argument("old", metavar="STUDY_V1")
@click.argument("new", metavar="STUDY_V2")
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Data folder to judge under both.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(*, old: str, new: str, data: Path | None, as_json: bool) -> None:
    """Show what changes between two states of a study file.

    Each is the path of a study file, or the id of a study that comes with the program. A change is one of meaning when
    verdicts or figures can change, of rehearsal when only invented data can, of words when only what is printed can.
    With a data folder, every verdict that differs is listed, subject by subject.
    """
    found = amend(open_study(old), open_study(new), data)
    for finding in found.findings:
        if finding.severity == "W":
            click.echo(f"trialwright: {finding.id} {finding.where}: {finding.text}", err=True)
    if as_json:
        click.echo(json.dumps(_shape(found), indent=2, ensure_ascii=False))
        return
    for line in _lines(found):
        click.echo(line)
