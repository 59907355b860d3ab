import type { Caller, Outcome } from './expectations/vocabulary.ts';
import type { World } from './world.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/rest/v1`. */
  readonly path: string;
  readonly body?: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks PostgREST through the project's URL, as any client on the internet can. Whatever it does is rolled back. */
async function ask(world: World, caller: Caller, { method, path, body }: Question): Promise<Answer> {
  const response = await fetch(`${world.stack.supabaseUrl}/rest/v1${path}`, {
    method,
    headers: {
      ...world.headersOf[caller],
      'content-type': 'application/json',
      prefer: 'tx=rollback',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.text() };
}

/** What a call or a write comes to. */
export async function outcomeOf(world: World, caller: Caller, question: Question): Promise<Outcome> {
  return judge(await ask(world, caller, question));
}

function judge({ status, body }: Answer): Outcome {
  if (status < 300)
    return ['', 'null', 'false', '[]', '{}', '[{"ledger":null}]'].includes(body) ? 'nothing' : 'done';
  const { code = '', message = '' } = JSON.parse(body) as { code?: string; message?: string };
  // By the same SQLSTATE: without the privilege, and with it but against a policy.
  if (code === '42501') return message.includes('row-level security') ? 'refused: row security' : 'denied';
  if (message === 'not_found') return 'unseen';
  if (message === 'forbidden') return 'forbidden';
  return `refused: ${/^[a-z_]+$/.test(message) ? message : `${code} ${message}`}`;
}

/** Whose rows a caller sees: `acme`, `umbrella`, `platform` (nobody's), `a stranger` (anybody else's but their own). */
export async function whoseRows(
  world: World,
  caller: Caller,
  table: string,
  column: string,
  filter = '',
): Promise<string> {
  const answer = await ask(world, caller, { method: 'GET', path: `/${table}?select=${column}${filter}` });
  if (answer.status >= 300) return judge(answer);
  const rows = JSON.parse(answer.body) as Readonly<Record<string, string | null>>[];
  const seen = new Set(
    rows.flatMap((row) => {
      const id = row[column] ?? null;
      if (id === null) return ['platform'];
      if (id === world.acme.tenant) return ['acme'];
      if (id === world.umbrella.tenant) return ['umbrella'];
      return world.ownTenants[caller]?.has(id) === true ? [] : ['a stranger'];
    }),
  );
  if (caller === 'service' && seen.has('acme') && seen.has('umbrella')) return 'everything';
  return seen.size === 0 ? 'no rows' : [...seen].sort().join(', ');
}
