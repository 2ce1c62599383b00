"""The last things that went over the wire for a phone, for the panel beside it."""

from dataclasses import dataclass

from luminous.simulator.store import Store


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook to the shop. answer None: nobody answered; next_at None: it is over."""

    id: int
    body: str
    times: int
    attempts: int
    next_at: float | None
    answer: int | None
    problem: str | None
    took_ms: int | None
    created_at: float
    updates: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the shop to the Graph API. status None: it was never answered."""

    id: int
    phone_id: int | None
    path: str
    request: str
    status: int | None
    answer: str
    remark: str
    at: float


def last_post(store: Store, phone_id: int) -> Webhook | None:
    """The last webhook that told the shop something about this phone."""
    return store.row(
        Webhook,
        """
        select posts.*, (select count(*) from updates where post_id = posts.id) as updates
          from posts
         where posts.id = (select max(post_id) from updates where phone_id = :phone_id)
        """,
        phone_id=phone_id,
    )


def last_call(store: Store, phone_id: int) -> Call | None:
    """The last Graph call that concerned this phone, or one since then that concerned none."""
    return store.row(
        Call,
        "select * from calls where phone_id = :phone_id or phone_id is null order by id desc limit 1",
        phone_id=phone_id,
    )


def last_told(store: Store, phone_id: int) -> list[str]:
    """The ids of the last message and of the last announcement that the shop got about this phone."""
    return store.rows(
        str,
        """
        select * from (select wamid from messages where phone_id = :phone_id and not is_from_shop
                        order by id desc limit 1)
        union all
        select * from (select wamid from changes where phone_id = :phone_id and wamid is not null
                        order by announced_at desc limit 1)
        """,
        phone_id=phone_id,
    )
