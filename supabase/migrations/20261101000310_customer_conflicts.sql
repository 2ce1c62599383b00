-- Whose number is it? Opened where a message cannot tell; nothing moves until staff or a proof settle it.
-- While it is open, nothing personal is sent to the number of either record.
create table customer_conflicts (
  id               bigint generated always as identity primary key,
  holder_id        uuid not null references customers on delete cascade,  -- whose number it is on our records
  writer_id        uuid references customers on delete cascade,           -- who may have it now; null: a stranger
  phone_number     text,
  whatsapp_user_id text,
  decision         text not null,
  changed_at       timestamptz,  -- of an announced change: when it was, by WhatsApp's clock
  opened_at        timestamptz not null default now(),
  resolved_at      timestamptz,
  resolution       text,

  constraint customer_conflicts_are_between_two check (writer_id <> holder_id),
  constraint customer_conflicts_name_an_identifier check (num_nonnulls(phone_number, whatsapp_user_id) > 0),
  constraint customer_conflicts_say_how_they_ended check ((resolved_at is null) = (resolution is null)),
  constraint customer_conflicts_decision_is_known check (decision in (
    'unproven_number',     -- the number alone, and it may have changed hands: silent for long, or a new registration
    'disputed_number',     -- the writer has a user id and another number on our records
    'announced_conflict'   -- WhatsApp says that the writer changed to what the holder has
  )),
  constraint customer_conflicts_resolution_is_known check (resolution in (
    'same',       -- one person: staff said so, or a merge
    'different',  -- two people: staff said so
    'proved',     -- the holder wrote with number and user id together
    'moved'       -- the number went to somebody who proved it
  ))
);

create unique index customer_conflicts_one_open_per_pair on customer_conflicts (holder_id, writer_id)
  nulls not distinct where resolved_at is null;
create index customer_conflicts_by_holder on customer_conflicts (holder_id);
create index customer_conflicts_by_writer on customer_conflicts (writer_id);

-- True while it is open whether the customer's number is theirs.
create function number_is_in_doubt(customer uuid) returns boolean
  language sql stable
  set search_path from current
as $$
  select exists (select from customer_conflicts where holder_id = customer and resolved_at is null)
      or exists (select from customer_conflicts where writer_id = customer and resolved_at is null);
$$;

create function open_conflict(holder uuid, writer uuid, phone text, user_id text, decision text,
                              changed_at timestamptz default null)
  returns void
  language sql volatile
  set search_path from current
as $$
  insert into customer_conflicts (holder_id, writer_id, phone_number, whatsapp_user_id, decision, changed_at)
  values (holder, writer, phone, user_id, decision, changed_at)
  on conflict do nothing;
$$;

call keep_private('{customer_conflicts}', '{number_is_in_doubt,open_conflict}');
