-- No API role has a grant on a table of `private`; functions alone read and write them, as their owner, whom policies do not concern. That
-- this is meant, and no policy forgotten, is said by a policy. It is restrictive: a grant and a policy given by mistake still open nothing.
-- A table that comes later brings its own.
do $$
declare
  v_table name;
begin
  for v_table in
    select c.relname from pg_class c where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p') order by 1
  loop
    execute format('alter table private.%I enable row level security', v_table);
    execute format('create policy "No API role comes to this table" on private.%I as restrictive for all to public using (false)', v_table);
  end loop;
end $$;
