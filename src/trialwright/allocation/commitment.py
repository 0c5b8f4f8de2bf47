"""The sealed file: design, hidden parameters and secret in one canonical text, and the commitment to it.

A commitment is no encryption. It is published before the first allocation; when the sealed file is revealed at the end,
everybody can see that it is the one that was meant.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Literal

import rfc8785
from pydantic import Field, ValidationError

from trialwright.allocation.design import Design, Factor, Hidden
from trialwright.errors import DataError
from trialwright.model.statement import Strict
from trialwright.numerics.scheme import Measure, Rule

__all__ = ["Sealed", "commitment", "read_sealed", "sealed_bytes", "stated_sha256"]

_Plain = str | list[str] | list[int] | list[dict[str, str | list[str]]] | None
_Size = Annotated[int, Field(ge=1, le=1000)]
_Part = Annotated[str, Field(pattern=r"^[0-9]+/[1-9][0-9]*$")]


class _Factor(Strict):
    name: str
    levels: tuple[str, ...]


class _Content(Strict):
    format: Literal["trialwright sealed allocation 1"]
    use: Literal["trial", "rehearsal"]
    study: str
    version: str
    method: Rule
    arms: tuple[str, ...] = Field(min_length=2)
    ratio: tuple[_Size, ...]
    strata: tuple[_Factor, ...]
    probability: _Part | None
    sizes: tuple[_Size, ...]
    limit: int = Field(ge=0, le=1000)
    measure: Measure
    weights: tuple[_Part, ...]
    secret: str = Field(pattern="^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed file holds; its text shows neither the hidden parameters nor the secret.

    Parameters
    ----------
    design : Design
        How arms are drawn, with the hidden parameters.
    secret : bytes
        256 bits.
    version : str
        Version of the study it was made for.
    rehearsal : bool
        It may not be used to allocate anybody.
    """

    design: Design
    secret: bytes = field(repr=False)
    version: str = ""
    rehearsal: bool = False


def sealed_bytes(sealed: Sealed) -> bytes:
    """Content of the sealed file.

    Parameters
    ----------
    sealed : Sealed
        What is to be kept.

    Returns
    -------
    bytes
        Canonical JSON (RFC 8785) and a line end: the same content has only this one text.
    """
    content = {
        **_stated(sealed.design),
        "format": "trialwright sealed allocation 1",
        "use": "rehearsal" if sealed.rehearsal else "trial",
        "version": sealed.version,
        "sizes": list(sealed.design.hidden.sizes),
        "limit": sealed.design.hidden.limit,
        "secret": sealed.secret.hex(),
    }
    return rfc8785.dumps(content) + b"\n"


def _stated(design: Design) -> dict[str, _Plain]:
    strata: list[dict[str, str | list[str]]] = [
        {"name": factor.name, "levels": list(factor.levels)} for factor in design.factors
    ]
    return {
        "study": design.study,
        "method": design.method,
        "arms": list(design.arms),
        "ratio": list(design.ratio),
        "strata": strata,
        "probability": None if design.probability is None else _part(design.probability),
        "measure": design.measure,
        "weights": [_part(weight) for weight in design.weights],
    }


def stated_sha256(design: Design) -> str:
    """Hash of what everybody may know of a design.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    str
        SHA-256 of its canonical form without the hidden parameters; it changes with arms, ratio, strata or method.
    """
    return hashlib.sha256(rfc8785.dumps(_stated(design))).hexdigest()


def read_sealed(content: bytes, *, name: str = "sealed file") -> Sealed:
    """What a sealed file holds.

    Parameters
    ----------
    content : bytes
        Its content.
    name : str
        Its name, for messages.

    Returns
    -------
    Sealed
        Design and secret.

    Raises
    ------
    DataError
        If it is not, byte for byte, a sealed file of this program. The message shows nothing of its content.
    """
    try:
        held = _Content.model_validate_json(content)
    except ValidationError:
        held = None
    # raised outside the handler: what was refused must not travel along with the error
    if held is None:
        raise _unreadable(name)
    design = Design(
        study=held.study,
        method=held.method,
        arms=held.arms,
        ratio=held.ratio,
        factors=tuple(Factor(factor.name, factor.levels) for factor in held.strata),
        probability=None if held.probability is None else Fraction(held.probability),
        hidden=Hidden(held.sizes, held.limit),
        measure=held.measure,
        weights=tuple(Fraction(weight) for weight in held.weights),
    )
    sealed = Sealed(design, bytes.fromhex(held.secret), held.version, held.use == "rehearsal")
    if sealed_bytes(sealed) != content or len(held.arms) != len(held.ratio):
        raise _unreadable(name)
    return sealed


def _part(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _unreadable(name: str) -> DataError:
    return DataError(
        "this is no sealed file, or it was changed after it was written",
        where=name,
        why="what it holds is not shown",
        mend="take the file that was kept, unchanged",
    )


def commitment(content: bytes) -> str:
    """Commitment to a sealed file.

    Parameters
    ----------
    content : bytes
        The whole file.

    Returns
    -------
    str
        SHA-256 of its bytes, 64 hexadecimal digits; any other program that computes SHA-256 gives the same.

    Examples
    --------
    >>> commitment(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()
