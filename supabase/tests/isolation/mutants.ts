import { API_ROLES, type Catalogue, type Policy, TABLE_PRIVILEGES } from './catalogue.ts';
import type { Probe } from './probes.ts';

/** One thing broken, and how it is mended again. */
export interface Mutant {
  readonly kind: 'policy' | 'row security' | 'grant' | 'function';
  readonly name: string;
  readonly apply: string;
  readonly undo: string;
  /** The fields of the matrix that should notice come first. */
  readonly isNear: (probe: Probe) => boolean;
}

/** Every policy dropped, opened, negated and taken apart; row security off; every revoke undone and every grant taken back. */
export function catalogueMutants(catalogue: Catalogue): Mutant[] {
  return [
    ...catalogue.policies.flatMap(policyMutants),
    ...catalogue.relations.flatMap(({ name, kind, grants, columns, columnGrants }) => {
      if (kind === 'sequence')
        return grantMutants(`sequence public.${name}`, name, ['SELECT', 'UPDATE', 'USAGE'], grants);
      return [
        ...(kind === 'table' ? rowSecurityMutants(name) : []),
        ...grantMutants(`public.${name}`, name, TABLE_PRIVILEGES, grants).map((mutant) => ({
          ...mutant,
          undo: [mutant.undo, ...columnsAgain(name, columnGrants, grants)].join('; '),
        })),
        ...columnMutants(name, columns, columnGrants),
      ];
    }),
    ...catalogue.functions.flatMap(({ name, signature, callers }) =>
      grantMutants(
        `function public.${signature}`,
        name,
        ['EXECUTE'],
        callers.map((role) => `${role} EXECUTE`),
      ),
    ),
  ];
}

/** What is taken back from a whole table is taken back from its columns too: what was granted by column is granted again. */
const columnsAgain = (table: string, columnGrants: readonly string[], grants: readonly string[]): string[] =>
  columnGrants.flatMap((grant) => {
    const [role = '', privilege = '', column = ''] = grant.split(' ');
    return grants.includes(`${role} ${privilege}`)
      ? []
      : [`grant ${privilege} (${column}) on public.${table} to ${role}`];
  });

function policyMutants({ table, name, using, withCheck }: Policy): Mutant[] {
  const on = `policy "${name}" on public.${table}`;
  const alter = (what: string) => `alter ${on} ${what}`;
  const expressions: readonly (readonly ['using' | 'with check', string])[] = [
    ...(using === null ? [] : [['using', using] as const]),
    ...(withCheck === null ? [] : [['with check', withCheck] as const]),
  ];
  const mutant = (what: string, apply: string, undo: string): Mutant => ({
    kind: 'policy',
    name: `${table}: "${name}" ${what}`,
    apply,
    undo,
    isNear: ({ object, verb }) => object === table && verb === 'select',
  });
  return [
    mutant('is dropped', `drop ${on}`, `create ${on} for select to authenticated using (${using})`),
    mutant('is for everybody', alter('to public'), alter('to authenticated')),
    ...expressions.flatMap(([clause, text]) =>
      variantsOf(text).map(([what, changed]) =>
        mutant(`${clause} ${what}`, alter(`${clause} (${changed})`), alter(`${clause} (${text})`)),
      ),
    ),
  ];
}

/** An expression opened, negated, with the other helper, and each of its operands held for true and for false. */
export function variantsOf(expression: string): (readonly [what: string, changed: string])[] {
  const swapped = expression.includes('my_admin_tenant_ids')
    ? expression.replaceAll('my_admin_tenant_ids', 'my_tenant_ids')
    : expression.replaceAll('my_tenant_ids', 'my_admin_tenant_ids');
  return [
    ['is true', 'true'],
    ['is negated', `not (${expression})`],
    ...(swapped === expression ? [] : [['asks for another role', swapped] as const]),
    ...operandsOf(expression).flatMap(([begin, end]) =>
      ['true', 'false'].map(
        (value) =>
          [
            `holds ${expression.slice(begin, end)} for ${value}`,
            expression.slice(0, begin) + value + expression.slice(end),
          ] as const,
      ),
    ),
  ];
}

/** Where the operands of every AND and OR of an expression begin and end. */
function operandsOf(expression: string): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const scan = (begin: number, end: number): void => {
    const cuts: number[] = [];
    const groups: (readonly [number, number])[] = [];
    let depth = 0;
    let groupBegin = begin;
    for (let at = begin; at < end; at += 1) {
      if (expression[at] === '(') {
        depth += 1;
        if (depth === 1) groupBegin = at + 1;
      } else if (expression[at] === ')') {
        depth -= 1;
        if (depth === 0) groups.push([groupBegin, at]);
      } else if (depth === 0 && /^ (?:AND|OR) /.test(expression.slice(at, at + 5))) cuts.push(at);
    }
    const edges = [begin - 1, ...cuts, end];
    if (cuts.length > 0) {
      edges.slice(1).forEach((edge, index) => {
        const first = (edges[index] ?? 0) + 1;
        const operand = /^(?:(?:AND|OR) )?([\s\S]*)$/.exec(expression.slice(first, edge))?.[1] ?? '';
        found.push([edge - operand.length, edge]);
      });
    }
    for (const [from, to] of groups) scan(from, to);
  };
  scan(0, expression.length);
  return found;
}

function rowSecurityMutants(table: string): Mutant[] {
  const alter = (what: string) => `alter table public.${table} ${what} row level security`;
  const open = `policy opened on public.${table}`;
  return [
    {
      kind: 'row security',
      name: `${table}: row level security is off`,
      apply: alter('disable'),
      undo: alter('enable'),
      isNear: ({ object, verb }) => object === table && verb === 'select',
    },
    {
      kind: 'row security',
      name: `${table}: another policy lets everybody do everything`,
      apply: `create ${open} for all to authenticated using (true) with check (true)`,
      undo: `drop ${open}`,
      isNear: ({ object, verb }) => object === table && verb === 'select',
    },
  ];
}

const VERBS: Readonly<Record<string, Probe['verb']>> = {
  SELECT: 'select',
  INSERT: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
  EXECUTE: 'execute',
};
const isRole = (role: string, caller: string): boolean =>
  (role === 'anon') === (caller === 'anonymous') && (role === 'service_role') === (caller === 'service');

function grantMutants(
  on: string,
  name: string,
  privileges: readonly string[],
  held: readonly string[],
): Mutant[] {
  return API_ROLES.flatMap((role) =>
    privileges.map((privilege): Mutant => {
      const grant = `grant ${privilege} on ${on} to ${role}`;
      const revoke = `revoke ${privilege} on ${on} from ${role}`;
      const isHeld = held.includes(`${role} ${privilege}`);
      return {
        kind: 'grant',
        name: isHeld ? revoke : grant,
        apply: isHeld ? revoke : grant,
        undo: isHeld ? grant : revoke,
        isNear: ({ object, verb, caller }) =>
          object === name && verb === VERBS[privilege] && isRole(role, caller),
      };
    }),
  );
}

/** Every column that a role does not read is shown to it. */
function columnMutants(table: string, columns: readonly string[], held: readonly string[]): Mutant[] {
  return API_ROLES.flatMap((role) =>
    columns
      .filter((column) => !held.includes(`${role} SELECT ${column}`))
      .map((column): Mutant => {
        const what = `select (${column}) on public.${table}`;
        return {
          kind: 'grant',
          name: `grant ${what} to ${role}`,
          apply: `grant ${what} to ${role}`,
          undo: `revoke ${what} from ${role}`,
          isNear: ({ object, verb, caller, detail }) =>
            object === table && isRole(role, caller) && verb === 'column' && detail === column,
        };
      }),
  );
}
