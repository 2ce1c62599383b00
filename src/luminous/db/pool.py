"""A pool of connections that outlives its server: gone, frozen, or back again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from luminous import metrics
from luminous.db.direct import use_schema
from luminous.db.line import SILENCE_SECONDS, Line, patient
from luminous.db.statements import Connection, sql
from luminous.errors import DatabaseAway
from luminous.log import log

CONNECT_SECONDS = 5
MOST_WAITING = 1000  # for a connection; whoever comes then is sent away at once


class Database:
    """A pool of connections to one shop's schema."""

    def __init__(
        self,
        url: str,
        *,
        schema: str | None = None,
        size: int = 10,
        prepare: bool = True,
        connect_seconds: float = CONNECT_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        """Describe it; `open` connects.

        schema: where the shop's tables are; None leaves the role's own search_path.
        prepare: False behind a transaction pooler (PgBouncer, Supabase's port 6543), where the next
        transaction may meet another server connection: nothing is prepared, and each sets what it needs.
        connect_seconds: how long a transaction waits for a connection.
        silence_seconds: how long one statement waits for a server that says nothing at all.
        """
        self.schema = schema
        self.sets_each_transaction = not prepare
        self.silence_seconds = silence_seconds
        self.pool: AsyncConnectionPool[Line] = AsyncConnectionPool(
            patient(url),
            connection_class=Line,
            open=False,
            min_size=1,
            max_size=size,
            timeout=connect_seconds,
            max_waiting=MOST_WAITING,
            configure=self._connected,
            reconnect_timeout=CONNECT_SECONDS,  # the pauses double; after it they are short again
            reconnect_failed=self._still_away,
            kwargs={"prepare_threshold": 0 if prepare else None, "application_name": "luminous"},
        )
        self._away_since: float | None = None  # on the monotonic clock

    async def open(self) -> None:
        """Start connecting in the background; the first transaction waits for it."""
        metrics.DATABASE_UP.set(1)
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self.pool.close()

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """One transaction: committed at the end, rolled back on an exception.

        Raises DatabaseAway when no connection can be had in time.
        """
        async with self._connection(autocommit=False) as conn, conn:
            if self.sets_each_transaction:
                await self._set(conn, for_this_transaction=True)
            yield conn

    @asynccontextmanager
    async def statement(self) -> AsyncGenerator[Connection]:
        """A transaction of one statement, which PostgreSQL begins, runs and commits in one round trip.

        Raises DatabaseAway when no connection can be had in time.
        """
        if self.sets_each_transaction:
            async with self.transaction() as conn:
                yield conn
        else:
            async with self._connection(autocommit=True) as conn:
                yield conn

    @asynccontextmanager
    async def _connection(self, *, autocommit: bool) -> AsyncGenerator[Line]:
        conn = await self._living()
        try:
            if conn.autocommit is not autocommit:
                await conn.set_autocommit(autocommit)
            yield conn
        finally:
            await self.pool.putconn(conn)

    async def _living(self) -> Line:
        """A connection that lives. After a restart of the server no transaction meets one from before."""
        try:
            while (conn := await self.pool.getconn()).has_ended():
                await conn.close()
                await self.pool.putconn(conn)  # the pool replaces it
        except (PoolTimeout, PoolClosed, TooManyRequests) as error:
            self._note_away()
            raise DatabaseAway(
                "PostgreSQL does not answer. Is it running, and is DATABASE_URL right?"
            ) from error
        self._note_back()
        return conn

    async def _connected(self, conn: Line) -> None:
        conn.silence_seconds = self.silence_seconds
        if not self.sets_each_transaction:
            await self._set(conn, for_this_transaction=False)
            await conn.commit()
        self._note_back()

    async def _set(self, conn: Connection, *, for_this_transaction: bool) -> None:
        await LIMIT.run(conn, for_this_transaction=for_this_transaction)
        if self.schema is not None:
            await use_schema(conn, self.schema, for_this_transaction=for_this_transaction)

    async def _still_away(self, pool: AsyncConnectionPool[Line]) -> None:
        self._note_away()
        await pool.check()  # a pool without connections goes on trying, also when nobody waits

    def _note_away(self) -> None:
        if self._away_since is None:
            self._away_since = monotonic()
            metrics.DATABASE_UP.set(0)
            log.error("the database is away")

    def _note_back(self) -> None:
        if self._away_since is not None:
            log.info("the database is back", away_seconds=round(monotonic() - self._away_since, 1))
            self._away_since = None
            metrics.DATABASE_UP.set(1)


# Whoever waits for a row that somebody locks from outside gives the connection back, and tries again.
# Where PostgreSQL compiles what it expects to be long, it takes a tenth of a second for one that is over
# in a millisecond: of tables that were never counted it expects too much.
LIMIT = sql("""
    select set_config('lock_timeout', '2s', %(for_this_transaction)s),
           set_config('statement_timeout', '5s', %(for_this_transaction)s),
           set_config('idle_in_transaction_session_timeout', '10s', %(for_this_transaction)s),
           set_config('jit', 'off', %(for_this_transaction)s)
""")
