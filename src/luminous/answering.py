"""WALK 2, between. An unanswered message is decided on and acted on; what we owe goes to the outbox.

conversations.claim → inbox.unanswered → replies.decide → acts → settled, all in one transaction
"""

from uuid import UUID

from luminous import conversations, customers, inbox, metrics, outbox, quotes, subscriptions
from luminous.conversations import Conversation
from luminous.db import Begin, Connection
from luminous.errors import is_retryable
from luminous.log import log
from luminous.replies import (
    Context,
    Greeting,
    HandOver,
    Pay,
    Reply,
    Say,
    SetConsent,
    Shop,
    Step,
    TakeNumber,
    decide,
    do,
    joined,
    wording,
)

TRIES = 5  # then a person takes over
MOST_REPLIES = 20  # to one customer in five minutes: beyond it two programs are answering each other


async def answer_next(begin: Begin, shop: Shop) -> bool:
    """Answer everything that one waiting customer wrote. Returns False when nobody waits.

    Raises only what may pass by itself (the database is away); what keeps failing goes to a person.
    """
    claimed: Conversation | None = None
    steps: list[Step] = []
    try:
        async with begin() as conn:
            claimed = await conversations.claim(conn)
            if claimed is not None:
                steps = await answer(conn, claimed, shop)
    except Exception as error:
        if claimed is None or is_retryable(error):
            raise
        log.exception("answering failed", customer_id=str(claimed.customer_id))
        await give_up_or_wait(begin, claimed)
    for step in steps:
        metrics.ANSWERS.labels(step.answer).inc(len(step.messages))
        replies = sum(isinstance(each, Say) for each in step.acts)
        log.info("answered", answer=step.answer, messages=len(step.messages), replies=replies)
    return claimed is not None


async def answer(conn: Connection, conversation: Conversation, shop: Shop) -> list[Step]:
    """Decide about all that the customer wrote, act on it, settle it, and return what was decided."""
    customer = await customers.get(conn, conversation.customer_id)
    if customer is None:
        return await answer_nobody(conn, conversation)
    messages = await inbox.unanswered(conn, customer.id)
    falls_silent = bool(messages) and await outbox.heard_from(conn, customer.id) >= MOST_REPLIES
    if falls_silent:
        reason = "too many answers in five minutes: is a program writing?"
        await conversations.hand_over(conn, customer.id, reason)

    steps: list[Step] = []
    for is_proven in (
        True,
        False,
    ):  # somebody else may be behind what is not proven: it is answered by itself
        written = [message for message in messages if message.is_proven == is_proven]
        if written:
            context = Context(
                shop=shop,
                customer_name=customer.display_name,
                has_opted_out=customer.has_opted_out,
                plan=await subscriptions.entitlements(conn, customer.id),
                was_greeted=conversation.was_greeted,
                was_greeted_recently=conversation.was_greeted_recently,
                with_person=conversation.with_person or falls_silent,
                is_silent=falls_silent,
                has_offer=await quotes.has_offer(conn, customer.id),
                is_proven=is_proven,
            )
            decided = decide(context, written)
            if customer.has_stopped_service and is_proven:
                await reopen_service(conn, customer.id, decided)
            replies: list[Reply] = []
            for step in decided:
                replies += await act(conn, context, customer.id, step, written[-1])
            if not falls_silent:
                await owe(conn, replies, written[-1])
            steps += decided
    await conversations.settle(
        conn,
        customer.id,
        greeted=any(isinstance(each, Greeting) and each.greets for step in steps for each in step.acts),
        last_message_at=max((each.sent_at for each in messages if each.opens_the_24_hours), default=None),
    )
    return steps


async def answer_nobody(conn: Connection, conversation: Conversation) -> list[Step]:
    """The customer was merged or deleted while they wrote: what they wrote goes over, or is settled."""
    survivor = await customers.follow_merge(conn, conversation.customer_id)
    if survivor is not None:
        await conversations.wait_for_answer(conn, survivor)
        return []
    messages = await inbox.unanswered(conn, conversation.customer_id)
    step = Step(tuple(messages), "the customer was deleted")
    await inbox.answered(conn, [message.id for message in messages], step.answer)
    await conversations.settle(conn, conversation.customer_id, greeted=False, last_message_at=None)
    return [step] if messages else []


async def reopen_service(conn: Connection, customer_id: UUID, steps: list[Step]) -> None:
    """Who writes after STOP lets us give what they ask for again; notices and news stay stopped."""
    asking = (step for step in steps if not any(isinstance(act, SetConsent) for act in step.acts))
    said = next((each for step in asking for each in step.messages if each.opens_the_24_hours), None)
    if said is not None:
        await customers.record_consent(
            conn,
            customer_id,
            "service",
            "opted_in",
            source="message",
            evidence=said.external_id,
            said_at=said.sent_at,
        )


async def act(
    conn: Connection, context: Context, customer_id: UUID, step: Step, last: inbox.Message
) -> list[Reply]:
    """Do what was decided about some messages, and return what is to be said."""
    said = step.messages[-1] if step.messages else last
    replies: list[Reply] = []
    to_do = list(step.acts)
    while to_do:
        match each := to_do.pop(0):
            case Say():
                replies.append(Reply(customer_id, each, f"reply:{said.id}:{step.answer}:{len(replies)}"))
            case HandOver():
                await conversations.hand_over(conn, customer_id, each.reason)
            case TakeNumber():
                shared = await customers.take_shared_number(conn, customer_id, each.phone, last.sent_at)
                if shared is not None:
                    customer_id = shared.customer_id
                    goes_on = [Pay(goes_on=True)] if shared.reason == "payment" else []
                    to_do = [Say(each.thanks), *goes_on, *to_do]
            case SetConsent():
                await customers.set_consent(
                    conn,
                    customer_id,
                    each.consent,
                    source="message",
                    evidence=said.external_id,
                    wording=wording.CONSENT_VERSION,
                    said_at=said.sent_at,
                )
            case _:
                to_do = [*await do(conn, context, customer_id, each, said.external_id), *to_do]
    await inbox.answered(conn, [message.id for message in step.messages], step.answer)
    return replies


async def owe(conn: Connection, replies: list[Reply], last: inbox.Message) -> None:
    """Owe what is to be said, on the number that the last message came to."""
    for reply in joined(replies):
        await outbox.owe(
            conn,
            reply.customer_id,
            reply.say.content,
            purpose="sign_in_link" if reply.say.lets_in else "reply",
            dedupe_key=reply.key,
            channel=last.channel,
            business_number_id=last.business_number_id,
            is_impersonal=not last.is_proven,
        )


async def give_up_or_wait(begin: Begin, conversation: Conversation) -> None:
    """Try again later; after the last try a person takes the conversation, and nothing is dropped."""
    async with begin() as conn:
        if await conversations.put_off(conn, conversation.customer_id) < TRIES:
            return
        messages = await inbox.unanswered(conn, conversation.customer_id)
        await conversations.hand_over(conn, conversation.customer_id, "the bot could not answer")
        await inbox.answered(conn, [message.id for message in messages], "handed to a person: the bot failed")
        await conversations.settle(conn, conversation.customer_id, greeted=False, last_message_at=None)
