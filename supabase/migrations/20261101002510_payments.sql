-- One attempt to pay for one thing. The row is committed before anybody is asked to pay, and its id is the reference
-- that the provider knows the charge by: whatever breaks, the same charge can be asked for again, and looked at.
create table payments (
  id              uuid primary key default gen_random_uuid(),
  customer_id     uuid not null references customers on delete restrict,
  order_id        uuid references orders on delete restrict,
  subscription_id uuid references subscriptions on delete restrict,
  provider        text not null,
  status          text not null default 'created',
  amount          bigint not null,      -- that is to be paid, in the currency's smallest unit
  currency        text not null,
  payer           text,                 -- the number that is asked; null: staff confirmed the money
  payer_text      text not null,        -- what the payer reads beside the amount

  -- What moved, as the provider or staff say.
  paid_amount     bigint,
  paid_currency   text,
  paid_by         text,
  transaction_id  text,
  refunded_amount bigint not null default 0,

  reason          text,                 -- why it failed, or what staff are to look at
  reason_code     text,                 -- as the provider calls it
  requests        integer not null default 0,  -- calls that asked for it
  looks           integer not null default 0,  -- calls that looked how it stands
  looked_at       timestamptz,
  next_look_at    timestamptz default now(),   -- null: nothing more is to be learnt
  lease_until     timestamptz,          -- of the worker that is calling
  changed_by      text not null default 'customer',
  cause           text,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint payments_are_for_one_thing check (num_nonnulls(order_id, subscription_id) = 1),
  constraint payments_provider_is_known check (provider in ('momo', 'manual')),
  constraint payments_ask_somebody check (payer is not null or provider = 'manual'),
  constraint payments_payer_is_e164 check (payer ~ '^\+[1-9][0-9]{7,14}$'),
  constraint payments_amount_is_positive check (amount > 0 and paid_amount > 0),
  constraint payments_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint payments_give_back_no_more_than_came check (refunded_amount between 0 and coalesce(paid_amount, 0)),
  constraint payments_count_money_once unique (provider, transaction_id),
  constraint payments_say_who_changed_them check (btrim(changed_by) <> ''),
  constraint payments_status_is_known check (status in (
    'created',             -- stored, nobody was asked             → submitted, failed (too late to ask)
    'submitted',           -- a worker is asking                   → pending, unknown, failed
    'pending',             -- the provider has it, the payer decides
    'unknown',             -- asked, and no answer came            → whatever a look says
    'not_created',         -- the provider never took it           → submitted (the same reference), failed
    'stale',               -- still asking after five minutes
    'succeeded',           -- paid, exactly, and what it is for is the customer's
    'failed',              -- not paid; a late success counts all the same
    'needs_review',        -- money that does not fit, or no answer for a week: staff decide
    'applied',             -- staff: it pays for the thing after all
    'refund_due',          -- staff: it goes back
    'partially_refunded',
    'refunded',
    'reversed'             -- taken back by the provider
  ))
);

-- Its end is not known: it may still bring money, and nobody is asked a second time for the same thing.
create function payment_is_open(status text) returns boolean
  language sql immutable
  set search_path from current
as $$
  select status in ('created', 'submitted', 'pending', 'unknown', 'not_created', 'stale');
$$;

create unique index payments_one_open_per_order on payments (order_id) where payment_is_open(status);
create unique index payments_one_open_per_subscription on payments (subscription_id) where payment_is_open(status);
create unique index payments_pay_an_order_once on payments (order_id) where status in ('succeeded', 'applied');
create index payments_due on payments (next_look_at, id) where next_look_at is not null;
create index payments_for_staff on payments (updated_at) where status in ('needs_review', 'refund_due');
create index payments_by_customer on payments (customer_id, created_at);
create index payments_by_order on payments (order_id) where order_id is not null;
create index payments_by_subscription on payments (subscription_id) where subscription_id is not null;

-- What a provider said at the end of a charge: the first time that it said so. A later word to the contrary is kept too.
create table provider_events (
  provider       text not null,
  reference      uuid not null references payments on delete cascade,
  status         text not null,
  amount         bigint,
  currency       text,
  payer          text,
  transaction_id text,
  reason_code    text,
  at             timestamptz not null default now(),

  primary key (provider, reference, status),
  constraint provider_events_status_is_known check (status in ('succeeded', 'failed'))
);

-- Money that went back, each time that it did.
create table refunds (
  id         bigint generated always as identity primary key,
  payment_id uuid not null references payments on delete restrict,
  amount     bigint not null,
  reference  text not null,  -- the provider's or the bank's, of the money that went back
  reason     text not null,
  made_by    text not null,
  made_at    timestamptz not null default now(),

  constraint refunds_amount_is_positive check (amount > 0),
  constraint refunds_are_recorded_once unique (payment_id, reference),
  constraint refunds_say_who_made_them check (btrim(made_by) <> ''),
  constraint refunds_have_a_reference check (btrim(reference) <> '')
);

-- What became of it, when, by whom. Written by the trigger alone.
create table payment_events (
  id         bigint generated always as identity primary key,
  payment_id uuid not null references payments on delete cascade,
  was        text,            -- null: it began
  became     text not null,
  changed_by text not null,
  cause      text,
  reason     text,
  at         timestamptz not null default clock_timestamp()
);

create index payment_events_by_payment on payment_events (payment_id, id);

create function payment_may_become(was text, becomes text) returns boolean
  language sql immutable
  set search_path from current
as $$
  select becomes = was or becomes = any(case was
    when 'created'            then array['submitted', 'failed']
    when 'submitted'          then array['pending', 'unknown', 'failed', 'succeeded', 'needs_review']
    when 'pending'            then array['stale', 'succeeded', 'failed', 'needs_review']
    when 'unknown'            then array['pending', 'not_created', 'stale', 'succeeded', 'failed', 'needs_review']
    when 'not_created'        then array['submitted', 'failed', 'succeeded', 'needs_review']
    when 'stale'              then array['not_created', 'succeeded', 'failed', 'needs_review']
    when 'failed'             then array['succeeded', 'needs_review']
    when 'succeeded'          then array['refund_due', 'partially_refunded', 'refunded', 'reversed']
    when 'needs_review'       then array['applied', 'refund_due', 'failed']
    when 'applied'            then array['refund_due', 'partially_refunded', 'refunded', 'reversed']
    when 'refund_due'         then array['partially_refunded', 'refunded', 'reversed']
    when 'partially_refunded' then array['refund_due', 'refunded', 'reversed']
    else '{}' end);
$$;

create function guard_payment() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not payment_may_become(old.status, new.status) then
    raise exception 'a payment that is % does not become %', old.status, new.status using errcode = 'LU005';
  end if;
  return new;
end;
$$;

create trigger trg_payments_guard before update of status on payments
  for each row execute function guard_payment();

create function record_payment_event() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into payment_events (payment_id, was, became, changed_by, cause, reason)
  values (new.id, case when tg_op = 'UPDATE' then old.status end, new.status, new.changed_by, new.cause, new.reason);
  return null;
end;
$$;

create trigger trg_payments_record_creation after insert on payments
  for each row execute function record_payment_event();
create trigger trg_payments_record_change after update on payments
  for each row when (old.status <> new.status) execute function record_payment_event();

-- What is read of a payment.
create view payments_now with (security_invoker) as
select id, customer_id, order_id, subscription_id,
       coalesce((select 'Q-' || quotations.number
                   from orders
                   join quotation_versions on quotation_versions.id = quotation_version_id
                   join quotations on quotations.id = quotation_id
                  where orders.id = payments.order_id),
                (select plan.name from subscriptions join subscription_plans plan on plan.id = plan_id
                  where subscriptions.id = payments.subscription_id)) as pays_for,
       provider, status, amount, currency, payer, payer_text, paid_amount,
       paid_currency, paid_by, transaction_id, refunded_amount, reason, reason_code, created_at, updated_at, next_look_at
  from payments;

call keep_private('{payments,provider_events,refunds,payment_events,payments_now}',
                  '{payment_is_open,payment_may_become,guard_payment,record_payment_event}');
