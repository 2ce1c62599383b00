-- What we owe. Nothing is sent from inside a transaction: it is put here, and a worker sends it.
create table outbox (
  id                 bigint generated always as identity primary key,
  customer_id        uuid not null references customers on delete cascade,
  identity_epoch     integer not null,            -- the customer's, when it was put: dead when it differs at sending
  channel            text not null,
  business_number_id text not null,
  purpose            text not null,
  dedupe_key         text not null,
  content            jsonb not null,
  template           jsonb,                       -- what says it outside WhatsApp's 24 hours: {name, variables, language}
  otherwise          text not null default 'wait',  -- outside them, where no approved template says it
  needs_template     boolean not null default false,  -- WhatsApp said that the 24 hours are over, whatever we think
  went_as_template   boolean not null default false,
  quoted_id          text,
  is_impersonal      boolean not null default false,  -- names nobody and shows nothing: may go to a number in doubt
  status             text not null default 'queued',
  attempts           integer not null default 0,  -- HTTP calls begun
  failed_answers     integer not null default 0,  -- calls that WhatsApp said had failed, and that may have gone all the same
  lost_answers       integer not null default 0,  -- calls of which we never learnt the end
  next_attempt_at    timestamptz not null default now(),
  attempted_at       timestamptz,                 -- when the last call began
  lease_until        timestamptz,                 -- of the worker that is sending it
  aside_until        timestamptz,                 -- while parked: it goes again then, also if the customer has not written
  external_id        text,                        -- wamid, once known
  failed_external_id text,                        -- of an attempt that WhatsApp took and failed later, before it was owed again
  error_code         integer,
  error_reason       text,
  billable           boolean,                     -- as the provider priced it
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),

  constraint outbox_owes_a_message_once unique (dedupe_key),
  constraint outbox_purpose_is_known check (purpose in (
    'reply',           -- answers the customer's own message: also after STOP
    'receipt',         -- the law makes us send it: also after STOP
    'notice',          -- how their orders and their plan go on: not after STOP
    'marketing',       -- only after an explicit yes
    'payment_prompt',  -- they asked for it themselves; never twice
    'sign_in_link'     -- they asked for it themselves; never twice
  )),
  constraint outbox_otherwise_is_known check (otherwise in (
    'wait',  -- for the customer's next message
    'drop'
  )),
  constraint outbox_status_is_known check (status in (
    'queued',      -- owed                                  → sending, suppressed, stale, parked
    'sending',     -- a worker has it                       → accepted, queued, parked (surely not sent), uncertain, failed, dead
    'uncertain',   -- it may have gone: a status tells      → accepted…, queued (again, once), dead
    'accepted',    -- WhatsApp has it                       → sent, delivered, read, failed
    'sent',        --                                       → delivered, read, failed
    'delivered',   --                                       → read
    'read',
    'failed',      -- refused by WhatsApp
    'dead',        -- given up
    'suppressed',  -- not to be sent: the customer said STOP, or nothing may say it outside WhatsApp's 24 hours
    'stale',       -- the identity moved, nobody is there, or it is too old to be said
    'parked'       -- waits for the customer's next message, or until aside_until → queued
  ))
);

create unique index outbox_one_in_flight_per_customer on outbox (customer_id) where status = 'sending';
create index outbox_due on outbox (next_attempt_at, id) where status = 'queued';
create index outbox_owed on outbox (customer_id, id) where status in ('queued', 'sending', 'uncertain');
create index outbox_parked on outbox (customer_id) where status = 'parked';
create index outbox_set_aside on outbox (aside_until) where status = 'parked' and aside_until is not null;
create index outbox_in_doubt on outbox (lease_until) where status in ('sending', 'uncertain');
create index outbox_billed on outbox (attempted_at) where billable;
create index outbox_given_up on outbox (updated_at) where status in ('failed', 'dead');
create index outbox_by_customer on outbox (customer_id, id);
create unique index outbox_by_external_id on outbox (channel, external_id) where external_id is not null;

-- Statuses of messages that we do not know yet: kept, and joined when the send is recorded.
create table early_statuses (
  channel      text not null,
  external_id  text not null,
  status       text not null,
  error_code   integer,
  error_reason text,
  billable     boolean,
  failure      text,  -- what the error means for the message, in the words of SendOutcome
  occurred_at  timestamptz not null,
  received_at  timestamptz not null default now(),

  primary key (channel, external_id, status)
);

create index early_statuses_by_age on early_statuses (received_at);

-- Statuses only move forward, by rank and never by the order of the words.
create function outbox_rank(status text) returns integer
  language sql immutable
  set search_path from current
as $$
  select array_position(array['parked', 'queued', 'sending', 'uncertain', 'accepted', 'sent', 'failed', 'delivered', 'read'], status);
$$;

-- The person has another address now: what they are owed follows them. What lets somebody in does not.
create function carry_owed_messages(customer uuid, from_epoch integer, to_epoch integer) returns void
  language sql volatile
  set search_path from current
as $$
  update outbox set identity_epoch = to_epoch, updated_at = now()
   where customer_id = customer and identity_epoch = from_epoch and from_epoch <> to_epoch
     and status in ('queued', 'sending', 'uncertain', 'parked') and purpose in ('reply', 'receipt', 'notice', 'marketing');
$$;

-- Whose number it is, is clear again: what was held back is owed.
create function release_held_messages(customer uuid) returns void
  language sql volatile
  set search_path from current
as $$
  update outbox set status = 'queued', next_attempt_at = now(), updated_at = now()
   where customer_id = customer and status = 'parked';
$$;

call keep_private('{outbox,early_statuses}', '{outbox_rank,carry_owed_messages,release_held_messages}');
