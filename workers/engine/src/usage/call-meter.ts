import type { Bucket, OpenBucket, UsageStore } from '@sluice/core';
import type { Operation, RequestRecord } from '@sluice/s3';
import type { CallKind } from '@sluice/shared';

const KINDS: Readonly<Record<Operation, CallKind>> = {
  HeadBucket: 'head',
  CreateBucket: 'put',
  ListObjects: 'list',
  HeadObject: 'head',
  GetObject: 'get',
  PutObject: 'put',
  CopyObject: 'put',
  DeleteObject: 'delete',
  DeleteObjects: 'delete',
  CreateMultipartUpload: 'put',
  UploadPart: 'put',
  CompleteMultipartUpload: 'put',
  AbortMultipartUpload: 'delete',
  GetBucketPolicy: 'get',
};

interface Count {
  calls: number;
  failed: number;
}

/**
 * Counts the requests made on customers' accounts, repetitions included, and hands the counts to the database in one call
 * for a batch of work. A Worker that is killed takes what it has not handed over with it: the figure is for people who
 * watch their bill, and it may be a batch too low, never too high.
 */
export class CallMeter {
  #counts = new Map<string, Map<CallKind, Count>>();

  /** For `onRequest` of the S3 client. */
  readonly of =
    (integrationId: string) =>
    ({ operation, status }: Pick<RequestRecord, 'operation' | 'status'>): void => {
      this.#add(integrationId, KINDS[operation], 1, status === 0 || status >= 400 ? 1 : 0);
    };

  #add(integrationId: string, kind: CallKind, calls: number, failed: number): void {
    let kinds = this.#counts.get(integrationId);
    if (kinds === undefined) {
      kinds = new Map();
      this.#counts.set(integrationId, kinds);
    }
    const count = kinds.get(kind) ?? { calls: 0, failed: 0 };
    kinds.set(kind, { calls: count.calls + calls, failed: count.failed + failed });
  }

  /** Hands over what was counted since the last time. Nothing counted, nothing sent. Never throws: work goes before figures. */
  async flush(store: Pick<UsageStore, 'recordCalls'>): Promise<void> {
    const taken = this.#counts;
    if (taken.size === 0) return;
    this.#counts = new Map();
    const calls = [...taken].flatMap(([integrationId, kinds]) =>
      [...kinds].map(([kind, count]) => ({ integrationId, kind, ...count })),
    );
    try {
      await store.recordCalls(calls);
    } catch {
      // Kept for the next time.
      for (const { integrationId, kind, calls: count, failed } of calls)
        this.#add(integrationId, kind, count, failed);
    }
  }
}

/** The processor fetches each link once, from outside the client. */
export const countingLinks =
  (openBucket: OpenBucket, meter: CallMeter): OpenBucket =>
  async (stored) => {
    const bucket = await openBucket(stored);
    const count = meter.of(stored.integration.id);
    const counted: Bucket = {
      ...bucket,
      presignGet: async (key, expiresInSeconds) => {
        const link = await bucket.presignGet(key, expiresInSeconds);
        count({ operation: 'GetObject', status: 200 });
        return link;
      },
    };
    return counted;
  };
