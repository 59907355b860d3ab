import type { Stack } from '@sluice/testkit';
import type { Catalogue } from './catalogue.ts';
import type { Mutant } from './mutants.ts';

interface Definition {
  readonly schema: string;
  readonly name: string;
  readonly signature: string;
  readonly definition: string;
}

/** What is taken out of a function: each is one way to forget to ask who is calling. */
const CUTS: readonly (readonly [what: string, pattern: RegExp, replacement: string])[] = [
  ['does not ask for the role', /perform private\.require_role\([^;]*;/g, 'perform 1;'],
  ['is content with a member', /(perform private\.require_role\([^;]*)'admin'\)/g, "$1'member')"],
  ['is content with an admin', /(perform private\.require_role\([^;]*)'owner'\)/g, "$1'admin')"],
  ['does not ask for support', /perform private\.require_support\(\);/g, 'perform 1;'],
  ['asks nobody whether they are support', /if not private\.is_support\(\) then/g, 'if false then'],
  ['takes everybody for support', /coalesce\(\(select auth\.jwt\(\)\)[^=]*= 'support'/g, 'true'],
  ['lets everybody in with support', /private\.is_support\(\) or/g, 'true or'],
  ['does not say who it acts for', /perform private\.act_as\([^;]*;/g, 'perform 1;'],
  ['forgets when access ends', /and expires_at > now\(\)/g, ''],
  ['forgets that support may end', /and \(select private\.is_support\(\)\)/g, ''],
  ['forgets whose tenants', /where user_id = \(select auth\.uid\(\)\)/g, 'where true'],
  [
    'shows the rows of every tenant',
    /[\w.]*tenant_id in \(select private\.my_(?:admin_)?tenant_ids\(\)\)/g,
    'true',
  ],
  [
    'takes nobody for a stranger',
    /[\w.]*tenant_id not in \(select private\.my_(?:admin_)?tenant_ids\(\)\)/g,
    'false',
  ],
  ['forgets the role', /and role in \('owner', 'admin'\)/g, ''],
  ['forgets who is no member', /if v_role is null then/g, 'if false then'],
  ['forgets who is too little', /if v_role > p_least then/g, 'if false then'],
];

/** Breakages that change nothing anybody could see over REST, and why. By the beginning of a mutant's name. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'private.handle_new_user does not say who it acts for':
    'nobody is asked; for the audit, which supabase/tests/stories/audit.sql reads',
  'private.update_notification_target does not say who it acts for': 'the function that calls it has said so',
  'public.end_r2_receiver does not say who it acts for': 'nobody is asked; for the audit of what was begun',
  'public.begin_reseal does not say who it acts for': 'nobody is asked; for the audit of the reseal',
  'public.record_s3_connection_test does not say who it acts for':
    'nobody is asked; for the audit of the test',
  'public.run_replay_batch does not say who it acts for': 'nobody is asked; for the history of the objects',
  'private.s3_integration_usage_summary takes nobody for a stranger':
    'it decides only whether reading is an event, which supabase/tests/stories/usage.sql reads',
  'public.ledger runs as its owner': 'it is given a row that its caller has read, and counts by its id alone',
  'private.require_another_owner': 'it asks for nobody',
};

export interface Equivalent {
  readonly name: string;
  readonly because: string;
}

/**
 * Each check of each function left out, one at a time, and each function that reads as its caller made to read as its owner.
 * Where one function calls another that checks again, both are broken at once: either alone would hold.
 */
export async function functionMutants(
  { sql }: Pick<Stack, 'sql'>,
  catalogue: Catalogue,
): Promise<{ mutants: Mutant[]; equivalent: Equivalent[] }> {
  const { rows } = await sql.query<Definition>(
    `select n.nspname as schema, p.proname as name, p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as definition
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'private') and p.prokind = 'f' order by 1, 3`,
  );
  const all = [...cutMutants(rows), ...ownerMutants(rows, catalogue)];
  const reasonOf = ({ name }: Mutant) =>
    Object.entries(EQUIVALENT).find(([known]) => name.startsWith(known))?.[1];
  return {
    mutants: all.filter((mutant) => reasonOf(mutant) === undefined),
    equivalent: [
      ...all.flatMap((mutant) => {
        const because = reasonOf(mutant);
        return because === undefined ? [] : [{ name: mutant.name, because }];
      }),
      ...usersInvokers(rows, catalogue)
        .filter(isWrapper)
        .map(({ name }) => ({
          name: `public.${name} runs as its owner`,
          because: `it does nothing but call private.${name}, which runs as its owner and asks by the token`,
        })),
    ],
  };
}

function cutMutants(rows: readonly Definition[]): Mutant[] {
  return rows.flatMap((row) =>
    CUTS.flatMap(([what, pattern, replacement]) =>
      [...row.definition.matchAll(pattern)].flatMap((match, index): Mutant[] => {
        const alone = replaceAt(row.definition, match, pattern, replacement);
        const partners = rows.filter((other) => other !== row && checksAgain(row, other));
        const broken = partners.map(({ definition }) => definition.replaceAll(pattern, replacement));
        return [
          {
            kind: 'function',
            name: `${row.schema}.${row.name} ${what}${index === 0 ? '' : ` (${index + 1})`}`,
            apply: [alone, ...broken].join(';\n'),
            undo: [row, ...partners].map(({ definition }) => definition).join(';\n'),
            isNear: (probe) => probe.object === row.name,
          },
        ];
      }),
    ),
  );
}

/** The other signature of the same verb, with the revision or without; and what both folder rule verbs ask first. */
const checksAgain = (row: Definition, other: Definition): boolean =>
  row.schema === 'private' &&
  other.schema === 'private' &&
  (other.name === row.name ||
    (row.name.endsWith('_s3_folder_rule') && other.name === 'require_rule_revision') ||
    (row.name === 'require_rule_revision' && other.name.endsWith('_s3_folder_rule')));

function replaceAt(text: string, match: RegExpExecArray, pattern: RegExp, replacement: string): string {
  const once = new RegExp(pattern.source, pattern.flags.replace('g', ''));
  return (
    text.slice(0, match.index) +
    match[0].replace(once, replacement) +
    text.slice(match.index + match[0].length)
  );
}

function ownerMutants(rows: readonly Definition[], catalogue: Catalogue): Mutant[] {
  return usersInvokers(rows, catalogue)
    .filter((row) => !isWrapper(row))
    .map(({ name, signature }) => ({
      kind: 'function',
      name: `public.${name} runs as its owner`,
      apply: `alter function ${signature} security definer`,
      undo: `alter function ${signature} security invoker`,
      isNear: (probe) => probe.object === name,
    }));
}

function usersInvokers(rows: readonly Definition[], { functions }: Catalogue): Definition[] {
  const users = new Set(
    functions.filter(({ callers }) => callers.includes('authenticated')).map(({ name }) => name),
  );
  return rows.filter(
    ({ schema, name, definition }) =>
      schema === 'public' && users.has(name) && !definition.includes('SECURITY DEFINER'),
  );
}

/** `select private.f(…)` and nothing else. */
const isWrapper = ({ name, definition }: Definition): boolean =>
  new RegExp(
    `\\$function\\$\\s*select (?:\\* from )?private\\.${name}\\((?:[^()]|\\([^()]*\\))*\\)\\s*;?\\s*\\$function\\$`,
  ).test(definition);
