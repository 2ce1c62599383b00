"""What goes wrong on purpose: the things that the real WhatsApp does on bad days."""

from dataclasses import dataclass
from typing import Literal

from luminous.simulator.store import Store

Name = Literal[
    "duplicate",
    "reorder",
    "batch",
    "delay_statuses",
    "no_statuses",
    "too_many",
    "broken",
    "accept_then_drop",
    "identity_checks",
    "no_callback",
    "late_callback",
    "callback_twice",
    "wrong_amount",
    "lost_request",
    "file_gone",
    "file_changed",
]
Setting = Literal["off", "next", "always"]
SETTINGS: tuple[Setting, ...] = ("off", "next", "always")


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing that can go wrong, in one line."""

    name: Name
    group: Literal["webhooks", "answers", "money"]
    title: str
    effect: str


SWITCHES = (
    Switch("duplicate", "webhooks", "Duplicate", "Each webhook is delivered twice at the same moment."),
    Switch("reorder", "webhooks", "Reorder", "What is said within two seconds arrives last first."),
    Switch("batch", "webhooks", "Batch", "What is said within two seconds comes in one POST."),
    Switch("delay_statuses", "webhooks", "Late statuses", "Sent, delivered and read come ten seconds late."),
    Switch("no_statuses", "webhooks", "No statuses", "The shop never hears what became of its message."),
    Switch(
        "too_many", "answers", "429 Too many", "WhatsApp refuses the shop's message: rate limit (130429)."
    ),
    Switch(
        "broken",
        "answers",
        "500 Broken",
        "WhatsApp answers 500; the shop waits half a minute for a status, then sends again.",
    ),
    Switch(
        "accept_then_drop",
        "answers",
        "Lost answer",
        "The message arrives on the phone, the HTTP answer never comes.",
    ),
    Switch("no_callback", "money", "No callback", "MTN never says that a payment moved; the shop looks."),
    Switch("late_callback", "money", "Late callback", "MTN says it twenty seconds late."),
    Switch("callback_twice", "money", "Twice", "MTN says it two times at the same moment."),
    Switch("wrong_amount", "money", "Wrong amount", "The wallet pays 500 less than was asked."),
    Switch(
        "lost_request",
        "money",
        "Lost answer",
        "The prompt is on the phone, the HTTP answer to the shop never comes.",
    ),
    Switch(
        "file_gone", "answers", "File gone", "WhatsApp has a phone's file no longer, as after seven days."
    ),
    Switch("file_changed", "answers", "Another file", "What the shop fetches is not what the phone sent."),
)


@dataclass(frozen=True, slots=True)
class Position:
    """A switch as it stands."""

    switch: Switch
    setting: Setting


def positions(store: Store) -> list[Position]:
    """Every switch with its setting, in the order in which they are shown."""
    stored: dict[Name, Setting] = {
        row.name: row.setting for row in store.rows(_Stored, "select name, setting from switches")
    }
    return [Position(switch, stored.get(switch.name, "off")) for switch in SWITCHES]


@dataclass(frozen=True, slots=True)
class _Stored:
    name: Name
    setting: Setting


def turn(store: Store, name: Name, setting: Setting) -> None:
    """Set a switch. `next` goes off by itself once it had its effect."""
    store.run(
        """
        insert into switches (name, setting) values (:name, :setting)
        on conflict (name) do update set setting = excluded.setting
        """,
        name=name,
        setting=setting,
    )


def is_on(store: Store, name: Name) -> bool:
    """Whether the switch is on, without using it up."""
    setting = store.row(str, "select setting from switches where name = :name", name=name)
    return setting in ("next", "always")


def strikes(store: Store, name: Name) -> bool:
    """Whether it happens this time; a switch on `next` is then off."""
    if not is_on(store, name):
        return False
    store.run("update switches set setting = 'off' where name = :name and setting = 'next'", name=name)
    return True
