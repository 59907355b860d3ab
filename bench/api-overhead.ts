/**
 * What the API adds to a read: the same rows asked through the api Worker and from PostgREST alone, in turns, by as many askers at
 * once, on one local stack. Before anything is timed the answers are compared.
 *
 *     npm run bench api-overhead [-- --json] [requests a question and side, default 3000]
 *
 * All go through the local gateway, with the same token. Target: p99 of the API below twice that of PostgREST alone. The Worker is
 * asked where workerd serves it by itself, as Cloudflare does, and on the local stack, whose Miniflare has Workers of its own on the
 * way in and on the way out of each: what these cost is no cost of the API.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createTenant, startTemporaryStack } from '@sluice/testkit';
import { INTEGRATION_COLUMNS, integrationOf } from '../workers/api/src/routes/s3-integrations/read-model.ts';
import { objectOf } from '../workers/api/src/routes/s3-objects/read-model.ts';
import { print, type Row } from './support/report.ts';
import { serveByWorkerd } from './support/workerd.ts';

const REQUESTS = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 3_000);
const ASKERS = 4;
/** A turn of one side, then as many of the other. */
const TURN = 60;
const INTEGRATIONS = 60;
const OBJECTS = 5_000;
const PAGE = 50;

type Json = Record<string, unknown>;

interface Question {
  readonly name: string;
  readonly api: string;
  readonly rest: { readonly path: string; readonly body?: Json };
  /** What the API shows, made of PostgREST's answer. */
  readonly expected: (rows: never) => unknown;
  /** The same part of the API's answer. */
  readonly shown: (answer: Json) => unknown;
}

const stack = await startTemporaryStack({ buckets: [] });
const api = await serveByWorkerd(join(import.meta.dirname, 'support/api-worker.ts'), {
  SUPABASE_URL: stack.supabaseUrl,
  SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
}).catch(async (error: unknown) => {
  await stack.stop();
  throw error;
});
try {
  const { owner, id: tenantId } = await createTenant(stack);
  const { rows: made } = await stack.sql.query<{ id: string }>(
    `insert into public.s3_integrations (tenant_id, name, provider, bucket, region, endpoint, addressing_style, input_prefix, output_prefix, status)
     select $1, 'Bucket ' || n, 'generic', 'bucket', 'auto', 'https://s3.example.com', 'path', n || '/in/', n || '/out/', 'active'
     from generate_series(1, $2) n returning id`,
    [tenantId, INTEGRATIONS],
  );
  const id = made[0]?.id ?? '';
  await stack.sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, due_at)
     select $1, $2, n || '.pdf', md5(n::text), 1000 + n, 'poll', case n % 10 when 0 then 'skipped' else 'written_back' end,
       case n % 10 when 0 then 'not_pdf' end, null from generate_series(1, $3) n`,
    [tenantId, id, OBJECTS],
  );
  await stack.sql.query('analyze');

  const columns = encodeURIComponent(INTEGRATION_COLUMNS.replaceAll(' ', ''));
  const questions: readonly Question[] = [
    {
      name: `GET a page of ${PAGE} integrations`,
      api: `/api/integrations/s3?limit=${PAGE}`,
      rest: { path: `/s3_integrations?select=${columns}&order=created_at.desc,id.desc&limit=${PAGE + 1}` },
      expected: (rows: Parameters<typeof integrationOf>[0][]) =>
        rows.slice(0, PAGE).map((row) => integrationOf(row, [])),
      shown: (answer) => answer['items'],
    },
    {
      name: 'GET one integration with its books',
      api: `/api/integrations/s3/${id}`,
      rest: { path: `/s3_integrations?select=${columns},ledger&id=eq.${id}` },
      expected: (rows: Parameters<typeof integrationOf>[0][]) => rows.map((row) => integrationOf(row, []))[0],
      shown: ({ ledger: _ledger, ...integration }) => integration,
    },
    {
      name: `GET a page of ${PAGE} objects`,
      api: `/api/integrations/s3/${id}/objects?limit=${PAGE}`,
      rest: { path: '/rpc/list_s3_objects', body: { p_integration_id: id, p_limit: PAGE + 1 } },
      expected: (rows: Parameters<typeof objectOf>[0][]) => rows.slice(0, PAGE).map(objectOf),
      shown: (answer) => answer['items'],
    },
  ];

  const headers = {
    authorization: `Bearer ${owner.accessToken}`,
    apikey: stack.publishableKey,
    'content-type': 'application/json',
  };
  const ask = async (url: string, body?: Json): Promise<unknown> => {
    const response = await fetch(url, {
      headers,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const sides = {
    rest: ({ rest }: Question) => ask(`${stack.supabaseUrl}/rest/v1${rest.path}`, rest.body),
    api: ({ api: path }: Question) => ask(`${api.origin}${path}`),
    local: ({ api: path }: Question) => ask(`${stack.apiUrl}${path}`),
  };
  const SIDES = ['rest', 'api', 'local'] as const;

  /** So many requests by the askers at once; how long each took, in milliseconds. */
  const turn = async (act: () => Promise<unknown>, count: number): Promise<number[]> => {
    const took: number[] = [];
    let left = count;
    const asker = async () => {
      while (left > 0) {
        left -= 1;
        const beganAt = performance.now();
        await act();
        took.push(performance.now() - beganAt);
      }
    };
    await Promise.all(Array.from({ length: ASKERS }, asker));
    return took;
  };

  const report: Row[] = [];
  for (const question of questions) {
    const rows = (await sides.rest(question)) as never;
    const expected = JSON.parse(JSON.stringify(question.expected(rows)));
    for (const side of ['api', 'local'] as const) {
      if (!isDeepStrictEqual(question.shown((await sides[side](question)) as Json), expected)) {
        throw new Error(`${question.name}: the answers differ`);
      }
    }
    for (const side of SIDES) await turn(() => sides[side](question), 300);
    const took = { rest: [] as number[], api: [] as number[], local: [] as number[] };
    while (took.rest.length < REQUESTS) {
      for (const side of SIDES) took[side].push(...(await turn(() => sides[side](question), TURN)));
    }
    const at = (times: number[], share: number) =>
      times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
    const round = (value: number) => Math.round(value * 100) / 100;
    const ratio = (side: 'api' | 'local', share: number) =>
      round(at(took[side], share) / at(took.rest, share));
    report.push({
      question: question.name,
      'PostgREST p50 ms': round(at(took.rest, 0.5)),
      'PostgREST p99 ms': round(at(took.rest, 0.99)),
      'API p50 ms': round(at(took.api, 0.5)),
      'API p99 ms': round(at(took.api, 0.99)),
      'ratio p50': ratio('api', 0.5),
      'ratio p99': ratio('api', 0.99),
      'ratio p50 with Miniflare': ratio('local', 0.5),
      'ratio p99 with Miniflare': ratio('local', 0.99),
    });
  }
  print(
    `Reads through the API and from PostgREST alone, ${REQUESTS} each, ${ASKERS} at once, in turns of ${TURN}`,
    report,
  );
} finally {
  await api.stop();
  await stack.stop();
}
