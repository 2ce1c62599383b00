"""The end of a file: first nobody sees it any more, then its bytes go, then the row says that they are gone.

A crash in between leaves a doomed row, whose bytes are deleted again: that harms nothing.
"""

from uuid import UUID

from luminous.db import Connection, sql


async def condemn(conn: Connection, customer_id: UUID) -> int:
    """Every file of the customer is to go, whatever its state; return how many.

    From the commit on nobody sees them, and a worker deletes their bytes.
    """
    return await CONDEMN.run(conn, customer_id=customer_id)


async def condemn_old(conn: Connection) -> int:
    """What was kept for as long as the shop says is to go; return how many files."""
    return await CONDEMN_OLD.run(conn)


async def doomed_next(conn: Connection) -> UUID | None:
    """A file whose bytes are to be deleted now, for a minute; None when there is none.

    One that is being fetched waits for the end of that lease, so that nothing is written after the deletion.
    """
    return await DOOMED_NEXT.maybe(conn)


async def deleted(conn: Connection, media_id: UUID) -> None:
    """Its bytes are gone; what described them goes with them."""
    await DELETED.run(conn, id=media_id)


CONDEMN = sql("""
    update media set status = 'doomed', updated_at = now()
     where customer_id = %(customer_id)s and status not in ('doomed', 'deleted')
""")

CONDEMN_OLD = sql("""
    update media set status = 'doomed', updated_at = now()
      from shop_settings
     where status not in ('doomed', 'deleted') and created_at < now() - media_kept_for
""")

DOOMED_NEXT = sql("""
    with due as (
      select id from media
       where status = 'doomed' and coalesce(lease_until, now()) <= now()
       order by updated_at
       limit 1
         for no key update skip locked
    )
    update media set lease_until = now() + interval '1 minute'
      from due where media.id = due.id
    returning media.id
""").into(UUID)

DELETED = sql("""
    update media
       set status = 'deleted', lease_until = null, reason = null, provider_id = '', claimed_sha256 = '',
           filename = '', mime_type = null, size = null, sha256 = null, updated_at = now()
     where id = %(id)s and status = 'doomed'
""")
