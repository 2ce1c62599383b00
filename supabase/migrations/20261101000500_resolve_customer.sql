-- Who is writing? For proven identifiers only: those of a signed inbound message.
--
--   #  the number's holder      the user id's holder      decision
--   1  nobody                   nobody                    created
--   2  A                        A, or only one was sent   recognised
--   3  A, who has no user id    nobody                    learned_user_id
--   4  nobody                   A, who has no number      learned_phone_number
--   5  nobody                   A, with another number    replaced_phone_number: the user id is the stronger proof
--   6  A, with another user id  nobody                    recycled_number: a new customer takes it, and A loses it
--   7  A, who has no user id    B, who has no number      seen_twice: the younger record merges into the older
--   8  A, with another user id  B                         moved_number: B takes it, and A loses it
--   9  A, who has no user id    B, with another number    disputed_number: B writes, nothing moves, staff decide
--
-- In 2, 3 and 7 the number may have matched alone. Where it may have changed hands, that proves nothing: 7 becomes 9,
-- and 2 and 3 become unproven_number: it is taken as A's, and nothing moves or is shown until staff or a proof settle it.
--
-- Messages come late and in any order. What was sent before its number moved proves nothing about the number: it is taken
-- by its user id alone, or without one as of who had the number then (recognised_late, nothing moves).
--
-- A user id never changes hands. So one that nobody holds any more still names its person: in a message from before an
-- announced change (recognised_late, nothing moves), or from the other phone of somebody whose two records were merged.
create type resolved_customer as (
  customer_id     uuid,
  profile_id      uuid,
  phone_number    text,
  display_name    text,
  whatsapp_id     text,
  is_new_customer boolean,
  decision        text
);

create function resolve_customer(phone text, whatsapp_user_id text, whatsapp_id text, display_name text,
                                 identity_key_hash text default null, sent_at timestamptz default null)
  returns resolved_customer
  language plpgsql volatile
  set search_path from current
  set luminous.at to ''
as $$
#variable_conflict use_column
declare
  user_id    text := whatsapp_user_id;
  wa_id      text := whatsapp_id;
  name       text := display_name;
  key_hash   text := identity_key_hash;
  written_at timestamptz := least(sent_at, now());
  holder     customers;  -- of the number
  writer     customers;  -- of the user id; in the end, who writes
  change     announced_changes;  -- that the user id was given up in
  other_phone_of uuid;           -- who was merged with the user id's former holder
  decision   text;
  is_locked  boolean := false;
begin
  if phone is null and user_id is null then
    raise exception 'a sender needs a phone number or a WhatsApp user id' using errcode = 'LU002';
  elsif phone !~ '^\+[1-9][0-9]{7,14}$' then
    raise exception 'the phone number is not E.164: a plus and 8 to 15 digits' using errcode = 'LU001';
  end if;

  for attempt in 1..6 loop
    perform set_config('luminous.at', written_at::text, true);
    change := null;
    other_phone_of := null;
    select * into holder from customers where phone_number = phone and deleted_at is null;
    select * into writer from customers where whatsapp_user_id = user_id and deleted_at is null;
    if writer.id is null and user_id is not null then  -- whose was it?
      select * into change from latest_change(user_id);
      select * into writer from customers where id = whose_change(change);
      other_phone_of := survivor_with_merged_user_id(user_id);
    end if;
    if (holder.id = writer.id) is not true
       and has_moved_since(phone, written_at, case when holder.whatsapp_user_id is null then holder.id end) then
      if user_id is null then
        select * into writer from customers where id = holder_from(phone, written_at) and id is distinct from holder.id;
      else
        phone := null; wa_id := null; key_hash := null; holder := null;
      end if;
    end if;

    decision := case
      when writer.id is not null and (change.id is not null or user_id is null) then 'recognised_late'
      when change.user_id is not null                                then 'changed'
      when writer.id is null and other_phone_of is not null          then 'other_phone'
      when holder.id is null and writer.id is null                   then 'created'
      when holder.id = writer.id                                     then 'recognised'
      when phone is null or user_id is null                          then 'recognised'
      when writer.id is null and holder.whatsapp_user_id is null     then 'learned_user_id'
      when writer.id is null                                         then 'recycled_number'
      when holder.id is null and writer.phone_number is null         then 'learned_phone_number'
      when holder.id is null                                         then 'replaced_phone_number'
      when holder.whatsapp_user_id is not null                       then 'moved_number'
      when writer.phone_number is null and may_be_one(holder, writer) then 'seen_twice'
      else                                                                'disputed_number'
    end;
    if decision in ('recognised', 'learned_user_id', 'seen_twice') and holder.id is distinct from writer.id
       and holder.id is not null and may_have_changed_hands(holder, key_hash, written_at) then
      decision := case decision when 'seen_twice' then 'disputed_number' else 'unproven_number' end;
    elsif decision = 'recognised_late' and user_id is null and may_have_changed_hands(writer, key_hash, written_at) then
      decision := 'unproven_number';
    end if;
    if not is_locked and decision not in ('created', 'recognised', 'recognised_late') then
      perform lock_identifiers(phone, user_id);  -- then decide from what nobody else can change
      is_locked := true;
      continue;
    end if;

    case decision
      when 'changed' then  -- nobody is known by either yet: they go by what they changed to
        phone := change.phone_number; user_id := change.user_id; wa_id := null; key_hash := null;
        written_at := change.announced_at;
        is_locked := false;
        continue;
      when 'other_phone' then
        perform take_up_merged_user_id(other_phone_of, user_id, written_at);
        continue;
      when 'created' then
        writer := add_customer(phone, user_id, wa_id, name, key_hash, written_at, decision);
      when 'recycled_number' then
        perform detach_number(phone, holder.id, null, decision);
        writer := add_customer(phone, user_id, wa_id, name, key_hash, written_at, decision);
      when 'unproven_number' then
        if writer.id is null then
          perform open_conflict(holder.id, null, phone, user_id, decision);
          writer := holder;
        end if;
      when 'disputed_number' then
        perform open_conflict(holder.id, writer.id, phone, user_id, decision);
        writer := see_customer(writer.id, null, null, name, null, written_at);
      when 'recognised_late' then
        null;
      else
        if decision = 'seen_twice' then
          writer.id := merge_into_the_older(holder.id, writer.id, decision);
        elsif decision = 'moved_number' then
          perform detach_number(phone, holder.id, writer.id, decision);
        end if;
        if decision <> 'recognised' then
          perform set_identifiers(coalesce(writer.id, holder.id), phone, user_id, decision);
        elsif holder.id = writer.id then
          perform settle_by_proof(writer.id, written_at);
        end if;
        writer := see_customer(coalesce(writer.id, holder.id), phone, wa_id, name, key_hash, written_at);
    end case;

    continue when writer.id is null;  -- another transaction was quicker: look again
    return (writer.id, writer.profile_id, writer.phone_number, writer.display_name, writer.whatsapp_id,
            decision in ('created', 'recycled_number'), decision);
  end loop;
  raise exception 'other transactions keep changing this sender' using errcode = 'serialization_failure';
end;
$$;

comment on function resolve_customer is 'The customer behind a signed message, created on first contact.';

call keep_private('{}', '{resolve_customer}');
