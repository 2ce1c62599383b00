"""docs/api.md: its module is run by Node against the real server, and its scopes are the API's own."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from uuid import UUID

import pytest

from luminous.api.tokens import SCOPES
from tests.api.conftest import Program
from tests.api.selling import sent
from tests.loopback import serving
from tests.shop import ShopUnderTest

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "api.md").read_text("utf-8")
MODULE = DOCS / "examples" / "luminous.mjs"

# What the guide's page and actions do, with a session that is known already.
STORY = """
import { luminous } from %(module)s;
const [customerId, quotationId] = process.argv.slice(2);
const customer = await luminous(`/customers/${customerId}`);
const { items } = await luminous(`/customers/${customerId}/quotations`);
const wish = { body: { version: 1, customer_id: customerId }, key: "one-press" };
const first = await luminous(`/quotations/${quotationId}/accept`, wish);
const second = await luminous(`/quotations/${quotationId}/accept`, wish);
const wanted = { customer_id: customerId, phone_number: "0782 240 146" };
const { payment } = await luminous(`/orders/${first.order_id}/pay`, { body: wanted, key: "another" });
const looked = await luminous(`/payments/${payment.id}`);
const refused = await luminous(`/orders/${customerId}`).catch((error) => error);
const problem = [refused.status, refused.message];
const name = customer.display_name;
console.log(JSON.stringify({ name, items, first, second, looked, problem }));
"""


def test_the_guide_shows_the_module_that_is_run() -> None:
    assert MODULE.read_text("utf-8") in GUIDE


def test_the_guide_names_every_scope_and_no_other() -> None:
    assert set(re.findall(r"`(\w+:\w+)`", GUIDE)) == set(SCOPES)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
async def test_node_reads_and_accepts_through_the_guides_module(
    shop: ShopUnderTest, program: Program, amina: UUID, tmp_path: Path
) -> None:
    quotation = await sent(shop, program, amina)
    story = tmp_path / "story.mjs"
    story.write_text(STORY % {"module": json.dumps(MODULE.as_uri())}, "utf-8")

    async with serving(shop.app) as port:
        node = await asyncio.create_subprocess_exec(
            shutil.which("node") or "node",
            str(story),
            str(amina),
            quotation,
            env={"LUMINOUS_URL": f"http://127.0.0.1:{port}", "LUMINOUS_TOKEN": program.secret},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await node.communicate()

    told = json.loads(out)
    assert (told["name"], [each["id"] for each in told["items"]]) == ("Amina", [quotation])
    assert told["first"]["is_first"] is True
    assert told["second"] == told["first"]
    assert (told["looked"]["status"], told["looked"]["amount"]) == ("created", told["first"]["amount"])
    assert told["problem"] == [404, "There is no such order."]
