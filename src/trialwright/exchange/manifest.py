"""``study.json``: read, checked and written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast, get_args

from trialwright.errors import DataError
from trialwright.model.manifest import FileRecord, Manifest, Origin

__all__ = ["MANIFEST_FILE", "manifest_json", "read_manifest", "sha256_of"]

MANIFEST_FILE: Final = "study.json"
_ORIGINS: Final = get_args(Origin)
_SHA256: Final = re.compile("[0-9a-f]{64}")
_KNOWN: Final = (
    "study", "version", "canonical_sha256", "origin", "cutoff", "produced", "by", "dictionaries", "files", "types",
)  # fmt: skip


def sha256_of(data: bytes) -> str:
    """SHA-256 of some bytes.

    Parameters
    ----------
    data : bytes
        For example a whole file.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return what ``study.json`` of a data folder says.

    Parameters
    ----------
    folder : pathlib.Path
        The data folder.

    Returns
    -------
    Manifest
        Study, cut-off, origin and hashes.

    Raises
    ------
    DataError
        If the file is missing, is no JSON object, or holds a value that cannot be read.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise DataError(
            f"{folder} holds no {MANIFEST_FILE}",
            why="without it nobody can tell which study and which cut-off the tables belong to",
            mend=f'write a {MANIFEST_FILE} with at least {{"study": ..., "origin": "entered", "cutoff": ...}}',
        )
    content = _json(path)
    if not isinstance(content, dict):
        raise DataError(f"{MANIFEST_FILE} holds no JSON object", where=str(path), mend='begin it with {"study": ...}')
    return _Reading(path, content).manifest()


def _json(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.object[error.start]:#04x} is not UTF-8"
        raise DataError(what, where=str(path), mend="save the file as UTF-8") from error
    if not text.strip():
        raise DataError("the file is empty", where=str(path), mend='write {"study": ..., "origin": ..., "cutoff": ...}')
    try:
        content: object = json.loads(text, object_pairs_hook=_no_doubles)
    except json.JSONDecodeError as error:
        mend = "correct quotes, commas and brackets at this place"
        raise DataError("this is not JSON", where=f"{path}:{error.lineno}:{error.colno}", mend=mend) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"this is not JSON: {error}", where=str(path), mend="correct the file") from error
    return content


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key '{next(key for key in keys if keys.count(key) > 1)}' stands twice")
    return made


class _Reading:
    """One reading of a manifest; every refusal names the file and the key."""

    def __init__(self, path: Path, content: Mapping[str, object]) -> None:
        self._path, self._content = path, content

    def manifest(self) -> Manifest:
        study, origin = self._text("study"), self._text("origin")
        if not study:
            raise self._refusal("study", "names no study", "give the id of the study, e.g. nct07295132")
        if origin not in _ORIGINS:
            what = f"is '{origin}'" if origin else "is missing"
            raise self._refusal("origin", what, f"write one of {', '.join(_ORIGINS)}")
        canonical = self._text("canonical_sha256")
        if canonical and not _SHA256.fullmatch(canonical):
            raise self._refusal("canonical_sha256", "is no SHA-256", "write 64 hexadecimal digits in lower case")
        return Manifest(
            study=study,
            origin=cast(Origin, origin),
            version=self._text("version"),
            canonical_sha256=canonical,
            cutoff=self._day("cutoff"),
            produced=self._moment("produced"),
            by=self._text("by"),
            dictionaries=self._texts("dictionaries"),
            files=self._files(),
            types=self._texts("types"),
            extra={key: _plain(value) for key, value in self._content.items() if key not in _KNOWN},
        )

    def _refusal(self, key: str, what: str, mend: str) -> DataError:
        return DataError(f"'{key}' {what}", where=str(self._path), mend=mend)

    def _text(self, key: str) -> str:
        value = self._content.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refusal(key, "is not text", "put it in quotes")
        return value

    def _mapping(self, key: str) -> Mapping[str, object]:
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            raise self._refusal(key, "is not an object", f'write "{key}": {{...}}')
        return value

    def _texts(self, key: str) -> dict[str, str]:
        return {name: _plain(value) for name, value in self._mapping(key).items()}

    def _day(self, key: str) -> date | None:
        text = self._text(key)
        if not text:
            return None
        try:
            if len(text) != 10:
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError as error:
            raise self._refusal(key, f"is '{text}', which is no day", "write it as 2027-03-31") from error

    def _moment(self, key: str) -> str:
        text = self._text(key)
        if text:
            try:
                datetime.fromisoformat(text)
            except ValueError as error:
                raise self._refusal(key, f"is '{text}', which is no moment", "write 2027-04-02T09:00:00Z") from error
        return text

    def _files(self) -> dict[str, FileRecord]:
        records: dict[str, FileRecord] = {}
        for name, entry in self._mapping("files").items():
            if not isinstance(entry, dict):
                raise self._refusal("files", f"has no object for {name}", '"dm.csv": {"sha256": ..., "rows": ...}')
            digest, rows = entry.get("sha256", ""), entry.get("rows")
            if not isinstance(digest, str) or (digest and not _SHA256.fullmatch(digest.lower())):
                raise self._refusal("files", f"gives no SHA-256 for {name}", "write 64 hexadecimal digits")
            if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 0):
                raise self._refusal("files", f"gives no number of rows for {name}", "write a whole number, 0 or more")
            records[name] = FileRecord(digest.lower(), rows)
        return records


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def manifest_json(manifest: Manifest) -> str:
    """Return the text of ``study.json`` for a manifest.

    Parameters
    ----------
    manifest : Manifest
        What to write.

    Returns
    -------
    str
        JSON with two blanks of indentation and a line end.

    Examples
    --------
    >>> print(manifest_json(Manifest("nct07295132", "simulated", cutoff=date(2027, 3, 31), extra={"seed": "7"})))
    {
      "study": "nct07295132",
      "version": "",
      "canonical_sha256": "",
      "origin": "simulated",
      "cutoff": "2027-03-31",
      "produced": "",
      "by": "",
      "dictionaries": {},
      "files": {},
      "types": {},
      "seed": "7"
    }
    <BLANKLINE>
    """
    content: dict[str, object] = {
        "study": manifest.study,
        "version": manifest.version,
        "canonical_sha256": manifest.canonical_sha256,
        "origin": manifest.origin,
        "cutoff": manifest.cutoff.isoformat() if manifest.cutoff else None,
        "produced": manifest.produced,
        "by": manifest.by,
        "dictionaries": dict(manifest.dictionaries),
        "files": {name: {"sha256": record.sha256, "rows": record.rows} for name, record in manifest.files.items()},
        "types": dict(manifest.types),
    }
    content.update({key: value for key, value in manifest.extra.items() if key not in content})
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
