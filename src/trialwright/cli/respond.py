"""``trialwright respond``: responses of a data folder by named criteria."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, cast

import click
import polars as pl

from trialwright import __version__
from trialwright.assessments.criterion import criteria
from trialwright.assessments.policy import POLICIES
from trialwright.cli.run import say
from trialwright.conduct.respond import GCIG, ORIGINS, Responded, RespondRequest, respond, write_responded
from trialwright.model.agreement import Agreement, ReaderAgreement
from trialwright.model.finding import Finding

__all__ = ["command"]

_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
_READERS: Final = ("INVESTIGATOR", "INDEPENDENT ASSESSOR")
_ONCE: Final = (
    "BOR", "CBOR", "RSP", "CRSP", "PD", "CB", "CCB", "LSTA", "DEATH", "IBOR", "IPD", "RSPCA125", "CRCA125", "PDCA125",
)  # fmt: skip


def _switches(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(f"{each!r} is not written NAME=VALUE", context, parameter)
        found[name] = value
    return found


@dataclass(slots=True)
class _Subject:
    """One subject: what holds once, its assessments, and what later knowledge adds."""

    id: str
    once: dict[str, dict[str, object]] = field(default_factory=dict)
    assessments: list[dict[str, object]] = field(default_factory=list)
    derived: list[dict[str, object]] = field(default_factory=list)

    @property
    def shape(self) -> dict[str, object]:
        """The subject as JSON."""
        return {"usubjid": self.id, **self.once, "assessments": self.assessments, "derived": self.derived}


def _subjects(found: Responded) -> Iterator[_Subject]:
    """Each subject with its assessments and what they come to."""
    rows = found.responses.sort("USUBJID", "ADT", "PARAMCD", "DTYPE", nulls_last=True)
    cells = rows.select(
        "USUBJID", "PARAMCD", pl.col("ADT").cast(pl.String), "AVALC", "DTYPE", "RULEID",
        pl.format("{}.{}", "SRCDOM", "SRCSEQ"),
    )  # fmt: skip
    for subject, own in groupby(cells.iter_rows(), key=itemgetter(0)):
        told = _Subject(subject)
        days: dict[str, dict[str, object]] = {}
        for _, name, day, code, dtype, rule, source in own:
            if name in _ONCE:
                told.once[name.lower()] = {"value": code, "date": day}
            elif dtype == "DERIVED":
                told.derived.append({"date": day, "response": code, "rule": rule, "source": source})
            else:
                line = days.setdefault(day, {"date": day})
                line[name.lower()] = code
                if name == "OVR":
                    line |= {"rule": rule, "source": source}
        told.assessments = list(days.values())
        yield told


def _shape(found: Responded, request: RespondRequest) -> dict[str, object]:
    best = found.responses.filter(pl.col("PARAMCD").is_in(["BOR", "CBOR"]))
    counts: dict[str, dict[str, int]] = {}
    for name, code, n in best.group_by("PARAMCD", "AVALC").len().sort("PARAMCD", "AVALC").iter_rows():
        counts.setdefault(name.lower(), {})[code] = n
    criterion = criteria().get(request.criteria)
    return {
        "criteria": request.criteria,
        "certainty": criterion.certainty if criterion else "unverified",
        "software": f"trialwright {__version__}",
        "rows": found.rows,
        "policy": found.policy.text,
        "switches": asdict(found.policy),
        "counts": counts,
        "comparison": None if found.comparison is None else _compared(found.comparison),
        "readers": None if found.readings is None else _readers(next(iter(found.readings.agreements.values()))),
        "findings": [asdict(finding) for finding in found.findings],
    }


def _compared(comparison: Agreement) -> dict[str, object]:
    return {
        "pairs": comparison.pairs,
        "agree": comparison.agree,
        "kappa": comparison.kappa,
        "shifts": [{"recorded": left, "calculated": right, "n": n} for left, right, n in comparison.shifts.iter_rows()],
    }


def _readers(found: ReaderAgreement) -> dict[str, object]:
    first, second = found.readers
    return {
        "names": [first, second],
        "subjects": found.subjects.height,
        "differ": found.differ,
        "awaiting": found.awaiting,
        "adjudication_rate": found.adjudication_rate,
        "assessments": {
            "pairs": found.pairs,
            "agree": found.agree,
            "kappa": found.kappa,
            "shifts": [{"first": left, "second": right, "n": n} for left, right, n in found.shifts.iter_rows()],
        },
        "best": {
            "parameter": found.best.lower(),
            "pairs": found.best_pairs,
            "agree": found.best_agree,
            "kappa": found.best_kappa,
        },
        "by_subject": [
            {
                "usubjid": subject,
                "best": [one, two],
                "progression": [None if day is None else str(day) for day in days],
                "differ": differ,
                "chosen": chosen,
                "by": by,
            }
            for subject, one, two, *days, differ, chosen, by in found.subjects.iter_rows()
        ],
    }


def _reader_lines(found: ReaderAgreement) -> Iterator[str]:
    """How the readers came out, and on whom they differ."""
    first, second = found.readers

    def agreed(alike: int, pairs: int, kappa: float | None) -> str:
        return f"{alike} of {pairs} alike" + ("" if kappa is None else f", kappa {kappa:.2f}")

    for subject, one, two, day, other, differ, chosen, by in found.subjects.iter_rows():
        if differ:
            taken = f"{chosen} ({by})" if chosen else "nobody has decided"
            courses = (
                f"{best or 'no response'}, {'no PD' if at is None else f'PD {at}'}"
                for best, at in ((one, day), (two, other))
            )
            yield f"{subject}  {first}: {next(courses)}; {second}: {next(courses)}; differ in {differ}; {taken}"
    yield f"assessments of {first} and {second}: {agreed(found.agree, found.pairs, found.kappa)}"
    name = "confirmed best responses" if found.best == "CBOR" else "best responses"
    yield f"{name}: {agreed(found.best_agree, found.best_pairs, found.best_kappa)}"
    waiting = f", {found.awaiting} of them not decided" if found.awaiting else ""
    yield f"the readers differ on {found.differ} of {found.subjects.height} subjects{waiting}"


def _line(subject: _Subject) -> str:
    course = [f"{line['date']} {line.get('iovr', line.get('ovr', '-'))}" for line in subject.assessments]
    course += [f"{line['date']} {line['response']} (derived)" for line in subject.derived]
    ends = [f"{name} {subject.once[name]['value']}" for name in ("bor", "cbor", "ibor") if name in subject.once]
    return f"{subject.id}  {', '.join(course) or 'no assessment'}; {', '.join(ends)}"


def _doubts(found: Responded) -> list[Finding]:
    """Findings that ask for something; those for information stand in the JSON alone."""
    return [finding for finding in found.findings if finding.severity != "I"]


def _summary(found: Responded) -> str:
    best = Counter(found.responses.filter(pl.col("PARAMCD") == "CBOR")["AVALC"].to_list())
    if not best:
        best = Counter(found.responses.filter(pl.col("PARAMCD") == "BOR")["AVALC"].to_list())
    said = ", ".join(f"{n} {code}" for code, n in sorted(best.items()))
    agreed = ""
    if found.comparison is not None and found.comparison.pairs:
        agreed = f"; {found.comparison.agree} of {found.comparison.pairs} assessments agree with what was recorded"
    return f"{sum(best.values())} subjects, best response: {said}; {len(_doubts(found))} findings{agreed}"


@click.command("respond")
@click.option("--data", required=True, type=_FOLDER, metavar="DIR", help="Data folder: TU and TR, or RS.")
@click.option("--criteria", "name", required=True, type=click.Choice([*criteria(), GCIG]), help="Response criteria.")
@click.option(
    "--policy", default="default", show_default=True, type=click.Choice(list(POLICIES)), help="Switches by name."
)
@click.option(
    "--switch", "switches", multiple=True, callback=_switches, metavar="NAME=VALUE", help="One switch; repeat it."
)
@click.option("--evaluator", default=_READERS[0], show_default=True, type=click.Choice(_READERS), help="Whose reading.")
@click.option(
    "--reader", "readers", multiple=True, metavar="NAME", help="One of the two independent readers; repeat it."
)
@click.option("--adjudicator", metavar="NAME", help="Who decides between the two.")
@click.option("--rows", type=click.Choice(["derived", "recorded"]), help="From lesions or from recorded responses.")
@click.option("--origin", type=click.Choice(list(ORIGINS)), help="What day 0 is; else the first of these there is.")
@click.option("--baseline-days", default=28, show_default=True, type=click.IntRange(0), help="Oldest baseline in days.")
@click.option("--removal", metavar="PRCAT", help="Planned procedure that removes targets, such as PROTOCOL SURGERY.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Directory to write ADRS and ADTR to.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(
    *,
    data: Path,
    name: str,
    policy: str,
    switches: dict[str, str],
    out: Path | None,
    as_json: bool,
    **given: object,
) -> None:
    """Judge the response of every subject of a data folder.

    From the lesions of TU and TR each assessment is judged and dated, with the rule that decided it; where RS holds the
    reader's own responses the two are compared. From RS alone it gives best and confirmed best response. Switches set
    what the criteria leave open; the policy default is ours.

    Two independent readers (--evaluator, with their names in TUEVALID, TREVALID, RSEVALID) are judged apart; of each
    subject the reading counts that was accepted, else the adjudicator's own, else that on which the two agree.
    """
    request = RespondRequest(
        data,
        name,
        policy,
        switches,
        evaluator=str(given["evaluator"]),
        rows=str(given["rows"] or ""),
        origin=str(given["origin"] or ""),
        baseline_days=cast("int", given["baseline_days"]),
        removal=str(given["removal"] or ""),
        readers=cast("tuple[str, ...]", given["readers"]),
        adjudicator=str(given["adjudicator"] or ""),
    )
    found = respond(request, say=say)
    shape = _shape(found, request)
    if out is not None:
        files = write_responded(found, out)
        say(f"{_summary(found)}; {len(files)} files stand in {out}")
        if as_json:
            click.echo(json.dumps({**shape, "out": str(out)}, ensure_ascii=False, indent=1))
        return
    if as_json:
        click.echo(
            json.dumps(
                {**shape, "subjects": [subject.shape for subject in _subjects(found)]}, ensure_ascii=False, indent=1
            )
        )
        return
    for subject in _subjects(found):
        click.echo(_line(subject))
    if found.readings is not None:
        for line in _reader_lines(next(iter(found.readings.agreements.values()))):
            click.echo(line)
    for finding in _doubts(found):
        click.echo(f"{finding.id} {finding.where} {finding.subject}: {finding.text}", err=True)
    click.echo(_summary(found))
