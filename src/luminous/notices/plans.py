"""Plans that end soon, that have ended, that were paid. Each is said once.

Outside WhatsApp's 24 hours it waits for their next message, as long as nothing newer is said in its place.
"""

from luminous import outbox, subscriptions
from luminous.db import Connection
from luminous.outbox import Owed
from luminous.replies import Shop, plan_words
from luminous.subscriptions import Subscription


async def tell_plans_ending(conn: Connection, shop: Shop) -> int:
    """Settle plans that are over and tell whose; then remind, once, of those that end soon. Returns how many.

    After days of standing still nobody is reminded of what is over: the end is what they hear.
    """
    over = await subscriptions.end_those_over(conn)
    for each in over:
        await outbox.owe_where_they_write(
            conn,
            each.customer_id,
            plan_words.ended(shop.words, each, each.end_date.astimezone(shop.timezone)),
            purpose="notice",
            dedupe_key=f"plan:{each.id}:ended",
            instead_of=(f"plan:{each.id}:",),
        )
    soon = await subscriptions.those_ending_soon(conn)
    for each in soon:
        content, template = plan_words.ends_soon(shop.words, each, each.end_date.astimezone(shop.timezone))
        await outbox.owe_where_they_write(
            conn,
            each.customer_id,
            content,
            purpose="notice",
            dedupe_key=f"plan:{each.id}:ending",
            template=template,
            otherwise="drop",  # by then it may be over
        )
    return len(over) + len(soon)


async def tell_plan_confirmed(conn: Connection, shop: Shop, bought: Subscription) -> Owed | None:
    """It was paid and is theirs. None for a plan without an end, which nobody pays for."""
    if bought.end_date is None:
        return None
    content, template = plan_words.confirmed(shop.words, bought, bought.end_date.astimezone(shop.timezone))
    return await outbox.owe_where_they_write(
        conn,
        bought.customer_id,
        content,
        purpose="receipt",
        dedupe_key=f"plan:{bought.id}:confirmed",
        template=template,
        instead_of=("plan:",),  # whatever was held before, and that it ended
    )
