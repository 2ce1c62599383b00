-- What lets somebody in, or proves something: sent to one person, alive for minutes, used once. Only hashes of its two
-- secrets are kept. The handle stands in the address; the token behind its `#` reaches no server; the code beside it is
-- for a browser without JavaScript, or another device.
create table magic_links (
  id             uuid primary key default gen_random_uuid(),
  purpose        text not null,
  handle         text not null,
  token_hash     bytea not null,     -- sha256 of 32 random bytes
  code_hash      bytea not null,     -- HMAC with the shop's own secret: a short code could be guessed from a plain hash
  failed_codes   integer not null default 0,
  customer_id    uuid references customers on delete cascade,
  identity_epoch integer,            -- the customer's, when it was made: dead when it differs
  profile_id     uuid references profiles on delete cascade,  -- who asked for it on the website
  email          text,               -- where it was sent, where that is an e-mail address
  browser        text,               -- that it was asked for in, in words for a person
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  redeemed_at    timestamptz,
  revoked_at     timestamptz,

  constraint magic_links_have_a_handle_each unique (handle),
  constraint magic_links_have_a_token_each unique (token_hash),
  constraint magic_links_bear_at_most_five_wrong_codes check (failed_codes between 0 and 5),
  constraint magic_links_end_after_they_begin check (expires_at > created_at),
  constraint magic_links_purpose_is_known check (purpose in (
    'sign_in',  -- sent on WhatsApp: whoever uses it has the customer's WhatsApp
    'email',    -- sent by e-mail: whoever uses it reads that mailbox
    'connect'   -- shown on the website: whoever sends it on WhatsApp is who asked there
  )),
  constraint magic_links_say_what_they_prove check (case purpose
    when 'sign_in' then customer_id is not null and identity_epoch is not null
    when 'email'   then email is not null
    else profile_id is not null
  end)
);

create index magic_links_by_customer on magic_links (customer_id, created_at);
create index magic_links_by_profile on magic_links (profile_id) where profile_id is not null;
create index magic_links_by_end on magic_links (expires_at);

-- True while it may be used. Whose number is in doubt is let in by nothing that was sent there.
create function link_is_live(link magic_links) returns boolean
  language sql stable
  set search_path from current
as $$
  select link.redeemed_at is null and link.revoked_at is null and link.expires_at > now()
     and (link.customer_id is null
          or exists (select from customers
                      where id = link.customer_id and deleted_at is null and identity_epoch = link.identity_epoch))
     and not exists (select from customer_conflicts where holder_id = link.customer_id and resolved_at is null);
$$;

-- WhatsApp's messages come late and in any order, so that a new link does not end the one before; but at most three live.
create function keep_three_live_links() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  perform from customers where id = new.customer_id for no key update;
  update magic_links set revoked_at = now()
   where id in (select id from magic_links
                 where customer_id = new.customer_id and purpose = new.purpose
                   and redeemed_at is null and revoked_at is null and expires_at > now()
                 order by created_at desc, id = new.id desc, id
                offset 3);
  return null;
end;
$$;

create trigger trg_magic_links_keep_three_live
  after insert on magic_links
  for each row when (new.customer_id is not null) execute function keep_three_live_links();

-- The message with a link is the one place where its secrets stand. They leave the database with it; and a link that
-- could not leave in time does not leave at all.
create function forget_sent_link() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if new.status in ('queued', 'sending', 'parked') and new.created_at < now() - interval '9 minutes' then
    new.status := 'stale';
    new.lease_until := null;
  end if;
  if new.status not in ('queued', 'sending', 'parked') then
    new.content := jsonb_build_object('text', 'A link to your account');
  end if;
  return new;
end;
$$;

create trigger trg_outbox_forget_sent_link
  before update on outbox
  for each row when (new.purpose = 'sign_in_link') execute function forget_sent_link();

call keep_private('{magic_links}', '{link_is_live,keep_three_live_links,forget_sent_link}');
