-- E-mail that we owe. It is put here inside the transaction that owes it, and a worker sends it.
create table mail (
  id              bigint generated always as identity primary key,
  dedupe_key      text not null,
  to_address      text not null,
  subject         text not null,
  body            text not null,  -- emptied once it is sent or given up: it may hold a link that lets somebody in
  status          text not null default 'queued',
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  lease_until     timestamptz,    -- of the worker that is sending it
  expires_at      timestamptz not null,  -- what comes later than this is of no use
  error_reason    text,
  created_at      timestamptz not null default now(),

  constraint mail_is_owed_once unique (dedupe_key),
  constraint mail_status_is_known check (status in (
    'queued',   -- owed                    → sending
    'sending',  -- a worker has it         → sent, queued (again), failed; after the lease it is tried again
    'sent',
    'failed'    -- refused for good, or too late
  ))
);

create index mail_due on mail (next_attempt_at, id) where status in ('queued', 'sending');
create index mail_by_age on mail (created_at);

call keep_private('{mail}', '{}');
