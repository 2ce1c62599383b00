-- Erasure: what a person said and was called is gone, what they bought is kept without a name, and what must not happen
-- twice still does not.

-- Which records were erased. After a backup is restored, the erasures since then are done again from a list of these.
create table erasures (
  customer_id uuid primary key,  -- no foreign key: it outlives the record
  cause       text not null,
  erased_at   timestamptz not null default now(),
  finished_at timestamptz  -- null: what was on its way at that moment may have come since
);

create index erasures_to_finish on erasures (erased_at) where finished_at is null;

-- Who must not be written to again, whatever list they are on: digests with a pepper that is not in the database.
create table suppressions (
  digest     bytea primary key,
  created_at timestamptz not null default now()
);

-- Messages of groups and of WhatsApp itself: few, and read through at an erasure.
create index inbox_of_nobody on inbox (id) where customer_id is null;

insert into data_map (table_name, class, at_erasure, title, kept) values
  ('erasures', 'technical', 'keep', 'Which records were erased', '{customer_id,cause,erased_at,finished_at}'),
  ('suppressions', 'technical', 'keep', 'Who must not be written to again', '{digest,created_at}');

-- Known again when it comes again, and says nothing.
create function erased_key(key text) returns text
  language sql immutable
  set search_path from current
as $$
  select case when starts_with(key, 'erased:') then key
              else 'erased:' || encode(sha256(convert_to(key, 'UTF8')), 'hex') end;
$$;

-- Empty these rows of a table as data_map says: null where that may be, else the column's default, else nothing in its type.
create function empty_rows(relation regclass, keys text[]) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  map         data_map;
  key         record;
  assignments text;
begin
  select * into map from data_map where to_regclass(table_name) = relation;
  select string_agg(format('%1$I = %2$s', attname,
                           case when attname = any (map.digested) then format('erased_key(%I)', attname)
                                when not attnotnull then 'null'
                                when atthasdef then 'default'
                                when atttypid in ('jsonb'::regtype, 'json'::regtype) then quote_literal('{}')
                                else quote_literal('') end), ', ')
    into assignments
    from pg_attribute
   where attrelid = relation and attnum > 0 and attname = any (map.personal || map.secret || map.digested);
  if assignments is not null then
    key := row_key(relation);
    execute format('update %s set %s where %s = any ($1::%s[])', relation, assignments, key.name, key.type) using keys;
  end if;
end;
$$;

-- What was offered is not changed, only offered anew; the words around it go when the person is erased.
create or replace function keep_sent_version() returns trigger
  language plpgsql
  set search_path from current
as $$
declare
  words constant text[] := '{customer_name,note,clearance}';
begin
  if to_jsonb(new) - words <> to_jsonb(old) - words
     or coalesce(new.customer_name, old.customer_name, '') <> coalesce(old.customer_name, '')
     or coalesce(nullif(new.note, ''), old.note) <> old.note
     or coalesce(new.clearance, old.clearance, '') <> coalesce(old.clearance, '') then
    raise exception 'a quotation that was sent does not change: revise it' using errcode = 'LU006';
  end if;
  return new;
end;
$$;

-- Who was asked to pay is known until it has ended.
alter table payments
  drop constraint payments_ask_somebody,
  add constraint payments_ask_somebody check (
    payer is not null or provider = 'manual'
    or status not in ('created', 'submitted', 'pending', 'unknown', 'not_created', 'stale'));

-- A number of which it was asked whose it is stays in doubt when the one who may have it is erased: a stranger may.
create function part_with_conflicts(records uuid[]) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  other uuid;
begin
  update customer_conflicts asked
     set writer_id = null, whatsapp_user_id = null, decision = 'unproven_number',
         phone_number = coalesce(asked.phone_number, holder.phone_number)
    from customers holder
   where holder.id = holder_id and holder_id <> all (records) and writer_id = any (records) and resolved_at is null
     and coalesce(asked.phone_number, holder.phone_number) is not null
     and not exists (select from customer_conflicts open
                      where open.holder_id = asked.holder_id and open.writer_id is null and open.resolved_at is null);
  for other in
    with gone as (
      delete from customer_conflicts where holder_id = any (records) or writer_id = any (records)
      returning holder_id, writer_id
    )
    select customer from gone cross join lateral unnest(array[holder_id, writer_id]) customer
     where customer <> all (records)
  loop
    if not number_is_in_doubt(other) then
      perform release_held_messages(other);
    end if;
  end loop;
end;
$$;

-- What names a person without hanging on their record: in a group, or announced before anybody was known. A number names
-- them for as long as it was theirs.
create function forget_what_names(records uuid[]) returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  delete from announced_changes
   where customer_id is null
     and exists (select from customer_identifiers held
                  where held.customer_id = any (records) and announced_at <= coalesce(until_at, 'infinity')
                    and value in (previous_user_id, user_id, previous_phone_number, announced_changes.phone_number));
  delete from mail
   where lower(to_address) in (select lower(email) from profiles
                                where id in (select profile_id from customers where id = any (records)));
  delete from api_writes
   where exists (select from unnest(records) record where position(convert_to(record::text, 'UTF8') in body) > 0);
  perform empty_rows('inbox', array(
    select inbox.id::text from inbox
     where customer_id is null
       and exists (select from customer_identifiers held
                    where held.customer_id = any (records) and received_at <= coalesce(until_at, 'infinity')
                      and (value in (from_phone_number, from_user_id)
                           or strpos(concat(text, details), ltrim(value, '+')) > 0))));
end;
$$;

-- Nothing goes on with somebody of whom nothing is known: what was asked for is taken back, what was not paid is cancelled.
create function end_business(records uuid[]) returns void
  language sql volatile
  set search_path from current
as $$
  update quotations set status = 'withdrawn', changed_by = 'erasure', updated_at = now()
   where customer_id = any (records) and status in ('collecting', 'requested', 'info_needed', 'draft', 'sent');
  update orders set status = 'cancelled', changed_by = 'erasure', updated_at = now()
   where customer_id = any (records) and status = 'awaiting_payment';
  update media set status = 'doomed', updated_at = now()  -- the worker deletes the bytes
   where customer_id = any (records) and status not in ('doomed', 'deleted');
  update subscriptions
     set status = case status when 'pending_payment' then 'abandoned' else 'expired' end, changed_by = 'erasure', updated_at = now()
   where customer_id = any (records) and status in ('active', 'cancel_scheduled', 'pending_payment');
$$;

-- Erase the person whose record this is, and every record that was merged with it. Twice is as once.
create function erase_customer(customer uuid, cause text) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  records uuid[] := array(select records_of_person(customer) order by 1);
  one     uuid;
  part    record;
  key     record;
begin
  foreach one in array records loop
    perform lock_customers(one, one);
  end loop;
  perform part_with_conflicts(records);
  perform forget_what_names(records);
  delete from early_statuses using outbox
   where outbox.customer_id = any (records)
     and early_statuses.channel = outbox.channel and early_statuses.external_id = outbox.external_id;
  update outbox set status = 'stale', lease_until = null, updated_at = now()
   where customer_id = any (records) and status in ('queued', 'uncertain', 'parked');
  perform end_business(records);

  for part in
    select found.relation, found.keys, at_erasure
      from rows_of_person(customer) with ordinality as found (relation, keys, nearness)
      left join data_map on found.relation = to_regclass(data_map.table_name)
     order by nearness desc
  loop
    if part.at_erasure is null then
      raise exception 'data_map does not say what becomes of %', part.relation using errcode = 'LU010';
    elsif part.at_erasure = 'delete' then
      key := row_key(part.relation);
      execute format('delete from %s where %s = any ($1::%s[])', part.relation, key.name, key.type) using part.keys;
    elsif part.at_erasure = 'empty' then
      perform empty_rows(part.relation, part.keys);
    end if;
  end loop;

  update customers
     set deleted_at = coalesce(deleted_at, now()), identity_epoch = identity_epoch + 1, updated_at = now()
   where id = any (records) and (deleted_at is null or not exists (select from erasures where customer_id = id));
  insert into erasures (customer_id, cause)
  select id, erase_customer.cause from unnest(records) id
  on conflict do nothing;
end;
$$;

comment on function erase_customer is 'A person''s records say nothing of them any more; what they bought is kept.';

call keep_private('{erasures,suppressions}', '{erased_key,empty_rows,part_with_conflicts,forget_what_names,end_business,keep_sent_version,erase_customer}');
