"""Staff say whose account it is: one person goes on with one record in one account, two stay as they are."""

from uuid import UUID

import pytest

from luminous import accounts, customers
from luminous.accounts import SettledAccount
from luminous.db import Connection, sql
from luminous.errors import NoOpenConflict

from .people import conflicts, customer, profile, profile_of

OTHER = "+256772000002"


async def answer(conn: Connection, *, same: bool) -> SettledAccount:
    """Staff answer the one question that is open."""
    (conflict,) = await accounts.account_conflicts(conn)
    return await accounts.settle_account(
        conn, conflict.id, is_same_person=same, by="Aisha", reason="She called"
    )


async def two_accounts(conn: Connection, email: str | None = "new@example.com") -> tuple[UUID, UUID, UUID]:
    """Amina, her account, and the newer one that she tried to connect."""
    amina = await customer(conn)
    hers, newer = await profile(conn, "amina@example.com", amina), await profile(conn, email)
    await accounts.link(conn, newer, amina)
    return amina, hers, newer


async def amina_twice(conn: Connection) -> tuple[UUID, UUID]:
    """Amina as an older customer and as a newer one."""
    amina = await customer(conn)
    await EARLIER.run(conn)
    return amina, await customer(conn, OTHER, "Amina N.")


async def test_two_accounts_of_one_person_become_the_one_that_she_has(conn: Connection) -> None:
    amina, hers, newer = await two_accounts(conn)
    cookie = await accounts.begin(conn, newer, "Chrome", "email")

    done = await answer(conn, same=True)

    assert (done.customer_id, done.merge_id) == (amina, None)
    assert await profile_of(conn, amina) == hers
    assert await accounts.find(conn, cookie) is None
    assert await accounts.owner_of(conn, "new@example.com") is None, "she may prove it anew, in her account"
    assert await conflicts(conn) == []


async def test_two_people_keep_what_they_have(conn: Connection) -> None:
    amina, hers, newer = await two_accounts(conn)

    done = await answer(conn, same=False)

    assert done == SettledAccount(None, None)
    assert await profile_of(conn, amina) == hers
    owner = await accounts.owner_of(conn, "new@example.com")
    assert owner is not None
    assert owner.id == newer


async def test_two_customers_who_were_one_person_become_the_older_one(conn: Connection) -> None:
    amina, again = await amina_twice(conn)
    account = await profile(conn, "amina@example.com", again)
    await accounts.link(conn, account, amina)

    done = await answer(conn, same=True)

    assert done.customer_id == amina
    assert await profile_of(conn, amina) == account, "she had none: the one that was proven goes on"
    assert done.merge_id is not None
    await customers.undo_merge(conn, done.merge_id)
    assert (await profile_of(conn, amina), await profile_of(conn, again)) == (None, account)


async def test_the_email_of_what_was_another_customers_account_opens_the_one_that_stays(
    conn: Connection,
) -> None:
    amina, again = await amina_twice(conn)
    hers = await accounts.account_of(conn, amina)
    await profile(conn, "amina@example.com", again)
    await accounts.claim(conn, hers, "amina@example.com")

    done = await answer(conn, same=True)

    owner = await accounts.owner_of(conn, "amina@example.com")
    assert owner is not None
    assert (owner.id, owner.customer_id) == (hers, amina)
    assert done.merge_id is not None
    await customers.undo_merge(conn, done.merge_id)
    assert (await profile_of(conn, amina), await profile_of(conn, again)) == (hers, None)


async def test_an_account_that_became_somebody_elses_meanwhile_does_not_end(conn: Connection) -> None:
    amina, hers, newer = await two_accounts(conn)
    kato = await customer(conn, OTHER, "Kato")
    await accounts.link(conn, newer, kato)

    await answer(conn, same=True)

    assert (await profile_of(conn, amina), await profile_of(conn, kato)) == (hers, newer)


async def test_who_answered_and_how_they_knew_is_kept_and_there_is_no_second_answer(
    conn: Connection,
) -> None:
    await two_accounts(conn)
    await answer(conn, same=True)

    (kept,) = await accounts.account_conflicts(conn, settled=True)
    assert (kept.resolution, kept.resolved_by, kept.reason) == ("same", "Aisha", "She called")
    for conflict_id in (kept.id, kept.id + 1):
        with pytest.raises(NoOpenConflict):
            await accounts.settle_account(conn, conflict_id, is_same_person=True, by="x", reason="x")


async def test_the_age_of_the_oldest_is_known_and_about_who_is_gone_nothing_waits(conn: Connection) -> None:
    assert await accounts.oldest_account_conflict_age(conn) == 0
    await two_accounts(conn)
    await AGED.run(conn)
    assert await accounts.oldest_account_conflict_age(conn) == 90

    await GONE.run(conn)
    assert await accounts.account_conflicts(conn) == []


EARLIER = sql("update customers set created_at = created_at - interval '1 day'")
AGED = sql("update account_conflicts set opened_at = now() - interval '90 seconds'")
GONE = sql("update customers set deleted_at = now()")
