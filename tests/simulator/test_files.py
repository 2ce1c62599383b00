"""A file sent on the phone is kept by the real shop, seen beside the phone, or refused with the reason."""

import asyncio
import time

import pytest
from playwright.async_api import Browser, expect

from tests.media.pictures import KAMPALA, bomb, photo

from .browsing import DESK, NEEDS_BROWSER, watch_for_trouble
from .stand_in import Shop


async def send(shop: Shop, filename: str, content: bytes, claimed: str) -> None:
    answer = await shop.client.post(
        f"{shop.url}/phones/1/messages", files={"file": (filename, content, claimed)}
    )
    assert answer.status_code == 204, answer.text


async def seen(shop: Shop, words: str) -> str:
    """The page, once it says this; fails when it does not in time."""
    end = time.monotonic() + 20
    while words not in (page := (await shop.client.get(shop.url)).text.replace("&#39;", "'")):
        assert time.monotonic() < end, f"not seen: {words}"
        await asyncio.sleep(0.05)
    return page


async def test_a_photo_is_kept_without_its_metadata_and_shown_safely(real_shop: Shop) -> None:
    await send(real_shop, "bag.jpg", photo(), "image/jpeg")
    page = await seen(real_shop, 'src="/simulator/received/')

    address = page.split('src="/simulator/received/')[1].split('"')[0]
    kept = await real_shop.client.get(f"{real_shop.url}/received/{address}")
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["content-disposition"].startswith("inline; ")
    assert kept.content.startswith(b"\xff\xd8\xff")
    assert KAMPALA.encode() not in kept.content


async def test_a_hostile_file_is_refused_with_a_reason(real_shop: Shop) -> None:
    for filename, content, claimed in (
        ("bag.jpg", b"<!doctype html><script>alert(1)</script>", "image/jpeg"),
        ("bag.png", bomb(), "image/png"),
        ("bag.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
    ):
        await send(real_shop, filename, content, claimed)

    await seen(real_shop, "What came as a picture is something else.")
    await seen(real_shop, "The picture has more than 36 million pixels.")
    await seen(
        real_shop, "What came as a document (PDF, Office without macros, text, picture) is something else."
    )


async def test_what_whatsapp_has_no_longer_or_gives_wrong_is_said(real_shop: Shop) -> None:
    await real_shop.act("/switches/file_gone", setting="next")
    await send(real_shop, "bag.jpg", photo(), "image/jpeg")
    await seen(real_shop, "WhatsApp has the file no longer: it keeps one for seven days. Ask for it again.")

    await real_shop.act("/switches/file_changed", setting="next")
    await send(real_shop, "bag.jpg", photo(), "image/jpeg")
    await seen(real_shop, "The file is not the one that was sent: its checksum is another.")


@pytest.mark.e2e
@NEEDS_BROWSER[1]
async def test_a_voice_message_and_a_document_are_sent_from_the_page(
    browser: Browser, real_shop: Shop
) -> None:
    async with await browser.new_page(viewport=DESK) as page:
        trouble = watch_for_trouble(page)
        await page.goto(real_shop.url)
        for name, mime_type, content in (
            ("voice.ogg", "audio/ogg", b"OggS" + b"\0" * 60),
            ("shoes.pdf", "application/pdf", b"%PDF-1.7"),
        ):
            await page.get_by_label("Send a picture or file").click()
            await page.locator("#file").set_input_files(
                {"name": name, "mimeType": mime_type, "buffer": content}
            )
            await expect(page.locator("#attached-name")).to_have_text(name)
            await page.get_by_role("button", name="Send", exact=True).click()
            await expect(page.locator("#attached")).to_be_hidden()  # sent: only then the form is empty
        await expect(page.locator(".by-me audio.sound")).to_be_visible()
        await expect(page.locator(".by-me a.document", has_text="shoes.pdf")).to_be_visible()
        await expect(page.locator(".file audio")).to_be_visible()
        await expect(page.locator(".file a", has_text="Open the document")).to_be_visible()
        assert trouble == []
