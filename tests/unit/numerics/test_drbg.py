"""The generator behind an allocation: known answers of NIST and the standard written again."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.errors import NumericsError
from trialwright.numerics.drbg import Drbg, instantiate

CAVP = "NIST CAVP, HMAC_DRBG.rsp, SHA-256, no reseed"

# entropy, nonce, personalization, additional input of each request, key and value after each step, returned bits
KNOWN = [
    (
        "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488",
        "659ba96c601dc69fc902940805ec0ca8",
        "",
        ("", ""),
        (
            "302a4aba78412ab36940f4be7b940a0c728542b8b81d95b801a57b3797f9dd6e",
            "e75855f93b971ac468d200992e211960202d53cf08852ef86772d6490bfb53f9",
            "911bf7cbda4387a172a1a3daf6c9fa8e17c4bfef69cc7eff1341e7eef88d2811",
            "bfbdcf455d5c82acafc59f339ce57126ff70b67aef910fa25db7617818faeafe",
            "6dd2cd5b1edba4b620d195ce26ad6845b063211d11e591432de37a3ad793f66c",
            "6b94e773e3469353a1ca8face76b238c5919d62a150a7dfc589ffa11c30b5b94",
        ),
        (
            "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460"
            "b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668"
            "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"
        ),
    ),
    (
        "79737479ba4e7642a221fcfd1b820b134e9e3540a35bb48ffae29c20f5418ea3",
        "3593259c092bef4129bc2c6c9e19f343",
        "",
        ("", ""),
        (
            "587959c1169cc9a308506ea52c2648cebf4498a35d71f6329e457ecc3204ca50",
            "b57cb403b6cd62860139c3484c9a5998fd0d82670846a765a87c9ead65f663c5",
            "48f38d0c6a344959cc94502b7b5e8dffb6a5f41795d9066fc9a649557167ee2f",
            "1d495eef7761b65dccd0a983d2d7204fea28b5c81f1758046e062eb043755ea1",
            "9356bdc03c35b21e600892ed64f8efc8edcaf19258fa987b56b8eb0e13a07ff1",
            "3d52cfa76ba57ef836fc507390fac83fbebd81799604f0a9beaf60874dabc5e9",
        ),
        (
            "cf5ad5984f9e43917aa9087380dac46e410ddc8a7731859c84e9d0f31bd43655b924159413e2293b17610f211e09f770"
            "f172b8fb693a35b85d3b9e5e63b1dc252ac0e115002e9bedfb4b5b6fd43f33b8e0eafb2d072e1a6fee1f159df9b51e6c"
            "8da737e60d5032dd30544ec51558c6f080bdbdab1de8a939e961e06b5f1aca37"
        ),
    ),
    (
        "5cacc68165a2e2ee20812f35ec73a79dbf30fd475476ac0c44fc6174cdac2b55",
        "6f885496c1e63af620becd9e71ecb824",
        "e72dd8590d4ed5295515c35ed6199e9d211b8f069b3058caa6670b96ef1208d0",
        ("", ""),
        (),
        (
            "f1012cf543f94533df27fedfbf58e5b79a3dc517a9c402bdbfc9a0c0f721f9d53faf4aafdc4b8f7a1b580fcaa52338d4"
            "bd95f58966a243cdcd3f446ed4bc546d9f607b190dd69954450d16cd0e2d6437067d8b44d19a6af7a7cfa8794e5fbd72"
            "8e8fb2f2e8db5dd4ff1aa275f35886098e80ff844886060da8b1e7137846b23b"
        ),
    ),
    (
        "5d3286bc53a258a53ba781e2c4dcd79a790e43bbe0e89fb3eed39086be34174b",
        "c5422294b7318952ace7055ab7570abf",
        "2dba094d008e150d51c4135bb2f03dcde9cbf3468a12908a1b025c120c985b9d",
        (
            "793a7ef8f6f0482beac542bb785c10f8b7b406a4de92667ab168ecc2cf7573c6",
            "2238cdb4e23d629fe0c2a83dd8d5144ce1a6229ef41dabe2a99ff722e510b530",
        ),
        (
            "87ce5b45d0964e20e5e56418ae1de8b6b5fa6cdf4ff0efe5ab4444bce5658b99",
            "2ccbf4b25c4b263d59b14080c83492b05769b583adf37c57b7eb59ab07bb4d40",
            "c60114af6165b77a36dbab54b96c21bae4a3aa329782f4b850f423eb3b760483",
            "09a7df20d9f87656efa075fae3f8db432904bbd3165b125b1a688a8b5c4de88f",
            "ef3855c4da0eb30c90a935c98006bac71059d1a4884bc7e63f28fe56df4e92a6",
            "7925c738fb6e7f7c7e147cb3b8b306b485a545ae63dc878cc49dd93e86dbed9b",
        ),
        (
            "d04678198ae7e1aeb435b45291458ffde0891560748b43330eaf866b5a6385e74c6fa5a5a44bdb284d436e98d244018d"
            "6acedcdfa2e9f499d8089e4db86ae89a6ab2d19cb705e2f048f97fb597f04106a1fa6a1416ad3d859118e079a0c319eb"
            "95686f4cbcce3b5101c7a0b010ef029c4ef6d06cdfac97efb9773891688c37cf"
        ),
    ),
]


@pytest.mark.published(CAVP)
@pytest.mark.parametrize("known", KNOWN, ids=range(len(KNOWN)))
def test_known_answers(known: tuple[str, str, str, tuple[str, str], tuple[str, ...], str]) -> None:
    entropy, nonce, personalization, additional, states, returned = known
    state = instantiate(*(bytes.fromhex(part) for part in (entropy, nonce, personalization)))
    passed = [state.key.hex(), state.value.hex()]
    out = b""
    for more in additional:
        out, state = state.generate(128, bytes.fromhex(more))
        passed += [state.key.hex(), state.value.hex()]
    assert out.hex() == returned
    assert not states or tuple(passed) == states
    assert state.requests == 3


class Another:
    """The standard written a second time, with the state kept in place."""

    def __init__(self, material: bytes) -> None:
        self.k, self.v = b"\x00" * 32, b"\x01" * 32
        self.update(material)

    def digest(self, *parts: bytes) -> bytes:
        return hmac.new(self.k, b"".join(parts), hashlib.sha256).digest()

    def update(self, material: bytes) -> None:
        for mark in (b"\x00", b"\x01"):
            self.k = self.digest(self.v, mark, material)
            self.v = self.digest(self.v)
            if not material:
                break

    def generate(self, count: int) -> bytes:
        blocks = []
        for _ in range(-(-count // 32)):
            self.v = self.digest(self.v)
            blocks.append(self.v)
        self.update(b"")
        return b"".join(blocks)[:count]


@pytest.mark.independent("the standard written a second time")
@given(st.binary(min_size=32, max_size=40), st.binary(max_size=20), st.lists(st.integers(1, 100), max_size=6))
def test_any_requests(secret: bytes, nonce: bytes, counts: list[int]) -> None:
    state, other = instantiate(secret, nonce, b"use"), Another(secret + nonce + b"use")
    for count in counts:
        out, state = state.generate(count)
        assert out == other.generate(count)


@pytest.mark.unvalidated
def test_what_cannot_be_asked() -> None:
    with pytest.raises(NumericsError, match="31 bytes is too short"):
        instantiate(bytes(31), b"")
    state = instantiate(bytes(32), b"")
    for wrong in (0, 65537):
        with pytest.raises(NumericsError, match="bytes are asked for"):
            state.generate(wrong)
    with pytest.raises(NumericsError, match="as many requests"):
        Drbg(state.key, state.value, 2**48 + 1).generate(1)


@pytest.mark.unvalidated
def test_the_text_of_a_state_shows_nothing_of_it() -> None:
    state = instantiate(b"s" * 32, b"n")
    assert repr(state) == "Drbg(requests=1)"
