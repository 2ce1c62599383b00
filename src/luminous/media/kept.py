"""Files as others see them: what is kept, and of the rest why not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.media.examine import EXTENSIONS, Kind


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a customer sent. Only with status `stored` there are bytes, under `name`."""

    id: UUID
    inbox_id: int | None
    kind: Kind
    status: str
    reason: str | None
    filename: str
    mime_type: str | None
    size: int | None
    sha256: bytes | None
    created_at: datetime

    @property
    def name(self) -> str:
        """Under which its bytes are kept."""
        return str(self.id)

    @property
    def shown_name(self) -> str:
        """What to call it: its sender's words for it, with the ending of what it really is."""
        stem = self.filename.rpartition(".")[0] or self.filename or self.kind
        return f"{stem}{EXTENSIONS.get(self.mime_type or '', '')}"


async def get(conn: Connection, media_id: UUID) -> Kept | None:
    """The file, or None when there is none of that id."""
    return await GET.maybe(conn, id=media_id)


async def by_customer(conn: Connection, customer_id: UUID) -> list[Kept]:
    """The customer's files that are not deleted, the latest first; at most 100."""
    return await BY_CUSTOMER.all(conn, customer_id=customer_id)


GET = sql("""
    select id, inbox_id, kind, status, reason, filename, mime_type, size, sha256, created_at
      from media where id = %(id)s
""").into(Kept)

BY_CUSTOMER = sql("""
    select id, inbox_id, kind, status, reason, filename, mime_type, size, sha256, created_at
      from media
     where customer_id = %(customer_id)s and status not in ('doomed', 'deleted')
     order by created_at desc
     limit 100
""").into(Kept)
