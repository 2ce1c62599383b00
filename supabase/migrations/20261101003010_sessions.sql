-- Who is signed in on the website. The cookie is 32 random bytes, of which only the hash is here.
create table sessions (
  id             uuid primary key default gen_random_uuid(),
  token_hash     bytea not null,
  profile_id     uuid not null references profiles on delete cascade,
  customer_id    uuid references customers on delete cascade,  -- null: this account knows no WhatsApp yet
  identity_epoch integer,            -- the customer's, when they were let in: dead when it differs
  browser        text not null,      -- in words for a person: Chrome on Android
  began_with     text not null,
  created_at     timestamptz not null default now(),
  last_used_at   timestamptz not null default now(),  -- to the minute
  expires_at     timestamptz not null,
  revoked_at     timestamptz,

  constraint sessions_have_a_token_each unique (token_hash),
  constraint sessions_of_a_customer_carry_the_epoch check ((customer_id is null) = (identity_epoch is null)),
  constraint sessions_end_after_they_begin check (expires_at > created_at),
  constraint sessions_beginning_is_known check (began_with in ('whatsapp', 'email', 'sign_up'))
);

create index sessions_by_profile on sessions (profile_id);
create index sessions_by_customer on sessions (customer_id) where customer_id is not null;
create index sessions_by_end on sessions (expires_at);

-- True while it lets somebody in: seven days without a visit end it, and thirty days in any case.
create function session_is_live(session sessions) returns boolean
  language sql stable
  set search_path from current
as $$
  select session.revoked_at is null and session.expires_at > now()
     and session.last_used_at > now() - interval '7 days'
     and (session.customer_id is null
          or exists (select from customers
                      where id = session.customer_id and deleted_at is null
                        and identity_epoch = session.identity_epoch and profile_id = session.profile_id));
$$;

-- Two claims that cannot both be right without a person: nothing is linked, and staff see it here.
create table account_conflicts (
  id                bigint generated always as identity primary key,
  kind              text not null,
  profile_id        uuid not null references profiles on delete cascade,   -- the account that was signed in to, or asked
  customer_id       uuid references customers on delete cascade,           -- who was proven by WhatsApp
  other_profile_id  uuid references profiles on delete cascade,            -- the customer's account, or the e-mail's
  other_customer_id uuid references customers on delete cascade,           -- whom the account belongs to already
  opened_at         timestamptz not null default now(),
  resolved_at       timestamptz,
  resolution        text,   -- same: one person, who has one account from then on; different: two, and nothing moves
  resolved_by       text,   -- who of the staff
  reason            text,   -- how they knew

  constraint account_conflicts_say_how_they_ended check (
    (resolved_at is null) = (resolution is null)
    and (resolved_at is null) = (resolved_by is null) and (resolved_at is null) = (reason is null)),
  constraint account_conflicts_resolution_is_known check (resolution in ('same', 'different')),
  constraint account_conflicts_kind_is_known check (kind in (
    'customer_has_another_account',  -- the customer's WhatsApp belongs to an account with another e-mail
    'account_has_another_customer',  -- the account belongs to another customer, and the person says that both are theirs
    'email_of_another_customer'      -- the e-mail is that of another customer's account
  ))
);

create unique index account_conflicts_one_open_per_claim
  on account_conflicts (kind, profile_id, other_profile_id) nulls not distinct where resolved_at is null;
create index account_conflicts_by_customer on account_conflicts (customer_id);
create index account_conflicts_by_other_customer on account_conflicts (other_customer_id);
create index account_conflicts_by_other_profile on account_conflicts (other_profile_id);

-- How often something was tried within a time: by whom is a hash.
create table attempt_counts (
  key      bytea not null,
  since    timestamptz not null,
  attempts integer not null,

  primary key (key, since)
);

create index attempt_counts_by_age on attempt_counts (since);

-- Where parcels go. The one that was chosen last is used.
create table addresses (
  id           uuid primary key default gen_random_uuid(),
  customer_id  uuid not null references customers on delete cascade,
  recipient    text not null,
  phone_number text not null,  -- whom the rider calls: as it was typed, never used to find a customer
  place        text not null,  -- town, area, street or plot
  directions   text not null default '',
  chosen_at    timestamptz not null default now(),
  created_at   timestamptz not null default now(),

  constraint addresses_name_a_recipient check (btrim(recipient) <> ''),
  constraint addresses_name_a_place check (btrim(place) <> '')
);

create index addresses_by_customer on addresses (customer_id, chosen_at);

call keep_private('{sessions,account_conflicts,attempt_counts,addresses}', '{session_is_live}');
