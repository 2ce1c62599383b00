-- Staff decide an open conflict: one person, or two.
--
--   unproven_number     same       the holder is writing: their number is theirs again, and a user id that came with it
--                       different  a stranger has the number: they get a record of their own, with what they wrote
--   disputed_number     same       the two records merge, and have the number
--                       different  the writer has the number, and the holder loses it
--   announced_conflict  same       the person has the new identifiers, and the record that had them merges
--                       different  the records stay two; who gave up the old number has none

-- One person: whoever has what the conflict is about is merged, and the survivor has it. Returns the survivor.
create function settle_as_one(conflict customer_conflicts, holder customers) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  was_announced_alone boolean := conflict.decision = 'announced_conflict' and conflict.writer_id is null;
  phone   text := coalesce(conflict.phone_number, case when not was_announced_alone then holder.phone_number end);
  user_id text := coalesce(conflict.whatsapp_user_id, case when not was_announced_alone then holder.whatsapp_user_id end);
  one     uuid := holder.id;
  other   uuid;
begin
  for other in
    select id from customers
     where deleted_at is null and id <> holder.id
       and (id = conflict.writer_id or whatsapp_user_id = user_id or phone_number = phone)
  loop
    one := merge_into_the_older(one, other, 'confirmed');
  end loop;
  perform set_identifiers(one, phone, user_id, 'confirmed');
  update customers set last_seen_at = now(), identity_key_hash = null where id = one;  -- heard of now, by staff
  return one;
end;
$$;

-- Two people, and the one is unknown: they get a record of their own, with what they wrote. Returns it.
create function part_from_stranger(conflict customer_conflicts) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  stranger customers;
begin
  perform detach_number(conflict.holder_id, null, 'confirmed');
  select * into stranger from customers where whatsapp_user_id = conflict.whatsapp_user_id and deleted_at is null;
  if stranger.id is null then
    stranger := add_customer(conflict.phone_number, conflict.whatsapp_user_id, null, null, null, 'confirmed');
  elsif stranger.phone_number is null then
    perform set_identifiers(stranger.id, conflict.phone_number, conflict.whatsapp_user_id, 'confirmed');
  end if;

  update inbox set customer_id = stranger.id
   where customer_id = conflict.holder_id and decision = 'unproven_number' and received_at >= conflict.opened_at;
  update outbox set customer_id = stranger.id, identity_epoch = (select identity_epoch from customers where id = stranger.id)
   where customer_id = conflict.holder_id and is_impersonal and created_at >= conflict.opened_at;
  update conversations
     set last_message_at = written.last_at,
         waiting_since = case when written.is_waiting then now() else waiting_since end
    from (select max(sent_at) as last_at, bool_or(answered_at is null) as is_waiting
            from inbox where customer_id = stranger.id) written
   where customer_id = stranger.id;
  return stranger.id;
end;
$$;

create function settle_conflict(conflict_id bigint, is_same_person boolean) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  conflict customer_conflicts;
  holder   customers;
  writer   customers;
  settled  uuid;
begin
  select * into conflict from customer_conflicts where id = conflict_id and resolved_at is null;
  select * into holder from customers where id = conflict.holder_id and deleted_at is null;
  select * into writer from customers where id = conflict.writer_id and deleted_at is null;
  if holder.id is null or conflict.writer_id is not null and writer.id is null then
    raise exception 'there is no such open conflict' using errcode = 'LU004';
  end if;
  perform lock_identifiers(conflict.phone_number, conflict.whatsapp_user_id, holder.phone_number, holder.whatsapp_user_id,
                           writer.phone_number, writer.whatsapp_user_id);
  update customer_conflicts
     set resolved_at = now(), resolution = case when is_same_person then 'same' else 'different' end
   where id = conflict.id;

  if is_same_person then
    settled := settle_as_one(conflict, holder);
  elsif conflict.decision = 'unproven_number' then
    settled := part_from_stranger(conflict);
  elsif conflict.decision = 'disputed_number' then
    perform detach_number(holder.id, writer.id, 'confirmed');
    perform set_identifiers(writer.id, conflict.phone_number, conflict.whatsapp_user_id, 'confirmed');
  elsif writer.id is not null then
    perform set_identifiers(writer.id, null, null, 'confirmed');
  else
    perform detach_number(holder.id, null, 'confirmed');
  end if;
  perform release_held_messages(id)
     from customers
    where id in (holder.id, writer.id, settled) and deleted_at is null and not number_is_in_doubt(id);
end;
$$;

comment on function settle_conflict is 'Staff decide an open conflict: one person, or two.';

call keep_private('{}', '{settle_as_one,part_from_stranger,settle_conflict}');
