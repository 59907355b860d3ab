import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '@sluice/simulator';
import { Webhook } from 'standardwebhooks';
import type { Version } from './document.ts';

/** What sends a provider's events on, and does it as badly as they do: lost, twice, late, in another order. */
export interface EventSender {
  tell(version: Version): void;
  /** Waits for everything that is under way. */
  settle(): Promise<void>;
  readonly counts: { sent: number; dropped: number; doubled: number; delayed: number; givenUp: number };
}

export interface EventTarget {
  /** Asked each time: the api may have been started again. */
  readonly url: () => string;
  readonly bucket: string;
  readonly secret: string;
}

const MAX_ATTEMPTS = 12;
const PAUSE_MS = 1_000;
const PATIENCE_MS = 15_000;
const MAX_DELAY_MS = 6_000;

/** @param seed of what becomes of the nth event. */
export const startEventSender = ({ url, bucket, secret }: EventTarget, seed: number): EventSender => {
  const chances = new SeededRandom(seed);
  const counts = { sent: 0, dropped: 0, doubled: 0, delayed: 0, givenUp: 0 };
  const underWay = new Set<Promise<void>>();

  const send = async (body: string, afterMs: number): Promise<void> => {
    await delay(afterMs);
    const id = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      const at = new Date();
      const status = await fetch(url(), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign(id, at, body),
        },
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
        .then(async (response) => {
          await response.arrayBuffer();
          return response.status;
        })
        .catch(() => 0);
      if (status >= 200 && status < 300) return;
      // As a receiver does: paused and the like are for the listing to make good.
      if (attempt === MAX_ATTEMPTS || (status >= 400 && status < 500 && status !== 429)) {
        counts.givenUp += 1;
        return;
      }
      await delay(PAUSE_MS);
    }
  };
  const start = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };

  return {
    counts,
    tell: ({ key, sizeBytes, etag }) => {
      const body = JSON.stringify([
        {
          account: '0'.repeat(32),
          action: 'PutObject',
          bucket,
          object: { key, size: sizeBytes, eTag: etag },
          eventTime: new Date().toISOString(),
        },
      ]);
      const draw = chances.next();
      const lateMs = chances.whole(1, MAX_DELAY_MS);
      if (draw < 0.1) {
        counts.dropped += 1;
        return;
      }
      counts.sent += 1;
      if (draw < 0.2) {
        counts.doubled += 1;
        start(send(body, lateMs));
      } else if (draw < 0.4) counts.delayed += 1;
      start(send(body, draw >= 0.2 && draw < 0.4 ? lateMs : 0));
    },
    settle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
