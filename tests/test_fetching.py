"""Files of customers: fetched, examined and kept, or not and why; deleted in time, whatever crashes."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from luminous import media
from luminous.errors import FetchFailed, FetchOutcome, SendFailed, StorageAway
from luminous.fetching import TRIES, Fetched, backoff, delete_next, fetch_next, stored_files
from luminous.storage import Directory
from tests.media.pictures import KAMPALA, bomb, photo
from tests.shop import ShopUnderTest, said, text

PHOTO = photo()
FATE = "select status, reason, attempts from media"
HTML = b"<!doctype html><script>alert(1)</script>"


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@dataclass
class Provider:
    """Gives a file, or fails as it is told."""

    content: bytes = PHOTO
    failures: list[Exception] = field(default_factory=list[Exception])
    asked: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def fetch(self, provider_id: str, *, at_most: int) -> Fetched:
        self.asked.append((provider_id, at_most))
        if self.meanwhile:
            await self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)
        return Fetched(self.content, None)


@dataclass
class Desk:
    """A shop with a provider of files and a directory for them."""

    shop: ShopUnderTest
    storage: Directory
    path: Path
    provider: Provider = field(default_factory=Provider)

    async def hears(self, kind: str = "image", wamid: str = "wamid.1", **content: object) -> None:
        own = {"id": "1234", "mime_type": "image/jpeg", "sha256": sha256(self.provider.content), **content}
        await self.shop.hear(said(kind, own, wamid))

    async def fetch(self) -> bool:
        return await fetch_next(self.shop.database.transaction, {"meta": self.provider}, self.storage)

    async def delete(self) -> bool:
        return await delete_next(self.shop.database.transaction, self.storage)

    async def fate(self) -> tuple[Any, ...]:
        return (await self.shop.rows(FATE))[0]

    async def is_due(self) -> None:
        await self.shop.do("update media set next_attempt_at = now(), lease_until = null")

    def files(self) -> list[Path]:
        return [path for path in self.path.rglob("*") if path.is_file()]

    async def condemn(self) -> None:
        customer_id: UUID = await self.shop.one("select id from customers")
        async with self.shop.database.transaction() as conn:
            await media.condemn(conn, customer_id)


@pytest.fixture
def desk(shop: ShopUnderTest, tmp_path: Path) -> Desk:
    return Desk(shop, Directory(tmp_path), tmp_path)


async def test_a_photo_is_stored_without_where_it_was_taken(desk: Desk) -> None:
    await desk.hears()
    assert await desk.fetch()
    assert not await desk.fetch()

    assert await desk.fate() == ("stored", None, 1)
    assert desk.provider.asked == [("1234", 5 * 1024 * 1024)]
    (file,) = desk.files()
    kept = file.read_bytes()
    assert KAMPALA.encode() not in kept
    assert (file.name, hashlib.sha256(kept).digest(), len(kept)) == (
        str(await desk.shop.one("select id from media")),
        await desk.shop.one("select sha256 from media"),
        await desk.shop.one("select size from media"),
    )


async def test_the_same_message_ten_times_is_one_file(desk: Desk) -> None:
    for _ in range(10):
        await desk.hears()

    assert await desk.shop.one("select count(*) from media") == 1


async def test_only_messages_with_a_file_have_one_and_a_location_is_data_alone(desk: Desk) -> None:
    await desk.shop.hear(text("Hello", "wamid.1"))
    await desk.shop.hear(said("location", {"latitude": 0.3, "longitude": 32.5}, "wamid.2"))
    await desk.shop.hear(said("image", {"id": "1"}, "wamid.3", group_id="a-group"))

    assert await desk.shop.one("select count(*) from media") == 0
    assert not await desk.fetch()


@pytest.mark.parametrize(
    ("kind", "own", "expected"),
    [
        ("audio", {"voice": True}, "voice"),
        ("audio", {"voice": False}, "audio"),
        ("voice", {}, "voice"),
        ("document", {"filename": "list.pdf"}, "document"),
        ("sticker", {"animated": False}, "sticker"),
        ("video", {"id": 12345}, "video"),
        ("image", {"id": "9" * 5000, "sha256": "x" * 5000}, "image"),
        ("image", {"id": None, "sha256": ["no"]}, "image"),
    ],
)
async def test_whatever_a_message_says_about_its_file_it_is_taken(
    desk: Desk, kind: str, own: dict[str, Any], expected: str
) -> None:
    await desk.hears(kind, **own)

    assert await desk.shop.rows("select kind, status from media") == [(expected, "waiting")]


@pytest.mark.parametrize(
    ("content", "own", "reason"),
    [
        (HTML, {}, "What came as a picture is something else."),
        (b"<svg onload='alert(1)'/>", {}, "What came as a picture is something else."),
        (bomb(), {}, "The picture has more than 36 million pixels."),
        (
            PHOTO,
            {"sha256": sha256(b"another")},
            "The file is not the one that was sent: its checksum is another.",
        ),
        (PHOTO, {"sha256": "no base64!"}, "The file is not the one that was sent: its checksum is another."),
    ],
)
async def test_a_hostile_file_is_refused_with_a_reason_and_not_kept(
    desk: Desk, content: bytes, own: dict[str, Any], reason: str
) -> None:
    desk.provider.content = content
    await desk.hears(**own)
    await desk.fetch()

    assert await desk.fate() == ("refused", reason, 1)
    assert desk.files() == []


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        ("refused", ("refused", "because", 1)),
        ("expired", ("expired", "because", 1)),
        ("later", ("waiting", "because", 1)),
        ("held", ("waiting", "because", 0)),
    ],
)
async def test_what_cannot_be_had_says_why(
    desk: Desk, outcome: FetchOutcome, fate: tuple[object, ...]
) -> None:
    desk.provider.failures = [FetchFailed("because", outcome)]
    await desk.hears()
    await desk.fetch()

    assert await desk.fate() == fate
    assert not await desk.fetch(), "not before its time"


async def test_a_file_that_comes_late_is_stored_and_one_that_never_comes_is_given_up(desk: Desk) -> None:
    await desk.hears()
    desk.provider.failures = [FetchFailed("because", "later")] * (TRIES - 1)
    for _ in range(TRIES):
        await desk.is_due()
        assert await desk.fetch()
    assert await desk.fate() == ("stored", None, TRIES)

    await desk.shop.do("delete from media")
    await desk.hears(wamid="wamid.2")
    desk.provider.failures = [FetchFailed("because", "later")] * TRIES
    for _ in range(TRIES):
        await desk.is_due()
        assert await desk.fetch()
    assert await desk.fate() == ("dead", "because", TRIES)
    await desk.is_due()
    assert not await desk.fetch()


def test_it_is_tried_for_more_than_a_day_and_less_than_whatsapp_keeps_it() -> None:
    days = sum(backoff(attempt).total_seconds() for attempt in range(1, TRIES)) / 86400
    assert 0.5 < days < 7


async def test_two_workers_fetch_a_file_once_and_a_lost_ones_lease_ends(desk: Desk) -> None:
    await desk.hears()
    assert (await asyncio.gather(*(desk.fetch() for _ in range(4)))).count(True) == 1

    await desk.shop.do("delete from media")
    await desk.hears(wamid="wamid.2")
    async with desk.shop.database.transaction() as conn:
        assert await media.claim(conn)  # and this worker is never heard of again
    assert not await desk.fetch()
    await desk.is_due()
    assert await desk.fetch()
    assert await desk.fate() == ("stored", None, 2)


async def test_a_full_disk_is_nobodys_fault_and_tried_again(desk: Desk) -> None:
    class Full(Directory):
        async def put(self, name: str, content: bytes) -> None:
            raise StorageAway("The directory cannot be used (No space left on device).")

    await desk.hears()
    await fetch_next(desk.shop.database.transaction, {"meta": desk.provider}, Full(desk.path))

    assert await desk.fate() == ("waiting", "The directory cannot be used (No space left on device).", 0)


async def test_a_channel_that_hands_no_files_over_says_so(desk: Desk) -> None:
    await desk.hears()
    await fetch_next(desk.shop.database.transaction, {}, desk.storage)

    assert await desk.fate() == ("refused", "Files do not come through meta here.", 1)


async def test_when_its_time_is_up_a_file_is_seen_no_more_then_deleted(desk: Desk) -> None:
    await desk.hears()
    await desk.fetch()
    await desk.shop.tidy()
    assert not await desk.delete(), "its time is not up"
    await desk.shop.do("update media set created_at = now() - interval '180 days 1 second'")

    await desk.shop.tidy()
    assert (await desk.fate())[0] == "doomed"
    assert await desk.delete()
    assert not await desk.delete()

    assert (await desk.fate(), desk.files()) == (("deleted", None, 1), [])
    assert await desk.shop.rows("select filename, provider_id, sha256 from media") == [("", "", None)]


async def test_the_shop_decides_for_how_long_files_are_kept(desk: Desk) -> None:
    await desk.hears()
    await desk.fetch()
    await desk.shop.do("update media set created_at = now() - interval '8 days'")
    await desk.shop.do("update shop_settings set media_kept_for = '7 days'")
    await desk.shop.tidy()

    assert (await desk.fate())[0] == "doomed"


async def test_a_crash_between_deleting_and_saying_so_harms_nothing(desk: Desk) -> None:
    await desk.hears()
    await desk.fetch()
    await desk.condemn()
    async with desk.shop.database.transaction() as conn:
        doomed = await media.doomed_next(conn)
    await desk.storage.delete(str(doomed))  # and the worker is gone
    assert not await desk.delete(), "another worker has it for a minute"
    await desk.is_due()

    assert await desk.delete()
    assert (await desk.fate())[0] == "deleted"


async def test_erased_while_it_is_fetched_nothing_of_it_stays(desk: Desk) -> None:
    await desk.hears()
    desk.provider.meanwhile = desk.condemn
    await desk.fetch()
    assert (await desk.fate())[0] == "doomed"
    assert not await desk.delete(), "whoever fetches it may still write"
    await desk.is_due()
    assert await desk.delete()

    assert ((await desk.fate())[0], desk.files()) == ("deleted", [])


async def test_all_files_of_a_customer_go_and_no_one_elses(desk: Desk) -> None:
    await desk.hears()
    await desk.hears("document", "wamid.2", id="5678")
    await desk.shop.hear(said("image", {"id": "9"}, "wamid.3", ("256782240147", "UG.2")), name="Brian")
    async with desk.shop.database.transaction() as conn:
        amina: UUID = await desk.shop.one("select customer_id from inbox where external_id = 'wamid.1'")
        assert await media.condemn(conn, amina) == 2
        assert await media.condemn(conn, amina) == 0

    assert await desk.shop.rows("select status, count(*) from media group by 1 order by 1") == [
        ("doomed", 2),
        ("waiting", 1),
    ]


async def test_a_deleted_file_never_comes_back(desk: Desk) -> None:
    await desk.hears()
    await desk.fetch()
    await desk.condemn()
    await desk.delete()

    for status in ("stored", "waiting", "doomed"):
        with pytest.raises(Exception, match=f"a deleted file cannot become {status}"):
            await desk.shop.do("update media set status = %s", status)


async def test_a_stored_file_can_be_sent_and_one_that_was_changed_cannot(desk: Desk) -> None:
    await desk.hears()
    source, begin = stored_files(desk.storage), desk.shop.database.transaction
    media_id = str(await desk.shop.one("select id from media"))
    for name in (media_id, "no-id", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(SendFailed) as failure:
            await source(begin, name)
        assert failure.value.outcome == "refused"

    await desk.fetch()
    (file,) = desk.files()
    assert await source(begin, media_id) == file.read_bytes()
    file.write_bytes(b"another")
    with pytest.raises(SendFailed, match="not where it was kept"):
        await source(begin, media_id)


async def test_its_name_has_the_ending_of_what_it_is(desk: Desk) -> None:
    await desk.hears("document", filename="bag.pdf.html")
    await desk.fetch()
    customer_id: UUID = await desk.shop.one("select id from customers")
    async with desk.shop.database.transaction() as conn:
        (kept,) = await media.by_customer(conn, customer_id)

    assert (kept.mime_type, kept.shown_name) == ("image/jpeg", "bag.pdf.jpg")
