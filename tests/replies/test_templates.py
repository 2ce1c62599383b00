"""What goes out as a template after the 24 hours fits the wording that Meta approves, in every language."""

import pytest

from luminous import templates
from luminous.catalogues import Catalogue, catalogue, spoken
from luminous.channels.meta.content import check_template
from luminous.db import Connection
from luminous.messages import TemplateUse
from luminous.orders import MILESTONES
from luminous.replies import order_words, plan_words, quotation_words
from luminous.subscriptions import Ending, Subscription
from luminous.templates import Template, places
from luminous.templates.wording import LONGEST_BODY
from tests.replies.order_texts import order
from tests.replies.test_decide import QUOTATION as ID
from tests.replies.test_wording import END, PLAN_NAME, ZONE, quotation


def every_use(words: Catalogue) -> list[TemplateUse]:
    """All of them, with the longest values that can stand in them."""
    bought = Subscription(ID, ID, "plus", PLAN_NAME, "active", END)
    return [
        quotation_words.quotation(words, quotation(), [], ZONE)[1],
        order_words.receipt(words, order())[1],
        *(order_words.reached(words, order(), each)[1] for each in MILESTONES if each != "ordered"),
        plan_words.ends_soon(words, Ending(ID, ID, "plus", PLAN_NAME, END), END)[1],
        plan_words.confirmed(words, bought, END)[1],
    ]


def filled(template: Template, use: TemplateUse) -> str:
    """What the customer reads."""
    body = template.body
    for number, value in enumerate(use.variables, start=1):
        body = body.replace(f"{{{{{number}}}}}", value)
    return body


@pytest.mark.parametrize("language", spoken())
async def test_every_template_that_is_used_is_shipped_in_its_language_with_as_many_places(
    conn: Connection, language: str
) -> None:
    shipped = {each.name: each for each in await templates.all_templates(conn) if each.language == language}

    for use in every_use(catalogue(language)):
        assert (use.language, places(shipped[use.name].body)) == (language, len(use.variables)), use.name
        assert check_template(use) is None
        assert len(filled(shipped[use.name], use)) <= LONGEST_BODY
        assert "{{" not in filled(shipped[use.name], use)
