-- What arrived. A message is here before the webhook is answered with 200, and stays here until it is answered.

-- Raw webhook bodies, for replay. `bytea`: jsonb refuses NUL and lone surrogates.
create table webhook_bodies (
  id          bigint generated always as identity primary key,
  channel     text not null,
  body        bytea not null,
  sha256      bytea not null,
  received_at timestamptz not null default now(),

  constraint webhook_bodies_are_kept_once unique (channel, sha256)
);

create table inbox (
  id                  bigint generated always as identity primary key,
  channel             text not null,
  external_id         text not null,     -- wamid: the only dedupe key; it outlives the content
  customer_id         uuid references customers on delete set null,  -- null: group and system messages, erased people
  business_number_id  text not null,     -- which of the shop's numbers received it
  kind                text not null,     -- Meta's type, known to us or not
  text                text not null,     -- what the person wrote, said or pressed
  choice              text,              -- id of the pressed button or list row
  quoted_id           text,
  group_id            text,
  details             jsonb,
  from_phone_number   text,              -- the sender as the message named them
  from_user_id        text,
  from_parent_user_id text,
  is_new_customer     boolean not null,
  decision            text,              -- how resolve_customer recognised the sender
  body_id             bigint references webhook_bodies on delete set null,
  sent_at             timestamptz not null,  -- the customer's clock, as Meta passes it
  received_at         timestamptz not null default now(),
  answered_at         timestamptz,       -- null: somebody still has to decide about it
  answer              text,              -- what was decided

  constraint inbox_takes_a_message_once unique (channel, external_id)
);

create index inbox_unanswered on inbox (customer_id, id) where answered_at is null;
create index inbox_by_customer on inbox (customer_id, id);
create index inbox_by_body on inbox (body_id);

-- Pieces that could not be taken. Those from the database are tried again with backoff; those from
-- parsing wait for `luminous replay`.
create table dead_letters (
  id              bigint generated always as identity primary key,
  body_id         bigint not null references webhook_bodies on delete cascade,
  position        text not null,  -- where the piece stands in the body
  stage           text not null,
  reason          text not null,
  attempts        integer not null default 1,
  next_attempt_at timestamptz,    -- null: not by itself
  created_at      timestamptz not null default now(),
  resolved_at     timestamptz,

  constraint dead_letters_are_one_per_piece unique (body_id, position),
  constraint dead_letters_stage_is_known check (stage in ('parsing', 'database'))
);

create index dead_letters_due on dead_letters (next_attempt_at) where resolved_at is null;

call keep_private('{webhook_bodies,inbox,dead_letters}', '{}');
