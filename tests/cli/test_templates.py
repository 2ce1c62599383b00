"""`luminous templates`: what stands there, what Meta would refuse, what to submit, and what Meta says."""

import httpx2
import pytest

from luminous.cli import templates as commands
from luminous.db import Connection, sql
from tests.cli.conftest import Terminal

SHIPPED = [
    "delivered_rating",
    "order_milestone",
    "payment_confirmed",
    "payment_requested",
    "person_answered",
    "plan_confirmed",
    "plan_ending",
    "quotation_ready",
    "sign_in_link",
]


async def test_what_is_shipped_is_in_order_and_waits_to_be_submitted(
    terminal: Terminal, committing: Connection
) -> None:
    listed = (await terminal.run("templates", "list", "--json")).json
    assert [each["name"] for each in listed] == SHIPPED
    assert {(each["status"], each["may_be_sent"]) for each in listed} == {("not_submitted", False)}
    assert "not submitted" in (await terminal.run("templates", "list")).says

    checked = await terminal.run("templates", "check")
    assert (checked.code, checked.out.count("✓")) == (0, len(SHIPPED))


async def test_a_wording_that_meta_refuses_is_named(terminal: Terminal, committing: Connection) -> None:
    await SPOIL.run(committing)

    checked = await terminal.run("templates", "check")

    assert checked.code == 1
    assert "✗ plan_ending (en): The body begins or ends with a place" in checked.says


async def test_what_to_submit_is_printed_as_meta_takes_it(terminal: Terminal) -> None:
    (template,) = (await terminal.run("templates", "show", "order_milestone")).json
    assert template == {
        "name": "order_milestone",
        "language": "en",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "News of your order {{1}}: {{2}}. Answer here if you have a question.",
                "example": {"body_text": [["1042", "it has arrived in Kampala"]]},
            }
        ],
    }
    assert len((await terminal.run("templates", "show")).json) == len(SHIPPED)
    assert (await terminal.run("templates", "show", "nothing")).code == 1


async def test_what_meta_says_is_taken_over_page_by_page(
    terminal: Terminal, committing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[httpx2.Request] = []

    def graph(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        is_first = "after=" not in str(request.url)
        listed = {"name": "order_milestone" if is_first else "plan_ending", "language": "en", "id": "7"}
        state = {"status": "APPROVED" if is_first else "REJECTED", "quality_score": {"score": "GREEN"}}
        more = {"cursors": {"after": "x"}} | ({"next": "https://elsewhere.example/"} if is_first else {})
        foreign = {"name": "of_another_program", "language": "en_US", "status": "APPROVED"}
        reason = {} if is_first else {"rejected_reason": "INVALID_FORMAT"}
        return httpx2.Response(200, json={"data": [listed | state | reason, foreign], "paging": more})

    monkeypatch.setattr(commands, "client", lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(graph)))
    refused = await terminal.run("templates", "pull")
    assert (refused.code, "WHATSAPP_BUSINESS_ACCOUNT_ID" in refused.says) == (1, True)

    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtoken")
    monkeypatch.setenv("WHATSAPP_BUSINESS_ACCOUNT_ID", "10229")
    pulled = (await terminal.run("templates", "pull", "--json")).json

    assert [(each["name"], each["status"]) for each in pulled] == [
        ("order_milestone", "approved"),
        ("plan_ending", "rejected"),
    ]
    assert [request.url.host for request in asked] == ["graph.facebook.com"] * 2
    assert asked[0].headers["authorization"] == "Bearer EAAtoken"
    assert await STANDING.all(committing) == ["order_milestone approved", "plan_ending rejected"]


async def test_meta_that_refuses_is_quoted(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def graph(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(401, json={"error": {"code": 190, "message": "Session has expired"}})

    monkeypatch.setattr(commands, "client", lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(graph)))
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtoken")
    monkeypatch.setenv("WHATSAPP_BUSINESS_ACCOUNT_ID", "10229")

    refused = await terminal.run("templates", "pull")

    assert (refused.code, "190 Session has expired" in refused.says) == (1, True)


SPOIL = sql(
    "update templates set body = 'Your plan ends on {{1}}', examples = '{x}' where name = 'plan_ending'"
)
STANDING = sql(
    "select name || ' ' || status from templates where status <> 'not_submitted' order by name"
).into(str)
