-- WhatsApp announces that a person changed number or user id. The person's record gains the new identifiers, whatever
-- the shape of the announcement, its order among the messages, and how often it comes:
--
--   announced_change    the record has the new identifiers now
--   announced_again     it had them already, or has later ones
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

-- When the customer got the later of what they have now.
create function moved_last_at(customer uuid) returns timestamptz
  language sql stable
  set search_path from current
as $$
  select max(from_at) from customer_identifiers where customer_id = customer and until_at is null;
$$;

-- True when it is nobody's any more, and was somebody's after that moment.
create function was_left_since(phone text, moment timestamptz) returns boolean
  language sql stable
  set search_path from current
as $$
  select not exists (select from customers where phone_number = phone and deleted_at is null)
     and (exists (select from customer_identifiers where kind = 'phone_number' and value = phone and until_at > moment)
          or exists (select from announced_changes where previous_phone_number = phone and announced_at >= moment));
$$;

-- No order, payment, account or paid plan hangs on the record. (PL/pgSQL: later migrations make orders and payments.)
create function has_nothing_of_its_own(customer customers) returns boolean
  language plpgsql stable
  set search_path from current
as $$
begin
  return customer.profile_id is null
     and not exists (select from subscriptions
                      where customer_id = customer.id and (plan_code <> 'guest' or amount_paid_per_cycle > 0))
     and not exists (select from orders where customer_id = customer.id)
     and not exists (select from payments where customer_id = customer.id);
end;
$$;

-- Made by messages after the change alone, with nothing of its own yet: the same person, quicker than the announcement.
-- The announced user id says so at any time; the number alone only for a day, as it may go on to somebody else.
create function is_newborn(customer customers, to_user_id text, changed_at timestamptz) returns boolean
  language sql stable
  set search_path from current
as $$
  select has_nothing_of_its_own(customer)
     and (select bool_and(cause in ('created', 'recycled_number', 'learned_phone_number', 'learned_user_id', 'moved_number',
                                    'seen_twice'))
             and min(from_at) >= changed_at
             and (min(from_at) <= changed_at + interval '1 day' or customer.whatsapp_user_id = to_user_id)
            from customer_identifiers where customer_id = customer.id);
$$;

-- The live record of whoever had the user id last; null when nobody who is here ever had it.
create function had_user_id(user_id text) returns uuid
  language sql stable
  set search_path from current
as $$
  select survivor(customer_id) from customer_identifiers
   where kind = 'whatsapp_user_id' and value = user_id
   order by from_at desc, id desc limit 1;
$$;

create function announce_change(from_phone text, from_user_id text, to_phone text, to_user_id text, announced_at timestamptz,
                                out customer_id uuid, out decision text)
  language plpgsql volatile
  set search_path from current
  set luminous.at to ''
as $$
#variable_conflict use_variable
declare
  at_latest  timestamptz := least(announced_at, now());
  at_first   timestamptz := at_latest - interval '5 minutes';  -- of when it happened, as WhatsApp's clocks agree
  person     customers;          -- who changed
  other      customers;          -- who has what they changed to
  told       text := to_user_id;
  later      announced_changes;  -- they changed again, and that was heard first
  is_proven  boolean;            -- the user id says who changed, not the number alone
  is_in_doubt boolean;           -- whether it is they
  was_heard  boolean;            -- of the change, in other words
  had_it     boolean;            -- the new number, before the person
  newborns   uuid[];             -- records of the same person, made by a quicker message
  strangers  uuid[];             -- who had the new number before, with a user id of their own
begin
  perform set_config('luminous.at', at_latest::text, true);
  perform lock_identifiers(from_phone, from_user_id, to_phone, to_user_id);
  select * into person from customers where id = holder_ever(from_user_id);
  is_proven := person.id is not null;
  if not is_proven then
    select * into person from customers
     where id = holder_at(from_phone, at_latest) and (from_user_id is null or whatsapp_user_id is null);
  elsif person.whatsapp_user_id is distinct from from_user_id and not exists (select from latest_change(from_user_id)) then
    perform take_up_merged_user_id(person.id, from_user_id, at_latest);  -- it is their other phone that changed
    select * into person from customers where id = person.id;
  end if;
  customer_id := person.id;
  is_in_doubt := not is_proven and may_have_changed_hands(person, null, at_latest);
  was_heard := moved_last_at(person.id) >= at_first
           and case when is_proven then person.whatsapp_user_id is distinct from from_user_id
                    else person.phone_number is distinct from from_phone end;

  insert into announced_changes as known
    (previous_user_id, previous_phone_number, user_id, phone_number, customer_id, announced_at)
  select previous, nullif(from_phone, to_phone), to_user_id, to_phone, case when not is_in_doubt then person.id end, at_latest
    from (select coalesce(from_user_id, case when was_heard is not true then person.whatsapp_user_id end) as previous) change
   where previous <> coalesce(to_user_id, '')
  on conflict on constraint announced_changes_are_kept_once do update
     set previous_phone_number = coalesce(known.previous_phone_number, excluded.previous_phone_number),
         user_id = coalesce(known.user_id, excluded.user_id),
         phone_number = coalesce(known.phone_number, excluded.phone_number),
         customer_id = coalesce(known.customer_id, excluded.customer_id);
  select * into later from latest_change(to_user_id);
  if later.announced_at >= at_latest then
    to_phone := later.phone_number;
    to_user_id := later.user_id;
    update announced_changes known set customer_id = person.id
     where id = later.id and known.customer_id is null and not is_in_doubt;
  end if;
  perform detach_number(from_phone, customers.id, person.id, 'announced_change')  -- it was the person's: they had lost it
     from customers
    where phone_number = from_phone and deleted_at is null and customers.id is distinct from person.id
      and from_phone is distinct from to_phone
      and exists (select from customer_identifiers held
                   where held.customer_id = customers.id and kind = 'phone_number' and value = from_phone
                     and at_first between from_at and coalesce(until_at, at_first));
  if was_left_since(to_phone, at_latest) then
    to_phone := null;
  end if;

  if person.id is null then
    decision := 'announced_nobody';
    perform detach_number(to_phone, id, null, 'announced_change') from customers
     where from_user_id is not null and phone_number = to_phone and deleted_at is null
       and (whatsapp_user_id = to_user_id) is not true and not has_moved_since(to_phone, at_first);
    return;
  elsif was_heard and moved_last_at(person.id) > at_latest + interval '5 minutes' then
    decision := 'announced_again';
    return;
  elsif was_heard then  -- what it did not say is added
    to_phone := coalesce(person.phone_number, to_phone);
    to_user_id := coalesce(person.whatsapp_user_id, to_user_id);
  elsif is_in_doubt and num_nonnulls(to_phone, to_user_id) = 0 then  -- and gone on: the number is not theirs, whoever they are
    decision := 'announced_change';
    perform detach_number(from_phone, person.id, null, decision);
    return;
  elsif is_in_doubt then
    decision := 'announced_conflict';
    perform open_conflict(person.id, null, to_phone, to_user_id, decision, at_latest);
    return;
  end if;

  -- Whoever had what they changed to is the same person, who has gone on since.
  select * into other from customers
   where id = had_user_id(told) and id <> person.id and whatsapp_user_id is distinct from told;
  if is_proven and other.id is not null then
    if has_nothing_of_its_own(person) and may_be_one(person, other) then
      decision := 'announced_merge';
      perform merge_customers(person.id, other.id, 'announced_change');
      customer_id := other.id;
    else
      decision := 'announced_conflict';
      perform open_conflict(other.id, person.id, to_phone, to_user_id, decision, at_latest);
    end if;
    return;
  end if;

  for other in
    select * from customers
     where id <> person.id and deleted_at is null and (phone_number = to_phone or whatsapp_user_id in (to_user_id, told))
  loop
    if other.whatsapp_user_id = told then
      other.whatsapp_user_id := to_user_id;  -- also theirs, between the two changes
    end if;
    had_it := not has_moved_since(to_phone, at_first);
    if other.whatsapp_user_id <> coalesce(to_user_id, '') and had_it then
      strangers := strangers || other.id;
    elsif other.whatsapp_user_id <> to_user_id then
      to_phone := null;  -- it is theirs since
    elsif is_newborn(other, to_user_id, at_first) and may_be_one(person, other) then
      newborns := newborns || other.id;
      to_phone := coalesce(to_phone, other.phone_number);
      to_user_id := coalesce(to_user_id, other.whatsapp_user_id);
    else
      decision := 'announced_conflict';
      perform open_conflict(other.id, person.id, to_phone, to_user_id, decision, at_latest);
      return;
    end if;
  end loop;
  if newborns is null and (to_phone, to_user_id) is not distinct from (person.phone_number, person.whatsapp_user_id) then
    decision := 'announced_again';
    return;
  end if;
  perform detach_number(to_phone, stranger, person.id, 'announced_change') from unnest(strangers) stranger;
  perform merge_customers(newborn, person.id, 'announced_change') from unnest(newborns) newborn;
  perform set_identifiers(person.id, to_phone, to_user_id, 'announced_change');
  decision := case when newborns is null then 'announced_change' else 'announced_merge' end;
end;
$$;

comment on function announce_change is 'What WhatsApp says of a person who changed number or user id, applied once.';

call keep_private('{}', '{holder_ever,moved_last_at,was_left_since,has_nothing_of_its_own,is_newborn,had_user_id,announce_change}');
