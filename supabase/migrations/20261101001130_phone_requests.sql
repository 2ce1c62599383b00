-- A customer whose number WhatsApp hides was asked for it: once, when money or delivery needs it. Only while this is open
-- does a number that they share by WhatsApp's own button count; any other card is a claim about somebody's number.
create table phone_requests (
  id           bigint generated always as identity primary key,
  customer_id  uuid not null references customers on delete cascade,
  reason       text not null,  -- what needs it
  asked_at     timestamptz not null default now(),
  answered_at  timestamptz,
  phone_number text,           -- what they shared

  constraint phone_requests_reason_is_known check (reason in ('payment', 'delivery')),
  constraint phone_requests_say_what_was_answered check ((answered_at is null) = (phone_number is null))
);

create index phone_requests_by_customer on phone_requests (customer_id, id);

call keep_private('{phone_requests}', '{}');
