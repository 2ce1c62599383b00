import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luminous.channels.meta.signature import is_signed, looks_signed, sign
from luminous.channels.secret import is_same_secret

BODY = rb'{"entry":[{"text":"\u00e4\u00f6\/\u003c"}]}'
SECRET, OLD_SECRET = "app secret, new", "app secret, old"
SIGNATURE = sign(BODY, SECRET)


def test_the_signature_is_the_hmac_sha256_of_the_raw_bytes() -> None:
    # RFC 4231, test case 2
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"what do ya want for nothing?", "Jefe") == f"sha256={digest}"
    assert is_signed(b"what do ya want for nothing?", f"sha256={digest}", ["Jefe"])


def test_a_body_signed_with_any_of_the_secrets_is_accepted() -> None:
    assert is_signed(BODY, SIGNATURE, [SECRET])
    assert is_signed(BODY, SIGNATURE, [OLD_SECRET, SECRET])
    assert is_signed(BODY, sign(BODY, OLD_SECRET), [OLD_SECRET, SECRET])
    assert not is_signed(BODY, SIGNATURE, [OLD_SECRET])


def test_the_same_json_written_differently_is_not_signed() -> None:
    assert not is_signed(BODY.replace(rb"\/", b"/"), SIGNATURE, [SECRET])
    assert not is_signed(BODY + b"\n", SIGNATURE, [SECRET])
    assert not is_signed(b"", SIGNATURE, [SECRET])


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_secret_signs_nothing(blank: str) -> None:
    assert not is_signed(BODY, sign(BODY, blank), [blank])
    assert not is_signed(BODY, sign(BODY, blank), [blank, SECRET])
    assert is_signed(BODY, SIGNATURE, [blank, SECRET])


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(BODY, SIGNATURE, [])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        SIGNATURE[:-1],
        SIGNATURE + "0",
        SIGNATURE + "\n",
        " " + SIGNATURE,
        SIGNATURE.upper(),
        "SHA256=" + SIGNATURE[7:],
        "sha256=" + SIGNATURE[7:].upper(),
        SIGNATURE[7:],
        "sha1=" + "0" * 40,
        "sha1=" + "0" * 64,
        "sha256=" + "g" * 64,
        "sha256=" + "١" * 64,
        "sha256=" + "\x00" * 64,
        SIGNATURE + "," + SIGNATURE,
    ],
)
def test_a_header_of_another_shape_is_refused_before_the_body_is_read(header: str | None) -> None:
    assert not looks_signed(header)
    assert not is_signed(BODY, header, [SECRET])


def test_a_header_of_the_right_shape_is_worth_reading_the_body() -> None:
    assert looks_signed(SIGNATURE)
    assert looks_signed("sha256=" + "0" * 64)


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
@settings(max_examples=200)
def test_one_changed_digit_is_a_forgery(place: int, digit: str) -> None:
    forged = SIGNATURE[: 7 + place] + digit + SIGNATURE[8 + place :]
    assert is_signed(BODY, forged, [SECRET]) == (forged == SIGNATURE)


@given(st.text(st.characters(exclude_categories=()), max_size=80))
@settings(max_examples=200)
def test_no_header_makes_the_check_raise(header: str) -> None:
    assert not is_signed(BODY, header, [SECRET])


@pytest.mark.parametrize(
    ("given_token", "expected", "accepted"),
    [
        ("let me in", "let me in", True),
        ("Let me in", "let me in", False),
        ("let me in ", "let me in", False),
        (None, "let me in", False),
        ("", "let me in", False),
        ("", "", False),
        (" ", " ", False),
        (None, "", False),
        ("\ud800", "let me in", False),
        ("wörd", "wörd", True),
    ],
)
def test_the_handshake_takes_only_our_token(given_token: str | None, expected: str, accepted: bool) -> None:
    assert is_same_secret(given_token, expected) is accepted
