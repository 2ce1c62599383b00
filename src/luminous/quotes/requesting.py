"""What a customer wants becomes a quotation that is asked for: begun, added to, complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from luminous.db import Connection, sql
from luminous.quotes.pieces import Piece
from luminous.quotes.standing import Standing, standing


@dataclass(frozen=True, slots=True)
class Requested:
    """A request after something was added to it."""

    quotation: Standing
    items: int  # that it has now
    is_new: bool
    follows_closely: bool  # the piece before came less than a minute earlier: no need to say it again


async def request(
    conn: Connection,
    customer_id: UUID,
    pieces: Sequence[Piece],
    *,
    by: str = "customer",
    cause: str | None = None,
) -> Requested | None:
    """Add these pieces to what the customer is asking for, or begin a new request.

    A quotation that we asked about is answered by them and goes back to staff. None: the plan allows no more
    open quotations. The database counts, so that no two requests at once get past the limit.
    """
    quotation_id = await OPEN_REQUEST.maybe(conn, customer_id=customer_id, by=by, cause=cause)
    if quotation_id is None:
        return None
    before = await ITEMS.one(conn, id=quotation_id)
    for piece in pieces:
        await ADD_ITEM.run(
            conn,
            id=quotation_id,
            inbox_id=piece.inbox_id,
            part=piece.part,
            kind=piece.kind,
            url=piece.url,
            words=piece.words,
        )
    await ANSWERED.run(conn, id=quotation_id, by=by, cause=cause)
    found = await standing(conn, quotation_id)
    assert found is not None  # noqa: S101 - it was locked or inserted above
    after = await ITEMS.one(conn, id=quotation_id)
    return Requested(found, after.items, before.items == 0, before.is_fresh)


async def complete(
    conn: Connection, customer_id: UUID, *, by: str = "customer", cause: str | None = None
) -> Standing | None:
    """“That is all”: staff price it now. None when the customer is not adding to anything."""
    quotation_id = await COMPLETE.maybe(conn, customer_id=customer_id, by=by, cause=cause)
    return None if quotation_id is None else await standing(conn, quotation_id)


async def ask_again(
    conn: Connection, quotation_id: UUID, customer_id: UUID, *, cause: str | None = None
) -> Standing | None:
    """Ask anew, once, for everything of a quotation that is over. None: it is not, or the plan is full."""
    new_id = await ASK_AGAIN.maybe(conn, id=quotation_id, customer_id=customer_id, cause=cause)
    return None if new_id is None else await standing(conn, new_id)


@dataclass(frozen=True, slots=True)
class Items:
    """How much a request has."""

    items: int
    is_fresh: bool  # the last one came less than a minute ago


OPEN_REQUEST = sql("select open_request(%(customer_id)s, %(by)s, %(cause)s)").into(UUID)

ITEMS = sql("""
    select count(*) as items, coalesce(max(added_at) > now() - interval '1 minute', false) as is_fresh
      from quotation_items where quotation_id = %(id)s
""").into(Items)

ADD_ITEM = sql("""
    insert into quotation_items (quotation_id, inbox_id, part, kind, url, words)
    values (%(id)s, %(inbox_id)s, %(part)s, %(kind)s, %(url)s, %(words)s)
    on conflict do nothing
""")

ANSWERED = sql("""
    update quotations
       set status = 'requested', changed_by = %(by)s, cause = %(cause)s, reason = null, updated_at = now()
     where id = %(id)s and status = 'info_needed'
""")

COMPLETE = sql("""
    update quotations
       set status = 'requested', changed_by = %(by)s, cause = %(cause)s, reason = null, updated_at = now()
     where customer_id = %(customer_id)s and status = 'collecting'
    returning id
""").into(UUID)

ASK_AGAIN = sql("select ask_again(%(id)s, %(customer_id)s, %(cause)s)").into(UUID)
