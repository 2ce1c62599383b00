"""docs/alerts.yml: Prometheus can load it, and what it looks at is there from the first scrape."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from luminous import customers
from luminous.db import Connection, Database, sql
from tests.shop import ShopUnderTest, text

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((Path(__file__).parents[1] / "docs/alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
SELECTOR = re.compile(r'(luminous_\w+)(?:\{(\w+)="(\w+)"\})?')
DURATION = re.compile(r"[0-9]+[smhdw]")


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_alert_is_whole(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Luminous[A-Za-z]+", rule["alert"])
    assert rule["labels"].keys() == {"severity"}
    assert rule["annotations"].keys() == {"summary", "description"}
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert DURATION.fullmatch(rule.get("for", "1m"))


async def test_whatever_an_alert_looks_at_is_in_the_first_scrape(shop: ShopUnderTest) -> None:
    wanted = {found for rule in RULES for found in SELECTOR.findall(rule["expr"])}

    samples = await scraped(shop)

    assert len(wanted) >= 5
    assert wanted - samples == set()


async def test_every_decision_is_counted_from_zero(shop: ShopUnderTest) -> None:
    samples = await scraped(shop)

    counted = {
        value for name, label, value in samples if (name, label) == ("luminous_messages_total", "decision")
    }
    assert {*customers.DECISIONS, "nobody"} <= counted


async def test_the_decisions_are_those_that_the_database_makes(conn: Connection) -> None:
    made = set(await DECIDED.all(conn))

    assert made - {"changed", "other_phone"} == set(
        customers.DECISIONS
    )  # these two only lead on to another one


async def test_what_waits_is_shown_by_its_age_in_readyz_and_in_metrics(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", ("256772000001", None)))
    await shop.hear(text("Hello", "wamid.2", ("256772000002", "UG.1")))
    await shop.hear(text("Hello", "wamid.3", ("256772000001", "UG.1")))
    await shop.do("update customer_conflicts set opened_at = now() - interval '2 hours'")
    await shop.do("update inbox set received_at = now() - interval '1 hour'")

    ready = (await shop.http.get("/readyz")).json()

    assert ready["status"] == "ready"
    assert 7200 <= ready["oldest_open_conflict_seconds"] < 7300
    assert 3600 <= ready["oldest_unanswered_seconds"] < 3700
    assert ready["oldest_unsent_seconds"] == 0
    metrics = (await shop.http.get("/metrics")).text
    assert 'luminous_oldest_seconds{what="open_conflict"} 72' in metrics
    assert 'luminous_oldest_seconds{what="unsent"} 0.0' in metrics


async def test_without_a_database_what_was_counted_is_served_and_no_age_is(server_url: str) -> None:
    async with Database(server_url) as empty:  # no tables
        shop = ShopUnderTest(empty)
        metrics = await shop.http.get("/metrics")
        await shop.http.aclose()

    assert metrics.status_code == 200
    assert "luminous_messages_total" in metrics.text
    assert "luminous_oldest_seconds{" not in metrics.text


async def scraped(shop: ShopUnderTest) -> set[tuple[str, str, str]]:
    """Each sample's name, alone and with each of its labels."""
    found: set[tuple[str, str, str]] = set()
    for family in text_string_to_metric_families((await shop.http.get("/metrics")).text):
        for sample in family.samples:
            found.add((sample.name, "", ""))
            found.update((sample.name, label, value) for label, value in sample.labels.items())
    return found


DECIDED = sql("""
    select distinct said[1]
      from pg_proc,
           regexp_matches(prosrc, '(?:then +|else +|decision := )''([a-z_]+)''', 'g') said
     where proname in ('resolve_customer', 'announce_change')
       and pronamespace = current_schema()::regnamespace
""").into(str)
