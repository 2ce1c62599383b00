"""Which settings a shop needs: one way to WhatsApp, and none by half."""

import re

import pytest

from luminous.config import WAYS_IN, WAYS_OUT, Settings
from luminous.errors import SettingsMissing

DATABASE = {"database_url": "postgresql://127.0.0.1/shop"}
META_IN = {"whatsapp_app_secret": "a", "whatsapp_verify_token": "b"}
META_OUT = {"whatsapp_access_token": "a", "whatsapp_phone_number_id": "1"}
GATEWAY_OUT = {"gateway_url": "https://gateway.example", "gateway_key": "k"}


@pytest.mark.parametrize(
    ("ways", "given"),
    [
        (WAYS_IN, META_IN),
        (WAYS_IN, {"gateway_secret": "s"}),
        (WAYS_IN, {**META_IN, "gateway_secret": "s"}),
        (WAYS_OUT, META_OUT),
        (WAYS_OUT, GATEWAY_OUT),
        (WAYS_OUT, {**META_OUT, **GATEWAY_OUT}),
    ],
)
def test_one_whole_way_is_enough(ways: tuple[dict[str, str], ...], given: dict[str, str]) -> None:
    Settings.model_construct(None, **DATABASE, **given).require_a_way(ways)


@pytest.mark.parametrize(
    ("ways", "given", "missing"),
    [
        (WAYS_IN, {**DATABASE, "gateway_secret": " "}, ["WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"]),
        (WAYS_IN, {"gateway_secret": "s"}, ["DATABASE_URL"]),
        (WAYS_IN, {**DATABASE, "whatsapp_app_secret": "a", "gateway_secret": "s"}, ["WHATSAPP_VERIFY_TOKEN"]),
        (WAYS_OUT, {**DATABASE, "gateway_url": "https://gateway.example"}, ["GATEWAY_KEY"]),
        (WAYS_OUT, {**DATABASE, **META_OUT, "gateway_key": "k"}, ["GATEWAY_URL"]),
    ],
)
def test_what_is_missing_is_named(
    ways: tuple[dict[str, str], ...], given: dict[str, str], missing: list[str]
) -> None:
    with pytest.raises(SettingsMissing) as refusal:
        Settings.model_construct(None, **given).require_a_way(ways)
    assert re.findall(r"^  ([A-Z_]+)  ", str(refusal.value), re.MULTILINE) == missing


def test_a_shop_that_has_begun_nothing_reads_of_both_ways() -> None:
    with pytest.raises(SettingsMissing, match=r"WHATSAPP_ACCESS_TOKEN(.|\n)*GATEWAY_URL and GATEWAY_KEY"):
        Settings.model_construct().require_a_way(WAYS_OUT)
