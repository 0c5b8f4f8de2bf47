"""The sealed file: one text for one content, any other byte refused, nothing of it in a message."""

from __future__ import annotations

import hashlib
import json
import traceback
from fractions import Fraction

import pytest

from tests.unit.allocation.designs import design
from trialwright.allocation.commitment import Sealed, commitment, read_sealed, sealed_bytes
from trialwright.allocation.design import Hidden
from trialwright.allocation.engine import METHODS
from trialwright.errors import DataError

pytestmark = pytest.mark.unvalidated

SECRET = hashlib.sha256(b"a secret of the tests").digest()
SEALED = Sealed(design("permuted-blocks", hidden=Hidden(sizes=(34, 38))), SECRET, "1.0.0")
CONTENT = sealed_bytes(SEALED)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_sealed_is_read_back(method: str) -> None:
    for rehearsal in (True, False):
        sealed = Sealed(design(method, (2, 1)), SECRET, "1.2.3", rehearsal)
        assert read_sealed(sealed_bytes(sealed)) == sealed


def test_measure_and_weights_are_kept() -> None:
    sealed = Sealed(design("minimisation", measure="variance", weights=(Fraction(1, 3), Fraction(2))), SECRET, "1.0.0")
    assert read_sealed(sealed_bytes(sealed)) == sealed


def test_the_commitment_is_the_hash_of_the_file() -> None:
    assert commitment(CONTENT) == hashlib.sha256(CONTENT).hexdigest()
    held = json.loads(CONTENT)
    assert (held["sizes"], held["secret"]) == ([34, 38], SECRET.hex())


def test_every_changed_byte_changes_the_commitment_or_is_refused() -> None:
    for place in range(len(CONTENT)):
        changed = CONTENT[:place] + bytes([CONTENT[place] ^ 1]) + CONTENT[place + 1 :]
        assert commitment(changed) != commitment(CONTENT)
    for spoilt in (
        CONTENT[:-1],
        CONTENT + b"\n",
        b" " + CONTENT,
        b"",
        b"\xff",
        CONTENT.replace(b'"limit"', b'"limits"'),
    ):
        with pytest.raises(DataError, match="no sealed file"):
            read_sealed(spoilt)


def test_nothing_of_a_sealed_file_is_shown() -> None:
    assert "34" not in repr(SEALED)
    assert SECRET.hex()[:8] not in repr(SEALED)
    for spoilt in (CONTENT.replace(b"permuted-blocks", b"permuted-bricks"), CONTENT.replace(b"[34,38]", b'"34,38"')):
        with pytest.raises(DataError) as refused:
            read_sealed(spoilt, name="sealed.json")
        shown = "".join(traceback.format_exception(refused.value))
        assert SECRET.hex()[:8] not in shown
        assert "34,38" not in shown
