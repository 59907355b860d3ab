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
  ['takes everybody for support', /private\.is_support\(\)\)?(?= *$)/gm, 'true)'],
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

/** Each check of each function left out, one at a time; and each function that reads as its caller made to read as its owner. */
export async function functionMutants(
  { sql }: Pick<Stack, 'sql'>,
  catalogue: Catalogue,
): Promise<{ mutants: Mutant[]; equivalent: { name: string; because: string }[] }> {
  const { rows } = await sql.query<Definition>(
    `select n.nspname as schema, p.proname as name, p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as definition
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'private') and p.prokind = 'f' order by 1, 3`,
  );
  const cut = rows.flatMap(({ schema, name, signature, definition }) =>
    CUTS.flatMap(([what, pattern, replacement]) =>
      [...definition.matchAll(pattern)].map((match, index): Mutant => {
        const at = match.index;
        const changed =
          definition.slice(0, at) +
          match[0].replace(new RegExp(pattern.source, pattern.flags.replace('g', '')), replacement) +
          definition.slice(at + match[0].length);
        return {
          kind: 'function',
          name: `${schema}.${name} ${what}${index === 0 ? '' : ` (${index + 1})`} [${signature}]`,
          apply: changed,
          undo: definition,
          isNear: (probe) => probe.object === name,
        };
      }),
    ),
  );
  const exposed = new Set(
    catalogue.functions.filter(({ callers }) => callers.includes('authenticated')).map(({ name }) => name),
  );
  const invokers = rows.filter(
    ({ schema, name, definition }) =>
      schema === 'public' && exposed.has(name) && !definition.includes('SECURITY DEFINER'),
  );
  const asOwner = invokers
    .filter(({ name, definition }) => !isWrapper(name, definition))
    .map(
      ({ name, signature }): Mutant => ({
        kind: 'function',
        name: `public.${name} runs as its owner`,
        apply: `alter function ${signature} security definer`,
        undo: `alter function ${signature} security invoker`,
        isNear: (probe) => probe.object === name,
      }),
    );
  return {
    mutants: [...cut, ...asOwner],
    equivalent: invokers
      .filter(({ name, definition }) => isWrapper(name, definition))
      .map(({ name }) => ({
        name: `public.${name} runs as its owner`,
        because: `it does nothing but call private.${name}, which runs as its owner and asks by the token`,
      })),
  };
}

/** `select private.f(…)` and nothing else. */
const isWrapper = (name: string, definition: string): boolean =>
  new RegExp(`\\$function\\$\\s*select private\\.${name}\\([^()]*\\)\\s*;?\\s*\\$function\\$`).test(
    definition,
  );
