-- What a subscription buys. All of it is data that the owner edits.
create table subscription_plans (
  id                           uuid primary key default gen_random_uuid(),
  code                         text not null,
  name                         text not null,
  price                        bigint not null,                -- in the currency's smallest unit; UGX has no decimals
  currency                     text not null default 'UGX',
  duration_days                integer not null,
  service_fee_discount_percent numeric(5, 2) not null default 0,
  shipping_discount_percent    numeric(5, 2) not null default 0,
  open_quote_limit             integer not null,
  is_active                    boolean not null default true,  -- on sale; a plan off sale still serves who holds it
  created_at                   timestamptz not null default now(),
  updated_at                   timestamptz not null default now(),

  constraint subscription_plans_price_is_not_negative check (price >= 0),
  constraint subscription_plans_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint subscription_plans_last_at_least_a_day check (duration_days > 0),
  constraint subscription_plans_service_fee_discount_is_a_percentage check (service_fee_discount_percent between 0 and 100),
  constraint subscription_plans_shipping_discount_is_a_percentage check (shipping_discount_percent between 0 and 100),
  constraint subscription_plans_allow_open_quotes check (open_quote_limit >= 0),
  constraint subscription_plans_one_per_code unique (code),
  constraint subscription_plans_id_and_code_agree unique (id, code)  -- what subscriptions refer to
);

insert into subscription_plans
  (code, name, price, duration_days, service_fee_discount_percent, shipping_discount_percent, open_quote_limit)
values
  ('guest',    'Guest User',     0, 30,  0, 0,  1),
  ('standard', 'Standard',   29900, 30, 40, 3,  5),
  ('plus',     'Plus',       51900, 30, 60, 5, 15);

call keep_private('{subscription_plans}', '{}');
