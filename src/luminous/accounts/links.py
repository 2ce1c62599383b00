"""Magic links: made for one person, looked at without effect, used once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from luminous.accounts.tokens import Secrets, Site, hash_of, new_secrets, plain_code
from luminous.db import Connection, sql

LinkPurpose = Literal["sign_in", "email", "connect"]
MINUTES: dict[LinkPurpose, int] = {"sign_in": 10, "email": 30, "connect": 30}


@dataclass(frozen=True, slots=True)
class Link:
    """A live link, and whose account it is about. Looking at it changes nothing."""

    id: UUID
    purpose: str
    customer_id: UUID | None
    identity_epoch: int | None
    profile_id: UUID | None  # who asked for it on the website
    email: str | None  # where it was sent, where that is an e-mail address
    browser: str | None


async def make_sign_in_link(conn: Connection, site: Site, customer_id: UUID) -> Secrets | None:
    """A link for the customer's own WhatsApp. None when one is surely on its way: at most one a minute
    that was not used, and five an hour."""
    if not await MAY_HAVE_ANOTHER.one(conn, customer_id=customer_id):
        return None
    return await _make(conn, site, "sign_in", customer_id=customer_id)


async def make_email_link(
    conn: Connection, site: Site, email: str, profile_id: UUID | None, browser: str
) -> Secrets:
    """A link to send to an e-mail address. profile_id: who wants to have it as theirs; None: to sign in."""
    return await _make(conn, site, "email", email=email, profile_id=profile_id, browser=browser)


async def make_connect_code(conn: Connection, site: Site, profile_id: UUID, browser: str) -> Secrets:
    """A code to send on WhatsApp: whoever sends it is the person at that browser. Earlier ones end."""
    await REVOKE_CONNECTS.run(conn, profile_id=profile_id)
    return await _make(conn, site, "connect", profile_id=profile_id, browser=browser)


async def look(conn: Connection, token: str) -> Link | None:
    """The live link with this token, or None. Nothing changes."""
    return await LOOK.maybe(conn, token_hash=hash_of(token))


async def look_by_code(conn: Connection, site: Site, handle: str, code: str) -> Link | None:
    """The live link with this code, or None. A wrong code is counted: after five no code opens it."""
    handle, code = plain_code(handle), plain_code(code)
    return await TRY_CODE.maybe(conn, handle=handle, code_hash=site.keyed("code", f"{handle}:{code}"))


async def redeem(conn: Connection, link_id: UUID) -> bool:
    """Use the link up. True for exactly one caller; all of the customer's other links end with it."""
    return await REDEEM.maybe(conn, id=link_id) is not None


async def forget_old_links(conn: Connection) -> int:
    """Links that ended thirty days ago."""
    return await FORGET.run(conn)


async def _make(
    conn: Connection,
    site: Site,
    purpose: LinkPurpose,
    *,
    customer_id: UUID | None = None,
    profile_id: UUID | None = None,
    email: str | None = None,
    browser: str | None = None,
) -> Secrets:
    made = new_secrets()
    await MAKE.run(
        conn,
        purpose=purpose,
        handle=made.handle,
        token_hash=hash_of(made.token),
        code_hash=site.keyed("code", f"{made.handle}:{made.code}"),
        customer_id=customer_id,
        profile_id=profile_id,
        email=email,
        browser=browser,
        lasts=timedelta(minutes=MINUTES[purpose]),
    )
    return made


MAY_HAVE_ANOTHER = sql("""
    select count(*) < 5
       and count(*) filter (where created_at > now() - interval '1 minute' and link_is_live(magic_links)) = 0
      from magic_links
     where customer_id = %(customer_id)s and purpose = 'sign_in' and created_at > now() - interval '1 hour'
""").into(bool)

MAKE = sql("""
    insert into magic_links (purpose, handle, token_hash, code_hash, customer_id, identity_epoch, profile_id,
                             email, browser, expires_at)
    values (%(purpose)s, %(handle)s, %(token_hash)s, %(code_hash)s, %(customer_id)s,
            (select identity_epoch from customers where id = %(customer_id)s),
            %(profile_id)s, %(email)s, %(browser)s, now() + %(lasts)s::interval)
""")

REVOKE_CONNECTS = sql("""
    update magic_links set revoked_at = now()
     where profile_id = %(profile_id)s and purpose = 'connect' and redeemed_at is null and revoked_at is null
""")

LOOK = sql("""
    select id, purpose, customer_id, identity_epoch, profile_id, email, browser
      from magic_links
     where token_hash = %(token_hash)s and purpose <> 'connect' and link_is_live(magic_links)
""").into(Link)

# One statement, so that sixty-four guesses at once are counted one after the other.
TRY_CODE = sql("""
    with tried as (
      update magic_links
         set failed_codes = failed_codes + (code_hash <> %(code_hash)s)::integer
       where handle = %(handle)s and failed_codes < 5 and link_is_live(magic_links)
      returning id, purpose, customer_id, identity_epoch, profile_id, email, browser,
                code_hash = %(code_hash)s as is_right
    )
    select id, purpose, customer_id, identity_epoch, profile_id, email, browser from tried where is_right
""").into(Link)

REDEEM = sql("""
    with redeemed as (
      update magic_links set redeemed_at = now()
       where id = %(id)s and redeemed_at is null and link_is_live(magic_links)
      returning id, customer_id
    ), others as (
      update magic_links other set revoked_at = now()
        from redeemed
       where other.customer_id = redeemed.customer_id and other.id <> redeemed.id
         and other.redeemed_at is null and other.revoked_at is null
    )
    select id from redeemed
""").into(UUID)

FORGET = sql("delete from magic_links where expires_at < now() - interval '30 days'")
