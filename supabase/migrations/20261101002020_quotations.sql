-- From “I want this” to a price. A quotation is the row that is locked and guarded; its versions are what was offered,
-- and never change once they were sent. Only the version that `quotations.version` names can be accepted.
create table quotations (
  id          uuid primary key default gen_random_uuid(),
  number      bigint generated always as identity,     -- what people call it: Q-17
  customer_id uuid not null references customers on delete cascade,
  status      text not null default 'collecting',
  version     integer not null default 0,               -- the one that counts; 0: nothing was priced yet
  changed_by  text not null,                            -- `customer`, `clock`, or who of the staff
  cause       text,                                     -- the message (wamid) that changed it, where one did
  reason      text,                                     -- why it was declined, withdrawn or rejected; what we ask
  repeats     uuid references quotations on delete set null,  -- the one that was over, and is asked for again
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint quotations_number_is_unique unique (number),
  constraint quotations_are_asked_again_once unique (repeats),
  constraint quotations_say_who_changed_them check (btrim(changed_by) <> ''),
  constraint quotations_status_is_known check (status in (
    'collecting',   -- the customer adds things    → requested, info_needed, draft, rejected, withdrawn
    'requested',    -- complete: staff's turn      → info_needed, draft, rejected, withdrawn
    'info_needed',  -- we asked the customer       → requested, draft, rejected, withdrawn
    'draft',        -- being priced                → sent, info_needed, rejected, withdrawn
    'sent',         -- the customer decides        → accepted, declined, expired, withdrawn, draft (revised)
    'accepted',     -- an order exists
    'declined',
    'expired',      -- nobody decided in time
    'withdrawn',    -- taken back by the customer or by staff
    'rejected'      -- goods that the shop does not buy
  ))
);

create index quotations_by_customer on quotations (customer_id, id);
create index quotations_open on quotations (status) where status in ('collecting', 'requested', 'info_needed', 'draft', 'sent');

-- What is wanted: one row for each link, picture, recording or text.
create table quotation_items (
  id           bigint generated always as identity primary key,
  quotation_id uuid not null references quotations on delete cascade,
  inbox_id     bigint references inbox on delete set null,  -- the message it came with; null: not by message
  part         integer not null,                            -- which piece of that message
  kind         text not null,
  url          text,
  words        text not null default '',
  added_at     timestamptz not null default now(),

  constraint quotation_items_are_added_once unique (quotation_id, inbox_id, part),
  constraint quotation_items_kind_is_known check (kind in ('link', 'picture', 'recording', 'document', 'words', 'other')),
  constraint quotation_items_links_have_an_address check ((kind = 'link') = (url is not null))
);

create index quotation_items_by_inbox on quotation_items (inbox_id) where inbox_id is not null;

create table quotation_versions (
  id           uuid primary key default gen_random_uuid(),
  quotation_id uuid not null references quotations on delete cascade,
  number       integer not null,
  note         text not null default '',  -- what staff say with the price
  clearance    text,                      -- why staff price goods that the list names; null: it names none
  priced_by    text not null,
  priced_at    timestamptz not null default now(),

  -- Frozen when it is sent; null before.
  sent_at                       timestamptz,
  sent_by                       text,
  valid_until                   timestamptz,  -- not valid any more at this instant
  total                         bigint,       -- the sum of the lines
  currency                      text,
  plan_code                     text,
  plan_name                     text,
  base_fee_percent              numeric(5, 2),
  service_fee_discount_percent  numeric(5, 2),
  shipping_discount_percent     numeric(5, 2),
  rounding_step                 bigint,
  goods_list                    integer references goods_lists on delete restrict,
  customer_name                 text,         -- as the document shows it; emptied when the person is erased
  shop_name                     text,
  shop_number                   text,         -- empty: the document shows no way to WhatsApp
  time_zone                     text,
  language                      text,

  constraint quotation_versions_are_numbered_once unique (quotation_id, number),
  constraint quotation_versions_are_numbered_from_1 check (number > 0),
  constraint quotation_versions_are_valid_after_they_are_sent check (valid_until > sent_at),
  constraint quotation_versions_total_is_positive check (total > 0),
  constraint quotation_versions_are_sent_whole check (num_nonnulls(
    sent_at, sent_by, valid_until, total, currency, plan_code, plan_name, base_fee_percent, service_fee_discount_percent,
    shipping_discount_percent, rounding_step, goods_list, shop_name, shop_number, time_zone, language) in (0, 16))
);

create table quotation_lines (
  id          bigint generated always as identity primary key,
  version_id  uuid not null references quotation_versions on delete cascade,
  position    integer not null,
  kind        text not null,
  description text not null,
  quantity    integer,         -- of goods
  unit_price  bigint,          -- of goods: one piece, in the smallest unit of its currency
  currency    text,            -- of goods
  rate        numeric(20, 6),  -- of goods: shillings for one unit of the currency
  amount      bigint not null, -- shillings

  constraint quotation_lines_stand_once_in_a_place unique (version_id, position),
  constraint quotation_lines_kind_is_known check (kind in (
    'goods', 'service_fee', 'service_fee_discount', 'shipping', 'shipping_discount', 'customs', 'last_mile')),
  constraint quotation_lines_of_goods_say_their_price check (
    num_nonnulls(quantity, unit_price, currency, rate) = case kind when 'goods' then 4 else 0 end),
  constraint quotation_lines_quantity_is_positive check (quantity between 1 and 100000),
  constraint quotation_lines_unit_price_is_positive check (unit_price > 0),
  constraint quotation_lines_only_discounts_are_negative check (
    case when kind in ('service_fee_discount', 'shipping_discount') then amount <= 0 else amount >= 0 end),
  constraint quotation_lines_amount_is_sane check (abs(amount) <= 1000000000000)
);

-- What became of it, when, by whom. Written by the trigger alone.
create table quotation_events (
  id           bigint generated always as identity primary key,
  quotation_id uuid not null references quotations on delete cascade,
  was          text,              -- null: it began
  became       text not null,
  version      integer not null,  -- that counted from then on
  changed_by   text not null,
  cause        text,
  reason       text,
  at           timestamptz not null default clock_timestamp()
);

create index quotation_events_by_quotation on quotation_events (quotation_id, id);

create function quotation_may_become(was text, becomes text) returns boolean
  language sql immutable
  set search_path from current
as $$
  select becomes = any(case was
    when 'collecting'  then array['collecting', 'requested', 'info_needed', 'draft', 'rejected', 'withdrawn']
    when 'requested'   then array['requested', 'info_needed', 'draft', 'rejected', 'withdrawn']
    when 'info_needed' then array['info_needed', 'requested', 'draft', 'rejected', 'withdrawn']
    when 'draft'       then array['draft', 'sent', 'info_needed', 'rejected', 'withdrawn']
    when 'sent'        then array['sent', 'accepted', 'declined', 'expired', 'withdrawn', 'draft']
    else array[was] end);
$$;

create function guard_quotation() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not quotation_may_become(old.status, new.status) or new.version < old.version then
    raise exception 'a quotation that is % does not become %', old.status, new.status using errcode = 'LU005';
  end if;
  return new;
end;
$$;

create trigger trg_quotations_guard before update of status, version on quotations
  for each row execute function guard_quotation();

create function record_quotation_event() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into quotation_events (quotation_id, was, became, version, changed_by, cause, reason)
  values (new.id, case when tg_op = 'UPDATE' then old.status end, new.status, new.version, new.changed_by, new.cause, new.reason);
  return null;
end;
$$;

create trigger trg_quotations_record_creation after insert on quotations
  for each row execute function record_quotation_event();
create trigger trg_quotations_record_change after update on quotations
  for each row when ((old.status, old.version) is distinct from (new.status, new.version))
  execute function record_quotation_event();

-- What was offered is not changed, only offered anew. The customer's name goes when the person is erased.
create function keep_sent_version() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if (to_jsonb(new) - 'customer_name') <> (to_jsonb(old) - 'customer_name')
     or new.customer_name is not null and new.customer_name is distinct from old.customer_name then
    raise exception 'a quotation that was sent does not change: revise it' using errcode = 'LU006';
  end if;
  return new;
end;
$$;

create trigger trg_quotation_versions_stay before update on quotation_versions
  for each row when (old.sent_at is not null) execute function keep_sent_version();

create function keep_sent_lines() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if exists (select from quotation_versions
              where id in (case when tg_op <> 'INSERT' then old.version_id end, case when tg_op <> 'DELETE' then new.version_id end)
                and sent_at is not null) then
    raise exception 'a quotation that was sent does not change: revise it' using errcode = 'LU006';
  end if;
  return coalesce(new, old);
end;
$$;

create trigger trg_quotation_lines_stay before insert or update or delete on quotation_lines
  for each row execute function keep_sent_lines();

call keep_private('{quotations,quotation_items,quotation_versions,quotation_lines,quotation_events}',
                  '{quotation_may_become,guard_quotation,record_quotation_event,keep_sent_version,keep_sent_lines}');
