"""Whose account it is, and where MTN keeps it."""

import re
from dataclasses import dataclass

from luminous.errors import SettingsMissing

SANDBOX = "sandbox"
API_URLS = {SANDBOX: "https://sandbox.momodeveloper.mtn.com"}
PRODUCTION_URL = "https://proxy.momoapi.mtn.com"
SANDBOX_CURRENCY = "EUR"  # the only one that the sandbox takes

_HEADER = re.compile(r"[\x21-\x7e]+")

CALLBACK_PATH = "/webhooks/momo"  # of the shop; the charge's reference is added


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's Collections account. environment: `sandbox`, or the country's, as `mtnuganda`.

    callback_url: where MTN may tell that something moved; the charge's reference is added. Empty: it
    tells nobody, and looking alone finds out.
    """

    api_user: str
    api_key: str
    subscription_key: str
    environment: str
    currency: str
    api_url: str = ""
    callback_url: str = ""

    def __post_init__(self) -> None:
        for name in ("api_user", "api_key", "subscription_key", "environment"):
            if not _HEADER.fullmatch(getattr(self, name)):
                raise SettingsMissing(
                    f"MOMO_{name.upper()} is empty or has spaces: copy it again, in one line."
                )

    @property
    def base(self) -> str:
        """The address that every call begins with."""
        return (self.api_url or API_URLS.get(self.environment, PRODUCTION_URL)).rstrip("/") + "/collection"

    @property
    def wire_currency(self) -> str:
        """The currency as it is written in a call: the sandbox plays with euros, whatever the shop's is."""
        return SANDBOX_CURRENCY if self.environment == SANDBOX else self.currency

    def currency_meant(self, written: str | None) -> str | None:
        """The shop's currency for the one that stands in an answer."""
        is_played = self.environment == SANDBOX and written == SANDBOX_CURRENCY
        return self.currency if is_played else written
