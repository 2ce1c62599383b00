import re

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from luminous.errors import InvalidPhone
from luminous.phone import mask, parse_phone, parse_user_id, parse_wa_id, read_phone

KEY = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)  # what the database accepts as a phone

NORA = "+256782240146"
VALID = [
    ("0782240146", NORA),
    ("782240146", NORA),
    ("256782240146", NORA),
    ("+256 782 240 146", NORA),
    ("+256 (0)782 240146", NORA),
    ("2560782240146", NORA),
    ("+2560782240146", NORA),
    ("00256782240146", NORA),
    ("000256782240146", NORA),
    ("++256782240146", NORA),
    ("+٢٥٦٧٨٢٢٤٠١٤٦", NORA),
    ("٠٧٨٢٢٤٠١٤٦", NORA),
    ("＋２５６７８２２４０１４６", NORA),
    ("+256\u00a0782\u202f240\u2011146", NORA),
    ("\u202a+256782240146\u202c", NORA),
    ("256782240146\u200b", NORA),
    ("📱 0782240146", NORA),
    ("☎️ 0782240146", NORA),
    ("tel:+256782240146", NORA),
    ("whatsapp:+256782240146", NORA),
    ("WhatsApp: 0782240146", NORA),
    ("+256.782.240.146", NORA),
    ("(0782) 240146", NORA),
    ("0782-240-146", NORA),
    (" 0782240146\r\n", NORA),
    ("0414123456", "+256414123456"),
    ("+256 31 2345678", "+256312345678"),
    ("+447400123456", "+447400123456"),
    ("+254712345678", "+254712345678"),
    ("+14155550100", "+14155550100"),
    ("00447400123456", "+447400123456"),
]

INVALID = [
    "+256+256782240146",
    "call me 0782240146",
    "o782240146",
    "+25678-BUY-NOW1",
    "+256 782 24O 146",
    "📱",
    "07822401466",
    "+25678224014",
    "12345678901234567890",
    "",
    " ",
    "+",
    "0",
    "+256",
    "0723456789",
    "0204123456",
    "0801234567",
    "UG.256782240146",
    "UG.782240146",
    "UG.ENT.782240146",
    "US.13491208655302741918",
    "0782240146 / 0701234567",
    "+256782240146,0701234567",
    "0782240146 or 0701234567",
    "0782240146 0701234567",
    "0782240146\n0701234567",
    "2.56782240146E+11",
    "7.82240146e8",
    "0256782240146",
    "256256782240146",
    "+999782240146",
    "0782_240_146",
    "+80012345678",
    "+882161234567",
    "\x00782240146",
    "\x1c0782240146",
    "0782\x00240146",
    "\ud83d0782240146",
    "112",
    "999",
    "+5215512345678",
    "+551187654321",
    "+6834002",
    "0782240146" * 100,
    "*165#",
]


@pytest.mark.parametrize(("typed", "phone"), VALID)
def test_a_number_is_read_however_it_is_written(typed: str, phone: str) -> None:
    assert read_phone(typed).phone == phone
    assert read_phone(typed).extension is None
    assert parse_phone(typed) == phone


@pytest.mark.parametrize("typed", INVALID)
def test_what_is_not_one_number_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        read_phone(typed)
    sentence = str(refusal.value)
    assert re.fullmatch(r"[A-Z].+\. Write it like 0712 345678 or \+256 712 345678\.", sentence)
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("typed", "extension"),
    [("+256782240146 ext 12", "12"), ("0782240146x5", "5"), ("tel:+256782240146;ext=7", "7")],
)
def test_an_extension_is_kept_apart_from_the_number(typed: str, extension: str) -> None:
    assert (read_phone(typed).phone, read_phone(typed).extension) == (NORA, extension)


@pytest.mark.parametrize(
    ("typed", "phone", "kind"),
    [("0800100100", "+256800100100", "toll-free"), ("0901234567", "+256901234567", "premium")],
)
def test_a_number_that_nobody_answers_is_read_but_is_no_customers(typed: str, phone: str, kind: str) -> None:
    read = read_phone(typed)
    assert (read.phone, read.kind, read.usable_on_whatsapp) == (phone, kind, False)
    with pytest.raises(InvalidPhone, match=kind):
        parse_phone(typed)


def test_mobile_and_fixed_numbers_may_be_customers() -> None:
    assert (read_phone("0782240146").kind, read_phone("0414123456").kind) == ("mobile", "fixed")
    assert read_phone("0414123456").usable_on_whatsapp


def test_a_number_without_a_country_code_belongs_to_the_shops_region() -> None:
    assert parse_phone("0712 345678", "KE") == "+254712345678"
    assert parse_phone("0712 345678", "UG") == "+256712345678"
    with pytest.raises(InvalidPhone, match=r"Write it like 0712 123456 or \+254 712 123456\."):
        parse_phone("nothing", "KE")
    with pytest.raises(InvalidPhone, match=r"Write it with \+ and the country code\."):
        parse_phone("0712 345678", "ZZ")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("UG.256782240146", "user id"),
        ("0782240146 / 0701234567", "more than one"),
        ("7.82240146e8", "spreadsheet"),
        ("07822401466", "too long"),
        ("12345678901234567890", "too long"),
        ("+25678224014", "too short"),
        ("0723456789", "No network"),
        ("+999782240146", "No country"),
        ("call me 0782240146", "letters"),
        ("\x00782240146", "cannot be seen"),
        ("+80012345678", "no country"),
        ("", "no phone number"),
    ],
)
def test_the_sentence_names_what_is_wrong(typed: str, reason: str) -> None:
    with pytest.raises(InvalidPhone, match=reason):
        read_phone(typed)


def test_every_prefix_of_a_ugandan_mobile_network_is_read_and_no_other() -> None:
    unassigned = {722, 723, 725, 729, 733, 735, 738, 739, 796, 797}
    only_with_zero = {728, 734}
    for prefix in range(700, 800):
        for next_digit in range(10):
            typed = f"0{prefix}{next_digit}12345"
            if prefix in unassigned or (prefix in only_with_zero and next_digit):
                with pytest.raises(InvalidPhone):
                    parse_phone(typed)
            else:
                assert parse_phone(typed) == f"+256{typed[1:]}"


def test_every_countrys_example_number_is_read_in_both_its_forms() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if number is None:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not KEY.fullmatch(e164):
            continue  # shorter than any WhatsApp number: Niue, Tokelau
        abroad = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert parse_phone(abroad) == parse_phone(e164) == e164


@given(
    st.one_of(
        st.text(max_size=40),
        st.text("0123456789+-.() ex/,\u200b٠٧\ud800\x00", max_size=25),
        st.from_regex(r"\+?[0-9]{6,16}", fullmatch=True),
    ),
    st.sampled_from(["UG", "KE", "US", "BR", "IT", "ZZ"]),
)
@example("0" * 99 + "1", "UG")
@settings(max_examples=400)
def test_any_text_is_one_number_for_good_or_refused(typed: str, region: str) -> None:
    try:
        phone = parse_phone(typed, region)
    except InvalidPhone:
        return
    assert KEY.fullmatch(phone)
    assert parse_phone(phone, region) == phone
    assert parse_phone(phone, "UG") == phone


@pytest.mark.parametrize(
    ("wa_id", "phone"),
    [
        ("5511987654321", "+5511987654321"),
        ("551187654321", "+551187654321"),
        ("5215512345678", "+5215512345678"),
        ("256782240146", NORA),
        ("+256782240146", NORA),
        ("16505551234", "+16505551234"),
    ],
)
def test_a_whatsapp_id_is_taken_as_it_is(wa_id: str, phone: str) -> None:
    assert parse_wa_id(wa_id) == phone


@pytest.mark.parametrize(
    "text",
    [None, "", "UG.256782240146", "0782240146", "1234567", "1234567890123456", "++256782240146",
     "256 782 240146", "256782240146\n", "٢٥٦٧٨٢٢٤٠١٤٦", "wa_123456"],
)  # fmt: skip
def test_what_is_not_a_whatsapp_id_gives_no_phone(text: str | None) -> None:
    assert parse_wa_id(text) is None


@pytest.mark.parametrize(
    "text",
    ["UG.256782240146", "US.13491208655302741918", "US.ENT.11815799212886844830", "ZZ.a", "US." + "9" * 128],
)
def test_a_user_id_is_recognised(text: str) -> None:
    assert parse_user_id(text) == text


@pytest.mark.parametrize(
    "text",
    [None, "", "foo_bar", "us.123", "USA.123", "US.", "US.ENT.", "US.1 2", "US.12\n", "US." + "9" * 129,
     "ＵＳ.123", "US.١٢٣", "+256782240146"],
)  # fmt: skip
def test_what_is_not_a_user_id_is_none(text: str | None) -> None:
    assert parse_user_id(text) is None


@pytest.mark.parametrize(
    ("whole", "masked"),
    [
        (NORA, "+25678…146"),
        ("256782240146", "25678…146"),
        ("+12345678", "+1…678"),
        ("UG.256782240146", "UG.25678…146"),
        ("US.ENT.11815799212886844830", "US.ENT.11815…830"),
        ("US.abc", "US.…"),
        ("Nora\n0782240146", "…"),
        (None, "none"),
    ],
)
def test_a_log_shows_only_the_ends(whole: str | None, masked: str) -> None:
    assert mask(whole) == masked


@given(
    st.one_of(
        st.from_regex(r"\+?[1-9][0-9]{7,14}", fullmatch=True),
        st.from_regex(r"[A-Z]{2}\.[0-9a-z]{1,128}", fullmatch=True),
    )
)
@settings(max_examples=100)
def test_a_mask_hides_at_least_four_characters_or_all(whole: str) -> None:
    head, tail = mask(whole).split("…")
    assert whole.startswith(head)
    assert whole.endswith(tail)
    assert len(whole) - len(head) - len(tail) >= 4 or not tail
