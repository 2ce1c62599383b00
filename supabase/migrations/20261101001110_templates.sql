-- What may be said outside WhatsApp's 24 hours: wordings that Meta has approved, with numbered places for what changes.
create table templates (
  id            bigint generated always as identity primary key,
  name          text not null,
  language      text not null,              -- as Meta writes it: en, sw, pt_BR
  category      text not null,
  body          text not null,              -- with {{1}}, {{2}}, …
  examples      text[] not null default '{}',  -- one for each place: Meta's reviewers read them
  status        text not null default 'not_submitted',  -- else Meta's word in lower case; only `approved` may be sent
  status_reason text,                       -- why Meta says so
  status_at     timestamptz,                -- since when, by Meta's clock: what is older changes nothing
  quality       text,                       -- Meta's word in lower case: green, yellow, red, unknown
  quality_at    timestamptz,
  meta_id       text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint templates_have_one_wording_per_language unique (name, language),
  constraint templates_name_is_as_meta_writes_it check (name ~ '^[a-z0-9_]+$' and length(name) <= 512),
  constraint templates_language_is_as_meta_writes_it check (language ~ '^[a-z]{2,3}(_[A-Za-z]{2,4})?$'),
  constraint templates_category_is_known check (category in ('utility', 'marketing', 'authentication')),
  constraint templates_status_is_lower_case check (status = lower(status))
);

-- What the shop says unasked. Each ends so that an answer opens the 24 hours again.
insert into templates (name, language, category, body, examples) values
  ('quotation_ready', 'en', 'utility',
   'Your quotation for {{1}} is ready: {{2}} in total, everything included. The price holds until {{3}}. Answer here to see it or to accept it.',
   '{"Nike Air Max 90, size 42","412,000 UGX","Friday 18:00"}'),
  ('payment_requested', 'en', 'utility',
   'Your payment for {{1}} is open: {{2}}, until {{3}}. Answer here and we send you the steps.',
   '{"Nike Air Max 90, size 42","412,000 UGX","Friday 18:00"}'),
  ('payment_confirmed', 'en', 'utility',
   'We have received your payment of {{1}} for order {{2}}. Thank you! Answer here for your receipt.',
   '{"412,000 UGX","1042"}'),
  ('order_milestone', 'en', 'utility',
   'News of your order {{1}}: {{2}}. Answer here if you have a question.',
   '{"1042","it has arrived in Kampala"}'),
  ('delivered_rating', 'en', 'utility',
   'Your order {{1}} was delivered. How did it go? Answer with a number from 1 (badly) to 5 (very well).',
   '{"1042"}'),
  ('plan_confirmed', 'en', 'utility',
   'Your plan {{1}} is active until {{2}}. Answer here with anything that you would like priced.',
   '{"Standard","26 December 2026"}'),
  ('plan_ending', 'en', 'utility',
   'Your plan {{1}} ends on {{2}}. Answer here if you would like to keep it.',
   '{"Standard","26 December 2026"}'),
  ('sign_in_link', 'en', 'utility',
   'You asked to sign in: open {{1}} within {{2}} minutes. If it was not you, you need do nothing.',
   '{"https://shop.example/l/4f7c","15"}'),
  ('person_answered', 'en', 'utility',
   'A person from {{1}} has answered your question. Write anything here, and the answer comes.',
   '{"Pearl Shopping"}');

-- The template that a message is sent as: in its own language, else the English one. Null where none is approved.
create function approved_template(wanted jsonb) returns templates
  language sql stable
  set search_path from current
as $$
  select * from templates
   where name = wanted ->> 'name' and status = 'approved' and language in (wanted ->> 'language', 'en')
   order by language <> wanted ->> 'language'
   limit 1;
$$;

-- WhatsApp refused the template that this message went as, whatever we thought of it: it rests until it is approved again.
create function rest_template(message bigint, why text) returns void
  language sql volatile
  set search_path from current
as $$
  update templates
     set status = 'refused_at_sending', status_reason = why, status_at = now(), updated_at = now()
   where id = (select (approved_template(template)).id from outbox where outbox.id = message and went_as_template);
$$;

call keep_private('{templates}', '{approved_template,rest_template}');
