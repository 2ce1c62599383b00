import httpx2
import pytest

from luminous.errors import SendOutcome
from luminous.http import tls

from .graph import says
from .sending import TOKEN, failed


def graph_error(code: int | None, **more: object) -> dict[str, object]:
    return {"error": {"message": "(#1) Something", "code": code, "fbtrace_id": "A", **more}}


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (401, 0, "held"),
        (401, 190, "held"),
        (403, 10, "held"),
        (400, 200, "held"),
        (400, 299, "held"),
        (400, 131005, "held"),
        (400, 131031, "held"),
        (400, 368, "held"),
        (400, 131042, "held"),
        (400, 131048, "held"),
        (429, 131048, "held"),
        (400, 133010, "held"),
        (400, 4, "not_sent"),
        (429, 130429, "not_sent"),
        (500, 130429, "not_sent"),
        (400, 80007, "not_sent"),
        (400, 131056, "not_sent"),
        (400, 1, "unclear"),
        (503, 2, "unclear"),
        (500, 131000, "unclear"),
        (400, 131016, "unclear"),
        (400, 133004, "unclear"),
        (400, 133016, "unclear"),
        (400, 131057, "unclear"),
        (400, 33, "refused"),
        (400, 100, "refused"),
        (500, 100, "refused"),
        (400, 131009, "refused"),
        (400, 131026, "refused"),
        (400, 131030, "refused"),
        (400, 131047, "window_over"),
        (400, 131050, "refused"),
        (400, 131062, "refused"),
        (404, 132001, "template_refused"),
        (400, 131053, "once"),
        (400, 300, "refused"),
        (400, 999999, "refused"),
        (500, 999999, "unclear"),
        (429, 999999, "not_sent"),
        (429, None, "not_sent"),
        (401, None, "held"),
        (404, None, "held"),
        (408, None, "unclear"),
        (413, None, "refused"),
        (502, None, "unclear"),
    ],
)
async def test_metas_code_decides_whether_a_message_may_go_again(
    client: httpx2.AsyncClient, status: int, code: int | None, outcome: SendOutcome
) -> None:
    failure = await failed(client, says(status, graph_error(code)))
    assert (failure.outcome, failure.code) == (outcome, code)


async def test_an_unknown_error_that_meta_calls_transient_goes_again(client: httpx2.AsyncClient) -> None:
    transient = says(400, graph_error(999999, is_transient=True))
    assert (await failed(client, transient)).outcome == "not_sent"
    transient = says(500, graph_error(999999, is_transient=True))
    assert (await failed(client, transient)).outcome == "unclear"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"", "unclear"),
        (200, b"<html>", "unclear"),
        (200, b"[" * 50_000, "unclear"),
        (200, b" " * 200_000, "unclear"),
        (200, b"{}", "unclear"),
        (200, b'{"messages": []}', "unclear"),
        (200, b'{"messages": [{}]}', "unclear"),
        (200, {"messages": [{"id": ""}]}, "unclear"),
        (200, {"messages": [{"id": 5}]}, "unclear"),
        (400, b"<html>Bad gateway</html>", "refused"),
        (429, b"", "not_sent"),
        (429, b"\xff\xfe", "not_sent"),
        (500, b"", "unclear"),
        (503, {"error": "a string"}, "unclear"),
        (400, b'{"error": {"code": {}, "message": []}}', "refused"),
    ],
)
async def test_an_answer_that_is_not_metas_is_never_a_success(
    client: httpx2.AsyncClient, status: int, body: object, outcome: SendOutcome
) -> None:
    failure = await failed(client, says(status, body))
    assert (failure.outcome, failure.code) == (outcome, None)
    assert failure.reason


async def test_a_redirect_is_not_followed(client: httpx2.AsyncClient) -> None:
    for status in (301, 302, 307, 308):
        assert (await failed(client, says(status, b"", location="/v26.0/elsewhere"))).outcome == "held"


async def test_a_client_that_follows_redirects_does_not_follow_this_one() -> None:
    async with httpx2.AsyncClient(trust_env=False, verify=tls(), follow_redirects=True) as client:
        assert (await failed(client, says(307, b"", location="/v26.0/elsewhere"))).outcome == "held"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "17"}, 17),
        ({"retry_after": "0"}, None),
        ({"retry_after": "999999999"}, 86_400),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"retry_after": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86_400),
        ({"retry_after": "Fri, 01 Jan 99999 00:00:00 GMT"}, None),
        ({"x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":2}]}'}, 120),
        (
            {
                "x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":2}]}',
                "retry_after": "300",
            },
            300,
        ),
        (
            {"x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":' + "9" * 50 + "}]}"},
            86_400,
        ),
        (
            {"x_business_use_case_usage": '{"1":[5],"2":6,"3":[{"estimated_time_to_regain_access":"x"}]}'},
            None,
        ),
        ({"x_business_use_case_usage": "[" * 5000}, None),
        ({"x_business_use_case_usage": "{"}, None),
        ({}, None),
    ],
)
async def test_the_wait_that_meta_asks_for_is_told(
    client: httpx2.AsyncClient, headers: dict[str, str], seconds: int | None
) -> None:
    failure = await failed(client, says(429, graph_error(130429), **headers))
    assert (failure.retry_after.total_seconds() if failure.retry_after else None) == seconds


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            graph_error(131009, message="(#131009) Bad", error_data={"details": "Row id is too long"}),
            "131009 (#131009) Bad: Row id is too long",
        ),
        (graph_error(190, message=f"Malformed access token {TOKEN}"), "190 Malformed access token …"),
        (
            graph_error(190, message="Malformed access token EAAGm0PX4ZCpsBAKZA"),
            "190 Malformed access token …",
        ),
        (graph_error(131026, message="To +256782240146: no"), "131026 To +25678…146: no"),
        (graph_error(100, message="x" * 1000), "100 " + "x" * 296),
        ({}, "HTTP 400 without an explanation"),
    ],
)
async def test_the_reason_is_metas_own_without_token_or_number(
    client: httpx2.AsyncClient, error: object, reason: str
) -> None:
    assert (await failed(client, says(400, error))).reason == reason
