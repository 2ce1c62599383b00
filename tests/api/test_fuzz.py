"""schemathesis tries whatever the OpenAPI document allows and forbids: no 5xx, no answer outside of it.

LUMINOUS_FUZZ_EXAMPLES=500 tries longer.
"""

import asyncio
import os
from contextlib import suppress
from typing import Any, Literal, get_args
from uuid import UUID

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.api.conftest import Program
from tests.api.selling import accepted
from tests.loopback import serving
from tests.shop import ShopUnderTest

Mode = Literal["positive", "negative"]  # what the document allows, or what it forbids
EXAMPLES = int(os.environ.get("LUMINOUS_FUZZ_EXAMPLES", "3"))
QUIET = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="LUMINOUS_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("mode", get_args(Mode))
async def test_whatever_is_asked_the_answer_is_one_that_the_document_promises(
    shop: ShopUnderTest, program: Program, amina: UUID, mode: Mode
) -> None:
    order = await accepted(shop, program, amina)
    money = {"amount": order["amount"], "method": "cash", "reference": "TILL-1"}
    paid = (await program.post(f"/orders/{order['order_id']}/confirm", money)).json()
    real = {
        "customer_id": str(amina),
        "quotation_id": order["quotation"]["id"],
        "order_id": order["order_id"],
        "payment_id": paid["payment"]["id"],
    }
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    del document["security"], document["components"]["securitySchemes"]  # test_access.py tries tokens

    async with serving(shop.app) as port:
        asked = await asyncio.to_thread(try_all, document, port, program.secret, mode, real)

    assert asked >= len(document["paths"])


def try_all(document: dict[str, Any], port: int, secret: str, mode: Mode, real: dict[str, str]) -> int:
    """Try every operation, with ids of nobody and with real ones. Returns how many calls were made."""
    # Here, because the import takes as long as many tests, and only one process needs it.
    from schemathesis import GenerationMode
    from schemathesis.openapi import from_dict
    from schemathesis.specs.openapi import checks

    asked = 0
    schema: Any = from_dict(document)
    known: Any = checks  # the package's own types are not complete
    for found in schema.get_all_operations():
        operation = found.ok()

        @QUIET
        @hypothesis.given(
            case=operation.as_strategy(generation_mode=GenerationMode(mode)), with_real_ids=st.booleans()
        )
        def one(case: Any, with_real_ids: bool) -> None:
            nonlocal asked
            if mode == "positive" and with_real_ids and case.path_parameters:
                case.path_parameters |= {name: real[name] for name in case.path_parameters if name in real}
            asked += 1
            case.call_and_validate(
                base_url=f"http://127.0.0.1:{port}/api/v1",
                headers={"Authorization": f"Bearer {secret}"},
                excluded_checks=[known.positive_data_acceptance],  # a text may be no phone number
            )

        with suppress(Unsatisfiable):  # nothing about it can be forbidden
            one()
    return asked
