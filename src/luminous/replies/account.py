"""The customer's own account on the website: let in, connected, cut off, and what we say about it."""

from uuid import UUID

from luminous import accounts
from luminous.accounts import Connected, Secrets, Site
from luminous.catalogues import Catalogue
from luminous.db import Connection
from luminous.messages import Content
from luminous.replies.acts import Connect, Disown, ForTheAccount, HandOver, Say
from luminous.replies.decide import Context
from luminous.replies.wording import buttons


async def act_on_account(
    conn: Connection, context: Context, customer_id: UUID, act: ForTheAccount
) -> list[Say | HandOver]:
    """Do it and return what is to be said. For proven customers alone."""
    words, site = context.words, context.shop.site
    if isinstance(act, Disown):
        await accounts.unlink(conn, customer_id)
        reason = "says that a website account is not theirs"
        return [Say(Content(words.say("account.disowned"))), HandOver(reason)]
    if site is None:
        return []  # nothing is decided about accounts where there is no website
    if isinstance(act, Connect):
        result = await accounts.connect(conn, site, customer_id, act.handle, act.code)
        said = Say(connected(words, result))
        is_conflict = result.outcome in accounts.CONFLICTS
        return [said, HandOver("wants to connect an account that is another's")] if is_conflict else [said]
    link = await accounts.make_sign_in_link(conn, site, customer_id)
    if link is None:
        return [Say(Content(words.say("account.on_its_way")))]
    return [Say(account_link(words, site, link), lets_in=True)]


def account_link(words: Catalogue, site: Site, link: Secrets) -> Content:
    """The link, and the code for another device."""
    return Content(
        words.say(
            "account.link",
            address=link.address(site),
            address_for_code=link.address_without_token(site),
            code=link.code_to_read,
        )
    )


def connected(words: Catalogue, result: Connected) -> Content:
    """Somebody sent the code that the website showed them."""
    account = (
        words.say("account.known", email=mask_email(result.email))
        if result.email
        else words.say("account.new")
    )
    browser = result.browser or words.say("account.a_browser")
    said = words.say(f"account.{result.outcome}", account=account, browser=browser)
    return Content(said, buttons=buttons(words, "not_me") if result.outcome == "linked" else ())


def joined_account(words: Catalogue, email: str) -> Content:
    """An e-mail was proven for the account, on the website."""
    return Content(words.say("account.joined", email=mask_email(email)), buttons=buttons(words, "not_me"))


def mask_email(email: str) -> str:
    """An e-mail as its owner knows it again and nobody else learns it: a…@example.com."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
