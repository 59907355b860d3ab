import type { Stack } from '@sluice/testkit';

/**
 * Gives a database the simulation's clock. The migrations write `now()` and `clock_timestamp()`, never `pg_catalog.now()`, and every
 * function names its search path: `''`, which means pg_catalog alone. Here a schema with two functions of those names is put before
 * it. The functions stay as they were migrated, to the letter; only whom they ask for the time is another. Defaults of columns were
 * bound to the real clock when they were made, so they are made again.
 *
 * Rows that came at one instant have only their ids to go by, where an order is needed (a replay takes the newest first). Random ones
 * would be another order each time; here those of objects go up, as in memory.
 *
 * `now()` is the same all through a transaction, `clock_timestamp()` a microsecond later at each call, as the real ones go.
 */
export const installVirtualClock = async ({ sql }: Pick<Stack, 'sql'>): Promise<void> => {
  await sql.query(INSTALL);
  const { rows } = await sql.query<{ what: string }>(LEFT_ON_THE_REAL_CLOCK);
  if (rows.length > 0)
    throw new Error(`Not on the virtual clock: ${rows.map(({ what }) => what).join(', ')}`);
};

/** From now on it is so many microseconds after the epoch. */
export const setVirtualClock = async ({ sql }: Pick<Stack, 'sql'>, micros: number): Promise<void> => {
  await sql.query(
    `update sim_clock.instant set at = 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'`,
    [micros],
  );
};

const INSTALL = `
create schema sim_clock;
create table sim_clock.instant (at timestamptz not null);
insert into sim_clock.instant values ('epoch');
create function sim_clock.now() returns timestamptz language sql stable as 'select at from sim_clock.instant';
create function sim_clock.clock_timestamp() returns timestamptz language plpgsql as $clock$
declare
  v_ticks int := coalesce(nullif(current_setting('sim_clock.ticks', true), ''), '0')::int + 1;
begin
  perform set_config('sim_clock.ticks', v_ticks::text, true);
  return sim_clock.now() + v_ticks * interval '1 microsecond';
end $clock$;
create sequence sim_clock.ids;
create function sim_clock.next_id() returns uuid language sql as $id$
  select ('00000000-0000-4000-8000-' || lpad(nextval('sim_clock.ids')::text, 12, '0'))::uuid $id$;
alter table public.s3_processed_objects alter column id set default sim_clock.next_id();
grant usage on sequence sim_clock.ids to public;
grant usage on schema sim_clock to public;
grant select on sim_clock.instant to public;
grant execute on all functions in schema sim_clock to public;
do $install$
declare
  v_statement text;
begin
  for v_statement in
    select format('alter function %s set search_path = sim_clock, pg_catalog', p.oid::regprocedure)
    from pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prokind = 'f'
    union all
    select format('alter table %s alter column %I set default %s', d.adrelid::regclass, a.attname,
      regexp_replace(pg_get_expr(d.adbin, d.adrelid), '\\m(now|clock_timestamp)\\(\\)', 'sim_clock.\\1()', 'g'))
    from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    join pg_class c on c.oid = d.adrelid and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    where pg_get_expr(d.adbin, d.adrelid) ~ '\\m(now|clock_timestamp)\\(\\)'
  loop
    execute v_statement;
  end loop;
end $install$;`;

/** What would ask another clock: a default that is more than the name of one, a function that names it otherwise, a view, a policy. */
const LEFT_ON_THE_REAL_CLOCK = `
with ours as (select unnest(array['public'::regnamespace, 'private'::regnamespace]) as schema),
  clocks as (select '(pg_catalog\\.|[^_.a-z])(now|clock_timestamp|statement_timestamp|transaction_timestamp)\\(|current_timestamp|current_date|localtimestamp' as pattern)
select format('default of %s', d.adrelid::regclass) as what from pg_attrdef d, clocks
where ' ' || pg_get_expr(d.adbin, d.adrelid) ~* pattern
  and d.adrelid in (select oid from pg_class where relnamespace in (select schema from ours))
union all
select p.oid::regprocedure::text from pg_proc p where p.pronamespace in (select schema from ours)
  and p.prosrc ~* 'pg_catalog\\.(now|clock_timestamp)|statement_timestamp|transaction_timestamp|current_timestamp|current_date|localtimestamp'
union all
select format('view %s', c.oid::regclass) from pg_class c, clocks
where c.relkind in ('v', 'm') and c.relnamespace in (select schema from ours) and pg_get_viewdef(c.oid) ~* pattern
union all
select format('policy %s', p.policyname) from pg_policies p, clocks
where p.schemaname in ('public', 'private') and coalesce(p.qual, '') || coalesce(p.with_check, '') ~* pattern`;
