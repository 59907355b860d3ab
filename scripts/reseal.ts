/**
 * Moves every sealed secret to the key-encryption key that the engine wraps with now: `npm run reseal`. It asks the API to do
 * so, shows how far it is, and ends with the proof: how many secrets each key wraps. Stopping it stops nothing; asked again, it
 * goes on watching.
 *
 * SLUICE_API_URL and SLUICE_ACCESS_TOKEN (of somebody with the support claim) say where; without them it is the local stack.
 * Exit status: 0 when no secret is left on another key, 1 otherwise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type components, createApiClient, unwrap } from '@sluice/api-client';
import { openSupportSession } from '@sluice/testkit/dev-session';

interface Where {
  readonly apiUrl: string;
  readonly accessToken: string;
}

const where = async (): Promise<Where> => {
  const { SLUICE_API_URL: apiUrl, SLUICE_ACCESS_TOKEN: accessToken } = process.env;
  if (apiUrl === undefined && accessToken === undefined) return openSupportSession();
  if (apiUrl === undefined || accessToken === undefined)
    throw new Error('Set both SLUICE_API_URL and SLUICE_ACCESS_TOKEN, or neither for the local stack.');
  return { apiUrl: apiUrl.replace(/\/$/, ''), accessToken };
};

type Reseal = components['schemas']['Reseal'];

/** @throws when it is refused; in words of its own when the caller is not support staff, to whom alone there are reseals. */
const asSupport = async <T>(answer: Parameters<typeof unwrap<T>>[0]): Promise<T> => {
  try {
    return await unwrap(answer);
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.status !== 404) throw error;
    throw new Error(
      'Not found: the access token has to be one of support staff (app_metadata.platform_role).',
      { cause: error },
    );
  }
};

const tell = ({ status, resealedRows, totalRows, failedRows, heldUpBy }: Reseal): string =>
  `${status}: ${resealedRows} of ${totalRows} secrets moved, ${failedRows} failed${heldUpBy === null ? '' : `, held up by ${heldUpBy}`}`;

const run = async (): Promise<number> => {
  const { apiUrl: baseUrl, accessToken } = await where();
  const api = createApiClient({ baseUrl, accessToken });
  let reseal: Reseal = await asSupport(api.POST('/api/admin/reseals'));
  let told = '';
  for (;;) {
    const line = tell(reseal);
    if (line !== told) process.stdout.write(`${line}\n`);
    told = line;
    if (reseal.status !== 'running') break;
    await sleep(500);
    const params = { path: { id: reseal.id } };
    reseal = await asSupport(api.GET('/api/admin/reseals/{id}', { params }));
  }
  for (const { recordType, recordId, field, version, tenantId, reason } of reseal.failures)
    process.stdout.write(
      `failed: ${recordType} ${recordId} ${field} v${version} of tenant ${tenantId}: ${reason}\n`,
    );
  for (const { keyId, kmsKeyVersion, rows } of reseal.keys)
    process.stdout.write(`${keyId} version ${kmsKeyVersion}: ${rows} secrets\n`);
  process.stdout.write(
    `secrets on any other key than ${reseal.target.keyId} version ${reseal.target.kmsKeyVersion}: ${reseal.remainingRows}\n`,
  );
  return reseal.status === 'completed' && reseal.remainingRows === 0 ? 0 : 1;
};

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
