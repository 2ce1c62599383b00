-- Programs that use the JSON API, and what they asked for once.

create table api_tokens (
  id           uuid primary key default gen_random_uuid(),
  name         text not null,            -- whose it is: `website`, `back office`
  prefix       text not null,            -- how it begins, to be recognised by
  token_hash   bytea not null,           -- SHA-256; the token itself was shown once
  scopes       text[] not null,
  expires_at   timestamptz,              -- null: until it is revoked
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,              -- to the minute
  revoked_at   timestamptz,

  constraint api_tokens_are_told_apart unique (token_hash),
  constraint api_tokens_have_a_name check (btrim(name) <> ''),
  constraint api_tokens_may_something check (cardinality(scopes) > 0)
);

-- A write that was done under a key is not done again: whoever asks again gets the same answer for a day.
create table api_writes (
  token_id     uuid not null references api_tokens on delete cascade,
  key          text not null,
  request_hash bytea not null,           -- of method, path and body: the same key never means two things
  status       integer,                  -- null only inside the transaction that does it
  body         bytea,
  created_at   timestamptz not null default now(),

  primary key (token_id, key),
  constraint api_writes_keys_are_short check (length(key) between 1 and 255)
);

create index api_writes_by_age on api_writes (created_at);

insert into data_map (table_name, class, at_erasure, title, personal, secret, kept) values
  ('api_tokens', 'technical', 'keep', 'Programs that may use the API', '{}', '{token_hash}',
   '{id,name,prefix,scopes,expires_at,created_at,last_used_at,revoked_at}'),
  ('api_writes', 'personal', 'apart', 'Answers of the API, for a day', '{body}', '{request_hash}',
   '{token_id,key,status,created_at}');

call keep_private('{api_tokens,api_writes}', '{}');
