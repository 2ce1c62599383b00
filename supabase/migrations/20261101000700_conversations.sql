-- One conversation per customer: the row that a worker locks while it answers. Nobody else locks it for
-- long, and intake never waits for it.
create table conversations (
  customer_id      uuid primary key references customers on delete cascade,
  waiting_since    timestamptz,            -- null: nothing unanswered that we know of
  next_attempt_at  timestamptz,            -- answering failed: not before then
  failed_attempts  integer not null default 0,
  greeted_at       timestamptz,
  last_message_at  timestamptz,            -- the customer's own last message: WhatsApp lets us write for 24 hours from it
  handed_over_at   timestamptz,            -- a person answers now, until released or for 24 hours
  handover_reason  text,

  constraint conversations_say_why_they_are_handed_over check ((handed_over_at is null) = (handover_reason is null))
);

create index conversations_waiting on conversations (waiting_since) where waiting_since is not null;
create index conversations_handed_over on conversations (handed_over_at) where handed_over_at is not null;

create function open_conversation_for_new_customer() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into conversations (customer_id) select id from new_customers;
  return null;
end;
$$;

create trigger trg_customers_open_conversation
  after insert on customers referencing new table as new_customers
  for each statement execute function open_conversation_for_new_customer();

call keep_private('{conversations}', '{open_conversation_for_new_customer}');
