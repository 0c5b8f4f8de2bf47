"""The machine-readable results: every figure, what it rests on, and every finding, in one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.items import item_of
from trialwright.model.result import Result
from trialwright.report.eligibility_results import eligibility_edges, eligibility_results
from trialwright.report.figure_edges import figure_edges
from trialwright.report.marker_results import marker_edges, marker_results

__all__ = ["edges", "results_json", "subject_results"]

MOST_DIRECT = 2000
LINES_AT_ONCE = 10_000
WITHOUT_GRADE = {
    "not-begun": "the period has not begun",
    "not-collected": "adverse events were not collected",
    "period-open": "the period was not over at the cutoff",
    "not-followed": "lost, withdrawn or not seen alive to the end of the period",
    "not-graded": "a complication has no usable grade or day",
}
SUBJECT_COLUMNS = (
    "id", "endpoint", "definition", "value", "unit", "status", "reason", "rule", "source", "count", "index",
)  # fmt: skip


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
        "count": pl.lit(None, pl.Int64),
        "index": pl.lit(None, pl.Float64),
        **columns,
    }
    return frame.select(**{name: named[name] for name in SUBJECT_COLUMNS})


def _source() -> pl.Expr:
    """The deciding cell as ``DOMAIN:SEQ``, null when there is none."""
    return pl.concat_str("SRCDOM", "SRCSEQ", separator=":", ignore_nulls=False)


def subject_results(dossier: Dossier) -> pl.DataFrame:
    """One row for each subject, or lesion, and endpoint definition, as ``results.json`` lists them.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``id endpoint definition value unit status reason rule source count index``; values as text, exact.
        Of a worst grade `count` is the number of complications and `index` the index that adds them up.
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
    of_lesions = _lesion_results(dossier, stems)
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
        reason=pl.col("RULEID").str.extract(r"\.([a-z-]+)$").replace_strict(WITHOUT_GRADE, default=""),
        rule=pl.col("RULEID"),
        source=_source(),
        count=pl.col("N"),
        index=pl.col("CCI"),
    )
    return pl.concat([time_to_event, *of_lesions, yes_no, grades, *_value_results(dossier, stems)])


def _value_results(dossier: Dossier, stems: pl.DataFrame) -> list[pl.DataFrame]:
    """One row for each subject and endpoint that is listed or is a change.

    A change, and a number in the unit of its item, is given in that unit; anything else as it was written.
    """
    values = dossier.derived.values
    if not values.width:
        return []
    items = dossier.study.items
    kinds = [
        (endpoint.id, name, definition.measure == "change", items[of].unit or "" if of in items else "")
        for endpoint in dossier.study.endpoints
        for name, definition in endpoint.resolved().items()
        for of in [item_of(dossier.study, definition.of or "")]
    ]
    schema = {"PARAMCD": pl.String, "DEFID": pl.String, "CHANGE": pl.Boolean, "UNIT": pl.String}
    known = pl.DataFrame(kinds, schema=schema, orient="row")
    number = pl.when("CHANGE").then("CHG").otherwise("AVAL")
    written = pl.when(~pl.col("CHANGE")).then("AVALC")
    value = pl.coalesce(number.cast(pl.String), written)
    return [
        _shared(
            values.join(stems, on=["PARAMCD", "DEFID"], how="inner").join(known, on=["PARAMCD", "DEFID"]),
            value=value,
            unit=pl.when(number.is_not_null()).then("UNIT").otherwise(pl.lit("")),
            status=pl.when(value.is_null()).then(pl.lit("not estimable")).otherwise(pl.lit("estimated")),
            reason=pl.col("REASON"),
            rule=pl.lit(""),
            source=_source(),
        )
    ]


def _lesion_results(dossier: Dossier, stems: pl.DataFrame) -> list[pl.DataFrame]:
    """One row for each lesion of an endpoint that counts lesions."""
    times = dossier.derived.lesion_times
    if not times.width:
        return []
    ended = pl.when(pl.col("CNSR") > 0).then(pl.lit("censored")).otherwise(pl.lit("event"))
    return [
        _shared(
            times.join(stems, on=["PARAMCD", "DEFID"], how="inner"),
            id=pl.concat_str("STEM", "USUBJID", "TRLNKID", separator="/"),
            value=pl.col("AVAL").cast(pl.String),
            unit=pl.lit("d"),
            status=pl.when(pl.col("AVAL").is_null()).then(pl.lit("not estimable")).otherwise(ended),
            reason=pl.col("EVNTDESC"),
            rule=pl.col("RULEID"),
            source=_source(),
        )
    ]


def edges(dossier: Dossier) -> pl.DataFrame:
    """What each result rests on, as pairs of ids.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``from to``: figure to subject, subject to rows and clause. Figures that rest on more than 2,000
        subjects name a group, and the group its subjects.
    """
    sources = dossier.derived.sources.join(_stems(dossier), on=["PARAMCD", "DEFID"], how="inner")
    subject = pl.concat_str("STEM", "USUBJID", "LESION", separator="/", ignore_nulls=True)
    rows = sources.select(subject.alias("from"), pl.col("ROW").alias("to"))
    return pl.concat([_figure_edges(dossier), rows, _clause_edges(dossier)])


def _clause_edges(dossier: Dossier) -> pl.DataFrame:
    """The clause each subject's row was decided by: events or censoring, what counts as success, what is listed."""
    stems = _stems(dossier)
    derived = dossier.derived
    censored = pl.when(pl.col("CNSR") > 0).then(pl.lit("/censor")).otherwise(pl.lit("/events"))
    decided = [(derived.adtte, censored), (derived.adbin, pl.lit("/success")), (derived.grades, pl.lit("/of"))]
    decided += [(derived.lesion_times, censored)] if derived.lesion_times.width else []
    if derived.values.width:
        best = [endpoint.id for endpoint in dossier.study.endpoints if endpoint.of is None]
        listed = pl.when(pl.col("PARAMCD").is_in(best)).then(pl.lit("/assessment")).otherwise(pl.lit("/of"))
        decided.append((derived.values, listed))
    path = pl.when(pl.col("DEFID") == "used").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("/"), "DEFID"))
    return pl.concat(
        frame.join(stems, on=["PARAMCD", "DEFID"], how="inner").select(
            pl.concat_str("STEM", "USUBJID", *(["TRLNKID"] if "TRLNKID" in frame.columns else []), separator="/").alias(
                "from"
            ),
            pl.concat_str(pl.lit("clause/endpoints/"), "PARAMCD", path, clause).alias("to"),
        )
        for frame, clause in decided
    )


def _figure_edges(dossier: Dossier) -> pl.DataFrame:
    """Edges of the figures; many figures on the same many subjects share a group, named once."""
    groups: dict[int, str] = {}
    starts: list[str] = []
    ends: list[Sequence[str]] = []
    for result in dossier.results:
        below = result.rests_on
        if len(below) <= MOST_DIRECT:
            starts.append(result.id)
            ends.append(below)
            continue
        if id(below) not in groups:
            groups[id(below)] = f"group/{len(groups) + 1}"
            starts.append(groups[id(below)])
            ends.append(below)
        starts.append(result.id)
        ends.append((groups[id(below)],))
    schema: dict[str, pl.DataType] = {"from": pl.String(), "to": pl.List(pl.String)}
    return pl.DataFrame({"from": starts, "to": ends}, schema=schema).explode("to").drop_nulls("to")


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


def _texts(rows: Iterable[object]) -> pl.Series:
    return pl.Series([json.dumps(row, ensure_ascii=False) for row in rows], dtype=pl.String)


def _objects(frame: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object, without the keys that hold nothing; ``value`` is kept.

    A quotation mark inside a text is escaped, so a key with its quotation marks cannot occur in one.
    """
    filled = frame.with_columns(pl.col(pl.String).replace("", None))
    encoded = filled.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]
    optional = "|".join(name for name in frame.columns if name not in ("id", "value"))
    return encoded.str.replace_all(f',"(?:{optional})":null', "")


def _subject_rows(frame: pl.DataFrame) -> pl.Series:
    is_whole = (pl.col("unit") == "d") & pl.col("value").str.contains(r"^-?\d+$").fill_null(value=False)
    days = frame.filter(is_whole).with_columns(pl.col("value").cast(pl.Int64))
    numbers = frame.filter(~is_whole & (pl.col("unit") != "")).with_columns(pl.col("value").cast(pl.Float64))
    return pl.concat([_objects(days), _objects(numbers), _objects(frame.filter(pl.col("unit") == ""))])


def _quoted(column: str) -> pl.Expr:
    encoded = pl.struct(pl.col(column)).struct.json_encode()
    return encoded.str.slice(len(f'{{"{column}":'), encoded.str.len_chars() - len(f'{{"{column}":}}'))


def _pairs(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.format("[{}, {}]", _quoted("from"), _quoted("to")).alias("text"))["text"]


def _block(name: str, *rows: pl.Series) -> Iterator[bytes]:
    """One list of the object, a line an entry."""
    yield f',\n "{name}": ['.encode()
    separator = "\n  "
    for part in rows:
        for start in range(0, part.len(), LINES_AT_ONCE):
            yield (separator + ",\n  ".join(part.slice(start, LINES_AT_ONCE).to_list())).encode()
            separator = ",\n  "
    yield b"]"


def results_json(dossier: Dossier, figures: Mapping[str, tuple[str, str]]) -> Iterator[bytes]:
    """The content of ``results.json``, part by part, since it may be very long.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.
    figures : mapping of str to (file, table)
        Drawn figures by name, with the files of picture and table.

    Yields
    ------
    bytes
        Parts of one UTF-8 JSON object: study, origin, cutoff, program, inputs, unverified, results, edges, findings.
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
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2].encode()
    rows: list[object] = [_figure(result) for result in dossier.results]
    judged = _objects(eligibility_results(dossier))
    rates = _objects(marker_results(dossier))
    yield from _block("results", _texts(rows), _subject_rows(subject_results(dossier)), judged, rates, _texts(drawn))
    shown = (figure_edges(dossier, figures), edges(dossier), eligibility_edges(dossier), marker_edges(dossier))
    yield from _block("edges", *(_pairs(frame) for frame in shown))
    yield from _block("findings", _texts(_finding(finding) for finding in dossier.findings))
    yield b"\n}\n"
