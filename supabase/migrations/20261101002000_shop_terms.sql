-- What a price is made of besides the goods, and when the shop works. All of it is data that the owner edits;
-- a quotation that was sent keeps what it was priced with.

alter table shop_settings
  add base_fee_percent numeric(5, 2) not null default 15,  -- of the goods, before the plan's discount
  add rounding_step bigint not null default 1,             -- each line of a price is a multiple of so many shillings
  add constraint shop_settings_base_fee_is_a_percentage check (base_fee_percent between 0 and 100),
  add constraint shop_settings_round_to_whole_shillings check (rounding_step between 1 and 100000);

-- Rates are added, never changed: a price shows the one that it was made with. The latest of a currency counts.
create table exchange_rates (
  id       bigint generated always as identity primary key,
  currency text not null,
  rate     numeric(20, 6) not null,  -- shillings for one unit: 3712.5 for a dollar
  set_by   text not null,
  set_at   timestamptz not null default now(),

  constraint exchange_rates_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint exchange_rates_are_positive check (rate > 0),
  constraint exchange_rates_say_who_set_them check (btrim(set_by) <> '')
);

create index exchange_rates_latest on exchange_rates (currency, id desc);

-- A weekday without a row is no working day.
create table opening_hours (
  weekday   integer primary key,  -- ISO: Monday is 1
  opens_at  time not null,        -- on the shop's wall clock
  closes_at time not null,

  constraint opening_hours_weekday_is_iso check (weekday between 1 and 7),
  constraint opening_hours_end_after_they_begin check (closes_at > opens_at)
);

insert into opening_hours (weekday, opens_at, closes_at)
select weekday, '08:30', case when weekday = 6 then time '14:00' else '18:00' end from generate_series(1, 6) weekday;

-- Public holidays and whatever else the shop is closed for. Eid is announced when the moon was seen.
create table closed_days (
  day date primary key,
  why text not null,

  constraint closed_days_say_why check (btrim(why) <> '')
);

insert into closed_days (day, why)
select make_date(year, month, day), why
  from generate_series(2026, 2030) year,
       (values (1, 1, 'New Year''s Day'), (1, 26, 'NRM Liberation Day'), (2, 16, 'Archbishop Janani Luwum Day'),
               (3, 8, 'International Women''s Day'), (5, 1, 'Labour Day'), (6, 3, 'Martyrs'' Day'),
               (6, 9, 'National Heroes'' Day'), (10, 9, 'Independence Day'), (12, 25, 'Christmas Day'),
               (12, 26, 'Boxing Day')) fixed (month, day, why)
union all
select easter + days, why
  from unnest(array[date '2026-04-05', '2027-03-28', '2028-04-16', '2029-04-01', '2030-04-21']) easter,
       (values (-2, 'Good Friday'), (1, 'Easter Monday')) around (days, why);

-- Until when something is valid that is issued then: to the end of that working day, or of the next one when the shop
-- has closed for the day or does not work on it. A shop that never opens keeps its word for a day.
create function end_of_working_day(issued_at timestamptz, zone text) returns timestamptz
  language sql stable
  set search_path from current
as $$
  with issued as (select (issued_at at time zone zone)::date as today, (issued_at at time zone zone)::time as clock)
  select (coalesce(min(today + days), min(today)) + 1)::timestamp at time zone zone
    from issued
    left join generate_series(0, 60) days
      on exists (select from opening_hours
                  where weekday = extract(isodow from today + days) and (days > 0 or clock < closes_at))
     and not exists (select from closed_days where day = today + days);
$$;

call keep_private('{exchange_rates,opening_hours,closed_days}', '{end_of_working_day}');
