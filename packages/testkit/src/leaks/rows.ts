import type { Pool } from 'pg';
import type { Place } from './search.ts';

/** Every row of every table that is not the database's own, as text: bytes in hex. A place is named `row of schema.table`. */
export async function everyRow(sql: Pool): Promise<Place[]> {
  const { rows: tables } = await sql.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema', 'supabase_migrations')`,
  );
  const places: Place[] = [];
  for (const { name } of tables) {
    const { rows } = await sql.query<{ text: string }>(`select r::text as text from ${name} as r`);
    places.push({ name: `row of ${name}`, text: rows.map(({ text }) => text).join('\n') });
  }
  return places;
}
