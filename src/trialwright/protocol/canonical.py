"""The canonical form of a study and its hash: what counts when two study files are said to be the same."""

from __future__ import annotations

import hashlib

import rfc8785

from trialwright.model.study import Study

__all__ = ["canonical_json", "sha256_of"]


def canonical_json(study: Study) -> bytes:
    """Canonical JSON of a study.

    Parameters
    ----------
    study : Study
        A loaded study.

    Returns
    -------
    bytes
        UTF-8.

    Notes
    -----
    Defaults are filled in, decimals stand as written, lists keep their order, keys are sorted. The default gate of a
    criterion depends on the order in which time points are declared, so it is filled in too. Comments, the order of
    keys and line breaks of the file do not count.

    References
    ----------
    Rundgren, Jordan, Erdtman, JSON Canonicalization Scheme, RFC 8785, 2020.
    """
    plain = study.model_dump(mode="json", by_alias=True)
    for block in ("inclusion", "exclusion"):
        for criterion in plain[block]:
            if criterion["at"] is None and study.gates:
                criterion["at"] = study.gates[0]
    return rfc8785.dumps(plain)


def sha256_of(study: Study) -> str:
    """Hash of a study's canonical form.

    Parameters
    ----------
    study : Study
        A loaded study.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    return hashlib.sha256(canonical_json(study)).hexdigest()
