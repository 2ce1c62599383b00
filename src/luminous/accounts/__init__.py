"""Website accounts: the links that let people in, who is signed in, and whose account is which customer's."""

from luminous.accounts.connecting import Connected, connect
from luminous.accounts.email import Outcome, Owner, claim, owner_of
from luminous.accounts.limits import allows, forget_old_attempts
from luminous.accounts.linking import CONFLICTS, account_of, link, note_conflict, unlink
from luminous.accounts.links import (
    Link,
    forget_old_links,
    look,
    look_by_code,
    make_connect_code,
    make_email_link,
    make_sign_in_link,
    redeem,
)
from luminous.accounts.profiles import (
    Address,
    add_address,
    addresses,
    remove_address,
    rename,
    sign_up,
    use_address,
)
from luminous.accounts.sessions import (
    Session,
    Visitor,
    begin,
    end,
    end_all,
    find,
    forget_old_sessions,
    list_sessions,
)
from luminous.accounts.settling import (
    AccountConflict,
    SettledAccount,
    account_conflicts,
    is_in_question,
    oldest_account_conflict_age,
    settle_account,
)
from luminous.accounts.tokens import Secrets, Site, plain_code

__all__ = [
    "CONFLICTS",
    "AccountConflict",
    "Address",
    "Connected",
    "Link",
    "Outcome",
    "Owner",
    "Secrets",
    "Session",
    "SettledAccount",
    "Site",
    "Visitor",
    "account_conflicts",
    "account_of",
    "add_address",
    "addresses",
    "allows",
    "begin",
    "claim",
    "connect",
    "end",
    "end_all",
    "find",
    "forget_old_attempts",
    "forget_old_links",
    "forget_old_sessions",
    "is_in_question",
    "link",
    "list_sessions",
    "look",
    "look_by_code",
    "make_connect_code",
    "make_email_link",
    "make_sign_in_link",
    "note_conflict",
    "oldest_account_conflict_age",
    "owner_of",
    "plain_code",
    "redeem",
    "remove_address",
    "rename",
    "settle_account",
    "sign_up",
    "unlink",
    "use_address",
]
