"""Every e-mail that the website sends: its subject, and its text."""

from luminous.accounts import Secrets, Site


def sign_in(shop: str, site: Site, link: Secrets) -> tuple[str, str]:
    """To somebody with an account, who asked on the website."""
    return f"Sign in to {shop}", (
        "Hello,\n\n"
        f"open this link to sign in to your account at {shop}:\n\n{link.address(site)}\n\n"
        "It works once, within 30 minutes. You can also type this code on the page where you asked: "
        f"{link.code_to_read}\n\n"
        "Was it not you? Then do nothing: without this e-mail nobody gets in.\n"
    )


def no_account(shop: str, site: Site) -> tuple[str, str]:
    """To an address that has no account."""
    return f"Your account at {shop}", (
        "Hello,\n\n"
        f"somebody, probably you, wanted to sign in at {shop} with this e-mail. "
        "There is no account with it yet.\n\n"
        f"You can make one here: {site.url}/account/sign-up\n"
        f"If you write to us on WhatsApp, open your account from there: {site.url}/account/sign-in\n\n"
        "Was it not you? Then do nothing.\n"
    )


def prove(shop: str, site: Site, link: Secrets, browser: str) -> tuple[str, str]:
    """To an address that somebody wants to use for their account."""
    return f"Confirm your e-mail for {shop}", (
        "Hello,\n\n"
        f"you want to use this e-mail for your account at {shop}. Open this link in the same browser "
        f"({browser}):\n\n"
        f"{link.address(site)}\n\n"
        f"Or type this code on the page where you asked: {link.code_to_read}\n\n"
        "Was it not you? Then do nothing, and give the code to nobody.\n"
    )
