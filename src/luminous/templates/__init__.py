"""What may be said outside WhatsApp's 24 hours: our wordings, and how Meta stands to each."""

from luminous.templates.news import record_news, record_news_now
from luminous.templates.show import Template, all_templates
from luminous.templates.wording import places, problems

__all__ = ["Template", "all_templates", "places", "problems", "record_news", "record_news_now"]
