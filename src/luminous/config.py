"""Settings, read once at a door from the environment or `.env`, and passed on as values."""

from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from luminous.errors import SettingsMissing

NEEDED_FOR_DATABASE = {"DATABASE_URL": "the PostgreSQL of the shop"}
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
    public_url: str = ""

    whatsapp_app_secret: str = ""
    whatsapp_app_secret_previous: str = ""  # still accepted while the secret is being changed
    whatsapp_verify_token: str = ""
    whatsapp_access_token: str = ""
    whatsapp_phone_number_id: str = ""
    whatsapp_business_account_id: str = ""  # to ask Meta about the shop's templates
    whatsapp_api_url: str = "https://graph.facebook.com/v26.0"

    # Where the bytes of customers' files may come from: `https://*.host` is any host below that one.
    whatsapp_media_origins: str = "https://lookaside.fbsbx.com https://*.fbcdn.net"
    whatsapp_messages_per_second: float = Field(
        default=80, gt=0, le=1000
    )  # of each number, as Meta grants it

    gateway_url: str = ""  # of the Luminous gateway; the three are empty where the shop has none
    gateway_key: str = ""
    gateway_secret: str = ""

    media_directory: str = ""  # where customers' files are kept; empty: `media` in LUMINOUS_HOME
    media_s3_bucket: str = ""  # or in this bucket, at an endpoint that speaks S3 (empty: Amazon's)
    media_s3_endpoint: str = ""
    media_s3_region: str = ""
    media_s3_key_id: str = ""
    media_s3_secret: str = ""

    shop_name: str = Field(default="Luminous", min_length=1, max_length=60)
    shop_region: str = Field(default="UG", pattern=r"^[A-Z]{2}$")
    shop_timezone: str = "Africa/Kampala"
    luminous_home: Path = Path(".luminous")  # where `luminous up` keeps its state

    @field_validator("shop_timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like Africa/Kampala") from error
        return name

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
        """The schema that each transaction sets; None for the role's own."""
        return None if self.database_schema == "public" else self.database_schema

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

    def _is_set(self, name: str) -> bool:
        return bool(str(getattr(self, name.lower())).strip())
