-- A profile is a website account. A customer is linked to one by using a link that we sent,
-- never because two phone numbers look alike.
create table profiles (
  id           uuid primary key default gen_random_uuid(),
  email        text,  -- proven: a link that we sent there was used; null until then
  name         text,  -- as the person typed it, until a WhatsApp is connected
  phone_number text,  -- as the person typed it: a claim, never used to find a customer
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now()
);

create unique index profiles_one_per_email on profiles (lower(email));

call keep_private('{profiles}', '{}');
