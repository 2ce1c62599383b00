"""How Meta stands to a template: told by webhooks, in any order, or asked for."""

from datetime import datetime

from luminous.db import Connection, sql
from luminous.messages import TemplateNews


async def record_news(conn: Connection, news: TemplateNews, told_at: datetime) -> bool:
    """Take over what Meta says of a template of ours. Returns False when it is not ours, or old news.

    Meta approves before and after it pauses: only what is later, by its own clock, changes anything.
    """
    return (
        await RECORD.run(
            conn,
            name=news.name,
            language=news.language,
            status=news.status,
            reason=news.reason,
            quality=news.quality,
            meta_id=news.meta_id,
            told_at=told_at,
        )
        == 1
    )


async def record_news_now(conn: Connection, news: TemplateNews) -> bool:
    """Take over what Meta answers when it is asked now. Returns False when the template is not ours."""
    return await record_news(conn, news, await NOW.one(conn))


NOW = sql("select now()").into(datetime)

# Each template carries the time of the last word on its status and on its quality by themselves.
RECORD = sql("""
    update templates
       set status = case when status_is_new then %(status)s else status end,
           status_reason = case when status_is_new then %(reason)s else status_reason end,
           status_at = case when status_is_new then %(told_at)s else status_at end,
           quality = case when quality_is_new then %(quality)s else quality end,
           quality_at = case when quality_is_new then %(told_at)s else quality_at end,
           meta_id = coalesce(%(meta_id)s, meta_id),
           updated_at = now()
      from (select id,
                   %(status)s::text is not null
                     and coalesce(status_at <= %(told_at)s, true) as status_is_new,
                   %(quality)s::text is not null
                     and coalesce(quality_at <= %(told_at)s, true) as quality_is_new
              from templates where name = %(name)s and language = %(language)s) told
     where templates.id = told.id and (status_is_new or quality_is_new)
""")
