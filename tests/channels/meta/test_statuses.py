import pytest

from luminous.channels.meta.payload import parse
from luminous.messages import StatusChange, Unknown, Unreadable

from .making import FIRST, NOW, encode, envelope, status


def status_change(**more: object) -> StatusChange:
    (event,) = parse(encode(envelope({"statuses": [status(**more)]})), NOW)
    assert isinstance(event, StatusChange)
    return event


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_a_status_is_one_of_four(sent: str, taken: str) -> None:
    assert status_change(status=sent).status == taken


def test_a_status_that_nobody_knows_is_counted_under_its_name() -> None:
    body = encode(
        envelope({"statuses": [status(status="deleted"), status(status="in\norbit" + "x" * 99), status()]})
    )
    first, second, third = parse(body, NOW)
    assert first == Unknown("meta", f"{FIRST}.statuses[0]", "status:deleted")
    assert isinstance(second, Unknown)
    assert second.kind.startswith("status:in orbitxxx")
    assert len(second.kind) == 60
    assert isinstance(third, StatusChange)


@pytest.mark.parametrize(
    ("echoed", "outbox_id"),
    [
        ("luminous:42", 42),
        ("luminous:999999999999999999", 999999999999999999),
        ("luminous:9999999999999999999", None),
        ("luminous:0", None),
        ("luminous:-1", None),
        ("luminous:٤", None),
        ("luminous:42\n", None),
        ("42", None),
        ("other:42", None),
        ("", None),
        (42, None),
        (None, None),
    ],
)
def test_our_own_row_is_found_by_the_echo(echoed: object, outbox_id: int | None) -> None:
    assert status_change(biz_opaque_callback_data=echoed).outbox_id == outbox_id


@pytest.mark.parametrize(
    ("errors", "code", "reason"),
    [
        ([{"code": 131026, "title": "Undeliverable"}], 131026, "Undeliverable"),
        ([{"code": "131026", "message": "Undeliverable"}], 131026, "Undeliverable"),
        ([{"code": 1, "title": "A.", "error_data": {"details": "B\n c."}}], 1, "A: B c."),
        ([{"code": 1, "title": "x" * 500}], 1, "x" * 300),
        ([{"code": 1, "title": "To +256782240146: no"}], 1, "To +25678…146: no"),
        ([{"code": 10**30, "title": 5}], None, None),
        ([{"code": None}], None, None),
        ([], None, None),
        ("broken", None, None),
        (None, None, None),
    ],
)
def test_a_failure_says_why(errors: object, code: int | None, reason: str | None) -> None:
    event = status_change(status="failed", errors=errors)
    assert (event.error_code, event.error_reason) == (code, reason)


def test_only_a_failed_status_has_an_error() -> None:
    event = status_change(errors=[{"code": 131026, "title": "Undeliverable"}])
    assert (event.error_code, event.error_reason) == (None, None)


@pytest.mark.parametrize(
    ("pricing", "billable"),
    [
        ({"billable": True}, True),
        ({"billable": False}, False),
        ({"billable": "yes"}, None),
        ({}, None),
        (5, None),
    ],
)
def test_whether_a_message_is_billed_is_only_said_by_the_provider(
    pricing: object, billable: bool | None
) -> None:
    assert status_change(pricing=pricing).billable is billable


@pytest.mark.parametrize(
    "piece", [5, {}, {"id": "wamid.A"}, {"status": "sent"}, status(status=5), status(id=None)]
)
def test_a_bad_status_costs_none_of_its_neighbours(piece: object) -> None:
    first, bad, last = parse(encode(envelope({"statuses": [status(), piece, status()]})), NOW)
    assert isinstance(first, StatusChange)
    assert isinstance(last, StatusChange)
    assert isinstance(bad, Unreadable)
    assert bad.position == f"{FIRST}.statuses[1]"
