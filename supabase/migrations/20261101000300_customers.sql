-- A customer is a person who writes to the shop. A person is not a phone number: WhatsApp may hide
-- the number and send a business-scoped user id (BSUID) instead, and operators give numbers to
-- somebody else. Both identifiers are unique among live rows.
create table customers (
  id                     uuid primary key default gen_random_uuid(),
  profile_id             uuid references profiles on delete set null,  -- null until a link that we sent is used
  phone_number           text,                              -- E.164: the only phone used for matching
  whatsapp_id            text,                              -- the last wa_id as it came: where we send, never matched
  whatsapp_user_id       text,                              -- BSUID
  identity_key_hash      text,                              -- of the WhatsApp behind the number: another one after a new registration
  display_name           text not null default 'Customer',
  display_name_edited_at timestamptz,                       -- set when a person wrote the name; profile names stay out then
  identity_epoch         integer not null default 0,        -- rises when the identity moves: what carries an older one is dead
  consent_status         text not null default 'pending',
  consent_updated_at     timestamptz,
  credits_balance        numeric not null default 0,        -- kept for the shop's existing readers; unused
  created_at             timestamptz not null default now(),
  last_seen_at           timestamptz,                       -- to the minute: a busy customer is not a busy row
  updated_at             timestamptz not null default now(),
  deleted_at             timestamptz,                       -- soft delete: the identifiers are free again
  merged_into            uuid references customers on delete set null,  -- the same person's record that took everything over

  constraint customers_phone_number_is_e164 check (phone_number ~ '^\+[1-9][0-9]{7,14}$'),
  constraint customers_whatsapp_id_is_digits check (whatsapp_id ~ '^[0-9]{1,32}$'),
  -- At most 128 characters behind the prefix, counted apart: a bounded repetition makes the pattern slow.
  constraint customers_whatsapp_user_id_is_a_bsuid check (
    whatsapp_user_id ~ '^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+$'
    and length(whatsapp_user_id) <= case substr(whatsapp_user_id, 4, 4) when 'ENT.' then 135 else 131 end),
  constraint customers_identity_key_hash_is_short check (length(identity_key_hash) <= 256),
  constraint customers_merged_are_deleted check (merged_into is null or deleted_at is not null and merged_into <> id),
  constraint customers_have_a_display_name check (btrim(display_name) <> ''),
  constraint customers_consent_status_is_known check (consent_status in (
    'pending',     -- wrote to us: answers to their own messages
    'opted_in',    -- said START or yes
    'opted_out'    -- said STOP: only answers to their own messages
  ))
);

create unique index customers_one_live_per_phone_number on customers (phone_number) where deleted_at is null;
create unique index customers_one_live_per_whatsapp_user_id on customers (whatsapp_user_id) where deleted_at is null;
create unique index customers_one_live_per_profile on customers (profile_id) where deleted_at is null;
create index customers_by_profile on customers (profile_id) where profile_id is not null;
create index customers_merged_by_whatsapp_user_id on customers (whatsapp_user_id) where merged_into is not null;
create index customers_merged_into on customers (merged_into) where merged_into is not null;

-- Which identifier named whom, from when until when, and why it moved. Written by the trigger alone. The times are
-- WhatsApp's where a message or an announcement moved it (the transaction's `luminous.at`): these arrive in any order.
create table customer_identifiers (
  id          bigint generated always as identity primary key,
  kind        text not null,
  value       text not null,
  customer_id uuid not null references customers on delete cascade,
  from_at     timestamptz not null default now(),
  until_at    timestamptz,  -- null while it is held
  cause       text not null,  -- why it came: the transaction's `luminous.cause`, else `direct`
  until_cause text,           -- why it went

  constraint customer_identifiers_kind_is_known check (kind in ('phone_number', 'whatsapp_user_id'))
);

create index customer_identifiers_by_value on customer_identifiers (kind, value);
create index customer_identifiers_by_customer on customer_identifiers (customer_id);
create unique index customer_identifiers_held_by_one on customer_identifiers (kind, value) where until_at is null;

create function record_customer_identifiers() returns trigger
  language plpgsql
  set search_path from current
as $$
declare
  moved_at timestamptz := coalesce(nullif(current_setting('luminous.at', true), '')::timestamptz, now());
  why      text := coalesce(nullif(current_setting('luminous.cause', true), ''), 'direct');
begin
  -- What is no longer held is closed first, so that a swap between two rows never shows two holders.
  update customer_identifiers held
     set until_at = greatest(held.from_at, moved_at), until_cause = why
   where held.customer_id = new.id and held.until_at is null
     and (new.deleted_at is not null
          or held.value is distinct from
             case held.kind when 'phone_number' then new.phone_number else new.whatsapp_user_id end);

  insert into customer_identifiers (kind, value, customer_id, from_at, cause)
  select given.kind, given.value, new.id, moved_at, why
    from (values ('phone_number', new.phone_number), ('whatsapp_user_id', new.whatsapp_user_id)) given (kind, value)
   where given.value is not null and new.deleted_at is null
     and not exists (select from customer_identifiers held
                      where held.customer_id = new.id and held.until_at is null
                        and held.kind = given.kind and held.value = given.value);
  return null;
end;
$$;

create trigger trg_customers_record_identifiers
  after update of phone_number, whatsapp_user_id, deleted_at on customers
  for each row execute function record_customer_identifiers();

-- The same for all new customers of a statement at once. They hold them since they wrote first.
create function record_identifiers_of_new_customers() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into customer_identifiers (kind, value, customer_id, from_at, cause)
  select given.kind, given.value, id,
         coalesce(nullif(current_setting('luminous.at', true), '')::timestamptz, last_seen_at, now()),
         coalesce(nullif(current_setting('luminous.cause', true), ''), 'direct')
    from new_customers
   cross join lateral (values ('phone_number', phone_number), ('whatsapp_user_id', whatsapp_user_id)) given (kind, value)
   where given.value is not null and deleted_at is null;
  return null;
end;
$$;

create trigger trg_customers_record_identifiers_of_new
  after insert on customers referencing new table as new_customers
  for each statement execute function record_identifiers_of_new_customers();

call keep_private('{customers,customer_identifiers}', '{record_customer_identifiers,record_identifiers_of_new_customers}');
