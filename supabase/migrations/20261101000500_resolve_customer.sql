-- Who is writing? For proven identifiers only: those of a signed inbound message.
--
--   #  the phone number's holder   the user id's holder     decision
--   1  nobody                      nobody                   created
--   2  A                           A, or only one was sent  recognised
--   3  A, who has no user id       nobody                   learned_user_id
--   4  nobody                      A, who has no phone      learned_phone_number
--   5  nobody                      A, with another phone    replaced_phone_number: the user id is the stronger proof
--   6  A, with another user id     nobody                   recycled_number: a new customer without the phone
--   7  A, who has no user id       B, who has no phone      seen_twice: B writes
--   8  A, with another user id     B                        moved_number: B writes
--   9  A, who has no user id       B, with another phone    disputed_number: B writes
--
-- In rows 6 to 9 nothing moves and one conflict is opened between the two records: nobody sees another's data.
create type resolved_customer as (
  customer_id     uuid,
  profile_id      uuid,
  phone_number    text,
  display_name    text,
  whatsapp_id     text,
  is_new_customer boolean,
  decision        text
);

-- A new customer, or null when another transaction made one with the same identifier.
create function add_customer(phone text, user_id text, wa_id text, name text, cause text)
  returns customers
  language plpgsql volatile
  set search_path from current
as $$
declare
  added customers;
begin
  perform set_config('luminous.cause', cause, true);
  insert into customers (phone_number, whatsapp_user_id, whatsapp_id, display_name, last_seen_at)
  values (phone, user_id, wa_id, coalesce(name, 'Customer'), now())
  on conflict do nothing
  returning * into added;
  perform set_config('luminous.cause', '', true);
  return added;
end;
$$;

-- The customer gains an identifier that nobody else held a moment ago.
create function learn_identifiers(learner uuid, phone text, user_id text, cause text)
  returns void
  language plpgsql volatile
  set search_path from current
as $$
begin
  perform set_config('luminous.cause', cause, true);
  update customers
     set phone_number = phone,
         whatsapp_user_id = user_id,
         whatsapp_id = case when phone_number <> phone then null else whatsapp_id end,  -- never send to the old number
         identity_epoch = identity_epoch + coalesce(phone_number <> phone, false)::int,
         updated_at = now()
   where id = learner and deleted_at is null;
  perform set_config('luminous.cause', '', true);
exception when unique_violation then
  raise exception 'another transaction took one of the identifiers' using errcode = 'serialization_failure';
end;
$$;

-- A known customer wrote. Within a minute of the last time, and with nothing new, nothing is written.
create function see_customer(seen uuid, name text, wa_id text)
  returns customers
  language plpgsql volatile
  set search_path from current
as $$
declare
  known customers;
begin
  update customers
     set last_seen_at = now(),
         display_name = case when display_name_edited_at is null then coalesce(name, display_name) else display_name end,
         whatsapp_id = coalesce(wa_id, whatsapp_id),
         updated_at = now()
   where id = seen and deleted_at is null
     and (last_seen_at is null or last_seen_at < now() - interval '1 minute'
          or display_name_edited_at is null and display_name <> name
          or wa_id is distinct from whatsapp_id and wa_id is not null)
  returning * into known;
  if not found then
    select * into known from customers where id = seen and deleted_at is null;
  end if;
  return known;
end;
$$;

create function resolve_customer(phone text, whatsapp_user_id text, whatsapp_id text, display_name text)
  returns resolved_customer
  language plpgsql volatile
  set search_path from current
as $$
#variable_conflict use_column
declare
  holder   customers;  -- of the phone number
  writer   customers;  -- of the user id; in the end, who writes
  decision text;
  locked   boolean := false;
begin
  if phone is null and resolve_customer.whatsapp_user_id is null then
    raise exception 'a sender needs a phone number or a WhatsApp user id' using errcode = 'LU002';
  elsif phone !~ '^\+[1-9][0-9]{7,14}$' then
    raise exception 'the phone number is not E.164: a plus and 8 to 15 digits' using errcode = 'LU001';
  end if;

  for attempt in 1..5 loop
    select * into holder from customers where phone_number = phone and deleted_at is null;
    select * into writer from customers
     where whatsapp_user_id = resolve_customer.whatsapp_user_id and deleted_at is null;
    decision := case
      when holder.id is null and writer.id is null                     then 'created'
      when holder.id = writer.id                                       then 'recognised'
      when phone is null or resolve_customer.whatsapp_user_id is null  then 'recognised'
      when writer.id is null and holder.whatsapp_user_id is null       then 'learned_user_id'
      when writer.id is null                                           then 'recycled_number'
      when holder.id is null and writer.phone_number is null           then 'learned_phone_number'
      when holder.id is null                                           then 'replaced_phone_number'
      when holder.whatsapp_user_id is not null                         then 'moved_number'
      when writer.phone_number is null                                 then 'seen_twice'
      else                                                                  'disputed_number'
    end;

    if decision = 'created' then
      writer := add_customer(phone, resolve_customer.whatsapp_user_id, resolve_customer.whatsapp_id,
                             resolve_customer.display_name, decision);
    elsif decision <> 'recognised' and not locked then
      -- Something is to be learnt: whoever decides about one of these identifiers waits here for the others.
      perform pg_advisory_xact_lock(key)
         from (select hashtextextended(identifier, 0) as key
                 from unnest(array[phone, resolve_customer.whatsapp_user_id]) identifier
                order by key) keys;
      locked := true;
      continue;
    elsif decision = 'recycled_number' then
      writer := add_customer(null, resolve_customer.whatsapp_user_id, null, resolve_customer.display_name, decision);
    elsif decision in ('learned_user_id', 'learned_phone_number', 'replaced_phone_number') then
      perform learn_identifiers(coalesce(writer.id, holder.id), phone, resolve_customer.whatsapp_user_id, decision);
    end if;
    if decision not in ('created', 'recycled_number') then
      writer := see_customer(coalesce(writer.id, holder.id), resolve_customer.display_name,
                             case when decision not in ('moved_number', 'seen_twice', 'disputed_number')
                                  then resolve_customer.whatsapp_id end);
    end if;

    continue when writer.id is null;  -- another transaction was quicker: look again
    if decision in ('recycled_number', 'moved_number', 'seen_twice', 'disputed_number') then
      insert into customer_conflicts (writer_id, other_id, phone_number, whatsapp_user_id, decision)
      values (writer.id, holder.id, phone, resolve_customer.whatsapp_user_id, decision)
      on conflict do nothing;
    end if;
    return (writer.id, writer.profile_id, writer.phone_number, writer.display_name, writer.whatsapp_id,
            decision in ('created', 'recycled_number'), decision);
  end loop;
  raise exception 'other transactions keep changing this sender' using errcode = 'serialization_failure';
end;
$$;

comment on function resolve_customer is 'The customer behind a signed message, created on first contact.';


call keep_private('{}', '{add_customer,learn_identifiers,see_customer,resolve_customer}');
