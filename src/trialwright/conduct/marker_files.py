"""Marker figures as files that can be kept, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO

import polars as pl

from trialwright.model.marker_figures import MarkerFigures, MarkerPictures
from trialwright.model.parameter_set import ParameterSet, SetUse

__all__ = ["as_files", "packed", "unpacked"]


def packed(frame: pl.DataFrame) -> bytes:
    """Return a table as bytes that hold every value exactly.

    Parameters
    ----------
    frame : polars.DataFrame
        The table.

    Returns
    -------
    bytes
        In Arrow's format.
    """
    buffer = BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()


def as_files(figures: MarkerFigures) -> Mapping[str, bytes]:
    """Return the figures of a marker as files.

    Parameters
    ----------
    figures : MarkerFigures
        The figures.

    Returns
    -------
    mapping of str to bytes
        Name to content, for `unpacked`.
    """
    facts = {
        "fitted_subjects": figures.fitted_subjects,
        "eligible_subjects": figures.eligible_subjects,
        "doubts": list(figures.doubts),
        "reason": figures.reason,
        "subject": "" if figures.pictures is None else figures.pictures.subject,
    }
    content = {"facts.json": json.dumps(facts).encode()}
    frames = {"rows": figures.rows, "used": figures.used, "excluded": figures.excluded}
    if figures.pictures is not None:
        pictures = figures.pictures
        frames |= {"check": pictures.check, "band": pictures.band, "gain": pictures.gain}
    content |= {f"{name}.arrow": packed(frame) for name, frame in frames.items()}
    if figures.parameters is not None:
        use = figures.parameters
        standing = {"sha256": use.sha256, "status": use.status, "reasons": list(use.reasons)}
        content |= {"set.json": use.content.model_dump_json().encode(), "standing.json": json.dumps(standing).encode()}
    return content


def unpacked(marker: str, content: Mapping[str, bytes]) -> MarkerFigures:
    """Return the figures that files of `as_files` hold.

    Parameters
    ----------
    marker : str
        Id of the marker.
    content : mapping of str to bytes
        Name to content.

    Returns
    -------
    MarkerFigures
        The figures.

    Examples
    --------
    >>> unpacked("kelim", as_files(MarkerFigures("kelim", reason="there is no sample"))).reason
    'there is no sample'
    """
    facts = json.loads(content["facts.json"])
    frames = {
        name.removesuffix(".arrow"): pl.read_ipc(BytesIO(body))
        for name, body in content.items()
        if name.endswith(".arrow")
    }
    pictures = None
    if "check" in frames:
        pictures = MarkerPictures(frames["check"], facts["subject"], frames["band"], frames["gain"])
    use = None
    if "set.json" in content:
        standing = json.loads(content["standing.json"])
        parameters = ParameterSet.model_validate_json(content["set.json"])
        use = SetUse(parameters, standing["sha256"], standing["status"], tuple(standing["reasons"]))
    return MarkerFigures(
        marker,
        rows=frames["rows"],
        used=frames["used"],
        excluded=frames["excluded"],
        parameters=use,
        fitted_subjects=facts["fitted_subjects"],
        eligible_subjects=facts["eligible_subjects"],
        doubts=tuple(facts["doubts"]),
        reason=facts["reason"],
        pictures=pictures,
    )
