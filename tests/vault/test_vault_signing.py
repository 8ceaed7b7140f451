"""Keys that sign: what one signed, it alone confirms; a retired one still does; no message shows a private key."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parts import program
from vault.signing import SigningKeys

# Test vectors 1 to 3 of RFC 8032, section 7.1: private key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
]
FIRST, SECOND = bytes.fromhex(VECTORS[0][0]), bytes.fromhex(VECTORS[1][0])


def of(id: str, raw: bytes) -> str:
    return f"{id}:{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize(("private", "public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_the_standard(private: str, public: str, message: str, signature: str) -> None:
    keys = SigningKeys([("r1", bytes.fromhex(private))])

    assert keys.public()[0].raw.hex() == public
    assert keys.sign(bytes.fromhex(message)).hex() == signature
    assert keys.signed("r1", bytes.fromhex(message), bytes.fromhex(signature))


@settings(deadline=None, database=None, max_examples=200)
@given(message=st.binary(max_size=200), place=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_of_a_message_or_a_signature_may_differ(message: bytes, place: int, bit: int) -> None:
    keys = SigningKeys([("r1", FIRST)])
    whole = bytearray(keys.sign(message) + message)
    whole[place % len(whole)] ^= 1 << bit

    assert not keys.signed("r1", bytes(whole[64:]), bytes(whole[:64]))


@pytest.mark.parametrize("signature", [b"", b"x", bytes(64), bytes(65)])
def test_what_is_no_signature_confirms_nothing(signature: bytes) -> None:
    assert not SigningKeys([("r1", FIRST)]).signed("r1", b"words", signature)


def test_the_newest_key_signs_and_an_older_one_still_confirms() -> None:
    before = SigningKeys.parse(of("r1", FIRST)).sign(b"words")
    rotated = SigningKeys.parse(f"{of('r2', SECOND)}, {of('r1', FIRST)}")

    assert rotated.newest == "r2"
    assert rotated.signed("r1", b"words", before)
    assert not rotated.signed("r2", b"words", before)
    assert rotated.signed("r2", b"words", rotated.sign(b"words"))


def test_of_a_retired_key_the_public_half_is_enough() -> None:
    old = SigningKeys.parse(of("r1", FIRST))
    retired = of("r1", old.public()[0].raw).replace(":", ":public:")
    keys = SigningKeys.parse(f"{of('r2', SECOND)},{retired}")

    assert keys.signed("r1", b"words", old.sign(b"words"))
    assert [(key.id, key.signs) for key in keys.public()] == [("r2", True), ("r1", False)]


def test_a_key_that_is_not_known_confirms_nothing() -> None:
    keys = SigningKeys([("r1", FIRST)])

    assert not keys.signed("r9", b"words", keys.sign(b"words"))
    assert (keys.knows("r1"), keys.knows("r9")) == (True, False)


def test_openssl_confirms_with_the_pem_what_a_key_signed(tmp_path: Path) -> None:
    keys = SigningKeys([("r1", FIRST)])
    (tmp_path / "key.pem").write_text(keys.public()[0].pem)
    (tmp_path / "message").write_bytes(b"words")
    (tmp_path / "signature").write_bytes(keys.sign(b"words"))
    command = [program("openssl"), "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "message"]
    done = subprocess.run(
        [*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "receipt key 1"),
        ("R1:AAAA", "receipt key 1"),
        ("r1:AAAA", "r1: the key has 3 bytes"),
        ("r1:public:AAAA", "r1: the key has 3 bytes"),
        (f"{of('r1', FIRST)},{of('r1', SECOND)}", "r1: this id stands twice"),
        (of("r1", FIRST).replace(":", ":public:"), "r1: the first key is the one that signs"),
    ],
)
def test_a_bad_ring_is_refused_by_id_and_never_by_key(text: str, named: str) -> None:
    with pytest.raises(ValueError) as caught:
        SigningKeys.parse(text)

    assert named in str(caught.value)
    assert base64.b64encode(FIRST).decode()[:12] not in str(caught.value)


def test_a_ring_shows_its_ids_and_no_key() -> None:
    assert repr(SigningKeys.parse(f"{of('r2', SECOND)},{of('r1', FIRST)}")) == "<SigningKeys r2,r1>"
