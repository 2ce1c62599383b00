"""What arrived: once each, and either decided about or waiting where a worker looks."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

TWICE = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, channel, external_id, count(*) over (partition by channel, external_id) as times
              from inbox) message
     where times > 1
     order by channel, external_id, message.id
     limit 20
""").into(Offender)

# A worker marks the conversation of such a message every few seconds; what nobody marks is never answered.
FORGOTTEN = sql("""
    select inbox.id::text as id, count(*) over ()::int as in_total
      from inbox
      left join conversations using (customer_id)
     where answered_at is null and inbox.customer_id is not null
       and received_at < now() - %(patience)s::interval and waiting_since is null
     order by inbox.id
     limit 20
""").into(Offender)

WAITING_LONG = sql("""
    select inbox.id::text as id, count(*) over ()::int as in_total
      from inbox
      join conversations using (customer_id)
     where answered_at is null
       and received_at < now() - %(patience)s::interval and waiting_since < now() - %(patience)s::interval
     order by inbox.id
     limit 20
""").into(Offender)

SETTLED_BY_HALF = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from inbox
     where (answered_at is null) <> (answer is null)
     order by inbox.id
     limit 20
""").into(Offender)

DEAD_LETTERS = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from dead_letters
     where resolved_at is null
     order by dead_letters.id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "No message is stored twice",
        "rows of inbox",
        "Keep the first of each, then create inbox_takes_a_message_once again",
        TWICE,
    ),
    Invariant(
        "No unanswered message is forgotten",
        "rows of inbox",
        "Nobody looks at them: is `luminous worker` running, and has each customer a conversation?",
        FORGOTTEN,
    ),
    Invariant(
        "Nobody waits long for an answer",
        "rows of inbox",
        "Is `luminous worker` running? Its log says what keeps it from answering",
        WAITING_LONG,
    ),
    Invariant(
        "Every answered message says what was decided",
        "rows of inbox",
        "Somebody changed them by hand: set answer and answered_at together",
        SETTLED_BY_HALF,
    ),
    Invariant(
        "Every piece that arrived could be taken",
        "dead letters",
        "`luminous replay` tries them again and says why not",
        DEAD_LETTERS,
    ),
)
