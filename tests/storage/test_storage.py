"""Files are kept whole and privately, and are gone when they are deleted: in a directory and in a bucket."""

import os
import stat
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from luminous.errors import StorageAway
from luminous.storage import Bucket, Directory, Storage

from .s3 import KEY_ID, S3, SECRET, s3_server

NAME = "0b54c1de-0000-4000-8000-000000000001"


@pytest.fixture
async def s3() -> AsyncGenerator[S3]:
    async with s3_server() as server:
        yield server


def bucket(s3: S3, secret: str = SECRET) -> Bucket:
    return Bucket("shop", endpoint=s3.url, region="af-south-1", key_id=KEY_ID, secret=secret)


@pytest.fixture(params=["directory", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: S3) -> Storage:
    return Directory(tmp_path / "media") if request.param == "directory" else bucket(s3)


async def test_a_file_is_kept_replaced_and_deleted_as_often_as_one_likes(storage: Storage) -> None:
    assert await storage.get(NAME) is None
    await storage.put(NAME, b"\0 a photo")
    assert await storage.get(NAME) == b"\0 a photo"
    await storage.put(NAME, b"another")
    assert await storage.get(NAME) == b"another"
    for _ in range(2):
        await storage.delete(NAME)
        assert await storage.get(NAME) is None


async def test_a_directory_keeps_files_for_the_program_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await Directory(tmp_path / "media").put(NAME, b"x")
    finally:
        os.umask(before)
    (file,) = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_what_a_crash_left_beside_a_file_is_written_over_and_deleted(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    await directory.put(NAME, b"x")
    left = (tmp_path / NAME[:2] / NAME).with_suffix(".part")
    left.write_bytes(b"half a ")
    await directory.put(NAME, b"whole")
    assert (await directory.get(NAME), left.exists()) == (b"whole", False)
    left.write_bytes(b"half a ")
    await directory.delete(NAME)
    assert list((tmp_path / NAME[:2]).iterdir()) == []


async def test_a_directory_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file")
    with pytest.raises(StorageAway, match=r"cannot be used \(Not a directory\)"):
        await Directory(tmp_path / "media").put(NAME, b"x")


async def test_a_bucket_gets_signed_requests_for_what_it_keeps(s3: S3) -> None:
    await bucket(s3).put(NAME, b"x")

    assert s3.files == {f"/shop/media/{NAME}": b"x"}
    assert s3.refused == 0


async def test_a_bucket_that_refuses_says_so_without_a_word_of_the_secret(s3: S3) -> None:
    with pytest.raises(StorageAway) as away:
        await bucket(s3, "a wrong secret").put(NAME, b"x")

    assert (s3.files, s3.refused) == ({}, 1)
    assert str(away.value).startswith("The bucket shop cannot be used (")
    assert "secret" not in str(away.value)


async def test_a_bucket_that_is_away_says_so() -> None:
    async with s3_server() as gone:
        pass
    with pytest.raises(StorageAway):
        await bucket(gone).get(NAME)
