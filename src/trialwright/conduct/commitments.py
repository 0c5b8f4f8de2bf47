"""The published commitment beside a study file: it shows that a sealed file exists and which one it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from trialwright.allocation.commitment import stated_sha256
from trialwright.allocation.engine import checked_design
from trialwright.errors import NotAllowedError, StudyError
from trialwright.model.statement import Strict
from trialwright.model.study import Study

__all__ = ["Published", "commitment_file", "is_sealed", "publish", "published"]


class Published(Strict):
    """Content of ``<id>.commitment.json``.

    Parameters
    ----------
    format : str
        Kind and version of the file.
    study : str
        Id of the study.
    commitment : str
        SHA-256 of the sealed file.
    design_sha256 : str
        Hash of arms, ratio, strata and method the sealed file was made for.
    """

    format: Literal["trialwright commitment 1"]
    study: str
    commitment: str = Field(pattern="^[0-9a-f]{64}$")
    design_sha256: str = Field(pattern="^[0-9a-f]{64}$")


def commitment_file(study: Study, path: Path) -> Path:
    """Where the commitment of a study stands.

    Parameters
    ----------
    study : Study
        The study.
    path : Path
        Its study file.

    Returns
    -------
    Path
        Beside it.
    """
    return path.with_name(f"{study.id}.commitment.json")


def published(study: Study, path: Path) -> Published | None:
    """Commitment that was published for a study.

    Parameters
    ----------
    study : Study
        The study.
    path : Path
        Its study file.

    Returns
    -------
    Published or None
        None when there is none.

    Raises
    ------
    StudyError
        If the file is there and is no commitment.
    """
    place = commitment_file(study, path)
    if not place.is_file():
        return None
    try:
        return Published.model_validate_json(place.read_bytes())
    except ValidationError as refused:
        raise StudyError(
            "this is no commitment", where=str(place), mend="restore the file that was published"
        ) from refused


def is_sealed(study: Study, path: Path) -> bool:
    """Whether a commitment stands beside a study file and was made for the arms and the method it states now.

    Parameters
    ----------
    study : Study
        The study.
    path : Path
        Its study file.

    Returns
    -------
    bool
        False too when arms, ratio, strata or method were changed since.

    Raises
    ------
    StudyError
        If the file is there and is no commitment.
    """
    found = published(study, path)
    if found is None or found.study != study.id:
        return False
    try:
        return found.design_sha256 == stated_sha256(checked_design(study))
    except StudyError:  # nothing is drawn by this study, or not in a way that is stated
        return False


def publish(study: Study, path: Path, commitment: str) -> Path:
    """Write the commitment of a study beside its file, once.

    Parameters
    ----------
    study : Study
        The study.
    path : Path
        Its study file.
    commitment : str
        SHA-256 of the sealed file.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    NotAllowedError
        If a commitment was published before: a sequence is never exchanged for another.
    """
    place = commitment_file(study, path)
    content = {
        "format": "trialwright commitment 1",
        "study": study.id,
        "commitment": commitment,
        "design_sha256": stated_sha256(checked_design(study)),
    }
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
    except FileExistsError as there:
        raise NotAllowedError(
            "a commitment was published already",
            where=str(place),
            why="a sequence must not be exchanged for another",
            mend="go on with the sealed file it was made for",
        ) from there
    return place
