"""Parameter sets of marker kinetics as files: read, written once, signed, and made from another program's estimates."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trialwright.errors import DataError, NotAllowedError
from trialwright.model.parameter_set import (
    ParameterSet,
    SetSignOff,
    SetUse,
    Signature,
    content_sha256,
    status_of,
)

__all__ = ["read_set", "set_text", "sign_set", "sign_off_path", "write_set"]

MAX_BYTES: Final = 1_000_000
_HEAD: Final = (
    "# Parameter set of marker kinetics. Its content is immutable: a changed set gets a new version and file.\n"
)


def read_set(path: Path) -> SetUse:
    """Return a parameter set with the status its sign-offs bear out.

    Parameters
    ----------
    path : pathlib.Path
        A YAML 1.2 or JSON file; a sign-off ``<file>.signoff.json`` is looked for beside it.

    Returns
    -------
    SetUse
        The set, its hash and its status.

    Raises
    ------
    DataError
        If the file cannot be read, is no parameter set, or states a hash that is not that of its content.
    """
    content = _checked(_plain(path), path.name)
    beside = sign_off_path(path)
    return status_of(content, _sign_off(beside) if beside.is_file() else None)


def sign_off_path(path: Path) -> Path:
    """Return where the sign-offs of a set stand.

    Parameters
    ----------
    path : pathlib.Path
        The set's file.

    Returns
    -------
    pathlib.Path
        The file beside it.

    Examples
    --------
    >>> sign_off_path(Path("sets/own.yaml")).name
    'own.yaml.signoff.json'
    """
    return path.with_name(f"{path.name}.signoff.json")


def set_text(parameter_set: ParameterSet) -> str:
    """Return a parameter set as the text of its file, its hash in it.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.

    Returns
    -------
    str
        YAML; keys in the order of the description, what is not given left out.
    """
    hashed = parameter_set.model_copy(update={"sha256": content_sha256(parameter_set)})
    plain = hashed.model_dump(mode="json", exclude_none=True)
    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # the library types it as None
    yaml.width = 110
    yaml.dump({key: value for key, value in plain.items() if value != []}, out)
    return _HEAD + out.getvalue()


def write_set(parameter_set: ParameterSet, path: Path) -> SetUse:
    """Write a parameter set once.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.
    path : pathlib.Path
        File to write, ``.yaml``, ``.yml`` or ``.json``.

    Returns
    -------
    SetUse
        The set as it stands in the file.

    Raises
    ------
    NotAllowedError
        If a file with another content stands there already; one with the same content is left as it is.
    DataError
        If the ending is another one.
    """
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise DataError(f"no parameter set can be written to {path.name}", mend="end the name with .yaml or .json")
    digest = content_sha256(parameter_set)
    if path.exists():
        if content_sha256(_checked(_plain(path), path.name)) != digest:
            raise NotAllowedError(
                "a parameter set with another content stands here",
                where=str(path),
                why="a set is never changed once it was written, so that a figure made with it can be made again",
                mend="write to a new file, with a new version",
            )
        return read_set(path)
    text = set_text(parameter_set)
    if path.suffix == ".json":
        hashed = parameter_set.model_copy(update={"sha256": digest})
        text = json.dumps(hashed.model_dump(mode="json", exclude_none=True), indent=1) + "\n"
    path.write_text(text, encoding="utf-8")
    return read_set(path)


def sign_set(path: Path, signature: Signature) -> SetUse:
    """Add one person's signature to the sign-off beside a set.

    Parameters
    ----------
    path : pathlib.Path
        The set's file.
    signature : Signature
        Who, in which role, when, and what is meant.

    Returns
    -------
    SetUse
        The set with the status it has now.

    Raises
    ------
    NotAllowedError
        If the set is no transcribed one, the sign-off is one for another content, or this person has signed already.
    """
    use = read_set(path)
    content, beside = use.content, sign_off_path(path)
    if content.status not in ("transcribed", "verified"):
        raise NotAllowedError(
            f"a set of status {content.status} is not verified by signatures",
            where=path.name,
            why="two people sign that values copied from a source stand in that source",
            mend="sign a transcribed set",
        )
    before = _sign_off(beside) if beside.is_file() else None
    if before is not None and before.sha256 != use.sha256:
        raise NotAllowedError(
            "the sign-off beside the set is one for another content",
            where=beside.name,
            mend="move it away; what was signed is not what stands here now",
        )
    entries = () if before is None else before.entries
    if any(entry.name.casefold().split() == signature.name.casefold().split() for entry in entries):
        raise NotAllowedError(
            f"{signature.name} has signed already",
            where=beside.name,
            why="two different people have to compare the values with their source",
            mend="let a second person sign",
        )
    signed = SetSignOff(id=content.id, version=content.version, sha256=use.sha256, entries=(*entries, signature))
    beside.write_text(json.dumps(signed.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return read_set(path)


def _plain(path: Path) -> object:
    try:
        data = path.read_bytes()
    except OSError as refused:
        raise DataError(
            f"the parameter set cannot be read: {refused.strerror}", where=str(path), mend="check the path"
        ) from refused
    if len(data) > MAX_BYTES:
        raise DataError("the file is too large for a parameter set", where=path.name, mend="name a parameter set")
    try:
        text = data.decode("utf-8")
        plain: object = json.loads(text) if path.suffix == ".json" else _from_yaml(text)
    except (UnicodeDecodeError, ValueError, YAMLError) as refused:
        said = " ".join(str(refused).split())[:200]
        raise DataError(
            f"the parameter set cannot be read: {said}", where=path.name, mend="write it as YAML or JSON in UTF-8"
        ) from refused
    return plain


def _from_yaml(text: str) -> object:
    if any(getattr(event, "anchor", None) for event in YAML(typ="safe", pure=True).parse(text)):
        raise ValueError("it refers to parts of itself, which a parameter set has no use for")
    plain: object = YAML(typ="safe", pure=True).load(text)
    return plain


def _checked(plain: object, name: str) -> ParameterSet:
    try:
        content = ParameterSet.model_validate_json(json.dumps(plain, default=str))
    except (ValidationError, ValueError) as refused:
        raise DataError(
            f"this is no parameter set: {_faults(refused)}", where=name, mend="correct the keys named"
        ) from refused
    if content.sha256 is not None and content.sha256 != (real := content_sha256(content)):
        raise DataError(
            f"the file states sha256 {content.sha256[:12]}… and its content has {real[:12]}…",
            where=name,
            why="a parameter set is immutable, so the content was changed after it was written",
            mend="bring back the file, or give the changed set a new version and leave sha256 out",
        )
    return content


def _faults(refused: ValueError) -> str:
    if not isinstance(refused, ValidationError):
        return str(refused)
    return "; ".join(
        f"{'.'.join(str(step) for step in error['loc']) or 'file'}: {error['msg'].removeprefix('Value error, ')}"
        for error in refused.errors()
    )


def _sign_off(path: Path) -> SetSignOff:
    try:
        return SetSignOff.model_validate_json(path.read_bytes())
    except ValidationError as refused:
        raise DataError(
            f"the sign-off cannot be read: {_faults(refused)}",
            where=path.name,
            why="an unreadable sign-off could hide a status the set does not have",
            mend="restore the file, or remove it so that the set counts as not verified",
        ) from refused
