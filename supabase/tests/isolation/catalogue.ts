import type { Stack } from '@sluice/testkit';

/** The schemas PostgREST shows, and the roles a request can come to run as. */
const EXPOSED_SCHEMA = 'public';
export const API_ROLES = ['anon', 'authenticated', 'service_role'] as const;
type ApiRole = (typeof API_ROLES)[number];

export const TABLE_PRIVILEGES = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'TRUNCATE',
  'REFERENCES',
  'TRIGGER',
  'MAINTAIN',
] as const;

export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'sequence';
  readonly columns: readonly string[];
  readonly isRowSecured: boolean;
  /** `role privilege`, on the whole of it. */
  readonly grants: readonly string[];
  /** `role privilege column`, wherever a role has it on that column, by whatever grant. */
  readonly columnGrants: readonly string[];
}

export interface CatalogueFunction {
  readonly name: string;
  /** As `alter function` takes it: `public.f(uuid, integer)`. */
  readonly signature: string;
  readonly parameters: readonly string[];
  readonly callers: readonly ApiRole[];
}

export interface Policy {
  readonly table: string;
  readonly name: string;
  readonly command: string;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly withCheck: string | null;
}

/** What the REST API stands on, as the migrated database itself says. */
export interface Catalogue {
  readonly relations: readonly Relation[];
  readonly functions: readonly CatalogueFunction[];
  readonly policies: readonly Policy[];
  /** `role privilege relation` of the schemas that are not exposed: there should be none. */
  readonly hiddenGrants: readonly string[];
}

export async function readCatalogue({
  sql,
}: {
  readonly sql: Pick<Stack['sql'], 'query'>;
}): Promise<Catalogue> {
  const privileges = `{${TABLE_PRIVILEGES.join(',')}}`;
  const roles = `{${API_ROLES.join(',')}}`;
  const relations = await sql.query<Relation>(
    `select c.relname as name, case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'view' else 'table' end as kind,
       c.relrowsecurity as "isRowSecured",
       array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and c.relkind <> 'S'
         order by attnum) as columns,
       array(select r || ' ' || p from unnest($2::text[]) r, unnest(case c.relkind when 'S' then '{SELECT,UPDATE,USAGE}' else $1::text[] end) p
         where case c.relkind when 'S' then has_sequence_privilege(r, c.oid, p) else has_table_privilege(r, c.oid, p) end) as grants,
       array(select r || ' ' || p || ' ' || attname from unnest($2::text[]) r, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) p, pg_attribute a
         where attrelid = c.oid and attnum > 0 and not attisdropped and c.relkind <> 'S'
           and has_column_privilege(r, c.oid, attnum, p)) as "columnGrants"
     from pg_class c where c.relnamespace = '${EXPOSED_SCHEMA}'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') order by 1`,
    [privileges, roles],
  );
  const functions = await sql.query<CatalogueFunction>(
    `select p.proname as name, p.oid::regprocedure::text as signature,
       coalesce(p.proargnames[1:p.pronargs], '{}') as parameters,
       array(select r from unnest($1::text[]) r where has_function_privilege(r, p.oid, 'execute')) as callers
     from pg_proc p where p.pronamespace = '${EXPOSED_SCHEMA}'::regnamespace and p.prorettype <> 'trigger'::regtype order by 1`,
    [roles],
  );
  const policies = await sql.query<Policy>(
    `select tablename as "table", policyname as name, cmd as command, roles::text[] as roles, qual as using, with_check as "withCheck"
     from pg_policies where schemaname = '${EXPOSED_SCHEMA}' order by 1, 2`,
  );
  const hidden = await sql.query<{ grant: string }>(
    `select r || ' ' || p || ' ' || c.oid::regclass as grant
     from pg_class c, unnest($2::text[]) r, unnest($1::text[]) p
     where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(r, c.oid, p)`,
    [privileges, roles],
  );
  return {
    relations: relations.rows,
    functions: functions.rows,
    policies: policies.rows,
    hiddenGrants: hidden.rows.map(({ grant }) => grant),
  };
}
