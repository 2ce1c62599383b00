-- What stands where: every column of every table, in one place. An export shows all that hangs on a customer but what is
-- secret; an erasure empties or removes it as this says. A table or column that is not here fails a test, and an erasure
-- that meets one is refused.
create table data_map (
  table_name text primary key,
  class      text not null,
  at_erasure text not null,
  title      text not null,               -- what it holds, as its person reads it
  personal   text[] not null default '{}',  -- shown in an export, emptied at erasure
  secret     text[] not null default '{}',  -- never shown, emptied at erasure: hashes, tokens, what tells of somebody else
  digested   text[] not null default '{}',  -- becomes a digest at erasure: known again when it comes again, and says nothing
  kept       text[] not null default '{}',  -- stays

  constraint data_map_class_is_known check (class in (
    'personal',   -- about a person
    'ledger',     -- what was bought and paid: kept, without a name
    'technical'   -- about nobody
  )),
  constraint data_map_at_erasure_is_known check (at_erasure in (
    'delete',     -- the person's rows go
    'empty',      -- they stay, so that nothing happens twice, and say nothing
    'apart',      -- no foreign key leads there: privacy/ has a statement of its own
    'keep'
  )),
  constraint data_map_technical_is_kept check ((class = 'technical') = (at_erasure = 'keep')),
  constraint data_map_ledger_is_not_deleted check (class <> 'ledger' or at_erasure in ('empty', 'apart'))
);

insert into data_map (table_name, class, at_erasure, title, personal, secret, digested, kept) values
  ('customers', 'personal', 'empty', 'Who you are to the shop',
   '{profile_id,phone_number,whatsapp_id,whatsapp_user_id,display_name,display_name_edited_at,last_seen_at}',
   '{identity_key_hash}', '{}',
   '{id,identity_epoch,consent_status,consent_updated_at,credits_balance,created_at,updated_at,deleted_at,merged_into}'),
  ('customer_identifiers', 'personal', 'delete', 'Numbers and ids that were yours',
   '{id,kind,value,customer_id,from_at,until_at,cause,until_cause}', '{}', '{}', '{}'),
  ('customer_conflicts', 'personal', 'delete', 'Questions of whose number it is',
   '{id,holder_id,writer_id,decision,changed_at,opened_at,resolved_at,resolution}',
   '{phone_number,whatsapp_user_id}', '{}', '{}'),  -- maybe somebody else's
  ('announced_changes', 'personal', 'delete', 'Changes of number that WhatsApp announced',
   '{id,previous_user_id,previous_phone_number,user_id,phone_number,customer_id,announced_at}', '{}', '{}', '{}'),
  ('customer_merges', 'personal', 'empty', 'Records of yours that became one',
   '{}', '{from_was,into_was,into_became}', '{}',  -- of an undone merge they show another person
   '{id,from_id,into_id,cause,merged_at,undone_at}'),
  ('customer_merge_rows', 'technical', 'keep', 'Which rows a merge moved',
   '{}', '{}', '{}', '{merge_id,table_name,column_name,row_id,was}'),
  ('profiles', 'personal', 'delete', 'Your website account',
   '{id,email,name,phone_number,created_at,updated_at}', '{}', '{}', '{}'),
  ('conversations', 'personal', 'empty', 'Your conversation',
   '{waiting_since,next_attempt_at,greeted_at,last_message_at,handed_over_at,handover_reason}', '{}', '{}',
   '{customer_id,failed_attempts}'),
  ('inbox', 'personal', 'empty', 'Messages that you sent',
   '{text,choice,quoted_id,group_id,details,from_phone_number,from_user_id,from_parent_user_id,body_id}', '{}',
   '{external_id}',  -- WhatsApp's id of a message has the number in it
   '{id,channel,customer_id,business_number_id,kind,is_new_customer,decision,sent_at,received_at,answered_at,answer}'),
  ('outbox', 'personal', 'empty', 'Messages that the shop sent',
   '{content,template,quoted_id,error_reason}', '{}', '{external_id,failed_external_id}',
   '{id,customer_id,identity_epoch,channel,business_number_id,purpose,dedupe_key,is_impersonal,status,attempts,'
   'otherwise,needs_template,went_as_template,failed_answers,lost_answers,next_attempt_at,lease_until,aside_until,attempted_at,error_code,billable,created_at,updated_at}'),
  ('early_statuses', 'personal', 'apart', 'What became of messages, before they were known',
   '{channel,external_id,status,error_code,error_reason,failure,billable,occurred_at,received_at}', '{}', '{}', '{}'),
  ('webhook_bodies', 'personal', 'apart', 'What WhatsApp delivered, as it came',
   '{body}', '{}', '{}', '{id,channel,sha256,received_at}'),
  ('dead_letters', 'technical', 'keep', 'Pieces of deliveries that could not be read',
   '{}', '{}', '{}', '{id,body_id,position,stage,reason,attempts,next_attempt_at,created_at,resolved_at}'),
  ('subscriptions', 'ledger', 'empty', 'Your plans',
   '{}', '{}', '{}',
   '{id,customer_id,plan_id,plan_code,status,start_date,end_date,is_trial,amount_paid_per_cycle,currency,payment_id,'
   'reminded_at,changed_by,created_at,updated_at}'),
  ('subscription_events', 'ledger', 'empty', 'What became of your plans', '{}', '{}', '{}',
   '{id,subscription_id,was,became,changed_by,at}'),
  ('subscription_plans', 'technical', 'keep', 'The plans on offer',
   '{}', '{}', '{}',
   '{id,code,name,price,currency,duration_days,service_fee_discount_percent,shipping_discount_percent,open_quote_limit,'
   'is_active,created_at,updated_at}'),
  ('shop_settings', 'technical', 'keep', 'What the owner decided', '{}', '{}', '{}',
   '{is_the_only_row,number_goes_stale_after,base_fee_percent,rounding_step,media_kept_for}'),
  ('consents', 'personal', 'delete', 'What you allowed and forbade',
   '{id,customer_id,purpose,state,source,evidence,wording,said_at,recorded_at}', '{}', '{}', '{}'),
  ('phone_requests', 'personal', 'delete', 'When you were asked for your number',
   '{id,customer_id,reason,asked_at,answered_at,phone_number}', '{}', '{}', '{}'),
  ('addresses', 'personal', 'delete', 'Where you have things delivered',
   '{id,customer_id,recipient,phone_number,place,directions,chosen_at,created_at}', '{}', '{}', '{}'),
  ('magic_links', 'personal', 'delete', 'Links that let you in',
   '{id,purpose,customer_id,identity_epoch,profile_id,email,browser,created_at,expires_at,redeemed_at,revoked_at}',
   '{handle,token_hash,code_hash,failed_codes}', '{}', '{}'),
  ('sessions', 'personal', 'delete', 'Where you are signed in',
   '{id,profile_id,customer_id,identity_epoch,browser,began_with,created_at,last_used_at,expires_at,revoked_at}',
   '{token_hash}', '{}', '{}'),
  ('account_conflicts', 'personal', 'delete', 'Questions of whose account it is',
   '{id,kind,profile_id,customer_id,opened_at,resolved_at,resolution}',
   '{other_profile_id,other_customer_id,resolved_by,reason}', '{}', '{}'),
  ('attempt_counts', 'technical', 'keep', 'How often something was tried, by a keyed digest, for a day', '{}', '{}', '{}',
   '{key,since,attempts}'),
  ('mail', 'personal', 'apart', 'E-mails to you',
   '{id,to_address,subject,body,status,attempts,next_attempt_at,lease_until,expires_at,error_reason,created_at}',
   '{dedupe_key}', '{}', '{}'),
  ('quotations', 'ledger', 'empty', 'Your quotations', '{cause,reason}', '{}', '{}',
   '{id,number,customer_id,status,version,changed_by,repeats,created_at,updated_at}'),
  ('quotation_items', 'personal', 'delete', 'Things that you asked for',
   '{id,quotation_id,inbox_id,part,kind,url,words,added_at}', '{}', '{}', '{}'),
  ('quotation_versions', 'ledger', 'empty', 'Prices that you were offered', '{note,clearance,customer_name}', '{}', '{}',
   '{id,quotation_id,number,priced_by,priced_at,sent_at,sent_by,valid_until,total,currency,plan_code,plan_name,'
   'base_fee_percent,service_fee_discount_percent,shipping_discount_percent,rounding_step,goods_list,shop_name,shop_number,'
   'time_zone,language}'),
  ('quotation_lines', 'ledger', 'empty', 'The lines of these prices', '{}', '{}', '{}',
   '{id,version_id,position,kind,description,quantity,unit_price,currency,rate,amount}'),
  ('quotation_events', 'ledger', 'empty', 'What became of your quotations', '{cause,reason}', '{}', '{}',
   '{id,quotation_id,was,became,version,changed_by,at}'),
  ('orders', 'ledger', 'empty', 'Your orders', '{delivery_address,cause,reason}', '{}', '{}',
   '{id,number,customer_id,quotation_version_id,status,amount,currency,pay_until,created_at,paid_at,rating,rated_at,'
   'delivered_at,changed_by,updated_at}'),
  ('order_milestones', 'ledger', 'empty', 'The way of your orders', '{}', '{}', '{}',
   '{order_id,milestone,reached_at,noted_by,noted_at}'),
  ('order_events', 'ledger', 'empty', 'What became of your orders', '{cause,reason}', '{}', '{}',
   '{id,order_id,was,became,changed_by,at}'),
  ('payments', 'ledger', 'empty', 'Your payments', '{payer,payer_text,paid_by,cause,reason}', '{}', '{}',
   '{id,customer_id,order_id,subscription_id,provider,status,amount,currency,paid_amount,paid_currency,transaction_id,'
   'refunded_amount,reason_code,requests,looks,looked_at,next_look_at,lease_until,changed_by,created_at,updated_at}'),
  ('provider_events', 'ledger', 'empty', 'What the provider said of your payments', '{payer}', '{}', '{}',
   '{provider,reference,status,amount,currency,transaction_id,reason_code,at}'),
  ('refunds', 'ledger', 'empty', 'Money that went back', '{reason}', '{}', '{}',
   '{id,payment_id,amount,reference,made_by,made_at}'),
  ('payment_events', 'ledger', 'empty', 'What became of your payments', '{cause,reason}', '{}', '{}',
   '{id,payment_id,was,became,changed_by,at}'),
  ('receipt_counter', 'technical', 'keep', 'The last receipt''s number', '{}', '{}', '{}', '{is_the_only_one,last_number}'),
  ('media', 'personal', 'empty', 'Pictures, recordings and documents that you sent',  -- their bytes go with `doomed`
   '{claimed_sha256,filename,reason}', '{provider_id,sha256}', '{}',
   '{id,inbox_id,customer_id,channel,kind,status,attempts,next_attempt_at,lease_until,mime_type,size,created_at,stored_at,'
   'updated_at}'),
  ('sending_rates', 'technical', 'keep', 'How fast the shop''s numbers may send', '{}', '{}', '{}',
   '{channel,business_number_id,tokens,filled_at,taken}'),
  ('stopped_numbers', 'technical', 'keep', 'Numbers of the shop that cannot send', '{}', '{}', '{}',
   '{channel,business_number_id,error_code,reason,stopped_at,try_again_at}'),
  ('templates', 'technical', 'keep', 'Messages that Meta approves', '{}', '{}', '{}',
   '{id,name,language,category,body,examples,status,status_reason,status_at,quality,quality_at,meta_id,created_at,updated_at}'),
  ('exchange_rates', 'technical', 'keep', 'What money cost', '{}', '{}', '{}', '{id,currency,rate,set_by,set_at}'),
  ('opening_hours', 'technical', 'keep', 'When the shop is open', '{}', '{}', '{}', '{weekday,opens_at,closes_at}'),
  ('closed_days', 'technical', 'keep', 'When the shop is closed', '{}', '{}', '{}', '{day,why}'),
  ('goods_lists', 'technical', 'keep', 'What the shop does not buy', '{}', '{}', '{}', '{version,published_by,published_at}'),
  ('goods_rules', 'technical', 'keep', 'What the shop does not buy', '{}', '{}', '{}', '{id,version,ruling,goods,words,advice}'),
  ('data_map', 'technical', 'keep', 'What stands where', '{}', '{}', '{}',
   '{table_name,class,at_erasure,title,personal,secret,digested,kept}');

-- Every foreign key of the schema, as a way from a row to what hangs on it. A record's website account hangs on the record.
create view ways_down with (security_invoker) as
select confrelid as from_table,
       conrelid as to_table,
       string_agg(format('child.%I = parent.%I', child.attname, parent.attname), ' and ') as condition
  from pg_constraint
 cross join lateral unnest(conkey, confkey) as columns (child_number, parent_number)
  join pg_attribute child on child.attrelid = conrelid and child.attnum = child_number
  join pg_attribute parent on parent.attrelid = confrelid and parent.attnum = parent_number
 where contype = 'f' and not (conrelid = 'customers'::regclass and confrelid = 'profiles'::regclass)
 group by pg_constraint.oid, confrelid, conrelid
 union all
select 'customers'::regclass, 'profiles'::regclass, 'parent.profile_id = child.id';

-- By what a row of a table is named here: its primary key if that is one column, else its place.
create function row_key(relation regclass, out name text, out type text)
  language sql stable
  set search_path from current
as $$
  select coalesce(quote_ident(attname), 'ctid'), coalesce(format_type(atttypid, null), 'tid')
    from (select) always
    left join pg_index on indrelid = relation and indisprimary and indnkeyatts = 1
    left join pg_attribute on attrelid = indrelid and attnum = indkey[0];
$$;

-- The records of one person: all that were merged into one, and that one.
create function records_of_person(customer uuid) returns setof uuid
  language sql stable
  set search_path from current
as $$
  with recursive up as (
    select id, merged_into from customers where id = customer
    union
    select next.id, next.merged_into from up join customers next on next.id = up.merged_into
  ), down as (
    select id from up
    union
    select merged.id from down join customers merged on merged.merged_into = down.id
  )
  select id from down;
$$;

-- Everything that hangs on a person, found by the catalogue's foreign keys: what is `technical` is about nobody, and what
-- hangs on that is not looked for. Nearer tables come first. An account that another person's record shares is not theirs alone.
create function rows_of_person(customer uuid) returns table (relation regclass, keys text[])
  language plpgsql stable
  set search_path from current
as $$
declare
  records uuid[] := array(select records_of_person(customer));
  found   jsonb := jsonb_build_object('customers'::regclass::oid, to_jsonb(records));
  names   oid[] := array['customers'::regclass::oid];  -- in the order in which they were found
  queue   oid[] := names;
  here    oid;
  parent  record;
  way     ways_down;
  reached text[];
begin
  while cardinality(queue) > 0 loop
    here := queue[1];
    queue := queue[2:];
    for way in
      select * from ways_down
       where from_table = here and to_table <> 'customers'::regclass
         and not exists (select from data_map where to_table = to_regclass(table_name) and class = 'technical')
    loop
      parent := row_key(here);
      execute format('select array_agg(distinct child.%s::text) from %s child join %s parent on %s
                       where parent.%s = any ($1::%s[])',
                     (row_key(way.to_table)).name, way.to_table::regclass, here::regclass, way.condition,
                     parent.name, parent.type)
        into reached using array(select jsonb_array_elements_text(found -> here::text));
      reached := array(select key from unnest(reached) key
                        where not coalesce(found -> way.to_table::text, '[]') ? key
                          and (way.to_table <> 'profiles'::regclass
                               or not exists (select from customers
                                               where profile_id = key::uuid and deleted_at is null
                                                 and id <> all (records))));
      continue when cardinality(reached) = 0;
      if not found ? way.to_table::text then
        names := names || way.to_table;
      end if;
      found := found || jsonb_build_object(way.to_table, coalesce(found -> way.to_table::text, '[]') || to_jsonb(reached));
      queue := queue || way.to_table;
    end loop;
  end loop;
  return query
    select name::regclass, array(select jsonb_array_elements_text(found -> name::text)) from unnest(names) name;
end;
$$;

-- What an export shows: each table's rows, oldest first where they have a number, without what is secret.
create function export_customer(customer uuid) returns table (table_name text, title text, rows jsonb)
  language plpgsql stable
  set search_path from current
as $$
declare
  part record;
  key  record;
begin
  for part in
    select found.*, data_map.title, coalesce(secret, '{}') as secret
      from rows_of_person(customer) found left join data_map on relation = to_regclass(data_map.table_name)
  loop
    key := row_key(part.relation);
    table_name := part.relation::text;
    title := coalesce(part.title, table_name);
    execute format('select jsonb_agg(to_jsonb(each) - $2 order by %1$s) from %2$s each where %1$s = any ($1::%3$s[])',
                   key.name, part.relation, key.type)
      into rows using part.keys, part.secret;
    return next;
  end loop;
end;
$$;

call keep_private('{data_map,ways_down}', '{row_key,records_of_person,rows_of_person,export_customer}');
