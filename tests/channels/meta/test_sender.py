import pytest

from luminous.messages import Sender
from luminous.phone import Phone, UserId

from .making import contact, message, only, received

NOBODY = Sender(None, None, None, None, None)
NORA, BEN = "256782240146", "256701234567"
NORAS_ID, BENS_ID = "UG.1111", "UG.2222"


def test_each_message_finds_its_own_contact_in_a_batch() -> None:
    contacts = [
        contact("Ben", wa_id=BEN),
        contact("Nora", user_id=NORAS_ID),
        contact("Cy", wa_id="256772000000"),
    ]
    events = received(
        message(id="wamid.1", from_user_id=NORAS_ID),
        message(id="wamid.2", **{"from": BEN}),
        message(id="wamid.3", **{"from": "256799999999"}),
        contacts=contacts,
    )
    assert [event.sender.profile_name for event in events] == ["Nora", "Ben", None]
    assert [event.sender.user_id for event in events] == [NORAS_ID, None, None]


def test_a_contact_completes_the_identifiers_of_its_message() -> None:
    contacts = [contact("Nora", wa_id=NORA, user_id=NORAS_ID, parent_user_id="UG.ENT.9")]
    for keys in ({"from": NORA}, {"from": None, "from_user_id": NORAS_ID}):
        assert only(message(**keys), contacts=contacts).sender == Sender(
            Phone("+" + NORA), UserId(NORAS_ID), UserId("UG.ENT.9"), NORA, "Nora"
        )


def test_the_only_contact_belongs_to_the_only_message_unless_something_speaks_against_it() -> None:
    nameless = message(**{"from": None})
    nora = contact("Nora", wa_id=NORA, user_id=NORAS_ID)
    assert only(nameless, contacts=[nora]).sender.user_id == NORAS_ID
    assert only(message(), contacts=[contact("Nora", user_id=NORAS_ID)]).sender.user_id == NORAS_ID
    assert only(nameless, contacts=[nora, contact("Ben", wa_id=BEN)]).sender == NOBODY
    assert [e.sender for e in received(nameless, nameless, contacts=[nora])] == [NOBODY, NOBODY]
    assert only(message(**{"from": BEN}), contacts=[nora]).sender == Sender(
        Phone("+" + BEN), None, None, BEN, None
    )


def test_a_contact_with_the_same_phone_and_another_user_id_is_somebody_else() -> None:
    sender = only(
        message(from_user_id=BENS_ID), contacts=[contact("Nora", wa_id=NORA, user_id=NORAS_ID)]
    ).sender
    assert sender == Sender(Phone("+" + NORA), UserId(BENS_ID), None, NORA, None)


def test_the_user_id_is_stronger_than_the_phone_in_finding_the_contact() -> None:
    contacts = [contact("Ben", wa_id=NORA), contact("Nora", wa_id=BEN, user_id=NORAS_ID)]
    sender = only(message(from_user_id=NORAS_ID), contacts=contacts).sender
    assert (sender.phone, sender.profile_name) == ("+" + NORA, "Nora")


@pytest.mark.parametrize("malformed", ["foo_bar", "", "ug.1111", "UG.", 7, None, {}, ["UG.1111"]])
def test_a_malformed_user_id_is_not_taken(malformed: object) -> None:
    contacts = [contact("Nora", wa_id=NORA, user_id=malformed, parent_user_id=malformed)]
    sender = only(message(from_user_id=malformed, from_parent_user_id=malformed), contacts=contacts).sender
    assert sender == Sender(Phone("+" + NORA), None, None, NORA, "Nora")


def test_a_user_id_in_the_phones_place_is_a_user_id_and_never_a_phone() -> None:
    sender = only(
        message(**{"from": "UG.256782240146"}), contacts=[contact("Nora", wa_id="UG.256782240146")]
    ).sender
    assert sender == Sender(None, UserId("UG.256782240146"), None, None, "Nora")


@pytest.mark.parametrize("absent", ["", None, "abc", 5.5, [], {}, "0782240146"])
def test_a_from_that_is_no_number_counts_as_absent(absent: object) -> None:
    assert only(message(**{"from": absent}), contacts=[]).sender == NOBODY


def test_a_number_that_came_as_a_number_is_understood() -> None:
    assert only(message(**{"from": 256782240146})).sender.phone == "+256782240146"


@pytest.mark.parametrize(
    "contacts", ["Nora", 5, {}, [], [5, None, "Nora"], [[]], {"wa_id": NORA}, [{"profile": "N"}]]
)
def test_contacts_of_the_wrong_shape_do_not_cost_the_message(contacts: object) -> None:
    assert only(message(), contacts=contacts).sender == Sender(Phone("+" + NORA), None, None, NORA, None)


def test_a_system_message_takes_no_identifier_from_a_contact() -> None:
    sent = message("system", {"type": "user_changed_user_id"}, **{"from": None})
    assert only(sent, contacts=[contact("Nora", wa_id=NORA, user_id=NORAS_ID)]).sender == NOBODY


def test_a_name_is_cleaned() -> None:
    assert only(message(), contacts=[contact("\u202eNo\x00ra\n", wa_id=NORA)]).sender.profile_name == "Nora"
    assert only(message(), contacts=[contact("\u200b", wa_id=NORA)]).sender.profile_name is None
