"""A chat as the phone shows it: messages with their quotes, reactions, ticks and buttons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from markupsafe import Markup

from luminous.marks import formatted
from luminous.simulator import chats, media
from luminous.simulator.attached import Attached, attached_to
from luminous.simulator.changes import Change, changes_of
from luminous.simulator.chats import Message
from luminous.simulator.contents import Choice, choices, parsed, plain_text, text_at
from luminous.simulator.notes import Note, note
from luminous.simulator.store import Store
from luminous.simulator.view import clock

Tick = Literal["clock", "one", "two", "blue", "failed"]
TICKS: Mapping[chats.Status, tuple[Tick, str]] = {
    "waiting": ("clock", "Not delivered yet"),
    "taken": ("one", "The shop has it"),
    "accepted": ("clock", "Accepted by WhatsApp"),
    "sent": ("one", "Sent"),
    "delivered": ("two", "Delivered to this phone"),
    "read": ("blue", "Read"),
    "failed": ("failed", "Failed"),
    "dropped": ("failed", "Silently dropped"),
}
LOST = {
    131026: "A message from the shop could not be delivered (131026).",
    131047: "A message from the shop did not arrive: more than 24 hours since you last wrote (131047).",
}
DROPPED = "WhatsApp accepted a message from the shop and dropped it: a user id stood in “to”."


@dataclass(frozen=True, slots=True)
class Quote:
    """The message above a reply."""

    author: Literal["shop", "me"]
    text: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as it is shown. `day` is set on the first message of a day."""

    message: Message
    text: Markup
    plain: str
    time: str
    tick: Tick
    tick_says: str
    day: str | None = None
    header: str = ""
    footer: str = ""
    quote: Quote | None = None
    reactions: str = ""
    buttons: Sequence[Choice] = ()
    list_label: str = ""
    link: Choice | None = None  # its id is the address
    asks_for_number: bool = False
    attached: Attached | None = None
    problem: str | None = None  # why it is not with the shop yet
    notice: str | None = None  # shown in the middle instead of the bubble
    is_note: ClassVar[bool] = False


def bubbles(store: Store, phone_id: int) -> list[Bubble | Note]:
    """The phone's chat, oldest first: its messages, and between them what happened to the phone."""
    messages = chats.latest(store, phone_id)
    is_all = len(messages) < chats.SHOWN
    happened = changes_of(store, phone_id, since=0 if is_all else messages[0].created_at)
    by_wamid = {message.wamid: message for message in messages}
    problems = _problems(store, phone_id)
    reactions = _reactions(messages)
    kept = media.all_kept(store)
    shown: list[Bubble | Note] = []
    today: date | None = None
    for entry in _in_order(messages, happened):
        at = entry.at if isinstance(entry, Change) else entry.created_at
        on = datetime.fromtimestamp(at).astimezone().date()
        day = _day(on) if on != today else None
        today = on
        if isinstance(entry, Change):
            shown.append(note(entry, day))
            continue
        shown.append(
            _bubble(
                entry,
                day=day,
                quoted=by_wamid.get(entry.quoted_wamid or ""),
                reactions=reactions.get(entry.wamid, ""),
                problem=problems.get(entry.id),
                attached=attached_to(entry, kept),
            )
        )
    return shown


def _in_order(messages: Sequence[Message], happened: Sequence[Change]) -> Iterator[Message | Change]:
    """Both as they came. Messages keep their own order, also where a clock went back."""
    waiting = list(happened)
    for message in messages:
        if message.kind == "reaction":
            continue
        while waiting and waiting[0].at < message.created_at:
            yield waiting.pop(0)
        yield message
    yield from waiting


def _bubble(
    message: Message,
    *,
    day: str | None,
    quoted: Message | None,
    reactions: str,
    problem: str | None,
    attached: Attached | None,
) -> Bubble:
    content = parsed(message.content)
    plain = plain_text(message)
    tick, tick_says = TICKS[message.status]
    kind = text_at(content, "type") if message.kind == "interactive" and message.is_from_shop else ""
    return Bubble(
        message,
        formatted(plain),
        plain,
        clock(message.created_at),
        tick,
        tick_says,
        day=day,
        header=text_at(content, "header", "text"),
        footer=text_at(content, "footer", "text"),
        quote=Quote("shop" if quoted.is_from_shop else "me", plain_text(quoted).replace("*", "")[:200])
        if quoted
        else None,
        reactions=reactions,
        buttons=choices(message) if kind == "button" else (),
        list_label=text_at(content, "action", "button") if kind == "list" else "",
        link=Choice(
            text_at(content, "action", "parameters", "url"),
            text_at(content, "action", "parameters", "display_text"),
        )
        if kind == "cta_url"
        else None,
        asks_for_number=kind == "request_contact_info",
        attached=attached,
        problem=problem,
        notice=_notice(message),
    )


def _notice(message: Message) -> str | None:
    if message.status == "dropped":
        return DROPPED
    if message.error_code is None:
        return None
    return LOST.get(message.error_code, f"A message from the shop failed ({message.error_code}).")


def _reactions(messages: Sequence[Message]) -> dict[str, str]:
    """The emoji on each message: the last one of either side."""
    latest: dict[tuple[str, bool], str] = {}
    for message in messages:
        if message.kind == "reaction":
            content = parsed(message.content)
            latest[text_at(content, "message_id"), bool(message.is_from_shop)] = text_at(content, "emoji")
    together: dict[str, str] = {}
    for (wamid, _), emoji in latest.items():
        together[wamid] = together.get(wamid, "") + emoji
    return together


@dataclass(frozen=True, slots=True)
class _Try:
    message_id: int
    answer: int | None
    next_at: float | None


def _problems(store: Store, phone_id: int) -> dict[int, str]:
    tries = store.rows(
        _Try,
        """
        select updates.message_id, posts.answer, posts.next_at
          from messages
          join updates on updates.message_id = messages.id
          join posts on posts.id = updates.post_id
         where messages.phone_id = :phone_id and messages.status = 'waiting' and posts.attempts > 0
        """,
        phone_id=phone_id,
    )
    return {each.message_id: _problem(each) for each in tries}


def _problem(each: _Try) -> str:
    what = "The shop does not answer" if each.answer is None else f"The shop answered {each.answer}"
    return f"{what}. {'Trying again.' if each.next_at else 'Given up.'}"


def _day(day: date) -> str:
    today = datetime.now().astimezone().date()
    if day == today:
        return "Today"
    return "Yesterday" if day == today - timedelta(days=1) else day.strftime("%-d %B %Y")
