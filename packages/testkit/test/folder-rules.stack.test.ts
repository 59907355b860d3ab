import { openBucket } from '@sluice/s3';
import { Pool } from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { at, call, newIntegration, newTenant } from '../src/api-client/index.ts';
import { rawSamples } from '../src/samples/raw-samples.ts';
import { connectControls } from '../src/stack/control.ts';
import { pollUntil } from '../src/stack/process/poll.ts';

const stack = inject('stack');
const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
afterAll(() => sql.end());

/** Documents whose content says no language, so that what the result says is the rule's. */
const documentBytes = (): Uint8Array => {
  const [sample] = rawSamples();
  if (sample === undefined) throw new Error('there are no samples');
  return sample.bytes;
};

test('a document gets the language, the overwrite policy and the sub-folder of the longest rule of its folder', async () => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const root = crypto.randomUUID();
  const id = await newIntegration(tenant, {
    inputPrefix: `${root}/in/`,
    outputPrefix: `${root}/out/`,
    language: 'en',
  });
  const route = `/api/integrations/s3/${id}/rules`;
  const set = async (folder: string, body: object): Promise<void> => {
    const answer = await call('PUT', `${route}?prefix=${encodeURIComponent(`${root}/in/${folder}`)}`, {
      token,
      body,
    });
    expect(answer.status, answer.text).toBe(200);
  };
  await set('de/', { language: 'de', outputSubfolder: 'german/', qualityTier: 'enhanced' });
  await set('de/laws/', { language: 'de-AT', overwritePolicy: 'keep_versions' });

  const bucket = openBucket({
    bucket: stack.s3.buckets[0] ?? '',
    provider: {
      provider: 'generic',
      endpoint: stack.s3.endpoint,
      region: stack.s3.region,
      addressing: 'path',
    },
    credentials: { accessKeyId: stack.s3.accessKeyId, secretAccessKey: stack.s3.secretAccessKey },
    egress: { mode: 'allow-loopback' },
  });
  const body = documentBytes();
  const names = ['a.pdf', 'de/b.pdf', 'de/laws/c.pdf'];
  const etags = new Map<string, string>();
  for (const name of names) {
    const key = `${root}/in/${name}`;
    const { etag } = await bucket.put({
      key,
      body,
      sizeBytes: body.length,
      contentType: 'application/pdf',
    });
    etags.set(name, etag);
  }

  // Announced before anything is done.
  const announced: string[] = [];
  for (const name of names) {
    const match = await call('GET', `${route}/match?key=${encodeURIComponent(`${root}/in/${name}`)}`, {
      token,
    });
    expect(match.status, match.text).toBe(200);
    for (const n of [0, 1])
      announced.push(String(at(match.body, `outputs.${n}.key`)).replace('{version}', etags.get(name) ?? ''));
  }

  const controls = connectControls(stack.controlUrl, stack.secretKey);
  await pollUntil(
    async () => {
      await controls.tick('*/2 * * * *');
      await controls.tick('* * * * *');
      const { rows } = await sql.query<{ state: string }>(
        'select state from public.s3_processed_objects where integration_id = $1',
        [id],
      );
      return rows.length === names.length && rows.every(({ state }) => state === 'written_back');
    },
    { what: 'all documents are written back', timeoutMs: 50_000, intervalMs: 500 },
  );

  const written = (await bucket.listPage({ prefix: `${root}/out/` })).objects.map(({ key }) => key);
  expect(written.toSorted()).toEqual(announced.toSorted());
  expect(written.toSorted()).toEqual(
    ['a.pdf', 'german/de/b.pdf', `de/laws/c.${etags.get('de/laws/c.pdf')}.pdf`]
      .flatMap((name) => [`${root}/out/${name}`, `${root}/out/${name}.html`])
      .toSorted(),
  );
  const languageOf = async (key: string): Promise<string | undefined> => {
    const { body: html } = await bucket.get(`${root}/out/${key}`);
    return /<html[^>]* lang="([^"]+)"/.exec(await new Response(html).text())?.[1];
  };
  const tierOf = async (key: string): Promise<string | undefined> =>
    (await bucket.head(`${root}/out/${key}`)).metadata['sluice-quality-tier'];
  expect(await tierOf('a.pdf')).toBe('standard');
  expect(await tierOf('german/de/b.pdf')).toBe('enhanced');
  expect(await languageOf('a.pdf.html')).toBe('en');
  expect(await languageOf('german/de/b.pdf.html')).toBe('de');
  expect(await languageOf(`de/laws/c.${etags.get('de/laws/c.pdf')}.pdf.html`)).toBe('de-AT');
});
