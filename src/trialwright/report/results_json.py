"""The machine-readable results: every figure, what it rests on, and every finding, in one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.result import Result

__all__ = ["edges", "results_json", "subject_results"]

SUBJECT_COLUMNS = ("id", "endpoint", "definition", "value", "unit", "status", "reason", "rule", "source")


def _stems(dossier: Dossier) -> pl.DataFrame:
    rows = [
        (endpoint.id, definition, endpoint.stem(definition))
        for endpoint in dossier.study.endpoints
        for definition in endpoint.resolved()
    ]
    schema = ["PARAMCD", "DEFID", "STEM"]
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")


def _shared(frame: pl.DataFrame, **columns: pl.Expr) -> pl.DataFrame:
    named = {
        "id": pl.concat_str("STEM", "USUBJID", separator="/"),
        "endpoint": pl.col("PARAMCD"),
        "definition": pl.col("DEFID"),
        **columns,
    }
    return frame.select(**{name: named[name] for name in SUBJECT_COLUMNS})


def _source() -> pl.Expr:
    """The deciding cell as ``DOMAIN:SEQ``, null when there is none."""
    return pl.concat_str("SRCDOM", "SRCSEQ", separator=":", ignore_nulls=False)


def subject_results(dossier: Dossier) -> pl.DataFrame:
    """One row for each subject and endpoint definition, as ``results.json`` lists them.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``id endpoint definition value unit status reason rule source``; values as text, exact.
    """
    stems = _stems(dossier)
    derived = dossier.derived
    censored = pl.col("CNSR") > 0
    time_to_event = _shared(
        derived.adtte.join(stems, on=["PARAMCD", "DEFID"], how="inner"),
        value=pl.col("AVAL").cast(pl.String),
        unit=pl.lit("d"),
        status=pl.when(pl.col("AVAL").is_null())
        .then(pl.lit("not estimable"))
        .when(censored)
        .then(pl.lit("censored"))
        .otherwise(pl.lit("event")),
        reason=pl.col("EVNTDESC"),
        rule=pl.col("RULEID"),
        source=_source(),
    )
    yes_no = _shared(
        derived.adbin.join(stems, on=["PARAMCD", "DEFID"], how="inner"),
        value=pl.col("AVALC"),
        unit=pl.lit(""),
        status=pl.when(pl.col("AVALC") == "U").then(pl.lit("not estimable")).otherwise(pl.lit("estimated")),
        reason=pl.col("REASON"),
        rule=pl.lit(""),
        source=_source(),
    )
    grades = _shared(
        derived.grades.join(stems, on=["PARAMCD", "DEFID"], how="inner"),
        value=pl.col("AVALC"),
        unit=pl.lit(""),
        status=pl.when(pl.col("AVALC").is_null()).then(pl.lit("not estimable")).otherwise(pl.lit("estimated")),
        reason=pl.lit(""),
        rule=pl.col("RULEID"),
        source=_source(),
    )
    return pl.concat([time_to_event, yes_no, grades])


def edges(dossier: Dossier) -> pl.DataFrame:
    """What each result rests on, as pairs of ids.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``from to``: figure to subject, subject to rows and clause.
    """
    sources = dossier.derived.sources.join(_stems(dossier), on=["PARAMCD", "DEFID"], how="inner")
    subject = pl.concat_str("STEM", "USUBJID", separator="/")
    rows = sources.select(subject.alias("from"), pl.col("ROW").alias("to"))
    return pl.concat([_figure_edges(dossier), rows, _clause_edges(dossier)])


def _clause_edges(dossier: Dossier) -> pl.DataFrame:
    """The clause each subject's row was decided by: events or censoring, what counts as success, which grades."""
    stems = _stems(dossier)
    derived = dossier.derived
    censored = pl.when(pl.col("CNSR") > 0).then(pl.lit("/censor")).otherwise(pl.lit("/events"))
    decided = [(derived.adtte, censored), (derived.adbin, pl.lit("/success")), (derived.grades, pl.lit("/of"))]
    path = pl.when(pl.col("DEFID") == "used").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("/"), "DEFID"))
    return pl.concat(
        frame.join(stems, on=["PARAMCD", "DEFID"], how="inner").select(
            pl.concat_str("STEM", "USUBJID", separator="/").alias("from"),
            pl.concat_str(pl.lit("clause/endpoints/"), "PARAMCD", path, clause).alias("to"),
        )
        for frame, clause in decided
    )


def _figure_edges(dossier: Dossier) -> pl.DataFrame:
    pairs = [(result.id, below) for result in dossier.results for below in result.rests_on]
    return pl.DataFrame(pairs, schema={"from": pl.String, "to": pl.String}, orient="row")


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _figure(result: Result) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": result.id,
        "endpoint": result.endpoint,
        "definition": result.definition,
        "analysis": result.analysis,
        "method": result.method,
        "settings": dict(result.settings),
        "set": result.set,
        "n": result.n,
        "events": result.events,
        "value": _number(result.value),
        "low": _number(result.low),
        "high": _number(result.high),
        "level": result.level,
        "unit": result.unit,
        "status": result.status,
        "reason": result.reason,
        "certainty": result.certainty,
    }
    return {key: value for key, value in shown.items() if value not in ("", None, {}) or key in ("value", "status")}


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "where": finding.where,
        "subject": finding.subject,
        "text": finding.text,
    }


def _array(rows: Iterable[object]) -> Iterator[str]:
    separator = "\n  "
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False)
        separator = ",\n  "


def _subject_rows(frame: pl.DataFrame) -> Iterator[dict[str, object]]:
    for row in frame.iter_rows(named=True):
        value = row["value"]
        row["value"] = int(value) if row["unit"] == "d" and value is not None else value
        yield {key: cell for key, cell in row.items() if cell not in ("", None) or key == "value"}


def results_json(dossier: Dossier, figures: Mapping[str, tuple[str, str]]) -> bytes:
    """The content of ``results.json``.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.
    figures : mapping of str to (file, table)
        Drawn figures by name, with the files of picture and table.

    Returns
    -------
    bytes
        UTF-8 JSON: study, origin, cutoff, program, inputs, unverified, results, edges, findings.
    """
    head: dict[str, object] = {
        "study": {
            "id": dossier.study.id,
            "version": dossier.study.study.version,
            "state": dossier.state,
            "canonical_sha256": dossier.study_sha256,
        },
        "origin": dossier.origin,
        "cutoff": dossier.cutoff.isoformat(),
        "program": dossier.software.get("trialwright", ""),
        "by_arm": dossier.by_arm,
        "inputs": dict(sorted(dossier.frames.inputs.items())),
        "unverified": sorted(entry.subject for entry in dossier.provenance if entry.certainty == "unverified"),
    }
    drawn = [
        {"id": f"figure/{name}", "kind": "figure", "file": file, "table": table}
        for name, (file, table) in sorted(figures.items())
    ]
    parts = [json.dumps(head, ensure_ascii=False, indent=1)[:-2], ',\n "results": [']
    rows: list[object] = [_figure(result) for result in dossier.results]
    parts.extend(_array([*rows, *_subject_rows(subject_results(dossier)), *drawn]))
    parts.append('],\n "edges": [')
    parts.extend(_array(edges(dossier).iter_rows()))
    parts.append('],\n "findings": [')
    parts.extend(_array(_finding(finding) for finding in dossier.findings))
    parts.append("]\n}\n")
    return "".join(parts).encode()
