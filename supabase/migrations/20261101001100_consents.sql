-- What customers allow us to send, and by what they said so: each purpose by itself, and nothing is ever written over. The
-- last word counts, by the time at which it was said: webhooks arrive late, twice and in any order.
create table consents (
  id          bigint generated always as identity primary key,
  customer_id uuid not null references customers on delete cascade,
  purpose     text not null,
  state       text not null,
  source      text not null,
  evidence    text,  -- the id of what they said it with: a wamid, or what WhatsApp sent in its place
  wording     text,  -- the version of the words that we had put to them
  said_at     timestamptz not null default now(),
  recorded_at timestamptz not null default now(),

  constraint consents_purpose_is_known check (purpose in (
    'service',        -- what they asked for themselves: a link to sign in, a payment prompt
    'order_updates',  -- how their orders and their plan go on
    'marketing'       -- anything else: only after an explicit yes
  )),
  constraint consents_state_is_known check (state in ('opted_in', 'opted_out')),
  constraint consents_source_is_known check (source in (
    'message',   -- a word or a button of their own
    'whatsapp',  -- the switch in WhatsApp's own settings
    'refusal',   -- WhatsApp refused a message, because they had stopped these
    'staff',     -- told to a person
    'website',   -- a box on the website
    'direct',    -- somebody wrote customers.consent_status
    'merge'      -- a stop of the record that ended
  )),
  constraint consents_are_recorded_once unique (evidence, purpose)
);

create index consents_by_customer on consents (customer_id, purpose, said_at, id);

-- The last word on a purpose; null when nothing was ever said.
create function consent_to(customer uuid, asked text) returns text
  language sql stable
  set search_path from current
as $$
  select state from consents
   where customer_id = customer and purpose = asked
   order by said_at desc, id desc
   limit 1;
$$;

-- Whether the customer lets us send a message of this purpose (of the outbox). Answers to their own messages always go,
-- and so does what the law makes us send.
create function lets_us_send(customer uuid, purpose text) returns boolean
  language sql stable
  set search_path from current
as $$
  select case purpose
           when 'reply'     then true
           when 'receipt'   then true
           when 'notice'    then consent_to(customer, 'order_updates') is distinct from 'opted_out'
           when 'marketing' then consent_to(customer, 'marketing') is not distinct from 'opted_in'
           else                  consent_to(customer, 'service') is distinct from 'opted_out'
         end;
$$;

-- All three purposes in one word, as the customer's row has it.
create function consent_status_of(customer uuid) returns text
  language sql stable
  set search_path from current
as $$
  select case when 'opted_in' in (consent_to(customer, 'order_updates'), consent_to(customer, 'marketing')) then 'opted_in'
              when consent_to(customer, 'order_updates') = 'opted_out' then 'opted_out'
              else 'pending' end;
$$;

-- STOP and START are about all purposes. START gives back what STOP took: news only to those who once said yes to news.
create function say_consent(
  customer uuid, to_state text, from_source text, with_evidence text, with_wording text, at timestamptz) returns void
  language sql volatile
  set search_path from current
as $$
  insert into consents (customer_id, purpose, state, source, evidence, wording, said_at)
  select customer, purpose, to_state, from_source, with_evidence, with_wording, least(at, now())
    from unnest('{service,order_updates,marketing}'::text[]) purpose
   where to_state = 'opted_out' or purpose <> 'marketing'
      or exists (select from consents said
                  where said.customer_id = customer and said.purpose = 'marketing' and said.state = 'opted_in')
  on conflict (evidence, purpose) do nothing;
$$;

-- Purposes that either of two customers stopped.
create function stopped_by_either(one uuid, other uuid) returns text[]
  language sql stable
  set search_path from current
as $$
  select array(select purpose from unnest('{service,order_updates,marketing}'::text[]) purpose
                where 'opted_out' in (consent_to(one, purpose), consent_to(other, purpose)));
$$;

-- The two are one person now: a stop on either record holds for both.
create function keep_stopped(customer uuid, purposes text[]) returns void
  language sql volatile
  set search_path from current
as $$
  insert into consents (customer_id, purpose, state, source)
  select customer, purpose, 'opted_out', 'merge'
    from unnest(purposes) purpose
   where consent_to(customer, purpose) is distinct from 'opted_out';
$$;

create function customers_follow_consents() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  update customers
     set consent_status = consent_status_of(id),
         consent_updated_at = (select max(said_at) from consents where customer_id = customers.id),
         updated_at = now()
   where id in (new.customer_id, old.customer_id)
     and (consent_status, consent_updated_at)
         is distinct from (consent_status_of(id), (select max(said_at) from consents where customer_id = customers.id));
  return null;
end;
$$;

create trigger trg_consents_set_consent_status
  after insert or delete or update of customer_id on consents
  for each row execute function customers_follow_consents();

-- Programs from before the ledger write the customer's row: what they write is said as well.
create function record_consent_written_directly() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if new.consent_status <> consent_status_of(new.id) then
    perform say_consent(new.id, new.consent_status, 'direct', null, null, coalesce(new.consent_updated_at, now()));
    if new.consent_status <> consent_status_of(new.id) then  -- something later was said already: this is later still
      perform say_consent(new.id, new.consent_status, 'direct', null, null, now());
    end if;
  end if;
  return null;
end;
$$;

create trigger trg_customers_record_consent
  after insert or update of consent_status on customers
  for each row when (new.consent_status <> 'pending')
  execute function record_consent_written_directly();

create function refuse_to_change_consents() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  raise exception 'what a customer said about consent is never changed: add what they say now' using errcode = 'LU008';
end;
$$;

create trigger trg_consents_are_never_changed
  before update of purpose, state, source, evidence, wording, said_at, recorded_at on consents
  for each row execute function refuse_to_change_consents();

-- WhatsApp refuses news to whoever stopped it in WhatsApp itself: that is a stop, however we come to hear of it.
create function record_stop_told_by_refusal() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into consents (customer_id, purpose, state, source, evidence)
  values (new.customer_id, 'marketing', 'opted_out', 'refusal', 'outbox:' || new.id || ':' || new.attempts)
  on conflict (evidence, purpose) do nothing;
  return null;
end;
$$;

create trigger trg_outbox_record_stop
  after update of error_code on outbox
  for each row when (new.error_code = 131050 and old.error_code is distinct from new.error_code)
  execute function record_stop_told_by_refusal();

call keep_private(
  '{consents}',
  '{consent_to,lets_us_send,consent_status_of,say_consent,stopped_by_either,keep_stopped,customers_follow_consents,record_consent_written_directly,refuse_to_change_consents,record_stop_told_by_refusal}');
