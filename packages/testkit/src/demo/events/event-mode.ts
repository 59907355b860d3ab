import { join } from 'node:path';
import { ApiError, unwrap } from '@sluice/api-client';
import { receiverOf } from '@sluice/core';
import { readJsonFile, writeJsonFile } from '../../stack/data-dir.ts';
import type { Stack, StackCoordinates } from '../../stack/stack-types.ts';
import { apiUrlOf, type DemoAccount } from '../accounts.ts';
import type { EventForwarder } from './event-forwarder.ts';
import { notificationOf } from './r2-notification.ts';

/** An integration whose events are made on this machine. Kept in the data directory, as a customer's forwarder keeps its secret. */
interface KeptSource {
  readonly bucket: string;
  readonly inputPrefix: string;
  readonly secret: string;
  /** Whether it was switched to event mode. Who switches it back is not contradicted. */
  readonly isSwitched: boolean;
}

const fileOf = (dataDir: string): string => join(dataDir, 'event-sources.json');

const keptSources = async (dataDir: string): Promise<Record<string, KeptSource>> =>
  (await readJsonFile<Record<string, KeptSource>>(fileOf(dataDir))) ?? {};

/**
 * Switches an integration to event mode, once. Killed in between, the next call does the rest.
 * @param signIn as somebody who may change it; asked only when there is something to do.
 */
export async function ensureEventMode(
  { dataDir }: Pick<StackCoordinates, 'dataDir'>,
  signIn: () => Promise<Pick<DemoAccount, 'api'>>,
  integrationId: string,
  { bucket, inputPrefix }: Pick<KeptSource, 'bucket' | 'inputPrefix'>,
): Promise<void> {
  const sources = await keptSources(dataDir);
  if (sources[integrationId]?.isSwitched === true) return;
  const { api } = await signIn();
  const secret = sources[integrationId]?.secret ?? (await newSecret(api, integrationId));
  const keep = (isSwitched: boolean) =>
    writeJsonFile(fileOf(dataDir), {
      ...sources,
      [integrationId]: { bucket, inputPrefix, secret, isSwitched },
    });
  await keep(false);
  const params = { path: { id: integrationId } };
  await unwrap(api.PATCH('/api/integrations/s3/{id}', { params, body: { detectionMode: 'event' } }));
  await keep(true);
}

/**
 * Has the events of every integration that was switched sent on to it, from now on. What was told before that was lost with the
 * process that knew of it, as a customer's queue would not have been, so a listing is asked for.
 */
export async function forwardKeptSources(
  stack: Pick<Stack, 'dataDir' | 'apiUrl' | 's3' | 'sql'>,
  forwarder: Pick<EventForwarder, 'forwardTo'>,
): Promise<void> {
  const sources = Object.entries(await keptSources(stack.dataDir));
  for (const [integrationId, source] of sources) {
    const eventsUrl = `${apiUrlOf(stack)}/api/events/s3/${integrationId}`;
    const receiver = receiverOf({ ...source, integrationId, provider: 'r2', endpoint: null, eventsUrl });
    forwarder.forwardTo({
      ...receiver,
      secret: source.secret,
      notificationOf: (written) => notificationOf(stack.s3, written),
    });
  }
  await stack.sql.query(
    'update public.s3_poll_states set next_poll_at = now() where integration_id = any ($1) and next_poll_at > now()',
    [sources.map(([integrationId]) => integrationId)],
  );
}

/** One that was issued and not kept, because of a kill, is left to end by itself. */
async function newSecret(api: DemoAccount['api'], integrationId: string): Promise<string> {
  const params = { path: { id: integrationId } };
  try {
    return (await unwrap(api.POST('/api/integrations/s3/{id}/event-secret', { params }))).secret;
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.code !== 'event_secret_exists') throw error;
    const body = { keepOldFor: 1 as const };
    return (await unwrap(api.POST('/api/integrations/s3/{id}/event-secret/rotate', { params, body }))).secret;
  }
}
