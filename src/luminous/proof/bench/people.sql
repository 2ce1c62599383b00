-- Numbered people and their messages, for a scratch database. `people.py` says the same in Python.
create schema bench;

-- Scrambled, so that neighbours in number are not neighbours in an index.
create function bench.digits(person bigint) returns text language sql immutable parallel safe
  return lpad((person * 618033989 % 1000000000)::text, 9, '0');

create function bench.wa_id(person bigint) returns text language sql immutable parallel safe
  return '256' || bench.digits(person);

create function bench.user_id(person bigint) returns text language sql immutable parallel safe
  return 'UG.13491208' || bench.digits(person);

create function bench.message_id(message bigint) returns text language sql immutable parallel safe
  return 'wamid.HBgMMjU2NzgyMjQwMTQ2FQIAEhgg' || upper(md5(message::text)) || 'AA==';

create function bench.body(person bigint, message bigint) returns bytea language sql stable parallel safe
  return convert_to(format(
    '{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{'
    '"messaging_product":"whatsapp","metadata":{"display_phone_number":"256700000001",'
    '"phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Amina"},"wa_id":"%s",'
    '"user_id":"%s"}],"messages":[{"from":"%s","from_user_id":"%s","id":"%s","timestamp":"%s",'
    '"type":"text","text":{"body":"Hello, what does this cost in Kampala?"}}]},"field":"messages"}]}]}',
    bench.wa_id(person), bench.user_id(person), bench.wa_id(person), bench.user_id(person),
    bench.message_id(message), extract(epoch from now())::bigint), 'UTF8');

-- One message as intake takes it, in one call: the most that one transaction per message can reach.
create function bench.take(person bigint, message bigint) returns void
  language plpgsql
as $$
declare
  raw      bytea := bench.body(person, message);
  digest   bytea := sha256(raw);
  kept_as  bigint;
  writer   resolved_customer;
begin
  insert into webhook_bodies (channel, body, sha256) values ('meta', raw, digest)
  on conflict (channel, sha256) do update set sha256 = excluded.sha256
  returning id into kept_as;

  writer := resolve_customer('+' || bench.wa_id(person), bench.user_id(person), bench.wa_id(person), 'Amina');

  insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, details,
                     from_phone_number, from_user_id, is_new_customer, decision, body_id, sent_at)
  values ('meta', bench.message_id(message), writer.customer_id, '106540352242922', 'text',
          'Hello, what does this cost in Kampala?', '{"body":"Hello, what does this cost in Kampala?"}',
          '+' || bench.wa_id(person), bench.user_id(person),
          writer.is_new_customer, writer.decision, kept_as, now())
  on conflict (channel, external_id) do nothing;

  update conversations set waiting_since = now()
   where customer_id = writer.customer_id and waiting_since is null;
end;
$$;

-- So many people, with all that the triggers give a new customer, made by the table instead of one by one.
create procedure bench.people(how_many bigint, seen_at timestamptz)
  language plpgsql
  set session_replication_role = replica
  set maintenance_work_mem = '1GB'
as $$
declare
  dropped text[];
  again   text;
begin
  dropped := bench.strip('{customers,customer_identifiers,subscriptions,conversations}');

  -- Ids by md5: as scattered as random ones, and quicker to make.
  insert into customers (id, phone_number, whatsapp_id, whatsapp_user_id, display_name, last_seen_at)
  select md5(person::text)::uuid, '+' || bench.wa_id(person), bench.wa_id(person), bench.user_id(person),
         'Amina', seen_at
    from generate_series(1, how_many) person;
  insert into customer_identifiers (kind, value, customer_id, cause)
  select kind, value, id, 'created'
    from customers, lateral (values ('phone_number', phone_number), ('whatsapp_user_id', whatsapp_user_id)) has (kind, value);
  insert into subscriptions (id, customer_id, plan_id, plan_code, status, end_date, is_trial)
  select md5('s' || customers.id)::uuid, customers.id, plan.id, plan.code, 'active', now() + make_interval(days => plan.duration_days), true
    from customers, subscription_plans plan where plan.code = 'guest';
  insert into conversations (customer_id) select id from customers;

  foreach again in array dropped loop
    execute again;
  end loop;
end;
$$;

-- A message that is owed to each of so many people, who wrote a moment ago.
create procedure bench.owe(how_many bigint)
  language sql
as $$
  update conversations set last_message_at = now();
  insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
  select id, identity_epoch, 'meta', '106540352242922', 'reply', 'bench:' || id,
         '{"text": "Hello Amina! We answer with one price in shillings, everything included."}'
    from customers limit how_many;
$$;

-- Drops what makes each row slow to write, and says what makes it again: indexes, unless they belong to a
-- constraint, and checks, which hold for rows to come.
create function bench.strip(tables regclass[]) returns text[]
  language plpgsql
as $$
declare
  found   record;
  dropped text[] := '{}';
begin
  for found in
    select format('drop index %s', indexrelid::regclass) as statement,
           pg_get_indexdef(indexrelid) as again
      from pg_index
     where indrelid = any(tables)
       and not exists (select from pg_constraint where conindid = indexrelid)
    union all
    select format('alter table %s drop constraint %I', conrelid::regclass, conname),
           format('alter table %s add constraint %I %s not valid', conrelid::regclass, conname,
                  pg_get_constraintdef(oid))
      from pg_constraint
     where conrelid = any(tables) and contype = 'c'
  loop
    execute found.statement;
    dropped := dropped || found.again;
  end loop;
  return dropped;
end;
$$;
