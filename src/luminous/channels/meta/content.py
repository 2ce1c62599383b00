"""What a message says, in Meta's words and within Meta's limits.

Limits: WhatsApp Cloud API, text messages, reply buttons, lists, media messages. Meta does not say what
it counts as a character; UTF-16 code units are counted here, the largest of the candidates.
"""

from collections.abc import Iterable

from luminous.channels.meta.upload import Uploaded, kind_of
from luminous.messages import Button, Content, Row, TemplateUse
from luminous.text import Json

LONGEST_TEXT = 4096
LONGEST_TEXT_WITH_BUTTONS = 1024
LONGEST_CAPTION = 1024
MOST_BUTTONS = 3
LONGEST_BUTTON_ID = 256
LONGEST_BUTTON_TITLE = 20
MOST_ROWS = 10
LONGEST_ROW_ID = 200
LONGEST_ROW_TITLE = 24
LONGEST_ROW_DESCRIPTION = 72
LONGEST_LABEL = 20


def check_content(content: Content) -> str | None:
    """The sentence that says which limit of Meta's the content breaks; None when it may go."""
    if content.buttons and content.rows:
        return "A message has buttons or a list, not both."
    if content.asks_for_number and (content.buttons or content.rows):
        return "The question for the number has its own button, and no other."
    return (
        _check_words(content)
        or _check_buttons(content.buttons)
        or (_check_rows(content.rows, content.label) if content.rows else None)
    )


def body_of(content: Content, file: Uploaded | None = None) -> dict[str, Json]:
    """The keys of the request that carry the content: `type` and the object it names."""
    if content.buttons:
        buttons: list[Json] = [_button(button) for button in content.buttons]
        return _interactive("button", content.text, {"buttons": buttons}, file)
    if content.rows:
        rows: list[Json] = [_row(row) for row in content.rows]
        return _interactive("list", content.text, {"button": content.label, "sections": [{"rows": rows}]})
    if content.asks_for_number:
        return _interactive("request_contact_info", content.text, {"name": "request_contact_info"})
    if file:
        caption: dict[str, Json] = {"caption": content.text} if content.text else {}
        return {"type": file.kind, file.kind: {**_file(file), **caption}}
    return {"type": "text", "text": {"body": content.text, "preview_url": False}}


def body_of_template(template: TemplateUse) -> dict[str, Json]:
    """The same for an approved template. A value is one line: Meta refuses line breaks and tabs in it."""
    lines = (" ".join(value.split()) for value in template.variables)
    values: list[Json] = [{"type": "text", "text": line} for line in lines]
    components: list[Json] = [{"type": "body", "parameters": values}] if values else []
    named: dict[str, Json] = {"name": template.name, "language": {"code": template.language}}
    return {"type": "template", "template": {**named, "components": components}}


def check_template(template: TemplateUse) -> str | None:
    """The sentence that says why these values cannot be sent; None when they may go."""
    empty = (number for number, value in enumerate(template.variables, start=1) if not value.strip())
    return next((f"The value for {{{{{number}}}}} of {template.name} is empty." for number in empty), None)


def _check_words(content: Content) -> str | None:
    attachment = content.attachment
    if attachment is None:
        is_short = content.buttons or content.asks_for_number
        return _check("The text", content.text, LONGEST_TEXT_WITH_BUTTONS if is_short else LONGEST_TEXT)
    if content.asks_for_number:
        return "The question for the number carries no file."
    if content.rows:
        return "A list carries no file."
    if content.buttons:
        if kind_of(attachment.mime_type) == "audio":
            return "A message with buttons carries no sound."
        return _check("The text", content.text, LONGEST_TEXT_WITH_BUTTONS)
    if content.text and kind_of(attachment.mime_type) == "audio":
        return "A sound has no caption."
    return _check_length("The caption", content.text, LONGEST_CAPTION)


def _check_buttons(buttons: tuple[Button, ...]) -> str | None:
    if len(buttons) > MOST_BUTTONS:
        return f"A message has at most {MOST_BUTTONS} buttons, not {len(buttons)}."
    for button in buttons:
        wrong = _check("A button's id", button.id, LONGEST_BUTTON_ID) or _check(
            "A button's title", button.title, LONGEST_BUTTON_TITLE
        )
        if wrong:
            return wrong
    return _check_different("buttons", "id", (button.id for button in buttons)) or _check_different(
        "buttons", "title", (button.title for button in buttons)
    )


def _check_rows(rows: tuple[Row, ...], label: str) -> str | None:
    if len(rows) > MOST_ROWS:
        return f"A list has at most {MOST_ROWS} rows, not {len(rows)}."
    for row in rows:
        wrong = (
            _check("A row's id", row.id, LONGEST_ROW_ID)
            or _check("A row's title", row.title, LONGEST_ROW_TITLE)
            or _check_length("A row's description", row.description, LONGEST_ROW_DESCRIPTION)
        )
        if wrong:
            return wrong
    return _check_different("rows", "id", (row.id for row in rows)) or _check(
        "The label that opens a list", label, LONGEST_LABEL
    )


def _check(what: str, text: str, longest: int) -> str | None:
    return _check_length(what, text, longest) if text.strip() else f"{what} is empty."


def _check_length(what: str, text: str, longest: int) -> str | None:
    length = len(text.encode("utf-16-le", errors="surrogatepass")) // 2
    return f"{what} has {length} characters, and at most {longest} may go." if length > longest else None


def _check_different(what: str, key: str, values: Iterable[str]) -> str | None:
    listed = list(values)
    return f"Two {what} of the message have the same {key}." if len(set(listed)) < len(listed) else None


def _interactive(
    kind: str, text: str, action: dict[str, Json], file: Uploaded | None = None
) -> dict[str, Json]:
    header: dict[str, Json] = {"header": {"type": file.kind, file.kind: _file(file)}} if file else {}
    return {
        "type": "interactive",
        "interactive": {"type": kind, **header, "body": {"text": text}, "action": action},
    }


def _file(file: Uploaded) -> dict[str, Json]:
    """Only documents have a name there."""
    return {"id": file.id, **({"filename": file.filename} if file.kind == "document" else {})}


def _button(button: Button) -> Json:
    return {"type": "reply", "reply": {"id": button.id, "title": button.title}}


def _row(row: Row) -> Json:
    described: dict[str, Json] = {"description": row.description} if row.description else {}
    return {"id": row.id, "title": row.title, **described}
