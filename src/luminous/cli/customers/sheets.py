"""A customer on paper: in a list of those who were found, and everything on the record."""

from uuid import UUID
from zoneinfo import ZoneInfo

from rich.text import Text

from luminous.cli.customers import words
from luminous.cli.customers.business import Business, print_business
from luminous.cli.customers.paper import (
    NOTHING,
    command,
    count,
    day,
    excerpt,
    facts,
    heading,
    lines,
    moment,
    name,
    plan,
    say,
)
from luminous.cli.output import console
from luminous.customers import Conflict, Found, Glance, Held, Merge, Record
from luminous.customers.find import MOST

KINDS = {"phone_number": "number", "whatsapp_user_id": "user id"}


def print_all_found(found: list[Found], zone: ZoneInfo) -> None:
    """Every record, and whether there may be more."""
    for number, each in enumerate(found):
        if number:
            console.print()
        print_found(each, zone)
    if len(found) == MOST:
        say(f"\nThese are the {MOST} who wrote last. There may be more: say more of the name or the number.")


def print_found(found: Found, zone: ZoneInfo) -> None:
    """One record, with the identifiers that were asked for."""
    record = found.record
    console.print(Text.assemble((name(record), "bold"), "  ", (str(record.id), "dim")), soft_wrap=True)
    facts(
        [
            *([("now", ended(record))] if not record.is_live else []),
            ("number", record.phone_number or NOTHING),
            ("user id", record.whatsapp_user_id or NOTHING),
            ("plan", plan(record, zone)),
            ("last seen", moment(record.last_seen_at, zone)),
            *(
                (f"had {KINDS[held.kind]}", when(held, zone))
                for held in found.held
                if held.until_at is not None
            ),
        ]
    )


def ended(record: Glance) -> str:
    """What became of a record that is not live."""
    return f"part of {record.survivor_id}" if record.survivor_id else "deleted"


def when(held: Held, zone: ZoneInfo) -> str:
    """An identifier that somebody had, from when until when, and why it went."""
    went = words.in_words(words.WENT, held.until_cause or "direct")
    return f"{held.value} from {day(held.from_at, zone)} to {day(held.until_at, zone)}: {went}"


def print_record(record: Record, business: Business, zone: ZoneInfo) -> None:
    """Everything, the most asked for first."""
    now, standing = record.now, record.standing
    console.print(Text.assemble((name(now), "bold"), "  ", (str(now.id), "dim")), soft_wrap=True)
    facts(
        [
            *([("now", f"{ended(now)}, since {day(now.deleted_at, zone)}")] if not now.is_live else []),
            ("number", now.phone_number or NOTHING),
            ("user id", now.whatsapp_user_id or NOTHING),
            ("plan", plan(now, zone)),
            ("news", words.in_words(words.CONSENT, standing.consent_status)),
            ("account", "linked to the website" if now.has_account else "none"),
            ("seen", f"first {day(now.first_seen_at, zone)}, last {moment(now.last_seen_at, zone)}"),
            ("messages", str(now.messages)),
            *(
                [
                    (
                        "with a person",
                        f"since {moment(standing.handed_over_at, zone)}: {standing.handover_reason}",
                    )
                ]
                if standing.handed_over_at
                else []
            ),
        ]
    )
    print_conflicts(record.conflicts)
    print_business(business, zone)
    print_identifiers(record.identifiers, zone)
    print_merges(record.merges, now.id, zone)
    print_messages(record, zone)


def print_conflicts(conflicts: tuple[Conflict, ...]) -> None:
    """Open questions, and how to answer them."""
    for conflict in conflicts:
        heading(f"It is open whose {words.subject(conflict)} is")
        command("luminous customers conflicts", f"shows conflict {conflict.id} with both records")


def print_identifiers(identifiers: tuple[Held, ...], zone: ZoneInfo) -> None:
    """What named them, and when."""
    if not identifiers:
        return
    heading("Known by")
    rows: list[tuple[str, str, str]] = []
    for held in identifiers:
        came = words.in_words(words.CAME, held.cause)
        if held.until_at is None:
            rows.append((held.value, f"since {day(held.from_at, zone)}", came))
        else:
            went = words.in_words(words.WENT, held.until_cause or "direct")
            rows.append(
                (held.value, f"{day(held.from_at, zone)} – {day(held.until_at, zone)}", f"{came}; {went}")
            )
    lines(rows)


def print_merges(merges: tuple[Merge, ...], customer_id: UUID, zone: ZoneInfo) -> None:
    """Which records became one, and how that is undone."""
    if not merges:
        return
    heading("Merged")
    for merge in merges:
        is_survivor = merge.into_id == customer_id
        other, other_id = (
            (merge.from_name, merge.from_id) if is_survivor else (merge.into_name, merge.into_id)
        )
        what = "took over" if is_survivor else "became part of"
        cause = words.in_words(words.MERGED, merge.cause)
        facts([(day(merge.merged_at, zone), f"{what} {excerpt(other)} ({other_id}): {cause}")])
        if merge.undone_at:
            facts([(day(merge.undone_at, zone), f"merge {merge.id} was undone")])
        else:
            command(f"luminous customers undo {merge.id}", "makes them two again")


def print_messages(record: Record, zone: ZoneInfo) -> None:
    """What was written last, and what we owe."""
    if record.written:
        heading("Wrote last")
        lines(
            [
                (
                    moment(each.sent_at, zone),
                    each.answer or "not answered yet",
                    excerpt(each.text or f"({each.kind})"),
                )
                for each in record.written
            ]
        )
    if record.owed:
        heading(f"Is owed {count(len(record.owed), 'message')}")
        lines(
            [
                (moment(each.created_at, zone), words.in_words(words.STATUS, each.status), excerpt(each.text))
                for each in record.owed
            ]
        )
