-- A subscription is a plan held for a time. Whoever inserts a customer (the webhook, the website, a
-- script, a person in psql) gets a Guest subscription with it: the database gives it, not the caller.
create table subscriptions (
  id                    uuid primary key default gen_random_uuid(),
  customer_id           uuid not null references customers on delete cascade,
  plan_id               uuid not null,
  plan_code             text not null,
  status                text not null,
  start_date            timestamptz not null default now(),
  end_date              timestamptz,                     -- null: until something else is chosen
  is_trial              boolean not null default false,  -- the free days that an identifier gets once
  amount_paid_per_cycle bigint not null default 0,       -- in the currency's smallest unit
  currency              text not null default 'UGX',
  payment_id            uuid,                            -- what paid for it; null: free, or not paid
  reminded_at           timestamptz,                     -- when the customer was told that it ends soon
  changed_by            text not null default 'customer',  -- `customer`, `clock`, `merge`, `erasure`, a provider, or who of the staff
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now(),

  constraint subscriptions_hold_one_plan foreign key (plan_id, plan_code)
    references subscription_plans (id, code) on update cascade on delete restrict,
  constraint subscriptions_end_after_they_start check (end_date > start_date),
  constraint subscriptions_amount_is_not_negative check (amount_paid_per_cycle >= 0),
  constraint subscriptions_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint subscriptions_are_paid_by_one_payment unique (payment_id),
  constraint subscriptions_say_who_changed_them check (btrim(changed_by) <> ''),
  constraint subscriptions_status_is_known check (status in (
    'pending_payment',   -- chosen, not paid            → active, abandoned
    'active',            -- live                        → cancel_scheduled, expired, superseded, revoked
    'cancel_scheduled',  -- live until its end          → active, expired, superseded, revoked
    'expired',           -- its time is over
    'superseded',        -- another plan took its place → active, cancel_scheduled (the merge that did it was undone)
    'revoked',           -- taken back by staff or a refund
    'abandoned'          -- never paid                  → active (money that comes late counts), pending_payment (as above)
  ))
);

create unique index subscriptions_one_live_per_customer on subscriptions (customer_id)
  where status in ('active', 'cancel_scheduled');
create unique index subscriptions_one_waits_for_payment on subscriptions (customer_id) where status = 'pending_payment';
create index subscriptions_ending on subscriptions (end_date) where status in ('active', 'cancel_scheduled');
create index subscriptions_by_customer on subscriptions (customer_id);

-- What became of it, when, by whom. Written by the trigger alone. Its beginning is its own row: a birth writes no more.
create table subscription_events (
  id              bigint generated always as identity primary key,
  subscription_id uuid not null references subscriptions on delete cascade,
  was             text not null,
  became          text not null,
  changed_by      text not null,
  at              timestamptz not null default clock_timestamp()
);

create index subscription_events_by_subscription on subscription_events (subscription_id, id);

create function subscription_may_become(was text, becomes text) returns boolean
  language sql immutable
  set search_path from current
as $$
  select becomes = was or becomes = any(case was
    when 'pending_payment'  then array['active', 'abandoned']
    when 'active'           then array['cancel_scheduled', 'expired', 'superseded', 'revoked']
    when 'cancel_scheduled' then array['active', 'expired', 'superseded', 'revoked']
    when 'superseded'       then array['active', 'cancel_scheduled']
    when 'abandoned'        then array['active', 'pending_payment']
    else '{}' end);
$$;

create function guard_subscription() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not subscription_may_become(old.status, new.status) then
    raise exception 'a subscription that is % does not become %', old.status, new.status using errcode = 'LU005';
  end if;
  return new;
end;
$$;

create trigger trg_subscriptions_guard before update of status on subscriptions
  for each row execute function guard_subscription();

create function record_subscription_event() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into subscription_events (subscription_id, was, became, changed_by) values (new.id, old.status, new.status, new.changed_by);
  return null;
end;
$$;

create trigger trg_subscriptions_record_change after update on subscriptions
  for each row when (old.status <> new.status) execute function record_subscription_event();

-- For all new customers of a statement at once: one that brings a hundred costs little more than one that brings one.
create function create_guest_subscription_for_new_customer() returns trigger
  language plpgsql
  set search_path from current
as $$
declare
  v_plan subscription_plans;
begin
  -- Whether the plan is on sale does not matter for birth.
  select * into v_plan from subscription_plans where code = 'guest';
  if not found then
    insert into subscription_plans (code, name, price, duration_days, open_quote_limit)
    values ('guest', 'Guest User', 0, 30, 1)
    on conflict (code) do nothing;
    select * into strict v_plan from subscription_plans where code = 'guest';
  end if;

  -- The free days come once for each identifier ever seen: leaving and coming back gives no second trial.
  insert into subscriptions (customer_id, plan_id, plan_code, status, end_date, is_trial, currency)
  select born.id, v_plan.id, v_plan.code, 'active',
         case when is_trial then now() + make_interval(days => v_plan.duration_days) end,
         is_trial, v_plan.currency
    from new_customers born
   cross join lateral (
     select not exists (
              select from customer_identifiers
               where customer_id <> born.id
                 and (kind, value) in (('phone_number', born.phone_number), ('whatsapp_user_id', born.whatsapp_user_id))
              offset 0) as is_trial) trial
   where not exists (select from subscriptions
                      where customer_id = born.id and status in ('active', 'cancel_scheduled') offset 0);
  return null;
end;
$$;

create trigger trg_customers_create_guest_subscription
  after insert on customers referencing new table as new_customers
  for each statement execute function create_guest_subscription_for_new_customer();

call keep_private('{subscriptions,subscription_events}',
                  '{subscription_may_become,guard_subscription,record_subscription_event,create_guest_subscription_for_new_customer}');
