-- What stands in `public` is what PostgREST exposes, so nothing here is left open by accident.
-- Each later migration ends by naming what it made.
create procedure keep_private(relations regclass[], routines regproc[])
  language plpgsql
  set search_path from current
as $$
declare
  relation regclass;
  routine  regproc;
  outsider text;
begin
  -- The sequence of an identity column is a relation of its own, with grants of its own.
  relations := relations || array(
    select objid::regclass
      from pg_depend
     where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')
       and refobjid = any(relations)
       and (select relkind from pg_class where oid = objid) = 'S');

  foreach relation in array relations loop
    if (select relkind from pg_class where oid = relation) = 'r' then
      execute format('alter table %s enable row level security', relation);  -- no policy: only the owner
    end if;
    execute format('revoke all on table %s from public', relation);
  end loop;
  foreach routine in array routines loop
    execute format('revoke all on routine %s from public', routine);
  end loop;

  -- Supabase grants its API roles everything that is new in `public`; a plain server has no such roles.
  for outsider in select rolname from pg_roles where rolname in ('anon', 'authenticated') loop
    foreach relation in array relations loop
      execute format('revoke all on table %s from %I', relation, outsider);
    end loop;
    foreach routine in array routines loop
      execute format('revoke all on routine %s from %I', routine, outsider);
    end loop;
  end loop;
end;
$$;

comment on procedure keep_private is 'Row security on, and nothing for the API roles, on what is named.';

call keep_private('{}', '{keep_private}');
