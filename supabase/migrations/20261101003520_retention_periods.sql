-- How long each kind of thing is kept: the owner's to change. Housekeeping empties or removes what is older, in small batches.
create table retention_periods (
  kind        text primary key,
  keep_for    interval,                            -- null: until somebody decides otherwise
  why         text not null,
  next_run_at timestamptz not null default now(),
  done_id     bigint not null default 0,           -- of what is emptied rather than removed: all up to here is done

  constraint retention_periods_are_not_negative check (keep_for >= '0'),
  constraint retention_periods_kind_is_known check (kind in (
    'webhook_bodies', 'dead_letters', 'received_messages', 'sent_messages', 'former_identifiers', 'settled_conflicts'))
);

insert into retention_periods (kind, keep_for, why) values
  ('webhook_bodies',     '14 days',   'to read a delivery again when a mistake in reading it is found'),
  ('dead_letters',       '90 days',   'a piece that could not be read yet may be somebody''s message'),
  ('received_messages',  '24 months', 'what was agreed, and questions about it'),
  ('sent_messages',      '24 months', 'what was agreed, and questions about it'),
  ('former_identifiers', '24 months', 'whose a number was when it comes back, and which trial it had'),
  ('settled_conflicts',  '24 months', 'how it was decided whose a number or an account was');

create index customer_identifiers_former on customer_identifiers (until_at) where until_at is not null;

insert into data_map (table_name, class, at_erasure, title, kept) values
  ('retention_periods', 'technical', 'keep', 'How long things are kept', '{kind,keep_for,why,next_run_at,done_id}');

call keep_private('{retention_periods}', '{}');
