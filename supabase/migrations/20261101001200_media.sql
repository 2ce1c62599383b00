-- Files that customers send: a worker fetches them from the provider, and they are kept for as long as the shop says.
-- The bytes are in a directory or a bucket, under the row's id.
alter table shop_settings
  add column media_kept_for interval not null default '180 days',
  add constraint shop_settings_keep_media_for_days check (media_kept_for >= '1 day');

create table media (
  id              uuid primary key default gen_random_uuid(),
  inbox_id        bigint references inbox on delete set null,
  customer_id     uuid references customers on delete set null,
  channel         text not null,
  provider_id     text not null,     -- as the message names it; Meta's ids end after seven days
  claimed_sha256  text not null,     -- base64, as the message says; empty where it does not
  kind            text not null,
  filename        text not null,     -- as its sender called it; empty where it has none
  status          text not null default 'waiting',
  reason          text,              -- why it is not stored, in words for staff
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  lease_until     timestamptz,       -- of the worker that fetches or deletes it
  mime_type       text,              -- read from its bytes
  size            bigint,            -- bytes, as kept
  sha256          bytea,             -- of the bytes as kept
  created_at      timestamptz not null default now(),
  stored_at       timestamptz,
  updated_at      timestamptz not null default now(),

  constraint media_are_one_per_message unique (inbox_id),
  constraint media_kind_is_known check (kind in ('image', 'voice', 'audio', 'video', 'document', 'sticker')),
  constraint media_status_is_known check (status in (
    'waiting',  -- to be fetched                             → stored, refused, expired, dead, doomed
    'stored',   -- its bytes are kept                        → doomed
    'refused',  -- it must not be kept: the reason says why  → doomed
    'expired',  -- the provider has it no longer             → doomed
    'dead',     -- given up after the last attempt           → doomed
    'doomed',   -- nobody sees it any more, its bytes are to go → deleted
    'deleted'
  )),
  constraint media_stored_are_described check (
    status <> 'stored' or (mime_type is not null and size is not null and sha256 is not null and stored_at is not null)),
  constraint media_not_kept_say_why check (status not in ('refused', 'expired', 'dead') or reason is not null)
);

create index media_waiting on media (next_attempt_at) where status = 'waiting';
create index media_doomed on media (updated_at) where status = 'doomed';
create index media_by_age on media (created_at) where status not in ('doomed', 'deleted');
create index media_by_customer on media (customer_id, created_at);

-- A customer's message with a file brings the row that waits for the file. What a stranger's JSON may hold is only cut
-- to length here: whether it is an id or a checksum, the worker looks.
create function wait_for_media() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  insert into media (inbox_id, customer_id, channel, provider_id, claimed_sha256, kind, filename)
  values (new.id, new.customer_id, new.channel,
          left(coalesce(new.details->>'id', ''), 200),
          left(coalesce(new.details->>'sha256', ''), 100),
          case when new.kind = 'audio' and new.details->>'voice' = 'true' then 'voice' else new.kind end,
          left(coalesce(new.details->>'filename', ''), 200));
  return null;
end;
$$;

create trigger trg_inbox_wait_for_media
  after insert on inbox
  for each row
  when (new.kind in ('image', 'voice', 'audio', 'video', 'document', 'sticker') and new.customer_id is not null)
  execute function wait_for_media();

-- Where a file may go from here, whoever asks: it never comes back from deletion.
create function guard_media_status() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not (old.status = 'waiting' and new.status <> 'deleted'
          or old.status in ('stored', 'refused', 'expired', 'dead') and new.status = 'doomed'
          or old.status = 'doomed' and new.status = 'deleted') then
    raise exception 'a % file cannot become %', old.status, new.status using errcode = 'LU012';
  end if;
  return new;
end;
$$;

create trigger trg_media_guard_status
  before update of status on media
  for each row when (old.status <> new.status)
  execute function guard_media_status();

call keep_private('{media}', '{wait_for_media,guard_media_status}');
