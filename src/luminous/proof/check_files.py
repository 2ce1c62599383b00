"""The bytes of customers' files: each stored one is where it was kept, unchanged. Reads all of them."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from luminous.db import Database, sql
from luminous.errors import StorageAway
from luminous.proof.check_report import Checked, not_looked_at, told
from luminous.storage import Storage

ITEM = "The bytes of every stored file are where they were kept"
NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    sha256: bytes | None


async def check_files(database: Database, storage: Storage) -> Checked:
    """Read every stored file and compare its checksum. One that is deleted meanwhile is left out."""
    wrong: list[str] = []
    last = NIL
    try:
        while page := await _page(database, last):
            last = page[-1].id
            wrong += [str(each.id) for each in page if not await _is_whole(database, storage, each)]
    except StorageAway as away:
        return not_looked_at(ITEM, str(away))
    return told(ITEM, wrong, len(wrong), of="rows of media", what_to_do="Bring them back from a backup")


async def _page(database: Database, last: UUID) -> list[Stored]:
    async with database.transaction() as conn:
        return await PAGE.all(conn, last=last)


async def _is_whole(database: Database, storage: Storage, file: Stored) -> bool:
    content = await storage.get(str(file.id))
    if content is not None and hashlib.sha256(content).digest() == file.sha256:
        return True
    async with database.transaction() as conn:
        return not await IS_STORED.one(conn, id=file.id)


PAGE = sql("""
    select id, sha256 from media where status = 'stored' and id > %(last)s order by id limit 100
""").into(Stored)

IS_STORED = sql("select exists (select from media where id = %(id)s and status = 'stored')").into(bool)
