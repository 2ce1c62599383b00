-- WhatsApp said that a person changed, or the shop moved to another portfolio, where everybody did: who wrote under
-- the previous user id goes by the later one. A message may still arrive that was sent before the change, and the
-- announcement may arrive before anybody is known.
create table announced_changes (
  id                    bigint generated always as identity primary key,
  previous_user_id      text not null,
  previous_phone_number text,     -- null: not told
  user_id               text,     -- null: not told; the next message shows it
  phone_number          text,     -- null: not told
  customer_id           uuid references customers on delete cascade,  -- whose change; null: nobody here yet
  announced_at          timestamptz not null,  -- WhatsApp's clock

  constraint announced_changes_are_kept_once unique (previous_user_id, announced_at)
);

create index announced_changes_by_customer on announced_changes (customer_id) where customer_id is not null;
create index announced_changes_by_previous_phone_number on announced_changes (previous_phone_number);

-- Where a chain of announced changes that began with this user id has ended; no row when none is known.
create function latest_change(user_id text) returns setof announced_changes
  language sql stable
  set search_path from current
as $$
  with recursive chain as (
    select * from announced_changes where previous_user_id = latest_change.user_id
    union
    select next.*
      from chain join announced_changes next
        on next.previous_user_id = chain.user_id and next.announced_at >= chain.announced_at
  )
  select * from chain order by announced_at desc, id desc limit 1;
$$;

-- The live record that took over what this one was; null when that was deleted.
create function survivor(customer uuid) returns uuid
  language sql stable
  set search_path from current
as $$
  with recursive chain as (
    select id, merged_into, deleted_at from customers where id = customer
    union
    select next.id, next.merged_into, next.deleted_at from chain join customers next on next.id = chain.merged_into
  )
  select id from chain where deleted_at is null;
$$;

-- The live record of the person who changed; null when there is none.
create function whose_change(change announced_changes) returns uuid
  language sql stable
  set search_path from current
as $$
  select coalesce(survivor(change.customer_id),
                  (select id from customers where whatsapp_user_id = change.user_id and deleted_at is null));
$$;

call keep_private('{announced_changes}', '{latest_change,survivor,whose_change}');
