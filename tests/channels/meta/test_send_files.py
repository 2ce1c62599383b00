"""A file goes in two calls: the upload, then the message that names it. A failed upload sent nothing."""

from dataclasses import replace

import httpx2
import pytest

from luminous.channels import calling
from luminous.channels.meta.upload import LARGEST
from luminous.errors import SendFailed, SendOutcome
from luminous.messages import Attachment, Button, Content, Outgoing

from .graph import Answer, Graph, graph_api, hangs, says, writes
from .sending import ACCEPTED, HELLO, TOKEN, channel

UPLOADED = says(200, {"id": "1234567890"})
PDF = Attachment("quotation", "q-7", "Quotation 7.pdf", "application/pdf")
PHOTO = Attachment("media", "m-7", "bag.jpg", "image/jpeg")
BYTES = b"%PDF-1.7 \x00 a price"


def with_file(attachment: Attachment, file: bytes | None = BYTES, **content: object) -> Outgoing:
    said = Content("Your price", attachment=attachment)
    return replace(HELLO, content=replace(said, **content), file=file)


async def sent(client: httpx2.AsyncClient, message: Outgoing) -> Graph:
    async with graph_api(UPLOADED, ACCEPTED) as graph:
        assert await channel(client, graph.url).send(message) == "wamid.NEW"
    return graph


async def test_a_document_is_uploaded_and_sent_with_name_and_caption(client: httpx2.AsyncClient) -> None:
    upload, message = (await sent(client, with_file(PDF))).requests

    assert upload.line == "POST /v26.0/106540352242922/media HTTP/1.1"
    assert upload.headers["authorization"] == f"Bearer {TOKEN}"
    assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="messaging_product"\r\n\r\nwhatsapp\r\n' in upload.body
    assert b'name="type"\r\n\r\napplication/pdf\r\n' in upload.body
    assert b'filename="Quotation 7.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + BYTES in upload.body
    assert message.json["biz_opaque_callback_data"] == "luminous:42"
    assert message.json["type"] == "document"
    assert message.json["document"] == {
        "id": "1234567890",
        "filename": "Quotation 7.pdf",
        "caption": "Your price",
    }


async def test_a_picture_goes_as_a_picture_and_a_large_one_as_a_document(client: httpx2.AsyncClient) -> None:
    _, message = (await sent(client, with_file(PHOTO))).requests
    assert message.json["image"] == {"id": "1234567890", "caption": "Your price"}

    _, message = (await sent(client, with_file(PHOTO, b"x" * (LARGEST["image"] + 1)))).requests
    assert message.json["document"]["filename"] == "bag.jpg"


async def test_a_file_stands_over_the_buttons(client: httpx2.AsyncClient) -> None:
    _, message = (await sent(client, with_file(PDF, buttons=(Button("accept", "Accept"),)))).requests

    assert message.json["type"] == "interactive"
    assert message.json["interactive"]["header"] == {
        "type": "document",
        "document": {"id": "1234567890", "filename": "Quotation 7.pdf"},
    }
    assert message.json["interactive"]["body"] == {"text": "Your price"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (writes(b"", then_closes=True), "not_sent"),
        (says(500, {"error": {"code": 131000}}), "not_sent"),
        (says(503, b""), "not_sent"),
        (says(200, {}), "not_sent"),
        (says(429, {"error": {"code": 130429}}), "not_sent"),
        (says(401, {"error": {"code": 190, "message": f"bad {TOKEN}"}}), "held"),
        (says(400, {"error": {"code": 131053, "message": "Media upload error"}}), "once"),
        (says(302, b"", location="http://169.254.169.254/"), "held"),
    ],
)
async def test_when_the_upload_fails_the_message_was_surely_not_sent(
    client: httpx2.AsyncClient, answer: Answer, outcome: SendOutcome
) -> None:
    async with graph_api(answer) as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(with_file(PDF))

    assert (failure.value.outcome, len(graph.requests)) == (outcome, 1)
    assert TOKEN not in failure.value.reason


async def test_an_upload_that_hangs_is_given_up_in_time(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST_UPLOAD_SECONDS", 0.05)
    async with graph_api(hangs) as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(with_file(PDF))

    assert failure.value.outcome == "not_sent"


@pytest.mark.parametrize("file", [b"", None])
async def test_nothing_is_called_without_a_file(client: httpx2.AsyncClient, file: bytes | None) -> None:
    async with graph_api() as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(with_file(PDF, file))

    assert (failure.value.outcome, graph.requests) == ("refused", [])


async def test_a_sound_is_never_made_a_document_nor_sent_too_large(client: httpx2.AsyncClient) -> None:
    sound = Attachment("media", "m", "voice.ogg", "audio/ogg; codecs=opus")
    async with graph_api() as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(with_file(sound, b"x" * (LARGEST["audio"] + 1), text=""))

    assert (failure.value.outcome, graph.requests) == ("refused", [])
