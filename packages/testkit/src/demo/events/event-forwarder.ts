import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Receiver } from '@sluice/core';
import { Webhook } from 'standardwebhooks';
import type { LogFn } from '../../stack/log.ts';
import type { WrittenObject } from '../../stack/notifier/notifying-proxy.ts';
import { matchesRule, type R2Notification } from './r2-notification.ts';

/** Whose events go where: what the receiver of an integration is made from, and the secret it signs with. */
interface EventTarget extends Pick<Receiver, 'bucket' | 'rules' | 'eventsUrl'> {
  readonly secret: string;
  /** What R2 would put on a queue. */
  readonly notificationOf: (written: WrittenObject) => Promise<R2Notification>;
}

export interface EventForwarder {
  readonly notify: (written: WrittenObject) => Promise<void>;
  /** From now on, also to this one. */
  readonly forwardTo: (target: EventTarget) => void;
  readonly stop: () => void;
}

const MAX_BATCH = 100;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
const MAX_ATTEMPTS = 12;
/** A listing finds what an integration takes no events for. */
const NOT_NOW = new Set([400, 404, 409, 413, 422]);

/**
 * What the R2 event receiver does in a customer's account, without an account: signs what is told of a bucket and sends it on.
 * Its queue is in memory: what is lost with it is found by the next listing.
 */
export const startEventForwarder = (log: LogFn): EventForwarder => {
  const over = new AbortController();
  const lines: { readonly target: EventTarget; readonly waiting: R2Notification[]; isBusy: boolean }[] = [];

  const send = async ({ eventsUrl, secret }: EventTarget, events: readonly R2Notification[]) => {
    const id = randomUUID();
    const body = JSON.stringify(events);
    const at = new Date();
    const response = await fetch(eventsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
      body,
      signal: over.signal,
    });
    await response.arrayBuffer();
    return response.status;
  };

  const work = async (line: (typeof lines)[number]): Promise<void> => {
    if (line.isBusy) return;
    line.isBusy = true;
    let pauseMs = FIRST_PAUSE_MS;
    let attempts = 0;
    while (line.waiting.length > 0 && !over.signal.aborted) {
      const batch = line.waiting.slice(0, MAX_BATCH);
      const status = await send(line.target, batch).catch(() => 0);
      attempts += 1;
      const isTaken = status >= 200 && status < 300;
      if (isTaken || NOT_NOW.has(status) || attempts === MAX_ATTEMPTS) {
        line.waiting.splice(0, batch.length);
        if (!isTaken && !over.signal.aborted) {
          const message = `${batch.length} events were not taken (${status}); listing will find the files`;
          log({ level: 'info', source: 'notifier', message });
        }
        [pauseMs, attempts] = [FIRST_PAUSE_MS, 0];
        continue;
      }
      await delay(pauseMs, undefined, { signal: over.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
    line.isBusy = false;
  };

  return {
    notify: async (written) => {
      for (const line of lines) {
        if (!matchesRule(line.target, written)) continue;
        line.waiting.push(await line.target.notificationOf(written));
        void work(line);
      }
    },
    forwardTo: (target) => {
      lines.push({ target, waiting: [], isBusy: false });
    },
    stop: () => over.abort(),
  };
};
