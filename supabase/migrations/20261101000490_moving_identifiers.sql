-- The steps that resolve_customer and announce_change are made of. Each decides nothing.

-- Whoever decides about one of these identifiers waits here for the others, until their transaction ends.
create function lock_identifiers(variadic identifiers text[]) returns void
  language sql volatile
  set search_path from current
as $$
  select pg_advisory_xact_lock(key)
    from (select distinct hashtextextended(identifier, 0) as key
            from unnest(identifiers) identifier where identifier is not null
           order by key) keys;
$$;

-- Whose number it was at that moment, whoever has it by now; null when nobody's who is here.
create function holder_at(phone text, moment timestamptz) returns uuid
  language sql stable
  set search_path from current
as $$
  select coalesce((select survivor(customer_id) from customer_identifiers
                    where kind = 'phone_number' and value = phone
                      and from_at <= moment and (until_at is null or until_at >= moment)
                    order by from_at desc, id desc
                    limit 1),
                  (select whose_change(change) from announced_changes change
                    where previous_phone_number = phone and announced_at >= moment
                    order by announced_at
                    limit 1));
$$;

-- Who is the first known to have had the number from then on.
create function holder_from(phone text, moment timestamptz) returns uuid
  language sql stable
  set search_path from current
as $$
  select coalesce(holder_at(phone, moment),
                  (select survivor(customer_id) from customer_identifiers
                    where kind = 'phone_number' and value = phone and from_at > moment
                    order by from_at, id
                    limit 1));
$$;

-- True when somebody got the number or lost it after that moment: what was said before is no proof any more. It tells
-- nothing that it was first heard of later from somebody without a user id, where they have it alone.
create function has_moved_since(phone text, moment timestamptz, alone uuid default null) returns boolean
  language sql stable
  set search_path from current
as $$
  select exists (select from customer_identifiers
                  where kind = 'phone_number' and value = phone and greatest(from_at, until_at) > moment
                    and survivor(customer_id) is distinct from alone)
      or exists (select from announced_changes where previous_phone_number = phone and announced_at >= moment);
$$;

-- A new customer, or null when another transaction made one with the same identifier.
create function add_customer(phone text, user_id text, wa_id text, name text, key_hash text, seen_at timestamptz,
                             cause text)
  returns customers
  language plpgsql volatile
  set search_path from current
as $$
declare
  added customers;
begin
  perform set_config('luminous.cause', cause, true);
  insert into customers (phone_number, whatsapp_user_id, whatsapp_id, display_name, identity_key_hash, last_seen_at)
  values (phone, user_id, wa_id, coalesce(name, 'Customer'), key_hash, seen_at)
  on conflict do nothing
  returning * into added;
  perform set_config('luminous.cause', '', true);
  return added;
end;
$$;

-- From now on the customer has exactly these, which nobody else held a moment ago. Where one was replaced, links and
-- sessions are dead; what is owed to the person goes to where they are now.
create function set_identifiers(customer uuid, phone text, user_id text, cause text) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  before customers;
  epoch  integer;
begin
  select * into before from customers where id = customer for no key update;
  epoch := before.identity_epoch
         + coalesce(before.phone_number <> coalesce(phone, '')
                    or before.whatsapp_user_id <> coalesce(user_id, ''), false)::int;
  perform set_config('luminous.cause', cause, true);
  update customers
     set phone_number = phone,
         whatsapp_user_id = user_id,
         whatsapp_id = case when phone_number = phone then whatsapp_id end,  -- never send to the old number
         identity_key_hash = case when phone_number = phone then identity_key_hash end,
         identity_epoch = epoch,
         updated_at = now()
   where id = customer and deleted_at is null;
  perform set_config('luminous.cause', '', true);
  perform carry_owed_messages(customer, before.identity_epoch, epoch);
exception when unique_violation then
  raise exception 'another transaction took one of the identifiers' using errcode = 'serialization_failure';
end;
$$;

-- The number went from the loser to somebody else, the taker: links, sessions and queued messages of the loser are dead.
-- Nothing happens where they have another number by now.
create function detach_number(phone text, loser uuid, taker uuid, cause text) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  had_it boolean;
  rival  customers;
begin
  perform set_config('luminous.cause', cause, true);
  update customers
     set phone_number = null, whatsapp_id = null, identity_key_hash = null,
         identity_epoch = identity_epoch + 1, updated_at = now()
   where id = loser and phone_number = phone and deleted_at is null;
  had_it := found;
  perform set_config('luminous.cause', '', true);
  if not had_it then
    return;
  end if;

  -- Who else wrote from this number (row 9) has it no longer either, and not the number of before.
  for rival in
    with moved as (
      update customer_conflicts set resolved_at = now(), resolution = 'moved'
       where holder_id = loser and resolved_at is null and decision <> 'announced_conflict'
      returning writer_id
    )
    select customers.* from moved join customers on id = writer_id and id is distinct from taker
  loop
    perform detach_number(rival.phone_number, rival.id, taker, cause);
  end loop;
end;
$$;

-- A customer wrote. Within a minute of the last time, and with nothing new, nothing is written. What belongs
-- to the number is kept only while the number is theirs.
create function see_customer(seen uuid, phone text, wa_id text, name text, key_hash text, seen_at timestamptz)
  returns customers
  language plpgsql volatile
  set search_path from current
as $$
declare
  known customers;
begin
  update customers
     set last_seen_at = greatest(last_seen_at, seen_at),
         display_name = case when display_name_edited_at is null then coalesce(name, display_name) else display_name end,
         whatsapp_id = case when phone_number = phone then coalesce(wa_id, whatsapp_id) else whatsapp_id end,
         identity_key_hash = case when phone_number = phone then coalesce(key_hash, identity_key_hash)
                                  else identity_key_hash end,
         updated_at = now()
   where id = seen and deleted_at is null
     and (last_seen_at is null or last_seen_at < seen_at - interval '1 minute'
          or display_name_edited_at is null and display_name <> name
          or phone_number = phone and (wa_id is not null and wa_id is distinct from whatsapp_id
                                       or key_hash is not null and key_hash is distinct from identity_key_hash))
  returning * into known;
  if not found then
    select * into known from customers where id = seen and deleted_at is null;
  end if;
  return known;
end;
$$;

-- True when a number that matched alone was no proof at that moment: its holder had been silent for long, WhatsApp was
-- registered anew behind it, its owner is known to have left it, or whose it is, is in doubt already.
create function may_have_changed_hands(holder customers, key_hash text, moment timestamptz) returns boolean
  language sql stable
  set search_path from current
as $$
  select coalesce(holder.last_seen_at, holder.created_at) < moment - (select number_goes_stale_after from shop_settings)
      or coalesce(holder.identity_key_hash <> key_hash, false)
      or exists (select from announced_changes
                  where previous_phone_number = holder.phone_number and announced_at > holder.last_seen_at)
      or number_is_in_doubt(holder.id);
$$;

-- The holder wrote with number and user id together: whatever was asked before about a stranger is answered.
create function settle_by_proof(holder uuid, proved_at timestamptz) returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  update customer_conflicts set resolved_at = now(), resolution = 'proved'
   where holder_id = holder and writer_id is null and resolved_at is null and opened_at <= proved_at;
  if found and not number_is_in_doubt(holder) then
    perform release_held_messages(holder);
  end if;
end;
$$;

-- Whose user id it was: the live record that took over the one that had it; null when there is none.
create function survivor_with_merged_user_id(user_id text) returns uuid
  language sql stable
  set search_path from current
as $$
  select survivor(id) from customers
   where whatsapp_user_id = user_id and merged_into is not null and survivor(id) is not null
   order by deleted_at desc limit 1;
$$;

-- The person wrote from their other phone, whose record was merged into theirs: the identifiers change places, but for a
-- number that was left or went on to somebody else since that moment.
create function take_up_merged_user_id(person uuid, user_id text, moment timestamptz) returns void
  language plpgsql volatile
  set search_path from current
as $$
declare
  present customers;
  former  customers;
begin
  select * into present from customers where id = person;
  select * into former from customers
   where whatsapp_user_id = user_id and merged_into is not null and survivor(id) = person
   order by deleted_at desc limit 1;
  update customers
     set phone_number = present.phone_number, whatsapp_user_id = present.whatsapp_user_id,
         whatsapp_id = present.whatsapp_id, identity_key_hash = present.identity_key_hash, updated_at = now()
   where id = former.id;
  perform set_identifiers(
    person,
    case when not exists (select from customers where phone_number = former.phone_number and deleted_at is null)
          and not has_moved_since(former.phone_number, moment, person)
         then former.phone_number end,
    user_id, 'other_phone');
end;
$$;

call keep_private('{}', '{lock_identifiers,holder_at,holder_from,has_moved_since,add_customer,set_identifiers,detach_number,see_customer,may_have_changed_hands,settle_by_proof,survivor_with_merged_user_id,take_up_merged_user_id}');
