-- A merge was wrong: the two records are two again. Exactly the rows that went over go back, as far as nobody changed
-- them since; what came later stays with the survivor. What either is owed and was not sent is dead: it may show one
-- of them to the other. The same two are never merged again by themselves. Who was greeted stays greeted, and what was
-- asked about the two stays answered.

-- A value of `customers` as it was before the merge, unless it was changed since.
create function undone(now_is text, became text, was text) returns text
  language sql immutable
  set search_path from current
as $$
  select case when now_is is not distinct from became then was else now_is end;
$$;

-- An identifier of the record that ended, or null when somebody else has it by now.
create function if_free(phone text, user_id text) returns boolean
  language sql stable
  set search_path from current
as $$
  select not exists (select from customers
                      where deleted_at is null and (phone_number = phone or whatsapp_user_id = user_id));
$$;

create function put_back_rows(merge customer_merges) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  moved record;
begin
  for moved in
    select table_name, column_name, array_agg(row_id) as row_ids from customer_merge_rows
     where merge_id = merge.id and was = merge.from_id::text group by 1, 2
  loop
    execute format('update %1$s set %2$I = $1 where %2$I = $2 and id::text = any($3)', moved.table_name, moved.column_name)
      using merge.from_id, merge.into_id, moved.row_ids;
  end loop;

  update subscriptions set status = was, changed_by = 'merge', updated_at = now()
    from customer_merge_rows
   where merge_id = merge.id and table_name = 'subscriptions' and column_name = 'status' and row_id = subscriptions.id::text
     and was <> 'pending_payment' and status = 'superseded'
     and not exists (select from subscriptions live
                      where live.customer_id = subscriptions.customer_id and live.status in ('active', 'cancel_scheduled'));
  update subscriptions set status = 'pending_payment', changed_by = 'merge', updated_at = now()
    from customer_merge_rows
   where merge_id = merge.id and table_name = 'subscriptions' and column_name = 'status' and row_id = subscriptions.id::text
     and was = 'pending_payment' and status = 'abandoned'
     and not exists (select from subscriptions waiting
                      where waiting.customer_id = subscriptions.customer_id and waiting.status = 'pending_payment');
  insert into subscriptions (customer_id, plan_id, plan_code, status, currency)  -- nobody is without a plan
  select customer, plan.id, plan.code, 'active', plan.currency
    from unnest(array[merge.from_id, merge.into_id]) customer, subscription_plans plan
   where plan.code = 'guest'
     and not exists (select from subscriptions live
                      where live.customer_id = customer and live.status in ('active', 'cancel_scheduled'));
end;
$$;

-- Each waits for its own messages, and a person has the one that a person had.
create function part_conversations(merge customer_merges) returns void
  language sql volatile
  set search_path from current
as $$
  update conversations kept
     set handed_over_at = nullif(kept.handed_over_at, ended.handed_over_at),
         handover_reason = case when kept.handed_over_at <> ended.handed_over_at or ended.handed_over_at is null
                                then kept.handover_reason end,
         last_message_at = (select max(sent_at) from inbox
                             where customer_id = merge.into_id and group_id is null and kind not in ('system', 'reaction'))
    from conversations ended
   where kept.customer_id = merge.into_id and ended.customer_id = merge.from_id;
  update conversations
     set waiting_since = case when exists (select from inbox where inbox.customer_id = conversations.customer_id
                                              and answered_at is null)
                              then coalesce(waiting_since, now()) end
   where customer_id in (merge.from_id, merge.into_id);
$$;

create function undo_merge(merge_id bigint) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  merge  customer_merges;
  kept   customers;
  was    customers;  -- the survivor, before the merge
  became customers;  -- the survivor, right after it
  ended  customers;  -- the other one, before it
begin
  select * into merge from customer_merges where id = merge_id and undone_at is null for update;
  was := jsonb_populate_record(null::customers, merge.into_was);
  became := jsonb_populate_record(null::customers, merge.into_became);
  ended := jsonb_populate_record(null::customers, merge.from_was);
  perform lock_identifiers(was.phone_number, was.whatsapp_user_id, ended.phone_number, ended.whatsapp_user_id);
  perform lock_customers(merge.from_id, merge.into_id);
  select * into kept from customers where id = merge.into_id and deleted_at is null;
  if kept.id is null then
    raise exception 'only a standing merge into a live customer can be undone' using errcode = 'LU003';
  end if;

  perform set_config('luminous.cause', 'undone_merge', true);
  update customers  -- first it lets go of what is not its own
     set phone_number = null, whatsapp_user_id = null, profile_id = null
   where id = kept.id;
  update customers
     set deleted_at = null, merged_into = null, updated_at = now(),
         identity_epoch = greatest(identity_epoch, kept.identity_epoch) + 1,
         phone_number = case when if_free(ended.phone_number, null) then ended.phone_number end,
         whatsapp_id = case when if_free(ended.phone_number, null) then ended.whatsapp_id end,
         identity_key_hash = case when if_free(ended.phone_number, null) then ended.identity_key_hash end,
         whatsapp_user_id = case when if_free(null, ended.whatsapp_user_id) then ended.whatsapp_user_id end,
         profile_id = (select id from profiles  -- it may have ended since, or be somebody else's
                        where id = ended.profile_id
                          and not exists (select from customers others
                                           where others.profile_id = profiles.id and others.deleted_at is null))
   where id = merge.from_id;
  update customers
     set phone_number = back.phone, whatsapp_user_id = back.user_id,
         whatsapp_id = case when back.phone is not distinct from kept.phone_number then kept.whatsapp_id
                            when back.phone is not distinct from was.phone_number then was.whatsapp_id end,
         identity_key_hash = case when back.phone is not distinct from kept.phone_number then kept.identity_key_hash
                                  when back.phone is not distinct from was.phone_number then was.identity_key_hash end,
         profile_id = undone(kept.profile_id::text, became.profile_id::text, was.profile_id::text)::uuid,
         display_name = undone(kept.display_name, became.display_name, was.display_name),
         display_name_edited_at = undone(kept.display_name_edited_at::text, became.display_name_edited_at::text,
                                         was.display_name_edited_at::text)::timestamptz,
         credits_balance = kept.credits_balance - ended.credits_balance,
         last_seen_at = undone(kept.last_seen_at::text, became.last_seen_at::text, was.last_seen_at::text)::timestamptz,
         identity_epoch = kept.identity_epoch + 1,
         updated_at = now()
    from (select case when if_free(phone, null) then phone end as phone,
                 case when if_free(null, user_id) then user_id end as user_id
            from (select case when kept.phone_number = ended.phone_number then was.phone_number
                              else kept.phone_number end as phone,
                         case when kept.whatsapp_user_id = ended.whatsapp_user_id then was.whatsapp_user_id
                              else kept.whatsapp_user_id end as user_id) own) back
   where customers.id = kept.id;
  perform set_config('luminous.cause', '', true);

  delete from consents where customer_id = kept.id and source = 'merge' and recorded_at = merge.merged_at;
  perform put_back_rows(merge);
  perform part_conversations(merge);
  update customer_merges set undone_at = now() where id = merge.id;
end;
$$;

comment on function undo_merge is 'The two records of a merge are two again, each with exactly its rows.';

call keep_private('{}', '{undone,if_free,put_back_rows,part_conversations,undo_merge}');
