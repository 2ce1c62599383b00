-- The shop's own numbers as all workers see them: which of them cannot send at present, and how fast each may.

-- A token that expired, an account that is blocked: every message of the number would fail in the same way. It is tried
-- once a minute until a message goes.
create table stopped_numbers (
  channel            text not null,
  business_number_id text not null,
  stopped_at         timestamptz not null default now(),
  try_again_at       timestamptz not null,
  error_code         integer,
  reason             text not null,

  primary key (channel, business_number_id)
);

-- A bucket for each number that fills with so many tokens a second, up to one second's worth. A worker takes some at a
-- time: a row that every send would lock would make the sends wait for each other.
create table sending_rates (
  channel            text not null,
  business_number_id text not null,
  tokens             double precision not null,
  filled_at          timestamptz not null,
  taken              integer not null,  -- by whoever took last: this is how they learn it

  primary key (channel, business_number_id)
);

call keep_private('{stopped_numbers,sending_rates}', '{}');
