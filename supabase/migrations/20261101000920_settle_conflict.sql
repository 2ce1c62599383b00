-- Staff decide an open conflict: one person, or two.
--
--   unproven_number     same       the holder is writing: their number is theirs again, and a user id that came with it
--                       different  a stranger has the number: they get a record of their own, with what they wrote
--   disputed_number     same       the two records merge, and have the number
--                       different  the writer has the number, and the holder loses it
--   announced_conflict  same       the person has the new identifiers, and the record that had them merges
--                       different  who came to the new number first since the change keeps it, and who had it before has lost
--                                  it to the person; who gave up the old one has none of it

-- Whoever was deleted since counts as nobody; about a holder who was deleted nothing can be settled.

-- One person: whoever has what the conflict is about is merged, and the survivor has it. Returns the survivor.
create function settle_as_one(conflict customer_conflicts, holder customers, writer customers) returns uuid
  language plpgsql volatile
  set search_path from current
as $$
declare
  phone   text := conflict.phone_number;
  user_id text := conflict.whatsapp_user_id;
  one     uuid := holder.id;
  other   customers;
begin
  if conflict.decision = 'disputed_number' then
    user_id := coalesce(writer.whatsapp_user_id, user_id);  -- it may have changed since
  elsif conflict.decision = 'unproven_number' or conflict.writer_id is not null then
    phone := coalesce(phone, holder.phone_number);
    user_id := coalesce(user_id, holder.whatsapp_user_id);
  end if;

  for other in
    select * from customers
     where deleted_at is null and id <> holder.id
       and (id = conflict.writer_id or whatsapp_user_id = user_id or phone_number = phone)
  loop
    if other.whatsapp_user_id = user_id or other.whatsapp_user_id is null or other.id = conflict.writer_id
       or user_id is null and is_newborn(other, null, conflict.changed_at - interval '5 minutes') is not false then
      one := merge_into_the_older(one, other.id, 'confirmed');
    elsif has_moved_since(phone, conflict.opened_at) then
      phone := null;  -- a third person proved since that they have it
    else
      perform detach_number(phone, other.id, one, 'confirmed');
    end if;
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
  perform detach_number(conflict.phone_number, conflict.holder_id, null, 'confirmed');
  select * into stranger from customers
   where deleted_at is null and id <> conflict.holder_id
     and (whatsapp_user_id = conflict.whatsapp_user_id or phone_number = conflict.phone_number)
   order by whatsapp_user_id is not distinct from conflict.whatsapp_user_id desc
   limit 1;
  if stranger.id is null then
    stranger := add_customer(conflict.phone_number, conflict.whatsapp_user_id, null, null, null, now(), 'confirmed');
  elsif stranger.phone_number is null and if_free(conflict.phone_number, null) then
    perform set_identifiers(stranger.id, conflict.phone_number, stranger.whatsapp_user_id, 'confirmed');
  end if;
  perform hand_to_stranger(conflict, stranger.id);
  return stranger.id;
end;
$$;

-- What the stranger wrote, what they were answered, and whether a person owes them an answer.
create function hand_to_stranger(conflict customer_conflicts, stranger uuid) returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  update inbox set customer_id = stranger
   where customer_id = conflict.holder_id and decision = 'unproven_number' and received_at >= conflict.opened_at;
  update outbox set customer_id = stranger, identity_epoch = (select identity_epoch from customers where id = stranger)
   where customer_id = conflict.holder_id and is_impersonal and created_at >= conflict.opened_at and status <> 'sending';

  update conversations theirs
     set last_message_at = greatest(theirs.last_message_at, written.last_at),
         waiting_since = case when written.is_waiting then coalesce(theirs.waiting_since, now()) end,
         handed_over_at = coalesce(theirs.handed_over_at, asked.handed_over_at),
         handover_reason = coalesce(theirs.handover_reason, asked.handover_reason)
    from (select max(sent_at) as last_at, bool_or(answered_at is null) as is_waiting
            from inbox where customer_id = stranger) written
    left join (select handed_over_at, handover_reason from conversations
                where customer_id = conflict.holder_id and handed_over_at >= conflict.opened_at) asked on true
   where theirs.customer_id = stranger;
  update conversations set handed_over_at = null, handover_reason = null
   where customer_id = conflict.holder_id and handed_over_at >= conflict.opened_at
     and not exists (select from inbox  -- nothing of the holder's own asked for it
                      where inbox.customer_id = conflict.holder_id and received_at >= conflict.opened_at);
end;
$$;

-- Two people: WhatsApp says that the writer left their number for one that the holder has, or had until then.
create function part_from_who_changed(conflict customer_conflicts, holder customers, writer customers) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  person  uuid := writer.id;
  phone   text;
  user_id text := nullif(conflict.whatsapp_user_id, holder.whatsapp_user_id);
begin
  if (conflict.whatsapp_user_id is null or user_id is not null)
     and not has_moved_since(conflict.phone_number, conflict.changed_at - interval '5 minutes') then
    perform detach_number(conflict.phone_number, holder.id, writer.id, 'confirmed');
    phone := conflict.phone_number;
  end if;
  if moved_last_at(writer.id) > conflict.changed_at then
    return;  -- they have changed again
  end if;
  select merge_into_the_older(person, id, 'confirmed') into person  -- they wrote with the new user id meanwhile
    from customers where whatsapp_user_id = user_id and deleted_at is null and id <> writer.id;
  perform set_identifiers(coalesce(person, writer.id), case when if_free(phone, null) then phone end, user_id, 'confirmed');
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
  select * into conflict from customer_conflicts where id = conflict_id;
  perform lock_identifiers(conflict.phone_number, conflict.whatsapp_user_id);
  perform lock_customers(conflict.holder_id, conflict.writer_id);
  select * into conflict from customer_conflicts where id = conflict_id and resolved_at is null for update;
  select * into holder from customers where id = conflict.holder_id and deleted_at is null;
  select * into writer from customers where id = conflict.writer_id and deleted_at is null;
  if holder.id is null then
    raise exception 'there is no such open conflict' using errcode = 'LU004';
  end if;
  update customer_conflicts
     set resolved_at = now(), resolution = case when is_same_person then 'same' else 'different' end
   where id = conflict.id;

  if is_same_person then
    settled := settle_as_one(conflict, holder, writer);
  elsif conflict.decision = 'unproven_number' then
    settled := part_from_stranger(conflict);
  elsif conflict.decision = 'disputed_number' then
    perform detach_number(conflict.phone_number, holder.id, writer.id, 'confirmed');
    if writer.id is not null and if_free(conflict.phone_number, null) then
      perform set_identifiers(writer.id, conflict.phone_number,
                              coalesce(writer.whatsapp_user_id, conflict.whatsapp_user_id), 'confirmed');
    end if;
  elsif conflict.writer_id is null then
    perform detach_number(holder.phone_number, holder.id, null, 'confirmed');
  elsif writer.id is not null then
    perform part_from_who_changed(conflict, holder, writer);
  end if;
  perform release_held_messages(id)
     from customers
    where id in (holder.id, writer.id, settled) and deleted_at is null and not number_is_in_doubt(id);
end;
$$;

comment on function settle_conflict is 'Staff decide an open conflict: one person, or two.';

call keep_private('{}', '{settle_as_one,part_from_stranger,hand_to_stranger,part_from_who_changed,settle_conflict}');
