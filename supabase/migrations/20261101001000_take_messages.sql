-- Many messages in one statement: what arrived while the last commit was under way is committed together.
--
-- Taken here are only senders about whom there is nothing to decide and nothing to learn (rows 1 and 2 of
-- resolve_customer): somebody whose identifiers nobody ever had, and somebody who is known by exactly these. Everybody
-- else is left out of the answer, and goes through resolve_customer right after.
--
-- Nobody waits for a row that somebody else holds: when a customer was last seen is known to the minute, and whom nobody
-- marked as waiting is found by their unanswered message.
--
-- `offset 0` keeps a look-up a look-up: as a join it might read a whole table for one message. So do two look-ups instead
-- of one with two keys, which PostgreSQL 15, asked while the table is empty, would look for among all messages.
--
-- The caller gives each sender once, and no sender whose identifiers stand beside others elsewhere in the batch. Rows are
-- written in the order of their keys, so that two processes wait for each other and never in a circle.
create function take_messages(
  of_channel text,
  phones text[], user_ids text[], wa_ids text[], names text[], key_hashes text[],  -- a sender each
  written_ats timestamptz[],                                                       -- when each of them wrote last
  bodies bytea, body_ends integer[],        -- raw bodies, one after the other, and where each ends
  external_ids text[], senders integer[], in_bodies integer[],                     -- a message each; numbers from 1
  business_number_ids text[], kinds text[], texts text[], choices text[], quoted_ids text[], all_details text[],
  parent_user_ids text[], sent_ats timestamptz[]
)
  returns table (message integer, inbox_id bigint, customer_id uuid, is_new_customer boolean, decision text)
  language plpgsql volatile
  set search_path from current
  set plan_cache_mode to force_generic_plan  -- planning costs more than a batch of a few
as $$
#variable_conflict use_column
declare
  fresh integer[];  -- messages that nobody took before
  born  uuid[];     -- customers who wrote for the first time
begin
  select array_agg(first.message) into fresh
    from (select external_id, min(message) as message
            from unnest(external_ids) with ordinality given (external_id, message) group by external_id) first
   where not exists (select from inbox known
                      where known.channel = of_channel and known.external_id = first.external_id offset 0)
     and not exists (select from inbox known
                      where known.channel = of_channel and known.external_id = erased_key(first.external_id) offset 0);
  if fresh is null then
    return;
  end if;

  perform set_config('luminous.cause', 'created', true);
  with added as (
    insert into customers (phone_number, whatsapp_user_id, whatsapp_id, display_name, identity_key_hash, last_seen_at)
    select phone, user_id, wa_id, coalesce(name, 'Customer'), key_hash, least(written_at, now())
      from unnest(phones, user_ids, wa_ids, names, key_hashes, written_ats) with ordinality
             sender (phone, user_id, wa_id, name, key_hash, written_at, number)
     where number = any(select senders[each] from unnest(fresh) each)
       and not exists (select from customer_identifiers where kind = 'phone_number' and value = phone offset 0)
       and not exists (select from customer_identifiers where kind = 'whatsapp_user_id' and value = user_id offset 0)
       and not exists (select from announced_changes where previous_phone_number = phone offset 0)
       and not exists (select from announced_changes where previous_user_id = user_id offset 0)
     order by phone, user_id
    on conflict do nothing
    returning id
  )
  select array_agg(id) into born from added;
  perform set_config('luminous.cause', '', true);

  return query
  with writer as materialized (
    select number, known.id, known.last_seen_at, least(written_at, now()) as written_at
      from unnest(phones, user_ids, wa_ids, names, key_hashes, written_ats) with ordinality
             sender (phone, user_id, wa_id, name, key_hash, written_at, number)
     cross join lateral (
       select id, last_seen_at from customers
        where whatsapp_user_id = user_id and deleted_at is null and (phone is null or phone_number = phone)
          and (display_name_edited_at is not null or display_name = coalesce(name, display_name))
          and (phone is null or whatsapp_id is not distinct from coalesce(wa_id, whatsapp_id)
                                and identity_key_hash is not distinct from coalesce(key_hash, identity_key_hash))
       union all
       select id, last_seen_at from customers
        where user_id is null and phone_number = phone and deleted_at is null
          and (display_name_edited_at is not null or display_name = coalesce(name, display_name))
          and whatsapp_id is not distinct from coalesce(wa_id, whatsapp_id)
          and identity_key_hash is not distinct from coalesce(key_hash, identity_key_hash)
          and not has_moved_since(phone, least(written_at, now()))
          and not may_have_changed_hands(customers, key_hash, least(written_at, now()))
     ) known
     where not exists (select from customer_conflicts
                        where holder_id = known.id and writer_id is null and resolved_at is null offset 0)
  ), taken as materialized (
    select given.*, writer.id as customer_id,
           coalesce(writer.id = any(born), false) and row_number() over (partition by writer.id order by given.message) = 1 as is_new_customer
      from unnest(external_ids, senders, in_bodies, business_number_ids, kinds, texts, choices, quoted_ids, all_details,
                  parent_user_ids, sent_ats) with ordinality
             given (external_id, sender, in_body, business_number_id, kind, text, choice, quoted_id, details,
                    parent_user_id, sent_at, message)
      join writer on writer.number = given.sender
     where given.message = any(fresh)
  ), brought as materialized (
    select in_body, body, sha256(body) as digest
      from (select distinct in_body from taken) bringing
     cross join lateral (select coalesce(body_ends[in_body - 1], 0) as starts) place
     cross join lateral (select substring(bodies from starts + 1 for body_ends[in_body] - starts) as body) cut
  ), kept as (
    insert into webhook_bodies (channel, body, sha256)
    select distinct on (digest) of_channel, body, digest from brought order by digest
    on conflict (channel, sha256) do update set sha256 = excluded.sha256
    returning id, sha256
  ), put as (
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, choice, quoted_id, details,
                       from_phone_number, from_user_id, from_parent_user_id, is_new_customer, decision, body_id, sent_at)
    select of_channel, external_id, customer_id, business_number_id, kind, text, choice, quoted_id, details::jsonb,
           phones[sender], user_ids[sender], parent_user_id, is_new_customer,
           case when is_new_customer then 'created' else 'recognised' end, kept.id, least(sent_at, now())
      from taken join brought using (in_body) join kept on kept.sha256 = brought.digest
     order by external_id
    on conflict (channel, external_id) do nothing
    returning id, external_id, inbox.customer_id, inbox.is_new_customer, inbox.decision
  ), seen as (
    update customers set last_seen_at = unseen.written_at, updated_at = now()
      from (select customers.id, writer.written_at from writer join customers using (id)
             where customers.last_seen_at is null or customers.last_seen_at < writer.written_at - interval '1 minute'
             order by id for no key update of customers skip locked) unseen
     where customers.id = unseen.id
  ), waiting as (
    update conversations set waiting_since = now()
      from (select conversations.customer_id from conversations
             where waiting_since is null and conversations.customer_id in (select put.customer_id from put)
             order by customer_id for no key update skip locked) ready
     where conversations.customer_id = ready.customer_id
  )
  select taken.message::integer, put.id, put.customer_id, put.is_new_customer, put.decision
    from put join taken using (external_id);
end;
$$;

call keep_private('{}', '{take_messages}');
