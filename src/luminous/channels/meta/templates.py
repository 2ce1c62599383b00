"""Templates at Meta: what to submit, and what Meta says of those that it has.

Source: Graph API, WhatsApp Business Account, message_templates.
"""

from urllib.parse import quote

import httpx2
from pydantic import Field, ValidationError

from luminous.channels.calling import fetch
from luminous.channels.meta.failures import failure
from luminous.channels.meta.notices import as_code, word
from luminous.channels.meta.wire import Identifier, Trimming, Wire
from luminous.errors import SendFailed
from luminous.messages import TemplateNews
from luminous.text import Json

FIELDS = "name,language,status,quality_score,rejected_reason,id"
PAGE = 100
MOST_PAGES = 50  # an account has at most some thousands


class Quality(Wire):
    score: Trimming[str] = None


class Listed(Wire):
    name: str
    language: str
    status: str
    id: Trimming[Identifier] = None
    rejected_reason: Trimming[str] = None
    quality_score: Trimming[Quality] = None

    def news(self) -> TemplateNews:
        """What it says, as the house knows it."""
        return TemplateNews(
            name=self.name,
            language=as_code(self.language),
            status=word(self.status),
            reason=None if self.rejected_reason in (None, "NONE", "") else self.rejected_reason,
            quality=word(self.quality_score.score) if self.quality_score else None,
            meta_id=self.id,
        )


class Cursors(Wire):
    after: Trimming[str] = None


class Paging(Wire):
    cursors: Trimming[Cursors] = None
    next: Trimming[str] = None

    def after(self) -> str | None:
        """Where the next page begins; None when this is the last one."""
        return self.cursors.after if self.next and self.cursors else None


class Page(Wire):
    data: list[Listed] = Field(default_factory=list[Listed])
    paging: Trimming[Paging] = None


async def all_templates(
    client: httpx2.AsyncClient, *, api_url: str, token: str, account_id: str
) -> list[TemplateNews]:
    """Every template of a WhatsApp Business Account. Raises SendFailed, whose reason is a sentence."""
    url = f"{api_url.rstrip('/')}/{quote(account_id, safe='')}/message_templates?fields={FIELDS}&limit={PAGE}"
    news: list[TemplateNews] = []
    after: str | None = ""
    for _ in range(MOST_PAGES):
        at = f"{url}&after={quote(after, safe='')}" if after else url
        answer = await fetch(client, "WhatsApp", at, token)
        if not answer.is_accepted:
            raise failure(answer.status, answer.headers, answer.body, token)
        try:
            page = Page.model_validate_json(answer.body)
        except ValidationError as error:
            raise SendFailed("WhatsApp's answer is no list of templates.", "unclear") from error
        news += [each.news() for each in page.data]
        after = (
            page.paging.cursors.after if page.paging and page.paging.next and page.paging.cursors else None
        )
        if not after:
            break
    return news


def submission(name: str, language: str, category: str, body: str, examples: list[str]) -> Json:
    """The body of `POST /{account}/message_templates` that asks Meta to approve this wording."""
    text: dict[str, Json] = {"type": "BODY", "text": body}
    if examples:
        text["example"] = {"body_text": [list[Json](examples)]}
    return {"name": name, "language": language, "category": category.upper(), "components": [text]}
