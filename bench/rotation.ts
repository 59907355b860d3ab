import { createApiClient, unwrap } from '@sluice/api-client';
import { createTenant, pollUntil, startTemporaryStack } from '@sluice/testkit';
import { FAKE_IDENTITY, faults, type Identity, startFakeS3 } from '@sluice/testkit/fake-s3';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { print } from './support/report.ts';

/**
 * A rotation of credentials under load: documents are found, processed and written back by the real Workers, and while they are, a
 * tenant rotates its key by the API and deletes the old one at the provider once it is told that this is safe. Counted is every call
 * the bucket gets, by the key that signed it. None may be denied, none may fail, and every document must arrive.
 * `node bench/rotation.ts [--calls=10000] [--json]`
 */
const given = process.argv.find((argument) => argument.startsWith('--calls='));
const CALLS = Number(given?.slice('--calls='.length) ?? 10_000);
/** Each document takes a HEAD, a GET and two PUTs at least. */
const DOCUMENTS = Math.ceil(CALLS / 4);
/** The rotation begins when the bucket has had so many calls: in the midst of the work, however many are to come. */
const CALLS_BEFORE = Math.min(300, CALLS / 4);
/** For everything: a run that stands still ends as an error that says where. */
const PATIENCE_MS = 900_000;
const POLL_CRON = '*/2 * * * *';
const SWEEP_CRON = '* * * * *';

const NEW_IDENTITY: Identity = {
  accessKeyId: 'AKIABENCHROTATION000',
  secretAccessKey: 'bench/NewSecretOfTheRotation+0000000000',
};

const isSignedWith = (
  { accessKeyId }: Identity,
  { target, headers }: { readonly target: string; readonly headers: Readonly<Record<string, string>> },
): boolean =>
  (headers['authorization'] ?? '').includes(`Credential=${accessKeyId}/`) ||
  target.includes(`X-Amz-Credential=${accessKeyId}`);

const document = (n: number): Buffer =>
  Buffer.from(
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>',
      rawStream(`BT /F 18 Tf 20 150 Td (Document ${n}) Tj ET`),
      '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
    ]),
  );

const calls = { all: 0, old: 0, new: 0, denied: 0, failed: 0 };
const fake = await startFakeS3({ buckets: ['bench'], identities: [FAKE_IDENTITY, NEW_IDENTITY] });
fake.addFault((request, proceed) => {
  const answer = proceed();
  calls.all += 1;
  if (isSignedWith(FAKE_IDENTITY, request)) calls.old += 1;
  if (isSignedWith(NEW_IDENTITY, request)) calls.new += 1;
  if (answer.status === 401 || answer.status === 403) calls.denied += 1;
  // 404 is an answer: that nothing lies there yet.
  else if (answer.status >= 400 && answer.status !== 404) calls.failed += 1;
  return answer;
});
const bucket = fake.bucket('bench');
for (let n = 0; n < DOCUMENTS; n += 1) bucket.put(`in/${n % 7}/${n}.pdf`, document(n), {}, Date.now());

const stack = await startTemporaryStack({ buckets: [] });
try {
  const tenant = await createTenant(stack);
  const api = createApiClient({ baseUrl: stack.apiUrl ?? '', accessToken: tenant.owner.accessToken });
  const { id } = await unwrap(
    api.POST('/api/integrations/s3', {
      body: {
        tenantId: tenant.id,
        name: 'bench',
        provider: 'generic',
        bucket: 'bench',
        endpoint: fake.endpoint,
        region: 'us-east-1',
        inputPrefix: 'in/',
        outputPrefix: 'out/',
        credentials: FAKE_IDENTITY,
      },
    }),
  );
  const params = { path: { id } };
  await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', { params }));
  await unwrap(api.POST('/api/integrations/s3/{id}/start', { params, body: {} }));
  const count = async (where: string): Promise<number> => {
    const { rows } = await stack.sql.query<{ n: number }>(
      `select count(*)::int as n from public.s3_processed_objects o where o.integration_id = $1 and ${where}`,
      [id],
    );
    return rows[0]?.n ?? 0;
  };
  const deadline = performance.now() + PATIENCE_MS;
  /** Lets the sweep come by until it is so. */
  const sweepUntil = (what: string, isSo: () => boolean | Promise<boolean>): Promise<boolean> =>
    pollUntil(
      async () => {
        await stack.tick(SWEEP_CRON);
        return isSo();
      },
      {
        what: `${what}, after ${JSON.stringify(calls)}`,
        timeoutMs: deadline - performance.now(),
        intervalMs: 100,
      },
    );

  const beganAt = performance.now();
  const connecting = calls.all;
  await stack.tick(POLL_CRON);
  await sweepUntil('the load', () => calls.all > connecting + CALLS_BEFORE);
  const rotating = { after: calls.all, began: performance.now() };
  const { outcome } = await unwrap(
    api.POST('/api/integrations/s3/{id}/credentials/rotation', {
      params,
      body: { credentials: NEW_IDENTITY },
    }),
  );
  const rotationMs = performance.now() - rotating.began;
  if (outcome !== 'swapped') throw new Error(`the rotation was ${outcome}`);
  const inFlight = await count('o.lease_id is not null');
  // What is told as safe waits for the longest a batch may take. Here all that began before the swap have been seen to end.
  await sweepUntil(
    'the end of what began before the swap',
    async () =>
      (await count(
        `o.lease_id is not null and o.due_at <= (select r.in_flight_until from public.s3_credential_rotations r where r.integration_id = o.integration_id)`,
      )) === 0,
  );
  await stack.sql.query(
    'update public.s3_credential_rotations set in_flight_until = now() where integration_id = $1',
    [id],
  );
  await sweepUntil('the old key to be safe to delete', async () => {
    const { previous } = await unwrap(api.GET('/api/integrations/s3/{id}/credentials', { params }));
    return previous?.safeToDelete === true;
  });
  const deletedAfter = calls.all;
  const withOld = calls.old;
  const isDeleted = faults.fails(
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist',
  );
  fake.addFault((request, proceed) =>
    isSignedWith(FAKE_IDENTITY, request) ? isDeleted(request, proceed) : proceed(),
  );
  await sweepUntil('every document to be written back', async () => {
    const done = await count(`o.state = 'written_back'`);
    return done >= DOCUMENTS;
  });
  const seconds = (performance.now() - beganAt) / 1_000;

  const results = bucket.keys().filter((key) => key.startsWith('out/')).length;
  const { rotation } = await unwrap(api.GET('/api/integrations/s3/{id}/credentials', { params }));
  const figures = {
    documents: DOCUMENTS,
    calls: calls.all,
    withOldKey: calls.old,
    withNewKey: calls.new,
    denied: calls.denied,
    failed: calls.failed,
    rotatedAfterCalls: rotating.after,
    rotationMs: Math.round(rotationMs),
    documentsInFlightAtSwap: inFlight,
    oldKeyDeletedAfterCalls: deletedAfter,
    seconds: Math.round(seconds * 10) / 10,
  };
  const isClean =
    calls.denied === 0 &&
    calls.failed === 0 &&
    calls.old === withOld &&
    calls.all >= CALLS &&
    results === 2 * DOCUMENTS &&
    rotation?.state === 'overlapping';
  if (!isClean)
    throw new Error(
      JSON.stringify({ ...figures, results, rotation, usedAfterDeletion: calls.old - withOld }),
    );
  print('rotation under load', [{ name: 'real Workers, a server that counts', ...figures }]);
} finally {
  await stack.stop();
  await fake.stop();
}
