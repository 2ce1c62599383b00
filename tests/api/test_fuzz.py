"""schemathesis tries whatever the OpenAPI document allows and forbids: no 5xx, no answer outside of it.

LUMINOUS_FUZZ_EXAMPLES=500 tries longer.
"""

import asyncio
import os
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import Program
from tests.loopback import serving
from tests.shop import ShopUnderTest, text

EXAMPLES = int(os.environ.get("LUMINOUS_FUZZ_EXAMPLES", "6"))
QUIET = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="LUMINOUS_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", GenerationMode)
async def test_whatever_is_asked_the_answer_is_one_that_the_document_promises(
    shop: ShopUnderTest, program: Program, mode: GenerationMode
) -> None:
    await shop.hear(text("How much?", "wamid.1"))
    await shop.settle()
    real = {"customer_id": str(await shop.one("select id from customers"))}
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    del document["security"], document["components"]["securitySchemes"]  # test_access.py tries tokens

    async with serving(shop.app) as port:
        asked = await asyncio.to_thread(try_all, document, port, program.secret, mode, real)

    assert asked >= len(document["paths"])


def try_all(
    document: dict[str, Any], port: int, secret: str, mode: GenerationMode, real: dict[str, str]
) -> int:
    """Try every operation, with ids of nobody and with real ones. Returns how many calls were made."""
    asked = 0
    for found in from_dict(document).get_all_operations():
        operation = found.ok()

        @QUIET
        @hypothesis.given(
            case=operation.as_strategy(generation_mode=mode), with_real_ids=hypothesis.strategies.booleans()
        )
        def one(case: Any, with_real_ids: bool) -> None:
            nonlocal asked
            if mode == GenerationMode.POSITIVE and with_real_ids and case.path_parameters:
                case.path_parameters |= {name: real[name] for name in case.path_parameters if name in real}
            asked += 1
            case.call_and_validate(
                base_url=f"http://127.0.0.1:{port}/api/v1",
                headers={"Authorization": f"Bearer {secret}"},
                excluded_checks=[positive_data_acceptance],  # a text may be no phone number
            )

        with suppress(Unsatisfiable):  # nothing about it can be forbidden
            one()
    return asked
