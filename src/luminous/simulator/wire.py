"""The webhook bodies of the WhatsApp Cloud API, as Meta documents them. Pure.

Since 2026 a person is named by a business-scoped user id, and by a phone number only where Meta passes
it on: what is hidden is an absent key, never an empty one.
"""

import json
from collections.abc import Sequence

from luminous.simulator.chats import Message, Status
from luminous.simulator.network import SimulatorSettings
from luminous.simulator.phones import Phone
from luminous.text import Json

ACCOUNT_ID = "102290129340398"  # any WhatsApp Business Account id
Object = dict[str, Json]

# Title and details of what a message can fail with (WhatsApp Cloud API, error codes).
FAILURES = {
    131026: ("Message undeliverable", "Message Undeliverable."),
    131047: (
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number.",
    ),
}
HELP = "/documentation/business-messaging/whatsapp/support/error-codes"


def body(changes: Sequence[Json]) -> str:
    """One POST with these changes: ASCII, with escapes in lower case, which is what Meta signs."""
    entry: Json = {"id": ACCOUNT_ID, "changes": list(changes)}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=True, separators=(",", ":")
    )


def message_change(
    settings: SimulatorSettings, phone: Phone, message: Message, *, with_identity_key: bool = False
) -> Object:
    """The change that tells the shop what a person wrote. The key: for shops with identity checks."""
    written: Object = {} if phone.is_number_hidden else {"from": phone.number}
    if not phone.hides_user_id:
        written["from_user_id"] = phone.user_id
    written |= {
        "id": message.wamid,
        "timestamp": str(int(message.created_at)),
        "type": message.kind,
        message.kind: json.loads(message.content),
    }
    if message.quoted_wamid:
        written["context"] = {"from": settings.business_digits, "id": message.quoted_wamid}
    contact = _contact(phone)
    if with_identity_key:
        contact["identity_key_hash"] = phone.identity_key
    return change(settings, {"contacts": [contact], "messages": [written]})


def status_change(
    settings: SimulatorSettings, phone: Phone | None, message: Message, status: Status, at: float
) -> Object:
    """The change that tells the shop what became of its message. phone: None when nobody has the number.

    A message that went to a number or a user id that the phone has no longer tells nothing of the new ones.
    """
    if phone and message.addressed_to not in (phone.number, phone.user_id):
        phone = None
    went_to_phone = message.addressed_to is not None and message.addressed_to.isdigit()
    told: Object = {"id": message.wamid, "status": status, "timestamp": str(int(at))}
    if went_to_phone:
        told["recipient_id"] = message.addressed_to
    elif phone and not phone.is_number_hidden:
        told["recipient_id"] = phone.number
    if not went_to_phone:
        told["recipient_user_id"] = message.addressed_to
    value: Object = {}
    if status == "failed":
        told["errors"] = [_failure(message.error_code or 131026)]
    elif phone:
        if not phone.hides_user_id:
            told["recipient_user_id"] = phone.user_id
        value["contacts"] = [_contact(phone, with_username=status != "sent", with_number=went_to_phone)]
        if status in ("sent", "delivered"):
            told["pricing"] = {
                "billable": True,
                "pricing_model": "PMP",
                "type": "regular",
                "category": "utility" if message.kind == "template" else "service",
            }
    if message.echo is not None:
        told["biz_opaque_callback_data"] = message.echo
    value["statuses"] = [told]
    return change(settings, value)


def change(settings: SimulatorSettings, value: Object, field: str = "messages") -> Object:
    """One element of entry[].changes about the shop's number."""
    number: Object = {
        "display_phone_number": settings.business_digits,
        "phone_number_id": settings.business_number_id,
    }
    return {"value": {"messaging_product": "whatsapp", "metadata": number, **value}, "field": field}


def _contact(phone: Phone, *, with_username: bool = True, with_number: bool = False) -> Object:
    profile: Object = {"name": phone.name} if phone.name else {}
    if phone.username and with_username:
        profile["username"] = phone.username
    contact: Object = {"profile": profile}
    if with_number or not phone.is_number_hidden:
        contact["wa_id"] = phone.number
    if not phone.hides_user_id:
        contact["user_id"] = phone.user_id
    return contact


def _failure(code: int) -> Object:
    title, details = FAILURES[code]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": HELP,
    }
