"""Customers' files: fetched, kept as described, and gone in time."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

NOT_FETCHED = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from media
     where status = 'waiting' and next_attempt_at < now() - %(patience)s::interval
     order by media.id
     limit 20
""").into(Offender)

NOT_AS_DESCRIBED = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from media
     where case status
             when 'stored' then coalesce(length(sha256) <> 32 or size < 1 or mime_type = '', true)
             when 'deleted' then (provider_id, claimed_sha256, filename) <> ('', '', '')
                                 or (mime_type, size, sha256) is distinct from (null, null, null)
             else false end
     order by media.id
     limit 20
""").into(Offender)

KEPT_TOO_LONG = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from media cross join shop_settings
     where status not in ('doomed', 'deleted')
           and created_at < now() - media_kept_for - %(patience)s::interval
        or status = 'doomed' and media.updated_at < now() - %(patience)s::interval
     order by media.id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "Files that customers sent are fetched",
        "rows of media",
        "WhatsApp keeps them for seven days: is `luminous worker` running? reason says more",
        NOT_FETCHED,
    ),
    Invariant(
        "A stored file has its checksum, and a deleted one has left nothing",
        "rows of media",
        "Somebody changed them by hand: `luminous check --files` says which bytes are still there",
        NOT_AS_DESCRIBED,
    ),
    Invariant(
        "Files whose time is up are gone",
        "rows of media",
        "Is `luminous worker` running, and can it reach the place where files are kept? Its log says why not",
        KEPT_TOO_LONG,
    ),
)
