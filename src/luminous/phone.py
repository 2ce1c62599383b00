"""Phone numbers and WhatsApp user ids, told apart and normalised.

Two kinds of text arrive. What WhatsApp says (`wa_id`, `user_id`) is taken as it is or not at all.
What a person typed is read the way a careful clerk would, and refused with a sentence otherwise.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NewType, NoReturn

import phonenumbers as lib
from phonenumbers import carrier

from luminous.errors import InvalidPhone

Phone = NewType("Phone", str)
UserId = NewType("UserId", str)

Kind = Literal["mobile", "fixed", "fixed or mobile", "toll-free", "premium", "other"]

# "Country code and up to 128 alphanumerics", with ENT for a parent id: WhatsApp Cloud API.
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_WA_ID = re.compile(r"\+?([1-9][0-9]{7,14})", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)

_LONGEST_INPUT = 100  # more than any way of writing one number; keeps the work small
_SCHEME = re.compile(r"(?:tel|whatsapp):", re.IGNORECASE)
_EXTENSION = re.compile(r"[;,]?(?:extension|ext|x)[.:=]?([0-9]{1,7})\Z", re.IGNORECASE)
_SPREADSHEET = re.compile(r"[0-9]+(?:[.,][0-9]+)?e\+?[0-9]{1,2}\Z", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"[0-9)]\+|[0-9]{7,}[^0-9]+[0-9]{7,}")

_PLUS_SIGNS = "+＋﹢"
_MINUS_SIGN = "\u2212"

_KINDS: dict[int, Kind] = {
    lib.PhoneNumberType.MOBILE: "mobile",
    lib.PhoneNumberType.FIXED_LINE: "fixed",
    lib.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed or mobile",
    lib.PhoneNumberType.TOLL_FREE: "toll-free",
    lib.PhoneNumberType.PREMIUM_RATE: "premium",
}
_NOT_IN_USE = "No network uses that number."
_WHY_UNREADABLE = {
    lib.NumberParseException.INVALID_COUNTRY_CODE: "No country has that code.",
    lib.NumberParseException.TOO_LONG: "That number is too long.",
}
_WHY_INVALID = {
    lib.ValidationResult.TOO_SHORT: "That number is too short.",
    lib.ValidationResult.TOO_LONG: "That number is too long.",
}
_NO_PERSON_BEHIND = (
    lib.PhoneNumberType.TOLL_FREE,
    lib.PhoneNumberType.PREMIUM_RATE,
    lib.PhoneNumberType.SHARED_COST,
    lib.PhoneNumberType.PAGER,
    lib.PhoneNumberType.UAN,
    lib.PhoneNumberType.VOICEMAIL,
)


@dataclass(frozen=True, slots=True)
class TypedPhone:
    """One phone number that a person typed."""

    phone: Phone
    extension: str | None  # digits; never part of the phone
    kind: Kind
    usable_on_whatsapp: bool  # False for numbers that no person answers, such as toll-free ones


def parse_user_id(text: str | None) -> UserId | None:
    """The business-scoped user id (BSUID) or parent BSUID that this text is, else None.

    Ask this before any phone parser: `UG.256782240146` reads as a valid Ugandan number.
    """
    return UserId(text) if text and _USER_ID.fullmatch(text) else None


def parse_wa_id(text: str | None) -> Phone | None:
    """The phone that WhatsApp's own id (digits with the country code) stands for, else None.

    Never rewritten and never judged: Brazilian and Mexican ids are not dialable numbers.
    """
    match = _WA_ID.fullmatch(text) if text else None
    return Phone("+" + match[1]) if match else None


def parse_phone(text: str, region: str = "UG") -> Phone:
    """The one usable phone number in what a person typed. Raises InvalidPhone."""
    typed = read_phone(text, region)
    if not typed.usable_on_whatsapp:
        _refuse(f"That is a {typed.kind} number, which no one can use on WhatsApp.", region)
    return typed.phone


def read_phone(text: str, region: str = "UG") -> TypedPhone:
    """What a person typed as one phone number, in `region` where it has no country code.

    Raises InvalidPhone, whose sentence never repeats the text.
    """
    written, extension = _split_extension(_plain(text, region))
    number = _parsed(_digits(written, region), region)
    phone = lib.format_number(number, lib.PhoneNumberFormat.E164)
    if not _E164.fullmatch(phone):
        _refuse("That number has a length that WhatsApp does not know.", region)
    kind = lib.number_type(number)
    return TypedPhone(Phone(phone), extension, _KINDS.get(kind, "other"), kind not in _NO_PERSON_BEHIND)


def network_of(phone: Phone) -> str | None:
    """The mobile network that the number was given to, as `MTN` or `Airtel`; None when nobody knows.

    Where a number may be taken to another network, the network's own answer is the only truth.
    """
    try:
        return carrier.name_for_number(lib.parse(phone), "en").split(" ")[0] or None
    except lib.NumberParseException:
        return None


def mask(phone: str | None) -> str:
    """A phone, WhatsApp id or user id for logs: its two ends, never the whole; "none" for None."""
    if phone is None:
        return "none"
    if parse_user_id(phone):
        head, tail = phone[: phone.rindex(".") + 1], phone[phone.rindex(".") + 1 :]
    elif match := _WA_ID.fullmatch(phone):
        head, tail = phone[: match.start(1)], match[1]
    else:
        return "…"
    shown = min(5, max(0, len(tail) - 7))  # at least four characters stay hidden
    return f"{head}{tail[:shown]}…{tail[-3:] if shown else ''}"


def _plain(text: str, region: str) -> str:
    """The text with ASCII digits, signs and letters, and without spaces and decoration."""
    if len(text) > _LONGEST_INPUT:
        _refuse("That is too long for one phone number.", region)
    text = text.strip(" \t\r\n")
    if parse_user_id(text):
        _refuse("That is a WhatsApp user id, not a phone number.", region)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        _refuse("That contains a character that cannot be seen and does not belong in a number.", region)
    plain = "".join(map(_plain_sign, text))
    return _SCHEME.sub("", _without_emoji(plain), count=1) if ":" in plain else _without_emoji(plain)


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Zs", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Pd" or sign == _MINUS_SIGN:
        return "-"
    return "+" if sign in _PLUS_SIGNS else sign


def _without_emoji(text: str) -> str:
    """Without the pictures that people put before or after a number, as in a contact list."""
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) in ("So", "Mn"):
        start += 1
    while start < end and unicodedata.category(text[end - 1]) in ("So", "Mn"):
        end -= 1
    return text[start:end]


def _split_extension(written: str) -> tuple[str, str | None]:
    match = _EXTENSION.search(written)
    return (written[: match.start()], match[1]) if match else (written, None)


def _digits(written: str, region: str) -> str:
    """Only digits, with one plus before them where the number has its country code."""
    body = written.lstrip("+")
    if _SPREADSHEET.match(body):
        _refuse("A spreadsheet has shortened that number; format its column as text.", region)
    if "/" in body or "," in body or ";" in body or _TWO_NUMBERS.search(body):
        _refuse("That looks like more than one phone number; give one.", region)
    if any(sign.isalpha() for sign in body):
        _refuse("That contains letters, and a phone number has only digits.", region)
    digits = re.sub(r"[-.()]", "", body)
    if not digits:
        _refuse("There is no phone number in that.", region)
    if not (digits.isascii() and digits.isdigit()):
        _refuse("That contains a sign that does not belong in a phone number.", region)
    if written.startswith("+"):
        return "+" + digits
    # 00 is how most of the world dials abroad; Uganda's own 000 is the library's business.
    return "+" + digits[2:] if digits.startswith("00") and not digits.startswith("000") else digits


def _parsed(digits: str, region: str) -> lib.PhoneNumber:
    try:
        number = lib.parse(digits, region)
    except lib.NumberParseException as error:
        _refuse(_WHY_UNREADABLE.get(error.error_type, "That is not a phone number."), region)
    if not lib.is_valid_number(number):
        _refuse(_WHY_INVALID.get(lib.is_possible_number_with_reason(number), _NOT_IN_USE), region)
    if lib.region_code_for_number(number) == "001":
        _refuse("That number belongs to no country, and WhatsApp cannot use it.", region)
    return number


def _refuse(what: str, region: str) -> NoReturn:
    example = lib.example_number_for_type(region, lib.PhoneNumberType.MOBILE)
    if example is None:
        raise InvalidPhone(f"{what} Write it with + and the country code.")
    national = lib.format_number(example, lib.PhoneNumberFormat.NATIONAL)
    abroad = lib.format_number(example, lib.PhoneNumberFormat.INTERNATIONAL)
    raise InvalidPhone(f"{what} Write it like {national} or {abroad}.")
