"""Who opens a transaction decides what is committed together, and what holds inside it."""

import psycopg
import pytest

from luminous.db import Database, sql

AMINA, BOSCO = "+256772000001", "+256772000002"


async def test_transaction_of_one_statement_is_committed_with_it(database: Database) -> None:
    async with database.statement() as conn:
        assert await ADD.all(conn, phone=AMINA) == [AMINA]
        async with database.transaction() as elsewhere:
            assert await PHONES.all(elsewhere) == [AMINA]


async def test_connection_that_committed_each_statement_opens_whole_transactions_again(
    database_url: str,
) -> None:
    async with Database(database_url, size=1) as database:
        async with database.statement() as conn:
            await ADD.one(conn, phone=AMINA)
        async with database.transaction() as conn:
            await ADD.one(conn, phone=BOSCO)
            await conn.rollback()
            assert await PHONES.all(conn) == [AMINA]


async def test_only_statement_that_fails_changes_nothing_and_its_connection_serves_the_next(
    database_url: str,
) -> None:
    async with Database(database_url, size=1) as database:
        async with database.statement() as conn:
            before = conn.info.backend_pid
            with pytest.raises(psycopg.errors.CheckViolation):
                await ADD.all(conn, phone="no number")
        async with database.transaction() as conn:
            assert await PHONES.all(conn) == []
            assert conn.info.backend_pid == before


async def test_behind_a_transaction_pooler_one_statement_is_in_the_schema_too(database_url: str) -> None:
    pooled = Database(database_url, schema="shop two", prepare=False)
    async with pooled, pooled.statement() as conn:
        assert await SEARCH_PATH.one(conn) == '"shop two", pg_temp'


@pytest.mark.parametrize("prepare", [True, False], ids=["directly", "behind a transaction pooler"])
async def test_every_transaction_is_in_the_schema_of_its_shop(database_url: str, prepare: bool) -> None:
    async with Database(database_url, schema="shop two", prepare=prepare, size=1) as database:
        for _ in range(2):
            async with database.transaction() as conn:
                assert await SEARCH_PATH.one(conn) == '"shop two", pg_temp'
        async with database.transaction() as conn:
            await conn.rollback()
            assert (await SEARCH_PATH.one(conn) == '"shop two", pg_temp') is prepare


ADD = sql("insert into customers (phone_number) values (%(phone)s) returning phone_number").into(str)
PHONES = sql("select phone_number from customers order by phone_number").into(str)
SEARCH_PATH = sql("select current_setting('search_path')").into(str)
