"""The invariants of the tables, each one statement: what must be true at any moment, under any load.

Nothing is written, and no statement may run for long: this is made for the live database.
"""

from datetime import timedelta

from luminous.db import Database, connect, sql
from luminous.proof import check_customers as customers
from luminous.proof import check_identity as identity
from luminous.proof import check_media as media
from luminous.proof import check_messages as messages
from luminous.proof import check_outbox as outbox
from luminous.proof import check_payments as payments
from luminous.proof import check_quotations as quotations
from luminous.proof import check_sayable as sayable
from luminous.proof import check_states as states
from luminous.proof.check_files import check_files
from luminous.proof.check_report import Checked, Invariant, not_looked_at, told
from luminous.proof.verify_report import in_words
from luminous.storage import Storage

PATIENCE = timedelta(minutes=5)  # for what a running worker has done within seconds
LONGEST = timedelta(seconds=30)

INVARIANTS: tuple[Invariant, ...] = (
    *customers.INVARIANTS,
    *identity.INVARIANTS,
    *messages.INVARIANTS,
    *outbox.INVARIANTS,
    *sayable.INVARIANTS,
    *media.INVARIANTS,
    *quotations.INVARIANTS,
    *payments.INVARIANTS,
    *states.INVARIANTS,
)


async def check(
    url: str,
    *,
    schema: str | None,
    patience: timedelta = PATIENCE,
    longest: timedelta = LONGEST,
    storage: Storage | None = None,
) -> list[Checked]:
    """Look at every invariant and return what was found, in its order.

    schema: the shop's schema; None is `public`. patience: how old unfinished work may be. longest: a
    statement that takes more time is given up, and its line says so. storage: the files that are kept
    there are read too, which takes its time; None leaves them alone.
    Raises DatabaseAway when the server does not answer; anything else is a finding.
    """
    async with connect(url):
        pass  # nobody there: PostgreSQL's own words, at once
    # No prepared statements: this must work behind a transaction pooler too.
    async with Database(url, schema=schema, size=2, prepare=False) as database:
        found = [await _look(database, invariant, patience, longest) for invariant in INVARIANTS]
        return found if storage is None else [*found, await check_files(database, storage)]


async def _look(database: Database, invariant: Invariant, patience: timedelta, longest: timedelta) -> Checked:
    try:
        async with database.transaction() as conn:
            await CAREFULLY.run(conn, longest=f"{longest.total_seconds()}s")
            offenders = await invariant.offenders.all(conn, patience=patience)
    except Exception as error:
        return not_looked_at(invariant.item, await in_words(database, error))
    return told(
        invariant.item,
        [offender.id for offender in offenders],
        offenders[0].in_total if offenders else 0,
        of=invariant.of,
        what_to_do=invariant.what_to_do,
    )


# Row security that hides rows from this role must be an error: silence would look like a healthy table.
CAREFULLY = sql("""
    select set_config('transaction_read_only', 'on', true), set_config('row_security', 'off', true),
           set_config('statement_timeout', %(longest)s, true)
""")
