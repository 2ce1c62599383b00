-- Two records of one person become one, and can become two again.

create table customer_merges (
  id        bigint generated always as identity primary key,
  from_id   uuid not null references customers on delete cascade,  -- the record that ended
  into_id   uuid not null references customers on delete cascade,  -- the one that goes on
  cause     text not null,
  from_was    jsonb not null,  -- the two rows of `customers` as they were
  into_was    jsonb not null,
  into_became jsonb not null,
  merged_at timestamptz not null default now(),
  undone_at timestamptz,

  constraint customer_merges_are_of_two check (from_id <> into_id)
);

create unique index customer_merges_one_standing_per_record on customer_merges (from_id) where undone_at is null;
create index customer_merges_by_into on customer_merges (into_id);

-- Every value that a merge changed in another table, so that exactly these go back; and the status of each plan.
create table customer_merge_rows (
  merge_id    bigint not null references customer_merges on delete cascade,
  table_name  text not null,
  column_name text not null,
  row_id      text not null,
  was         text not null,

  primary key (merge_id, table_name, column_name, row_id)
);

-- The foreign keys to `customers` whose rows go over with a merge, in any schema: all but those with a manner of their
-- own below. Each table has a primary key `id`. Its name is fit to stand in a statement.
create view customer_foreign_keys with (security_invoker) as
select conrelid::regclass::text as table_name, attname::text as column_name
  from pg_constraint
  join pg_attribute on attrelid = conrelid and attnum = conkey[1]
 where contype = 'f' and confrelid = 'customers'::regclass
   and conrelid not in (
     'customers'::regclass,             -- merged_into: who was merged before follows the chain
     'customer_identifiers'::regclass,  -- history stays with whom it happened to
     'customer_merges'::regclass,       -- so does this
     'customer_conflicts'::regclass,    -- between the two they are settled
     'conversations'::regclass          -- each customer has one: the survivor's takes over what is due
   );

-- Two records and what could change them meanwhile: whoever takes a message of theirs that moves an identifier, answers
-- one of them, or claims a message for them now is waited for, and waits from here on.
create function lock_customers(one uuid, other uuid) returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  perform lock_identifiers(variadic array(
    select unnest(array[phone_number, whatsapp_user_id]) from customers where id in (one, other)));
  perform from customers where id in (one, other) order by id for no key update;
  perform from conversations where customer_id in (one, other) order by customer_id for no key update;
  perform from outbox where customer_id in (one, other) and status in ('queued', 'sending', 'uncertain')
    order by id for no key update;
end;
$$;

-- Rows of the one become rows of the other, each with a note.
create function move_rows(merge customer_merges) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  key customer_foreign_keys;
begin
  for key in select * from customer_foreign_keys loop
    execute format(
      'with moved as (update %1$s set %2$I = $3 where %2$I = $2 returning id::text as row_id)
       insert into customer_merge_rows (merge_id, table_name, column_name, row_id, was)
       select $1, %1$L, %2$L, row_id, $2 from moved on conflict do nothing',
      key.table_name, key.column_name)
      using merge.id, merge.from_id, merge.into_id;
  end loop;
end;
$$;

-- One live subscription stays: the better plan, and of equal ones the survivor's.
create function keep_the_better_plan(merge customer_merges) returns void
  language sql volatile
  set search_path from current
as $$
  with live as (
    select subscriptions.id, status,
           row_number() over (order by coalesce(end_date > now(), true) desc, price desc,
                                       customer_id = merge.into_id desc) as place
      from subscriptions join subscription_plans plan on plan.id = plan_id
     where customer_id in (merge.from_id, merge.into_id) and status in ('active', 'cancel_scheduled')
  ), superseded as (
    update subscriptions set status = 'superseded', changed_by = 'merge', updated_at = now()
      from live where subscriptions.id = live.id and place > 1
  )
  insert into customer_merge_rows (merge_id, table_name, column_name, row_id, was)
  select merge.id, 'subscriptions', 'status', id::text, status from live;  -- the better one may be replaced later

  -- Of two that wait for a payment the survivor's does; what was paid for the other all the same is applied when it comes.
  with given_up as (
    update subscriptions set status = 'abandoned', changed_by = 'merge', updated_at = now()
     where customer_id = merge.from_id and status = 'pending_payment'
       and exists (select from subscriptions kept where kept.customer_id = merge.into_id and kept.status = 'pending_payment')
    returning id
  )
  insert into customer_merge_rows (merge_id, table_name, column_name, row_id, was)
  select merge.id, 'subscriptions', 'status', id::text, 'pending_payment' from given_up;
$$;

-- What was asked about the two is answered; what was asked about the one is asked about the survivor, unless it was
-- about a number that nobody has now.
create function settle_conflicts_of_merged(merge customer_merges) returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  update customer_conflicts asked
     set resolved_at = now(), resolution = 'same'
   where resolved_at is null and merge.from_id in (holder_id, writer_id)
     and (merge.into_id in (holder_id, writer_id)
          or exists (select from customer_conflicts other
                      where other.resolved_at is null
                        and (other.holder_id, coalesce(other.writer_id, other.holder_id))
                          = (case asked.holder_id when merge.from_id then merge.into_id else asked.holder_id end,
                             case coalesce(asked.writer_id, asked.holder_id)
                               when merge.from_id then merge.into_id else coalesce(asked.writer_id, asked.holder_id) end)));
  with moved as (
    update customer_conflicts
       set holder_id = case holder_id when merge.from_id then merge.into_id else holder_id end,
           writer_id = case writer_id when merge.from_id then merge.into_id else writer_id end
     where resolved_at is null and merge.from_id in (holder_id, writer_id)
    returning id, writer_id = merge.into_id as is_writer
  )
  insert into customer_merge_rows (merge_id, table_name, column_name, row_id, was)
  select merge.id, 'customer_conflicts', case when is_writer then 'writer_id' else 'holder_id' end, id::text, merge.from_id::text
    from moved;
  update customer_conflicts set resolved_at = now(), resolution = 'moved'
   where resolved_at is null and holder_id = merge.into_id and decision <> 'announced_conflict'
     and phone_number is distinct from (select customers.phone_number from customers where id = merge.into_id);
end;
$$;

-- The survivor's conversation takes over what is due; the other one stays as it was, and waits for nothing.
create function join_conversations(merge customer_merges) returns void
  language sql volatile
  set search_path from current
as $$
  update conversations kept
     set waiting_since = least(kept.waiting_since, ended.waiting_since),
         next_attempt_at = null,
         failed_attempts = 0,
         greeted_at = greatest(kept.greeted_at, ended.greeted_at),
         last_message_at = greatest(kept.last_message_at, ended.last_message_at),
         handed_over_at = coalesce(kept.handed_over_at, ended.handed_over_at),
         handover_reason = coalesce(kept.handover_reason, ended.handover_reason)
    from conversations ended
   where kept.customer_id = merge.into_id and ended.customer_id = merge.from_id;
  update conversations set waiting_since = null where customer_id = merge.from_id;
$$;

-- Two records with a website account each, or that were taken apart once, are two until a person decides.
create function may_be_one(one customers, other customers) returns boolean
  language sql stable
  set search_path from current
as $$
  select coalesce(one.profile_id = other.profile_id, true)
     and not exists (select from customer_merges
                      where undone_at is not null
                        and (from_id, into_id) in ((one.id, other.id), (other.id, one.id)));
$$;

-- Merge the one record into the other, both live, and return the merge's id. A message that is being taken meanwhile
-- follows (follow_merge).
create function merge_customers(from_id uuid, into_id uuid, cause text) returns bigint
  language plpgsql volatile
  set search_path from current
as $$
#variable_conflict use_variable
declare
  ended customers;
  kept  customers;
  same  customers;  -- what ended, where both may be of one WhatsApp: the number of one never goes with the user id of another
  merge customer_merges;
  stopped text[];
begin
  perform lock_customers(from_id, into_id);
  select * into ended from customers where id = from_id and deleted_at is null;
  select * into kept from customers where id = into_id and deleted_at is null;
  if ended.id is null or kept.id is null or from_id = into_id then
    raise exception 'only two live customers can be merged' using errcode = 'LU003';
  end if;

  if num_nonnulls(ended.phone_number, kept.phone_number) < 2
     and num_nonnulls(ended.whatsapp_user_id, kept.whatsapp_user_id) < 2 then
    same := ended;
  end if;

  perform set_config('luminous.cause', cause, true);
  update customers
     set deleted_at = now(), merged_into = kept.id, identity_epoch = identity_epoch + 1, updated_at = now()
   where id = ended.id;
  update customers
     set phone_number = coalesce(kept.phone_number, same.phone_number),
         whatsapp_id = case when kept.phone_number is null then same.whatsapp_id else kept.whatsapp_id end,
         identity_key_hash = case when kept.phone_number is null then same.identity_key_hash else kept.identity_key_hash end,
         whatsapp_user_id = coalesce(kept.whatsapp_user_id, same.whatsapp_user_id),
         profile_id = coalesce(kept.profile_id, ended.profile_id),
         display_name = case when kept.display_name_edited_at is null
                              and (ended.display_name_edited_at is not null or kept.display_name = 'Customer')
                             then ended.display_name else kept.display_name end,
         display_name_edited_at = coalesce(kept.display_name_edited_at, ended.display_name_edited_at),
         credits_balance = kept.credits_balance + ended.credits_balance,
         last_seen_at = greatest(kept.last_seen_at, ended.last_seen_at),
         identity_epoch = greatest(kept.identity_epoch, ended.identity_epoch) + 1,
         updated_at = now()
   where id = kept.id;
  perform set_config('luminous.cause', '', true);

  insert into customer_merges (from_id, into_id, cause, from_was, into_was, into_became)
  select ended.id, kept.id, cause, to_jsonb(ended), to_jsonb(kept), to_jsonb(customers) from customers where id = kept.id
  returning * into merge;
  perform keep_the_better_plan(merge);
  perform settle_conflicts_of_merged(merge);
  perform join_conversations(merge);
  update outbox set status = 'uncertain', lease_until = now() + interval '30 seconds', updated_at = now()
   where customer_id = ended.id and status = 'sending'  -- two in flight: a status or half a minute settles the one
     and exists (select from outbox where customer_id = kept.id and status = 'sending');
  perform carry_owed_messages(ended.id, ended.identity_epoch, greatest(kept.identity_epoch, ended.identity_epoch) + 1);
  perform carry_owed_messages(kept.id, kept.identity_epoch, greatest(kept.identity_epoch, ended.identity_epoch) + 1);
  stopped := stopped_by_either(from_id, into_id);
  perform move_rows(merge);
  perform keep_stopped(kept.id, stopped);
  if not number_is_in_doubt(kept.id) then
    perform release_held_messages(kept.id);
  end if;
  return merge.id;
end;
$$;

-- The younger record merges into the older, whose id is returned.
create function merge_into_the_older(one uuid, other uuid, cause text) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  older   uuid;
  younger uuid;
begin
  select id into older from customers where id in (one, other) order by created_at, id limit 1;
  younger := case older when one then other else one end;
  perform merge_customers(younger, older, cause);
  return older;
end;
$$;

-- A message was taken for a record while that was being merged: it goes after the others. Returns whom it was merged into.
create function follow_merge(customer uuid) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  merge customer_merges;
begin
  select * into merge from customer_merges where from_id = customer and undone_at is null;
  if merge.id is not null then
    perform move_rows(merge);
    update conversations set waiting_since = null where customer_id = customer;
  end if;
  return merge.into_id;
end;
$$;

comment on function merge_customers is 'Two live records of one person become one; undo_merge makes them two again.';

call keep_private(
  '{customer_merges,customer_merge_rows,customer_foreign_keys}',
  '{lock_customers,move_rows,may_be_one,keep_the_better_plan,settle_conflicts_of_merged,join_conversations,merge_customers,merge_into_the_older,follow_merge}');
