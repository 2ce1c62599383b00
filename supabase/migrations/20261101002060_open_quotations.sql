-- Every quotation as it stands now, by the clock. Open: from the request until what was sent has run out, and when
-- accepted as long as it can be paid: a job that stands still holds nobody's place. Bot, console, website and API read this.
create view quotations_now with (security_invoker) as
select quotations.id,
       quotations.number,
       quotations.customer_id,
       case when quotations.status = 'sent' and counting.valid_until <= now() then 'expired' else quotations.status end as status,
       quotations.version,
       counting.id as version_id,
       counting.total,
       counting.currency,
       counting.valid_until,
       quotations.reason,
       quotations.created_at,
       quotations.updated_at,
       coalesce((select description from quotation_lines  -- what it is, once staff have said so
                  where version_id = counting.id and quotation_lines.kind = 'goods' order by position limit 1),
                (select coalesce(nullif(words, ''), url, kind) from quotation_items
                  where quotation_id = quotations.id order by quotation_items.id limit 1)) as title,
       (select count(*) from quotation_items where quotation_id = quotations.id) as items,
       orders.id as order_id,
       orders.status as order_status,
       quotations.status in ('collecting', 'requested', 'info_needed', 'draft')
         or quotations.status = 'sent' and counting.valid_until > now()
         or quotations.status = 'accepted' and coalesce(orders.status = 'awaiting_payment' and orders.pay_until > now(), false)
         as is_open
  from quotations
  left join quotation_versions counting
    on counting.quotation_id = quotations.id and counting.number = quotations.version
  left join orders
    on orders.quotation_version_id = counting.id;

-- What a customer may use now, by the clock. Nobody is ever without a plan: where no subscription is
-- live, the Guest terms answer. Bot, console, website and API all read this.
create view customer_entitlements with (security_invoker) as
select customers.id as customer_id,
       plan.code as plan_code,
       plan.name as plan_name,
       plan.price,
       plan.currency,
       base_fee_percent * (100 - plan.service_fee_discount_percent) / 100 as service_fee_percent,
       plan.service_fee_discount_percent,
       plan.shipping_discount_percent,
       plan.open_quote_limit,
       live.status is not distinct from 'cancel_scheduled' as is_ending,
       coalesce(live.is_trial, false) as is_trial,
       live.end_date as valid_until,
       (select count(*) from quotations_now where quotations_now.customer_id = customers.id and is_open) as open_quotes
  from customers
  left join subscriptions live
    on live.customer_id = customers.id
   and live.status in ('active', 'cancel_scheduled')
   and (live.end_date is null or live.end_date > now())
  join subscription_plans plan
    on plan.code = coalesce(live.plan_code, 'guest')
 cross join shop_settings;

-- The plan's limit holds for whoever inserts a quotation. The requests of one customer come one after the other, and
-- nobody else waits for them: a lock on the customer's row would hold up the intake. What stands above a limit that was
-- lowered stays.
create function lock_requests(customer uuid) returns void
  language sql volatile
  set search_path from current
as $$
  select pg_advisory_xact_lock(hashtextextended('quotations of ' || customer, 0));
$$;

create function limit_open_quotations() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  perform lock_requests(new.customer_id);
  if (select open_quotes >= open_quote_limit from customer_entitlements where customer_id = new.customer_id) then
    raise exception 'the plan allows no more open quotations' using errcode = 'LU007';
  end if;
  return new;
end;
$$;

create trigger trg_quotations_limit before insert on quotations
  for each row execute function limit_open_quotations();

-- The quotation that takes what a customer wants now: the one that they are adding to, else the one that we asked
-- about, else a new one. Null when the plan allows no more.
create function open_request(customer uuid, changed_by text, cause text) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
#variable_conflict use_variable
declare
  found uuid;
begin
  perform lock_requests(customer);
  select id into found from quotations
   where customer_id = customer and status in ('collecting', 'info_needed')
   order by status, quotations.number desc limit 1;
  if found is null and (select open_quotes < open_quote_limit from customer_entitlements where customer_id = customer) then
    insert into quotations (customer_id, changed_by, cause) values (customer, changed_by, cause) returning id into found;
  end if;
  return found;
end;
$$;

-- Everything of a quotation that is over is asked for anew, once, under the same limit. Null when that is reached, or
-- when it is not over.
create function ask_again(over uuid, customer uuid, cause text) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  asked uuid;
begin
  perform lock_requests(customer);
  select id into asked from quotations where repeats = over and customer_id = customer;
  if asked is not null then
    return asked;
  end if;
  if not exists (select from quotations_now
                  where id = over and customer_id = customer and status in ('expired', 'declined', 'withdrawn') and not is_open)
     or (select open_quotes >= open_quote_limit from customer_entitlements where customer_id = customer) then
    return null;
  end if;
  insert into quotations (customer_id, status, repeats, changed_by, cause)
  values (customer, 'requested', over, 'customer', ask_again.cause)
  returning id into asked;
  insert into quotation_items (quotation_id, inbox_id, part, kind, url, words)
  select asked, inbox_id, part, kind, url, words from quotation_items where quotation_id = over order by id;
  return asked;
end;
$$;

call keep_private('{quotations_now,customer_entitlements}', '{lock_requests,limit_open_quotations,open_request,ask_again}');
