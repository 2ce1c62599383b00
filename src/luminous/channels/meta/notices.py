"""What Meta tells beside messages: a person's switch for news, and how our templates stand.

Sources: WhatsApp Cloud API webhooks `user_preferences`, `message_template_status_update` and
`message_template_quality_update`. Enumerations grow, so that a word is taken as it comes, in lower case.
"""

import hashlib
import re

from luminous.channels.meta.wire import Identifier, Trimming, Wire
from luminous.messages import NewsSwitch, TemplateNews
from luminous.phone import parse_user_id, parse_wa_id
from luminous.text import clean_text

NEWS = "marketing_messages"
WANTED = {"stop": False, "resume": True}
LONGEST_REASON = 300
LONGEST_WORD = 60


class Preference(Wire):
    """One element of `user_preferences`."""

    wa_id: Trimming[Identifier] = None
    user_id: Trimming[str] = None
    category: str
    value: str
    timestamp: Trimming[str | int | float] = None

    def switch(self) -> NewsSwitch | None:
        """What was switched; None for a category or a value that nobody knows yet."""
        if self.category != NEWS or self.value not in WANTED:
            return None
        who = f"{self.user_id or self.wa_id}:{self.value}:{self.timestamp}"
        return NewsSwitch(
            phone=parse_wa_id(self.wa_id),
            user_id=parse_user_id(self.user_id) or parse_user_id(self.wa_id),
            wants_news=WANTED[self.value],
            evidence=f"user_preferences:{hashlib.sha256(who.encode()).hexdigest()[:32]}",
        )


class Explanation(Wire):
    reason: Trimming[str] = None
    recommendation: Trimming[str] = None


class Further(Wire):
    title: Trimming[str] = None
    description: Trimming[str] = None


class TemplateNotice(Wire):
    """The value of both template fields: the one has an `event`, the other a `new_quality_score`."""

    message_template_name: str
    message_template_language: str
    message_template_id: Trimming[Identifier] = None
    event: Trimming[str] = None
    reason: Trimming[str] = None
    rejection_info: Trimming[Explanation] = None
    other_info: Trimming[Further] = None
    new_quality_score: Trimming[str] = None

    def news(self) -> TemplateNews | None:
        """What is new; None when it says nothing."""
        if not self.event and not self.new_quality_score:
            return None
        return TemplateNews(
            name=clean_text(self.message_template_name, 512),
            language=as_code(self.message_template_language),
            status=word(self.event),
            reason=self._why(),
            quality=word(self.new_quality_score),
            meta_id=self.message_template_id,
        )

    def _why(self) -> str | None:
        """Everything that Meta says about it, in one line."""
        said = [
            None if self.reason in (None, "NONE") else self.reason,
            *(
                (self.rejection_info.reason, self.rejection_info.recommendation)
                if self.rejection_info
                else ()
            ),
            *((self.other_info.title, self.other_info.description) if self.other_info else ()),
        ]
        return clean_text(": ".join(dict.fromkeys(filter(None, said))), LONGEST_REASON) or None


def word(text: str | None) -> str | None:
    """Meta's word in our spelling: `PENDING_DELETION` is `pending_deletion`."""
    return re.sub(r"\s+", "_", clean_text(text, LONGEST_WORD).strip().lower()) or None if text else None


def as_code(language: str) -> str:
    """A language as templates are sent with it: webhooks also write `pt-BR` for pt_BR."""
    return clean_text(language, LONGEST_WORD).strip().replace("-", "_")
