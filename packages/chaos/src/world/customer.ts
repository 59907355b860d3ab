import { ApiError, unwrap } from '@sluice/api-client';
import type { Act } from '../plan/plan.ts';
import type { CustomerBucket } from './buckets.ts';
import type { Connection } from './connect.ts';
import { type Version, versionOf } from './document.ts';
import type { EventSender } from './event-sender.ts';
import { untilDone } from './patience.ts';
import { pathOf, REPLAYED_FOLDER, type Wish } from './wishes.ts';

/** What a customer remembers of their own doing: all that the checker goes by. */
export interface Memory {
  /** Every version that was ever put, in order. */
  readonly versions: Version[];
  /** What lies there now, by key. */
  readonly live: Map<string, Version>;
  /** Replays that were asked for; one whose answer was lost may have begun. */
  replays: number;
  readonly acts: Record<Act['kind'], number>;
  /** Acts over the API that the trouble did not let through in time. */
  givenUp: number;
}

export interface Customer {
  readonly wish: Wish;
  readonly connection: Connection;
  readonly bucket: CustomerBucket;
  readonly memory: Memory;
  /** Does not wait for it: what a customer does in their bucket does not wait for our API. */
  act(act: Act): void;
  /** Waits until all of it is done, events included, and lets the integration go on if it is paused. */
  settle(): Promise<void>;
}

/** How long an answer of the API is tried for under trouble, and without it. */
const API_PATIENCE_MS = 30_000;
const BUCKET_PATIENCE_MS = 120_000;

export const createCustomer = (
  index: number,
  wish: Wish,
  connection: Connection,
  bucket: CustomerBucket,
  sender: EventSender | null,
): Customer => {
  const memory: Memory = {
    versions: [],
    live: new Map(),
    replays: 0,
    acts: { put: 0, delete: 0, replay: 0, pause: 0, resume: 0 },
    givenUp: 0,
  };
  const { api, integrationId } = connection;
  const params = { path: { id: integrationId } };

  const put = async (document: number, content: Version['content']): Promise<void> => {
    const key = `${wish.inputPrefix}${pathOf(document)}`;
    const marker = `customer${index}document${document}version${memory.versions.length}end`;
    const version = versionOf(key, content, marker);
    await untilDone(() => bucket.put(version), BUCKET_PATIENCE_MS);
    memory.versions.push(version);
    memory.live.set(key, version);
    sender?.tell(version);
  };
  const remove = async (document: number): Promise<void> => {
    const key = `${wish.inputPrefix}${pathOf(document)}`;
    await untilDone(() => bucket.delete(key), BUCKET_PATIENCE_MS);
    memory.live.delete(key);
  };
  const setStatus = async (status: 'active' | 'paused'): Promise<void> => {
    await unwrap(api.PATCH('/api/integrations/s3/{id}', { params, body: { status } }));
  };
  const replay = async (): Promise<void> => {
    const filter = { prefix: `${wish.inputPrefix}${REPLAYED_FOLDER}` };
    const path = '/api/integrations/s3/{id}/replays';
    const shown = await unwrap(api.POST(path, { params, body: { filter, preview: true } }));
    const previewToken = 'previewToken' in shown ? shown.previewToken : null;
    // Nothing to replay.
    if (previewToken === null) return;
    memory.replays += 1;
    const body = { filter, previewToken };
    // Twice the same is once: an answer that was lost is asked for again.
    await untilDone(() => refusable(unwrap(api.POST(path, { params, body }))), API_PATIENCE_MS);
  };

  // In a bucket things happen in the order they are done; so do a person's clicks.
  let inBucket = Promise.resolve();
  let overApi = Promise.resolve();
  const click = (work: () => Promise<void>): void => {
    overApi = overApi.then(() =>
      untilDone(() => refusable(work()), API_PATIENCE_MS).catch(() => {
        memory.givenUp += 1;
      }),
    );
  };
  const failed: unknown[] = [];
  const handle = (work: () => Promise<void>): void => {
    inBucket = inBucket.then(() => work().catch((error: unknown) => void failed.push(error)));
  };
  return {
    wish,
    connection,
    bucket,
    memory,
    act: (act) => {
      memory.acts[act.kind] += 1;
      if (act.kind === 'put') handle(() => put(act.document, act.content));
      else if (act.kind === 'delete') handle(() => remove(act.document));
      else if (act.kind === 'replay') click(replay);
      else click(() => setStatus(act.kind === 'pause' ? 'paused' : 'active'));
    },
    settle: async () => {
      await Promise.all([inBucket, overApi]);
      if (failed.length > 0)
        throw new Error('A customer could not reach their own bucket.', { cause: failed[0] });
      await sender?.settle();
      await untilDone(() => setStatus('active'), BUCKET_PATIENCE_MS);
    },
  };
};

/** What the API refuses on purpose is an answer; trying it again would give the same. */
const refusable = async (answer: Promise<unknown>): Promise<void> => {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.status >= 500) throw error;
  }
};
