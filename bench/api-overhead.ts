/**
 * What the API adds to a read: the same rows asked through the api Worker (workerd) and from PostgREST alone, in turns, by as many
 * askers at once, on one local stack. Before anything is timed the answers are compared.
 *
 *     npm run bench api-overhead [-- --json] [requests a question and side, default 3000]
 *
 * Both go through the local gateway, with the same token. Target: p99 of the API below twice that of PostgREST alone. What the local
 * simulation of Cloudflare costs by itself (its entry and its way out are Workers too) is shown by a third: a Worker that only passes
 * the request on to PostgREST.
 */
import { isDeepStrictEqual } from 'node:util';
import { createTenant, startTemporaryStack } from '@sluice/testkit';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { INTEGRATION_COLUMNS, integrationOf } from '../workers/api/src/routes/s3-integrations/read-model.ts';
import { objectOf } from '../workers/api/src/routes/s3-objects/read-model.ts';
import { print, type Row } from './support/report.ts';

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
const worker = new Miniflare(
  convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    modules: true,
    compatibilityDate: '2026-11-01',
    bindings: { ORIGIN: stack.supabaseUrl },
    script: `export default {
      fetch: (request, { ORIGIN }) => {
        const { pathname, search } = new URL(request.url);
        return fetch(new Request(ORIGIN + pathname + search, request));
      },
    };`,
  }),
);
try {
  const workerUrl = (await worker.ready).origin;
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
      expected: (rows: Parameters<typeof integrationOf>[0][]) => rows.slice(0, PAGE).map(integrationOf),
      shown: (answer) => answer['items'],
    },
    {
      name: 'GET one integration with its books',
      api: `/api/integrations/s3/${id}`,
      rest: { path: `/s3_integrations?select=${columns},ledger&id=eq.${id}` },
      expected: (rows: Parameters<typeof integrationOf>[0][]) => rows.map(integrationOf)[0],
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
  const viaApi = ({ api }: Question) => ask(`${stack.apiUrl}${api}`);
  const viaRest = ({ rest }: Question) => ask(`${stack.supabaseUrl}/rest/v1${rest.path}`, rest.body);
  const viaWorker = ({ rest }: Question) => ask(`${workerUrl}/rest/v1${rest.path}`, rest.body);

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
    const rows = (await viaRest(question)) as never;
    const shown = question.shown((await viaApi(question)) as Json);
    if (!isDeepStrictEqual(shown, JSON.parse(JSON.stringify(question.expected(rows))))) {
      throw new Error(`${question.name}: the two answers differ`);
    }
    await turn(() => viaApi(question), 300);
    await turn(() => viaRest(question), 300);
    if (!isDeepStrictEqual(await viaWorker(question), rows)) {
      throw new Error(`${question.name}: the Worker that passes on answers differently`);
    }
    await turn(() => viaWorker(question), 300);
    const api: number[] = [];
    const rest: number[] = [];
    const passedOn: number[] = [];
    while (api.length < REQUESTS) {
      api.push(...(await turn(() => viaApi(question), TURN)));
      rest.push(...(await turn(() => viaRest(question), TURN)));
      passedOn.push(...(await turn(() => viaWorker(question), TURN)));
    }
    const at = (times: number[], share: number) =>
      times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
    const round = (value: number) => Math.round(value * 100) / 100;
    report.push({
      question: question.name,
      'PostgREST p50 ms': round(at(rest, 0.5)),
      'API p50 ms': round(at(api, 0.5)),
      'ratio p50': round(at(api, 0.5) / at(rest, 0.5)),
      'PostgREST p99 ms': round(at(rest, 0.99)),
      'API p99 ms': round(at(api, 0.99)),
      'ratio p99': round(at(api, 0.99) / at(rest, 0.99)),
      'passed on p99 ms': round(at(passedOn, 0.99)),
      'ratio p99 to passed on': round(at(api, 0.99) / at(passedOn, 0.99)),
    });
  }
  print(
    `Reads through the API and from PostgREST alone, ${REQUESTS} each, ${ASKERS} at once, in turns of ${TURN}`,
    report,
  );
} finally {
  await worker.dispose();
  await stack.stop();
}
