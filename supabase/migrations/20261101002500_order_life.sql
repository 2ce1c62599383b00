-- What becomes of an order, from the payment to the door, and what was said about it.
alter table orders
  add delivery_address text,              -- as the customer wrote it; kept from the first on, changeable until it travels
  add rating           integer,           -- 1 to 5, once it was delivered
  add rated_at         timestamptz,
  add delivered_at     timestamptz,
  add changed_by       text not null default 'customer',  -- `customer`, `clock`, a provider, or who of the staff
  add cause            text,              -- the payment or message that changed it, where one did
  add reason           text,              -- why it was cancelled, is refunded, or waits
  add updated_at       timestamptz not null default now(),
  add constraint orders_say_who_changed_them check (btrim(changed_by) <> ''),
  add constraint orders_are_rated_from_1_to_5 check (rating between 1 and 5),
  add constraint orders_are_rated_at_some_time check ((rating is null) = (rated_at is null)),
  add constraint orders_have_a_short_address check (length(delivery_address) between 1 and 500);

create index orders_unpaid on orders (pay_until) where status = 'awaiting_payment';
create index orders_delivered on orders (delivered_at) where status = 'delivered';

-- Receipt numbers have no gaps: the one who takes the next holds this row until the end of the transaction.
create table receipt_counter (
  is_the_only_one boolean primary key default true,
  last_number     bigint not null default 0,

  constraint receipt_counter_is_one_row check (is_the_only_one)
);

insert into receipt_counter default values;

-- The way of a parcel. An earlier step that is reported late is kept with its own time and moves nothing.
create function order_step(milestone text) returns integer
  language sql immutable
  set search_path from current
as $$
  select array_position(array['ordered', 'purchased', 'at_hub', 'in_transit', 'customs', 'out_for_delivery', 'delivered'], milestone);
$$;

create table order_milestones (
  order_id   uuid not null references orders on delete cascade,
  milestone  text not null,
  reached_at timestamptz not null default now(),
  noted_by   text not null,
  noted_at   timestamptz not null default now(),

  primary key (order_id, milestone),
  constraint order_milestones_milestone_is_known check (order_step(milestone) is not null)
);

-- What became of it, when, by whom. Written by the trigger alone.
create table order_events (
  id         bigint generated always as identity primary key,
  order_id   uuid not null references orders on delete cascade,
  was        text,             -- null: it began
  became     text not null,
  changed_by text not null,
  cause      text,
  reason     text,
  at         timestamptz not null default clock_timestamp()
);

create index order_events_by_order on order_events (order_id, id);

-- Steps of the way may be left out, never gone back. Money goes back from wherever the parcel is on its way;
-- from the door only after a complaint.
create function order_may_become(was text, becomes text) returns boolean
  language sql immutable
  set search_path from current
as $$
  select becomes = was or becomes = any(case was
    when 'awaiting_payment'   then array['paid', 'cancelled_unpaid', 'cancelled']
    when 'cancelled_unpaid'   then array['paid']  -- money that came late, and staff took it for the order
    when 'paid'               then array['sourcing', 'variation_pending', 'purchased', 'at_hub', 'in_transit', 'customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'sourcing'           then array['variation_pending', 'purchased', 'at_hub', 'in_transit', 'customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'variation_pending'  then array['sourcing', 'refund_due']
    when 'purchased'          then array['at_hub', 'in_transit', 'customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'at_hub'             then array['in_transit', 'customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'in_transit'         then array['customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'customs'            then array['detained', 'out_for_delivery', 'delivered', 'refund_due']
    when 'detained'           then array['customs', 'out_for_delivery', 'delivered', 'refund_due']
    when 'out_for_delivery'   then array['delivery_failed', 'delivered', 'refund_due']
    when 'delivery_failed'    then array['out_for_delivery', 'delivered', 'refund_due']
    when 'delivered'          then array['closed', 'disputed']
    when 'disputed'           then array['closed', 'refund_due']
    when 'refund_due'         then array['refunded', 'partially_refunded']
    when 'partially_refunded' then array['sourcing', 'purchased', 'at_hub', 'in_transit', 'customs', 'out_for_delivery', 'delivered', 'closed', 'refund_due', 'refunded']
    else '{}' end);
$$;

create function guard_order() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not order_may_become(old.status, new.status) then
    raise exception 'an order that is % does not become %', old.status, new.status using errcode = 'LU005';
  end if;
  return new;
end;
$$;

create trigger trg_orders_guard before update of status on orders
  for each row execute function guard_order();

create function record_order_event() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into order_events (order_id, was, became, changed_by, cause, reason)
  values (new.id, case when tg_op = 'UPDATE' then old.status end, new.status, new.changed_by, new.cause, new.reason);
  return null;
end;
$$;

create trigger trg_orders_record_creation after insert on orders
  for each row execute function record_order_event();
create trigger trg_orders_record_change after update on orders
  for each row when (old.status <> new.status) execute function record_order_event();

-- Every order with what people call it by. Unpaid by the clock: a job that stands still keeps nobody waiting.
create view orders_now with (security_invoker) as
select orders.id,
       orders.number,
       orders.customer_id,
       customers.display_name as customer_name,
       quotations.number as quotation_number,
       coalesce((select description from quotation_lines
                  where version_id = quotation_versions.id and kind = 'goods' order by position limit 1),
                'Q-' || quotations.number) as title,
       orders.status,
       (select milestone from order_milestones where order_id = orders.id order by order_step(milestone) desc limit 1) as milestone,
       orders.amount,
       orders.currency,
       orders.pay_until,
       orders.delivery_address,
       orders.rating,
       orders.reason,
       orders.created_at,
       orders.paid_at,
       orders.delivered_at
  from orders
  join customers on customers.id = orders.customer_id
  join quotation_versions on quotation_versions.id = orders.quotation_version_id
  join quotations on quotations.id = quotation_versions.quotation_id;

call keep_private('{receipt_counter,order_milestones,order_events,orders_now}', '{order_step,order_may_become,guard_order,record_order_event}');
