"""Taking a message that the shop sends: whom it is for, and what will become of it.

`to` wins over `recipient`, and without a plus gets the business number's calling code (WhatsApp Cloud API,
messages). A user id inside `to` is answered with 200 and dropped, as several providers reported.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

from luminous.phone import parse_user_id
from luminous.simulator import approval, chats, phones, refusals
from luminous.simulator.chats import Message
from luminous.simulator.network import Network
from luminous.simulator.phones import Phone
from luminous.simulator.refusals import Refusal
from luminous.simulator.switches import Name, strikes
from luminous.text import Json

Object = dict[str, Json]
REFUSALS: dict[Name, Callable[[], Refusal]] = {"too_many": refusals.too_many, "broken": refusals.broken}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered with, and what the answer does not say."""

    status: int
    body: Json
    phone_id: int | None = None
    remark: str = ""
    is_lost: bool = False  # the work is done, the answer never leaves


def refuse(refused: Refusal, phone: Phone | None = None, remark: str = "") -> Answer:
    """The answer of a refusal."""
    return Answer(refused.http_status, refused.body(), phone.id if phone else None, remark)


@dataclass(frozen=True, slots=True)
class _Address:
    given: str
    number: str | None = None  # digits
    user_id: str | None = None
    phone: Phone | None = None
    remark: str = ""


def accept(network: Network, call: Object) -> Answer:
    """Take a message that is in order, on the terms of who it is for."""
    address = _address(network, call)
    refused = _refused(network, call, address)
    if refused:
        return refused
    message, remark = _keep(network, call, address)
    phone_id = address.phone.id if address.phone else None
    if phone_id is not None:
        phones.show_typing(network.store, phone_id, until=0)
    contact: Object = {"input": address.given}
    if address.user_id:
        contact["user_id"] = address.user_id
    else:
        contact["wa_id"] = address.number or address.given
    answer: Json = {
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": message.wamid}],
    }
    if strikes(network.store, "accept_then_drop"):
        return Answer(200, answer, phone_id, "Accepted, but the answer is never sent.", is_lost=True)
    return Answer(200, answer, phone_id, remark)


def _refused(network: Network, call: Object, address: _Address) -> Answer | None:
    for name, refusal in REFUSALS.items():
        if strikes(network.store, name):
            return refuse(refusal(), address.phone, "Refused by a switch; the message did not go out.")
    if call.get("type") == "template" and (refusal := approval.refusal(network.store, call["template"])):
        return refuse(refusal, address.phone)
    if address.user_id and address.phone is None:
        return refuse(refusals.bad_value(f"Recipient {address.user_id[:80]} is not a user of this business."))
    return None


def _keep(network: Network, call: Object, address: _Address) -> tuple[Message, str]:
    """The message as it is now kept, and what its answer does not say."""
    kind, context, echo = (
        str(call.get("type", "text")),
        call.get("context"),
        call.get("biz_opaque_callback_data"),
    )
    quoted = context.get("message_id") if isinstance(context, dict) else None
    error_code, remark = _fate(network, address, is_template=kind == "template")
    message = chats.write_from_shop(
        network.store,
        address.phone.id if address.phone else None,
        kind,
        approval.filled(network.store, call[kind]) if kind == "template" else call[kind],
        addressed_to=address.number or address.user_id or address.given,
        quoted_wamid=quoted if isinstance(quoted, str) else None,
        echo=echo if isinstance(echo, str) else None,
        error_code=error_code,
        is_dropped=address.number is None and address.user_id is None,
    )
    return message, remark


def _address(network: Network, call: Object) -> _Address:
    """Whom the call names: `to` wins over `recipient`."""
    to, recipient = call.get("to"), call.get("recipient")
    if not isinstance(to, str) or not to:
        user_id = str(recipient)
        return _Address(user_id, user_id=user_id, phone=phones.phone_by_user_id(network.store, user_id))
    if parse_user_id(to):
        return _Address(to, phone=phones.phone_by_user_id(network.store, to))
    digits = re.sub(r"[^0-9]", "", to)
    if to.strip().startswith("+"):
        return _Address(to, number=digits, phone=phones.phone_by_number(network.store, digits))
    number = f"{_calling_code(network.settings.business_number)}{digits}"
    phone = phones.phone_by_number(network.store, number)
    return _Address(
        to, number=number, phone=phone, remark=f"`to` has no plus: the message went to +{number}."
    )


def _calling_code(business_number: str) -> int:
    return phonenumbers.parse(business_number).country_code or 0


def _fate(network: Network, address: _Address, *, is_template: bool) -> tuple[int | None, str]:
    """The error that the message will fail with later, and a remark."""
    if address.number is None and address.user_id is None:
        return None, "A user id stood in `to`: answered with 200 and silently dropped."
    if address.phone is None:
        return (
            131026,
            address.remark or f"Nobody here has the number +{address.number}; it will fail (131026).",
        )
    if not is_template and not chats.is_window_open(network.store, address.phone.id, network.now()):
        return 131047, "More than 24 hours since this phone wrote; it will fail (131047)."
    return None, address.remark
