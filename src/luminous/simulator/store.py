"""The simulator's own memory: one SQLite file beside the shop's database, never inside it.

Used from the event loop's thread alone; a statement takes well under a millisecond.
"""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from pathlib import Path
from typing import LiteralString, TypeVar, cast

Row = TypeVar("Row")

SCHEMA = """
create table if not exists phones (
  id               integer primary key autoincrement,  -- never a removed phone's again
  name             text not null,            -- the profile name that WhatsApp passes on
  number           text not null unique,     -- digits with the country code: WhatsApp's wa_id
  user_id          text not null unique,     -- business-scoped user id
  username         text not null,            -- empty: none
  is_number_hidden integer not null,
  typing_until     real not null default 0,  -- the shop shows "typing" until then
  hides_user_id    integer not null default 0,  -- as before April 2026: no user id in webhooks
  has_whatsapp     integer not null default 1,  -- 0: the SIM card was sold; the names are those to come
  identity_key     text not null default '',    -- another one after each registration of the number
  registered_at    real not null default 0      -- when somebody else's number became this phone's
) strict;

create table if not exists changes (
  id            integer primary key,
  phone_id      integer not null references phones on delete cascade,
  kind          text not null,     -- changed_number, sold, bought, reinstalled, registered
  name          text not null,     -- the profile name at the time
  shows         text not null,     -- what the shop got of the phone then: both, number, user_id
  old_number    text not null,
  new_number    text not null,
  old_user_id   text not null,
  new_user_id   text not null,
  shape         text not null,     -- changed_number: how WhatsApp announces it, else empty
  timing        text not null,     -- changed_number: early, late, never, else empty
  wamid         text,              -- under which the shop keeps the last announcement
  announced_at  real,              -- null: the shop was not told
  at            real not null
) strict;
create index if not exists changes_by_phone on changes (phone_id, id);

create table if not exists messages (
  id           integer primary key,
  phone_id     integer references phones on delete cascade,  -- null: for a number that no phone here has
  wamid        text not null unique,
  is_from_shop integer not null,
  kind         text not null,
  content      text not null,     -- the type's own object, as JSON text
  quoted_wamid text,
  addressed_to text,              -- shop's messages: the digits or the user id it went to
  echo         text,              -- shop's messages: biz_opaque_callback_data
  status       text not null,     -- customer's: waiting, taken, read
                                  -- shop's: accepted, sent, delivered, read, failed, dropped
  error_code   integer,           -- shop's messages: what it will fail with
  created_at   real not null,
  changed_at   real not null      -- when the status last moved
) strict;
create index if not exists messages_by_phone on messages (phone_id, id);
create index if not exists messages_on_their_way on messages (id) where status in ('accepted', 'sent');

create table if not exists posts (
  id          integer primary key,
  body        text not null,      -- the exact JSON that is signed
  times       integer not null,   -- delivered so often at once
  attempts    integer not null default 0,
  next_at     real,               -- null: taken with 200, or given up
  answer      integer,            -- HTTP status of the last attempt; null when nobody answered
  problem     text,               -- why nobody answered
  took_ms     integer,
  created_at  real not null
) strict;
create index if not exists posts_due on posts (next_at) where next_at is not null;

create table if not exists updates (
  id         integer primary key,
  message_id integer references messages on delete set null,
  phone_id   integer,
  change     text not null,       -- one element of entry[].changes, as JSON text
  due_at     real not null,
  post_id    integer references posts on delete cascade
) strict;
create index if not exists updates_unposted on updates (due_at) where post_id is null;
create index if not exists updates_by_post on updates (post_id);
create index if not exists updates_by_phone on updates (phone_id, post_id);

create table if not exists calls (
  id       integer primary key,
  phone_id integer,               -- null: it concerns no phone here
  path     text not null,
  request  text not null,
  status   integer,               -- null: it was never answered
  answer   text not null,
  remark   text not null,         -- what happened that the answer does not say
  at       real not null
) strict;
create index if not exists calls_by_phone on calls (phone_id, id);

create table if not exists media (
  id         text primary key,
  mime_type  text not null,
  sha256     text not null,        -- base64, as in the webhook
  content    blob not null,
  created_at real not null default 0
) strict;

create table if not exists templates (
  name     text not null,
  language text not null,
  body     text not null,
  status   text not null,         -- APPROVED, PAUSED, REJECTED
  primary key (name, language)
) strict;
create table if not exists charges (
  reference      text primary key,  -- X-Reference-Id
  phone_id       integer references phones on delete set null,  -- whose wallet; null: nobody's here
  payer          text not null,     -- digits with the country code
  amount         text not null,     -- as it was asked
  paid_amount    text,              -- as it moved
  currency       text not null,
  external_id    text not null,
  note           text not null,
  status         text not null,     -- PENDING, SUCCESSFUL, FAILED
  reason         text,
  transaction_id text,
  is_ignored     integer not null default 0,  -- the prompt was put away; it ends by itself
  callback_url   text not null,     -- empty: none was asked for
  callbacks      integer not null default 0,  -- still to be sent
  callback_at    real,
  created_at     real not null
) strict;
create index if not exists charges_by_phone on charges (phone_id) where status = 'PENDING';

create table if not exists switches (
  name    text primary key,
  setting text not null
) strict;
"""


# Columns that tables got later: a file of an earlier version is given them when it is opened.
LATER_COLUMNS: Sequence[tuple[str, LiteralString]] = (
    ("hides_user_id", "alter table phones add column hides_user_id integer not null default 0"),
    ("has_whatsapp", "alter table phones add column has_whatsapp integer not null default 1"),
    ("identity_key", "alter table phones add column identity_key text not null default ''"),
    ("registered_at", "alter table phones add column registered_at real not null default 0"),
    ("created_at", "alter table media add column created_at real not null default 0"),
)
FILL_KEYS = "update phones set identity_key = lower(hex(randomblob(8))) where identity_key = ''"


class Store:
    """The open file. Rows come back as frozen dataclasses whose fields are the columns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._sqlite = sqlite3.connect(path, isolation_level=None, timeout=5)
        self._sqlite.row_factory = sqlite3.Row
        self._sqlite.execute("pragma journal_mode = wal")
        self._sqlite.execute("pragma synchronous = normal")
        self._sqlite.execute("pragma foreign_keys = on")
        self._sqlite.executescript(SCHEMA)
        self._add_later_columns()

    def _add_later_columns(self) -> None:
        present = self.rows(
            str,
            "select name from pragma_table_info('phones') union select name from pragma_table_info('media')",
        )
        for column, statement in LATER_COLUMNS:
            if column not in present:
                self.run(statement)
        self.run(FILL_KEYS)

    def close(self) -> None:
        """Close the file."""
        self._sqlite.close()

    @contextmanager
    def together(self) -> Generator[None]:
        """All statements inside, or none of them."""
        self._sqlite.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._sqlite.execute("rollback")
            raise
        self._sqlite.execute("commit")

    def rows(self, row: type[Row], statement: LiteralString, **params: object) -> list[Row]:
        """Every row, as `row`: a dataclass with the columns as fields, or one scalar such as `int`."""
        found = cast("list[sqlite3.Row]", self._sqlite.execute(statement, params).fetchall())
        if is_dataclass(row):
            return [row(**dict(each)) for each in found]
        return [cast("Row", each[0]) for each in found]

    def row(self, row: type[Row], statement: LiteralString, **params: object) -> Row | None:
        """The first row, or None."""
        return next(iter(self.rows(row, statement, **params)), None)

    def run(self, statement: LiteralString, **params: object) -> int:
        """Run it and return how many rows it touched."""
        return self._sqlite.execute(statement, params).rowcount

    def insert(self, statement: LiteralString, **params: object) -> int:
        """Run an insert and return the new row's id."""
        return self._sqlite.execute(statement, params).lastrowid or 0
