"""A study opened by the id of a shipped one or by the path of a file, with the state its sign-off gives it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.commitments import is_sealed
from trialwright.errors import InputError, StudyError
from trialwright.model.record import RecordText
from trialwright.model.study import Study
from trialwright.protocol.canonical import sha256_of
from trialwright.protocol.load import load
from trialwright.protocol.problems import Problem, StudyFileErrors
from trialwright.protocol.signoff import State, state_of
from trialwright.protocol.yaml_nodes import MAX_BYTES
from trialwright.studies import FOLDER, SHIPPED

__all__ = ["OpenedStudy", "open_study", "read_study_text", "shipped_studies", "study_file"]

_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class OpenedStudy:
    """A study with the file it came from.

    Parameters
    ----------
    study : Study
        The study.
    state : {"draft", "confirmed", "activated"}
        State under its sign-off; anything but activated is printed on whatever comes of it.
    sha256 : str
        Hash of the canonical form.
    path : Path
        The study file.
    text : str
        Its content.
    reasons : tuple of str
        What stands between the state and the next one.

    Examples
    --------
    >>> open_study("nct07295132").state
    'draft'
    """

    study: Study
    state: State
    sha256: str
    path: Path
    text: str
    reasons: tuple[str, ...] = ()


def study_file(name: str | Path) -> Path:
    """Path of the study file a name stands for.

    Parameters
    ----------
    name : str or Path
        Id of a shipped study, or path of a YAML file.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    StudyError
        If no shipped study has that id; the message names the nearest one.
    InputError
        If a path is meant and no file stands there.

    Examples
    --------
    >>> study_file("nct07295132").name
    'nct07295132.yaml'
    """
    word = str(name)
    if word in SHIPPED:
        return FOLDER / f"{word}.yaml"
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        raise InputError("this is a folder", where=word, mend="give the study file in it")
    if path.suffix in _SUFFIXES or len(path.parts) > 1:
        raise InputError("there is no such study file", where=word, mend="check the path")
    near = get_close_matches(word.lower(), SHIPPED, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"shipped are {', '.join(SHIPPED)};"
    raise StudyError(f'no study "{word}" is known', mend=f"{hint} a study of your own is given by the path of its file")


def read_study_text(path: Path) -> str:
    """Content of a study file.

    Parameters
    ----------
    path : Path
        An existing file.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    StudyFileErrors
        If the file is too large or not UTF-8; the place of the first wrong byte is named.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        what = f"the file holds {size / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB"
        mend = "a study file states a trial and holds no data"
        raise StudyFileErrors([Problem(path.name, 1, 1, "/", what, mend)])
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        what = f"the byte {content[error.start]:#04x} is not UTF-8"
        raise StudyFileErrors([Problem(path.name, line, column, "/", what, "save the file as UTF-8")]) from error


def open_study(name: str | Path, *, record: RecordText | None = None) -> OpenedStudy:
    """A study by the id of a shipped one or by the path of its file.

    Parameters
    ----------
    name : str or Path
        Id such as ``nct07295132``, or a path.
    record : RecordText, optional
        The trial's registry record; with it every claim of the file about the record is looked up.

    Returns
    -------
    OpenedStudy
        Loaded and checked; a sign-off ``<id>.signoff.json`` beside the file decides its state, and a study whose arms
        are drawn is activated only with a commitment ``<id>.commitment.json`` there too.

    Raises
    ------
    StudyError
        If the study is not known, or its file or its sign-off does not hold.
    InputError
        If a path is meant and no file stands there.

    Examples
    --------
    >>> open_study("nct07295132").study.arm_ids
    ('SCS', 'CHEMO')
    """
    path = study_file(name)
    text = read_study_text(path)
    study = load(text, catalogue(), name=path.name, record=record)
    sidecar = path.with_name(f"{study.id}.signoff.json")
    signed = read_study_text(sidecar) if sidecar.is_file() else None
    state = state_of(study, signed, catalogue(), sealed_sizes=signed is not None and is_sealed(study, path))
    return OpenedStudy(study, state.state, sha256_of(study), path, text, state.reasons)


def shipped_studies() -> tuple[OpenedStudy, ...]:
    """Every study that comes with the program.

    Returns
    -------
    tuple of OpenedStudy
        In the order of their ids.

    Examples
    --------
    >>> "nct07295132" in [opened.study.id for opened in shipped_studies()]
    True
    """
    return tuple(open_study(name) for name in SHIPPED)
