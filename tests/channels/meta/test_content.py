import pytest

from luminous.channels.meta.content import check_content
from luminous.messages import Attachment, Button, Content, Row

TWO_TITLES = "Two buttons of the message have the same title."
PDF = Attachment("quotation", "7", "Quotation 7.pdf", "application/pdf")
SOUND = Attachment("media", "7", "voice.ogg", "audio/ogg")
TWO_ROWS = "Two rows of the message have the same id."


def buttons(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"id-{number}", f"Button {number}") for number in range(count))


def rows(count: int) -> tuple[Row, ...]:
    return tuple(Row(f"id-{number}", "Row") for number in range(count))


@pytest.mark.parametrize(
    "content",
    [
        Content("x" * 4096),
        Content("x" * 1024, buttons=buttons(3)),
        Content("x", buttons=(Button("i" * 256, "t" * 20),)),
        Content("x" * 4096, rows=rows(10), label="l" * 20),
        Content("x", rows=(Row("i" * 200, "t" * 24, "d" * 72), Row("j", "t" * 24)), label="Menu"),
        Content("x" * 1024, attachment=PDF),
        Content("", attachment=PDF),
        Content("", attachment=SOUND),
        Content("x" * 1024, buttons=buttons(3), attachment=PDF),
    ],
)
def test_what_keeps_to_the_limits_may_go(content: Content) -> None:
    assert check_content(content) is None


def button(number: str = "a", title: str = "Yes") -> Content:
    return Content("x", buttons=(Button(number, title),))


def row(number: str = "a", title: str = "Yes", description: str = "", label: str = "Menu") -> Content:
    return Content("x", rows=(Row(number, title, description),), label=label)


@pytest.mark.parametrize(
    ("content", "what", "longest"),
    [
        (Content("x" * 4097), "The text", 4096),
        (Content("👋" * 2048 + "x"), "The text", 4096),
        (Content("x" * 1025, buttons=buttons(1)), "The text", 1024),
        (Content("x" * 1025, attachment=PDF), "The caption", 1024),
        (Content("x" * 1025, buttons=buttons(1), attachment=PDF), "The text", 1024),
        (button(number="a" * 257), "A button's id", 256),
        (button(title="A" * 21), "A button's title", 20),
        (row(number="a" * 201), "A row's id", 200),
        (row(title="A" * 25), "A row's title", 24),
        (row(description="d" * 73), "A row's description", 72),
        (row(label="l" * 21), "The label that opens a list", 20),
    ],
)
def test_one_character_too_many_is_said(content: Content, what: str, longest: int) -> None:
    assert check_content(content) == f"{what} has {longest + 1} characters, and at most {longest} may go."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (Content(""), "The text is empty."),
        (Content(" \n"), "The text is empty."),
        (Content("", buttons=buttons(1), attachment=PDF), "The text is empty."),
        (Content("x", rows=rows(1), label="Menu", attachment=PDF), "A list carries no file."),
        (Content("x", attachment=SOUND), "A sound has no caption."),
        (Content("x", buttons=buttons(1), attachment=SOUND), "A message with buttons carries no sound."),
        (button(number=""), "A button's id is empty."),
        (button(title=" "), "A button's title is empty."),
        (row(number=""), "A row's id is empty."),
        (row(title=" "), "A row's title is empty."),
        (row(label=""), "The label that opens a list is empty."),
        (Content("x", buttons=buttons(4)), "A message has at most 3 buttons, not 4."),
        (Content("x", rows=rows(11), label="Menu"), "A list has at most 10 rows, not 11."),
        (Content("x", buttons(1), rows(1), "Menu"), "A message has buttons or a list, not both."),
        (Content("x", (Button("a", "A"), Button("a", "B"))), "Two buttons of the message have the same id."),
        (
            Content("x", (Button("a", "A"), Button("b", "A"))),
            "Two buttons of the message have the same title.",
        ),
        (
            Content("x", (), (Row("a", "A"), Row("a", "B")), "Menu"),
            "Two rows of the message have the same id.",
        ),
    ],
)
def test_the_limit_that_is_broken_is_said(content: Content, reason: str) -> None:
    assert check_content(content) == reason
