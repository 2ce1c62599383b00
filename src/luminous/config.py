"""Settings, read once at a door from the environment or `.env`, and passed on as values."""

from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from luminous import catalogues
from luminous.errors import SettingsMissing

NEEDED_FOR_DATABASE = {"DATABASE_URL": "the PostgreSQL of the shop"}
NEEDED_FOR_ERASURE = {"PRIVACY_PEPPER": "a long random word; keep it for ever, and not in the database"}
META_IN = {
    "WHATSAPP_APP_SECRET": "the app secret that signs webhooks",
    "WHATSAPP_VERIFY_TOKEN": "the word that you also type into Meta's webhook settings",
}
META_OUT = {
    "WHATSAPP_ACCESS_TOKEN": "the token that may send messages",
    "WHATSAPP_PHONE_NUMBER_ID": "the id of the shop's number, from Meta's API setup page",
}
GATEWAY_IN = {"GATEWAY_SECRET": "the secret that the gateway brings with each webhook"}
GATEWAY_OUT = {
    "GATEWAY_URL": "the address of the Luminous gateway",
    "GATEWAY_KEY": "the key that may send through it",
}
WEBSITE = {
    "PUBLIC_URL": "the address of the website, as https://shop.example",
    "SECRET_KEY": "a long random text, the same for every process of the shop",
    "PRIVACY_PEPPER": "another one, which must never change: erased people are known by it",
    "WHATSAPP_NUMBER": "the shop's number as people write to it, as +256700000001",
}
MOMO = {
    "MOMO_API_USER": "the API user of your MoMo Collections account",
    "MOMO_API_KEY": "the key of that API user",
    "MOMO_SUBSCRIPTION_KEY": "the primary key of the product Collections",
}
WAYS_IN = (META_IN, GATEWAY_IN)
WAYS_OUT = (META_OUT, GATEWAY_OUT)


class Settings(BaseSettings):
    """Everything that may be set. Each name in capitals is the environment variable."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    database_url: str = ""
    database_schema: str = "public"
    database_prepare: bool = True  # false behind a transaction pooler: PgBouncer, Supabase's port 6543
    database_listen_url: str = ""  # a direct connection for wake-ups; empty: DATABASE_URL
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""  # of the website; empty where the shop has none
    secret_key: str = ""  # what short codes are hashed with; the same in every process
    smtp_url: str = ""  # of the mail server; empty: the website asks for no e-mail
    mail_from: str = ""

    whatsapp_app_secret: str = ""
    whatsapp_app_secret_previous: str = ""  # still accepted while the secret is being changed
    whatsapp_verify_token: str = ""
    whatsapp_access_token: str = ""
    whatsapp_phone_number_id: str = ""
    whatsapp_business_account_id: str = ""  # to ask Meta about the shop's templates
    whatsapp_number: str = ""  # the shop's number as people write to it: +256700000001
    whatsapp_api_url: str = "https://graph.facebook.com/v26.0"

    # Where the bytes of customers' files may come from: `https://*.host` is any host below that one.
    whatsapp_media_origins: str = "https://lookaside.fbsbx.com https://*.fbcdn.net"
    whatsapp_messages_per_second: float = Field(
        default=80, gt=0, le=1000
    )  # of each number, as Meta grants it

    gateway_url: str = ""  # of the Luminous gateway; the three are empty where the shop has none
    gateway_key: str = ""
    gateway_secret: str = ""

    api_calls_per_minute: int = Field(default=600, ge=1)  # of each token, in each process
    privacy_pepper: str = ""  # what erased people are known by, so that no list brings them back
    momo_api_user: str = ""  # MTN MoMo Collections; the three are empty where the shop has none
    momo_api_key: str = ""
    momo_subscription_key: str = ""
    momo_environment: str = "mtnuganda"  # or `sandbox`
    momo_currency: str = Field(default="UGX", pattern=r"^[A-Z]{3}$")
    momo_api_url: str = ""  # empty: the address of the environment
    other_ways_to_pay: str = ""  # what customers read: the bank account, the Airtel merchant code
    media_directory: str = ""  # where customers' files are kept; empty: `media` in LUMINOUS_HOME
    media_s3_bucket: str = ""  # or in this bucket, at an endpoint that speaks S3 (empty: Amazon's)
    media_s3_endpoint: str = ""
    media_s3_region: str = ""
    media_s3_key_id: str = ""
    media_s3_secret: str = ""

    shop_name: str = Field(default="Luminous", min_length=1, max_length=60)
    shop_region: str = Field(default="UG", pattern=r"^[A-Z]{2}$")
    shop_timezone: str = "Africa/Kampala"
    simulator: str = Field(default="", exclude=True)  # its address; `luminous up` alone sets it
    shop_language: str = "en"  # of what the shop writes: a file in `catalogues/`
    luminous_home: Path = Path(".luminous")  # where `luminous up` keeps its state

    @field_validator("shop_timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like Africa/Kampala") from error
        return name

    @field_validator("shop_language")
    @classmethod
    def _is_spoken(cls, language: str) -> str:
        if language not in catalogues.spoken():
            raise ValueError(f"{language!r} has no texts; write one of {', '.join(catalogues.spoken())}")
        return language

    @classmethod
    def read(cls) -> Self:
        """Read the environment and `.env`. Raises SettingsMissing, which names what is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = [
                f"{'.'.join(map(str, e['loc'])).upper()} is {e['input']!r}: {e['msg']}."
                for e in error.errors()
            ]
            raise SettingsMissing("A setting is wrong. " + " ".join(wrong)) from error

    @property
    def app_secrets(self) -> tuple[str, ...]:
        """The secrets whose signatures are accepted; the first is the present one."""
        return tuple(s for s in (self.whatsapp_app_secret, self.whatsapp_app_secret_previous) if s)

    @property
    def timezone(self) -> ZoneInfo:
        """The shop's wall clock."""
        return ZoneInfo(self.shop_timezone)

    @property
    def schema_to_set(self) -> str | None:
        """The schema that connections are told to use; None for the role's own."""
        return None if self.database_schema == "public" else self.database_schema

    @property
    def has_website(self) -> bool:
        """True where everything that the website needs is set."""
        return all(map(self._is_set, WEBSITE))

    def refuse_half_a_website(self) -> None:
        """Raise SettingsMissing where SECRET_KEY begins the website and something else of it is missing."""
        if self._is_set("SECRET_KEY"):
            self.require(WEBSITE)

    def require(self, needed: dict[str, str]) -> None:
        """Raise SettingsMissing, naming every one of `needed` that is not set."""
        missing = [f"  {name}  {why}" for name, why in needed.items() if not self._is_set(name)]
        if missing:
            raise SettingsMissing(
                "Luminous does not start, because these settings are missing:\n"
                + "\n".join(missing)
                + "\nSet them in the environment or in a file named .env, then start it again."
            )

    def require_a_way(self, ways: tuple[dict[str, str], ...]) -> None:
        """Raise SettingsMissing unless the database and a way to WhatsApp are set, and none by half.

        Where no way has been begun, what all of them would need is named.
        """
        begun = [way for way in ways if any(map(self._is_set, way))]
        needed = dict(NEEDED_FOR_DATABASE)
        for way in begun or ways[:1]:
            needed |= way
        if not begun:
            instead = " and ".join(name for way in ways[1:] for name in way)
            last = list(needed)[-1]
            needed[last] += f"\n  (with the Luminous gateway in place of Meta: {instead})"
        self.require(needed)

    @property
    def takes_momo(self) -> bool:
        """Whether customers can pay with MTN Mobile Money. Raises SettingsMissing for half of an account."""
        if not any(map(self._is_set, MOMO)):
            return False
        self.require(MOMO)
        return True

    def _is_set(self, name: str) -> bool:
        return bool(str(getattr(self, name.lower())).strip())
