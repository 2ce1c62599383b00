-- WhatsApp announces that a person changed number or user id. The person's record gains the new identifiers, whatever
-- the shape of the announcement, its order among the messages, and how often it comes:
--
--   announced_change    the record has the new identifiers now
--   announced_again     it had them already
--   announced_merge     a message was quicker and made a record: that was merged into the person's own
--   announced_conflict  another record has them, and a life of its own: nothing moves, staff decide
--   announced_nobody    nobody here had the old ones: remembered, should a message from before come late
--
-- A new number always means a new user id: where it is not told, the old one is given up and the next message shows it.

-- Whose user id it is or was; null when nobody's.
create function holder_ever(user_id text) returns uuid
  language sql stable
  set search_path from current
as $$
  select coalesce((select id from customers where whatsapp_user_id = user_id and deleted_at is null),
                  (select whose_change(change) from latest_change(user_id) change),
                  survivor_with_merged_user_id(user_id));
$$;

-- Whose number it was at that time. It may be somebody else's by now: the first to give it up afterwards is meant.
create function holder_at(phone text, moment timestamptz) returns uuid
  language sql stable
  set search_path from current
as $$
  select survivor(customer_id) from customer_identifiers
   where kind = 'phone_number' and value = phone and (until_at is null or until_at > moment)
   order by from_at, id
   limit 1;
$$;

-- Made by a first message a moment ago, with nothing of its own yet: the same person, quicker than the announcement.
create function is_newborn(customer customers, announced_at timestamptz) returns boolean
  language sql stable
  set search_path from current
as $$
  select customer.created_at > announced_at - interval '24 hours'
     and customer.profile_id is null
     and exists (select from customer_identifiers
                  where customer_id = customer.id and cause in ('created', 'recycled_number'))
     and not exists (select from subscriptions
                      where customer_id = customer.id and (plan_code <> 'guest' or amount_paid_per_cycle > 0));
$$;

-- True when the person has the new identifiers already, or had the new number since and left it again.
create function has_changed(person customers, to_phone text, to_user_id text, announced_at timestamptz) returns boolean
  language sql stable
  set search_path from current
as $$
  select coalesce(to_user_id = person.whatsapp_user_id, to_user_id is null)
     and (coalesce(to_phone = person.phone_number, to_phone is null)
          or to_user_id is null and exists (
               select from customer_identifiers held
                where held.customer_id = person.id and kind = 'phone_number' and value = to_phone
                  and until_at is not null and from_at >= has_changed.announced_at));
$$;

create function announce_change(from_phone text, from_user_id text, to_phone text, to_user_id text, announced_at timestamptz,
                                out customer_id uuid, out decision text)
  language plpgsql volatile
  set search_path from current
as $$
#variable_conflict use_variable
declare
  person    customers;          -- who changed
  other     customers;          -- who has what they changed to
  later     announced_changes;  -- they changed again, and that was heard first
  is_proven boolean;            -- the user id says who changed, not the number alone
  newborns  uuid[];             -- records of the same person, made by a quicker message
  strangers uuid[];             -- who had the new number before, with a user id of their own
begin
  perform lock_identifiers(from_phone, from_user_id, to_phone, to_user_id);
  select * into person from customers where id = holder_ever(from_user_id);
  is_proven := person.id is not null;
  if not is_proven then
    select * into person from customers
     where id = holder_at(from_phone, announced_at) and (from_user_id is null or whatsapp_user_id is null);
  end if;
  customer_id := person.id;

  insert into announced_changes (previous_user_id, user_id, phone_number, customer_id, announced_at)
  select previous, to_user_id, to_phone, person.id, announced_at
    from (select coalesce(from_user_id, person.whatsapp_user_id) as previous) change
   where previous <> coalesce(to_user_id, '')
  on conflict do nothing;
  select * into later from latest_change(to_user_id);
  if later.announced_at >= announced_at then
    to_phone := later.phone_number;
    to_user_id := later.user_id;
  end if;

  if person.id is null then
    decision := 'announced_nobody';
    return;
  elsif has_changed(person, to_phone, to_user_id, announced_at) then
    decision := 'announced_again';
    return;
  elsif not is_proven and may_have_changed_hands(person, null) then
    decision := 'announced_conflict';
    perform open_conflict(person.id, null, to_phone, to_user_id, decision);
    return;
  end if;

  for other in
    select * from customers
     where id <> person.id and deleted_at is null and (phone_number = to_phone or whatsapp_user_id = to_user_id)
  loop
    if other.whatsapp_user_id <> to_user_id then
      strangers := strangers || other.id;
    elsif is_newborn(other, announced_at) and may_be_one(person, other) then
      newborns := newborns || other.id;
      to_phone := coalesce(to_phone, other.phone_number);
      to_user_id := coalesce(to_user_id, other.whatsapp_user_id);
    else
      decision := 'announced_conflict';
      perform open_conflict(other.id, person.id, to_phone, to_user_id, decision);
      return;
    end if;
  end loop;
  perform detach_number(stranger, person.id, 'announced_change') from unnest(strangers) stranger;
  perform merge_customers(newborn, person.id, 'announced_change') from unnest(newborns) newborn;
  perform set_identifiers(person.id, to_phone, to_user_id, 'announced_change');
  decision := case when newborns is null then 'announced_change' else 'announced_merge' end;
end;
$$;

comment on function announce_change is 'What WhatsApp says of a person who changed number or user id, applied once.';

call keep_private('{}', '{holder_ever,holder_at,is_newborn,has_changed,announce_change}');
