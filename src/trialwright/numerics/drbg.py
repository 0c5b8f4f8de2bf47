"""A deterministic generator of random bytes that nobody without its secret can foresee: HMAC-DRBG with SHA-256.

A state is a value: drawing gives the bytes and the next state, so a sequence can be made again from its secret on any
machine. Nothing here asks the operating system for randomness.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from trialwright.errors import NumericsError

__all__ = ["MAX_BYTES", "SECRET_BYTES", "Drbg", "instantiate"]

SECRET_BYTES: Final = 32
"""Length of a secret: 256 bits."""

MAX_BYTES: Final = 2**16
"""Most bytes of one request (2**19 bits)."""

_MAX_REQUESTS: Final = 2**48
_LENGTH: Final = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Drbg:
    """State of a generator; its text never shows what it holds.

    Parameters
    ----------
    key, value : bytes
        The working state, 32 bytes each.
    requests : int
        Number the next request has, from 1.

    Examples
    --------
    >>> first, after = instantiate(bytes(32), b"nonce").generate(4)
    >>> second, _ = after.generate(4)
    >>> first != second
    True
    """

    key: bytes = field(repr=False)
    value: bytes = field(repr=False)
    requests: int = 1

    def generate(self, count: int, additional: bytes = b"") -> tuple[bytes, Drbg]:
        """Random bytes, and the state after them.

        Parameters
        ----------
        count : int
            How many, 1 to 65,536.
        additional : bytes, optional
            Additional input of this request.

        Returns
        -------
        bytes
            The bytes.
        Drbg
            The next state; the old one cannot be worked out from it.

        Raises
        ------
        NumericsError
            When more is asked for than one request or one secret may give.
        """
        if not 1 <= count <= MAX_BYTES:
            raise NumericsError(f"{count} bytes are asked for", mend=f"ask for 1 to {MAX_BYTES} at a time")
        if self.requests > _MAX_REQUESTS:
            raise NumericsError("the secret has served as many requests as it may", mend="make a new one")
        key, value = _updated(self.key, self.value, additional) if additional else (self.key, self.value)
        out = b""
        while len(out) < count:
            value = _mac(key, value)
            out += value
        key, value = _updated(key, value, additional)
        return out[:count], Drbg(key, value, self.requests + 1)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _updated(key: bytes, value: bytes, provided: bytes) -> tuple[bytes, bytes]:
    key = _mac(key, value + b"\x00" + provided)
    value = _mac(key, value)
    if provided:
        key = _mac(key, value + b"\x01" + provided)
        value = _mac(key, value)
    return key, value


def instantiate(secret: bytes, nonce: bytes, personalization: bytes = b"") -> Drbg:
    """Generator seeded with a secret.

    Parameters
    ----------
    secret : bytes
        Entropy input, at least 32 bytes.
    nonce : bytes
        Not secret; different for different uses of one secret.
    personalization : bytes, optional
        Names the use, so that two uses of one secret have nothing in common.

    Returns
    -------
    Drbg
        Ready for its first request.

    Raises
    ------
    NumericsError
        When the secret is too short.

    Notes
    -----
    HMAC_DRBG with SHA-256, without reseeding and without prediction resistance, because a sequence that must be made
    again from its secret can have neither.

    References
    ----------
    Barker E, Kelsey J. Recommendation for random number generation using deterministic random bit generators. NIST SP
    800-90A Rev. 1, 2015, section 10.1.2, doi:10.6028/NIST.SP.800-90Ar1 (DOI unverified).

    Examples
    --------
    >>> secret = bytes.fromhex("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488")
    >>> state = instantiate(secret, bytes.fromhex("659ba96c601dc69fc902940805ec0ca8"))
    >>> _, state = state.generate(128)
    >>> state.generate(128)[0][:8].hex()
    'e528e9abf2dece54'
    """
    if len(secret) < SECRET_BYTES:
        raise NumericsError(f"a secret of {len(secret)} bytes is too short", mend=f"give at least {SECRET_BYTES}")
    return Drbg(*_updated(bytes(_LENGTH), b"\x01" * _LENGTH, secret + nonce + personalization))
