"""What the Graph API accepts as a message (WhatsApp Cloud API, messages). Pure."""

from collections.abc import Callable
from typing import cast

from luminous.simulator.refusals import Refusal, bad_value, invalid, missing
from luminous.text import Json

Object = dict[str, Json]
Check = Callable[[Object], Refusal | None]

MEDIA = ("image", "video", "audio", "document", "sticker")
HEADER_MEDIA = ("image", "video", "document")


def refusal(call: Json) -> Refusal | None:
    """Why a body of `POST /{phone_number_id}/messages` is refused, or None when it is in order."""
    if not isinstance(call, dict):
        return invalid("The request body must be a JSON object.")
    if call.get("messaging_product") != "whatsapp":
        return invalid("The parameter messaging_product is required and must be whatsapp.")
    if call.get("status") == "read":
        return None if _text(call, "message_id") else missing("The parameter message_id is required.")
    echo = call.get("biz_opaque_callback_data")
    if echo is not None and not (isinstance(echo, str) and len(echo) <= 512):
        return invalid("Param biz_opaque_callback_data must be a string of at most 512 characters.")
    if call.get("recipient_type", "individual") != "individual":
        return invalid("Param recipient_type must be individual.")
    if not _text(call, "to") and not _text(call, "recipient"):
        return missing("The parameter to or recipient is required.")
    return _by_kind(call)


def _by_kind(call: Object) -> Refusal | None:
    kind = call.get("type", "text")
    if not isinstance(kind, str) or kind not in _CHECKS:
        return invalid(f"Param type must be one of {', '.join(sorted(_CHECKS))}.")
    content = call.get(kind)
    if not isinstance(content, dict):
        return missing(f"Parameter '{kind}' is mandatory for type '{kind}'.")
    return _CHECKS[kind](content)


def _check_text(text: Object) -> Refusal | None:
    body = _text(text, "body")
    if not body:
        return missing("Parameter 'text.body' is mandatory.")
    return None if len(body) <= 4096 else invalid("Param text['body'] must be at most 4096 characters long.")


def _check_media(media: Object) -> Refusal | None:
    if bool(_text(media, "id")) == bool(_text(media, "link")):
        return missing("Exactly one of id and link is required.")
    return _too_long(media, "caption", 1024)


def _check_reaction(reaction: Object) -> Refusal | None:
    if not _text(reaction, "message_id"):
        return missing("Parameter 'reaction.message_id' is mandatory.")
    return (
        None
        if isinstance(reaction.get("emoji"), str)
        else missing("Parameter 'reaction.emoji' is mandatory.")
    )


def _check_template(template: Object) -> Refusal | None:
    """What can be said without knowing the template."""
    if not _text(template, "name"):
        return missing("Parameter 'template.name' is mandatory.")
    if not _text(_object(template, "language"), "code"):
        return missing("Parameter 'template.language.code' is mandatory.")
    return None


def _check_interactive(interactive: Object) -> Refusal | None:
    kind = _text(interactive, "type")
    if kind not in _INTERACTIVE:
        return bad_value(f"Interactive type must be one of {', '.join(sorted(_INTERACTIVE))}.")
    longest, check = _INTERACTIVE[kind]
    body = _text(_object(interactive, "body"), "text")
    if not body:
        return missing("Parameter 'interactive.body.text' is mandatory.")
    if len(body) > longest:
        return bad_value(f"Body text length invalid. Min length: 1, Max length: {longest}")
    action = interactive.get("action")
    if not isinstance(action, dict):
        return missing("Parameter 'interactive.action' is mandatory.")
    return (
        _check_header(_object(interactive, "header"), kind)
        or _too_long(_object(interactive, "footer"), "text", 60)
        or check(action)
    )


def _check_header(header: Object, kind: str) -> Refusal | None:
    shown = _text(header, "type")
    if kind == "button" and shown in HEADER_MEDIA:
        return _check_media(_object(header, shown))
    if header and shown != "text":
        return bad_value(f"Header type {shown[:40]} cannot stand over interactive type {kind}.")
    return _too_long(header, "text", 60)


def _check_buttons(action: Object) -> Refusal | None:
    buttons = _objects(action, "buttons")
    if not 1 <= len(buttons) <= 3:
        return bad_value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [_object(button, "reply") for button in buttons]
    if any(button.get("type") != "reply" for button in buttons):
        return bad_value("Button type must be reply.")
    for reply in replies:
        wrong = _length(reply, "id", 256, "Button id") or _length(reply, "title", 20, "Button title")
        if wrong:
            return wrong
    return _repeated(replies, "id", "Button id") or _repeated(replies, "title", "Button title")


def _check_list(action: Object) -> Refusal | None:
    sections = _objects(action, "sections")
    rows = [row for section in sections for row in _objects(section, "rows")]
    wrong = _length(action, "button", 20, "Button label")
    if wrong:
        return wrong
    if not 1 <= len(sections) <= 10 or any(not _objects(section, "rows") for section in sections):
        return bad_value("Invalid sections count. Each of 1 to 10 sections has at least one row.")
    if len(rows) > 10:
        return bad_value("Total row count exceed max allowed count: 10")
    for section in sections:
        wrong = _section_title(section, is_only=len(sections) == 1)
        if wrong:
            return wrong
    for row in rows:
        wrong = (
            _length(row, "id", 200, "Row id")
            or _length(row, "title", 24, "Row title")
            or _too_long(row, "description", 72)
        )
        if wrong:
            return wrong
    return _repeated(rows, "id", "Row id")


def _section_title(section: Object, *, is_only: bool) -> Refusal | None:
    if is_only and not _text(section, "title"):
        return None
    return _length(section, "title", 24, "Section title")


def _check_link(action: Object) -> Refusal | None:
    parameters = _object(action, "parameters")
    if not _text(parameters, "url").startswith(("http://", "https://")):
        return bad_value("Parameter 'url' must be an http or https address.")
    return _length(parameters, "display_text", 20, "Display text")


def _check_contact_request(action: Object) -> Refusal | None:
    is_named = action.get("name") == "request_contact_info"
    return None if is_named else bad_value("Action name must be request_contact_info.")


def _length(holder: Object, key: str, longest: int, what: str) -> Refusal | None:
    if 1 <= len(_text(holder, key)) <= longest:
        return None
    return bad_value(f"{what} length invalid. Min length: 1, Max length: {longest}")


def _too_long(holder: Object, key: str, longest: int) -> Refusal | None:
    if len(_text(holder, key)) <= longest:
        return None
    return bad_value(f"{key.capitalize()} length invalid. Max length: {longest}")


def _repeated(holders: list[Object], key: str, what: str) -> Refusal | None:
    values = [_text(holder, key) for holder in holders]
    return None if len(set(values)) == len(values) else bad_value(f"{what} must be unique.")


def _text(holder: Object, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _object(holder: Object, key: str) -> Object:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _objects(holder: Object, key: str) -> list[Object]:
    values = holder.get(key)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return []
    return cast("list[Object]", values)


_INTERACTIVE: dict[str, tuple[int, Check]] = {
    "button": (1024, _check_buttons),
    "list": (4096, _check_list),
    "cta_url": (1024, _check_link),
    "request_contact_info": (1024, _check_contact_request),
}
_CHECKS: dict[str, Check] = {
    "text": _check_text,
    "interactive": _check_interactive,
    "reaction": _check_reaction,
    "template": _check_template,
    **dict.fromkeys(MEDIA, _check_media),
}
