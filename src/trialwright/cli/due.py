"""``trialwright due``: what is due, overdue and missing on a day, subject by subject."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from trialwright.cli.run import day_of
from trialwright.conduct.due import DueList, due_on
from trialwright.conduct.studies import open_study
from trialwright.model.due import STATUSES, Course, Task

__all__ = ["command"]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _task(task: Task) -> dict[str, object]:
    return {
        "subject": task.subject,
        "status": task.status,
        "what": task.what,
        "ask": task.ask,
        "by": task.by or None,
        "visit": task.visit or None,
        "gate": task.gate or None,
        "slot": task.slot or None,
        "day": _day(task.day),
        "opens": _day(task.opens),
        "closes": _day(task.closes),
        "last": task.last or None,
        "note": task.note or None,
    }


def _course(course: Course) -> dict[str, object]:
    return {
        "subject": course.subject,
        "reached": list(course.reached),
        "waiting": course.waiting or None,
        "ended": _day(course.ended),
        "why": course.why or None,
    }


def _shape(found: DueList) -> dict[str, object]:
    worklist = found.worklist
    counts = Counter(task.status for task in worklist.tasks)
    return {
        "study": found.opened.study.id,
        "state": found.opened.state,
        "sha256": found.opened.sha256,
        "origin": found.origin,
        "on": worklist.on.isoformat(),
        "complete_to": _day(found.complete_to),
        "withheld": list(worklist.withheld),
        "counts": {status: counts[status] for status in STATUSES},
        "subjects": [_course(course) for course in worklist.courses],
        "tasks": [_task(task) for task in worklist.tasks],
    }


def _line(task: Task) -> str:
    place = task.visit + (f" {task.slot}" if task.slot > 1 else "")
    place = place or f"for {task.gate}"
    when = f"{task.opens} to {task.closes}" if task.opens and task.closes else f"before {task.gate}"
    more = [f"by {task.by.lower()}" if task.by else "", f"last {task.last}" if task.last else "", task.note]
    told = "; ".join(part for part in more if part)
    return f"  {task.status:<8} {task.what:<20} {place:<14} {when}{f'  ({told})' if told else ''}"


def _lines(found: DueList, *, everything: bool) -> Iterator[str]:
    opened, worklist = found.opened, found.worklist
    state = "" if opened.state == "activated" else f" {opened.state.upper()}"
    yield f"{opened.study.id}{state}{' SIMULATED' if found.origin == 'simulated' else ''}  due on {worklist.on}"
    shown = [task for task in worklist.tasks if everything or task.status != "missed"]
    for course in worklist.courses:
        if course.why:
            yield f"{course.subject}  observation ended{f' on {course.ended}' if course.ended else ''}: {course.why}"
            continue
        yield f"{course.subject}  {f'waits for {course.waiting}' if course.waiting else 'all gates passed'}"
        yield from (_line(task) for task in shown if task.subject == course.subject)
    counts = Counter(task.status for task in worklist.tasks)
    yield ", ".join(f"{counts[status]} {status}" for status in STATUSES)
    if counts["missed"] and not everything:
        yield "missed slots are overtaken by later ones or were filled late; --all lists them"


@click.command("due")
@click.argument("study")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
@click.option("--on", required=True, callback=day_of, metavar="DATE", help="The day, YYYY-MM-DD.")
@click.option("--subject", default="", metavar="ID", help="Only this subject.")
@click.option("--all", "everything", is_flag=True, help="List missed slots, too.")
@click.option("--by-arm", is_flag=True, help="Also visits of one arm; they tell who is in it.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(*, study: str, data: Path, on: date, subject: str, everything: bool, by_arm: bool, as_json: bool) -> None:
    """Show what is due in STUDY on a day: open and past windows, gates that wait, what was never answered.

    STUDY is the id of a study that comes with the program, or the path of a study file. Slots and windows are those of
    its visits; what is dated after the day is not known.
    """
    found = due_on(open_study(study), data, on=on, subject=subject, by_arm=by_arm)
    for finding in found.findings:
        if finding.severity == "W":
            click.echo(f"trialwright: {finding.id} {finding.where}: {finding.text}", err=True)
    if found.complete_to is not None and on > found.complete_to:
        click.echo(f"trialwright: the data end on {found.complete_to}; what was done since is not known", err=True)
    if found.worklist.withheld:
        names = ", ".join(found.worklist.withheld)
        click.echo(f"trialwright: left out because they tell the arm: {names}; --by-arm lists them", err=True)
    if as_json:
        click.echo(json.dumps(_shape(found), indent=2, ensure_ascii=False))
        return
    for line in _lines(found, everything=everything):
        click.echo(line)
