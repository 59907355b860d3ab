import { join } from 'node:path';
import { type BegunPoll, OBJECTS_PER_SLICE, type PollOutcome } from '@sluice/core';
import { startTemporaryStack } from '@sluice/testkit';
import { keyOf, OBJECTS } from './support/listing/corpus.ts';
import { loadListers } from './support/listing/peers.ts';
import { createPoller } from './support/listing/poller.ts';
import { startListingServer } from './support/listing/server.ts';
import { print, type Row, timed } from './support/report.ts';

/**
 * What it costs to find out that nothing is new in a bucket of 100,000 objects, and to take one in: the real poll, the
 * real client, the real database, against a mock that answers as fast as it can and one that takes 80 ms a page. Beside
 * it, what others need for the mere listing, on the same mock in the same run. `node bench/listing.ts [--json]`
 */
const MAX_LIST_CALLS = 110;
const MAX_DATABASE_CALLS = 5;
const MIN_NEW_PER_MINUTE = 50_000;
const REPEATS = 3;

const expect = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(`not as promised: ${what}`);
};
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Runs an act several times; the middle time. */
const measure = async (act: () => Promise<void>): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < REPEATS; run += 1) times.push((await timed(act)).ms);
  return median(times);
};

const server = await startListingServer();
const stack = await startTemporaryStack({
  workers: { configPaths: [join(import.meta.dirname, 'support/listing-worker/wrangler.toml')] },
  buckets: [],
  durable: true,
});

/** The poll inside workerd, as in production. */
const pollInWorkerd = async (
  endpoint: string,
  poll: BegunPoll,
): Promise<{ outcome: PollOutcome; databaseCalls: number }> => {
  const response = await fetch(stack.apiUrl ?? '', {
    method: 'POST',
    body: JSON.stringify({ endpoint, poll }),
  });
  if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { outcome: PollOutcome; databaseCalls: number };
};

try {
  const poller = await createPoller(stack);
  const rows: Row[] = [];
  const row = (
    name: string,
    ms: number,
    more: Partial<Record<'listCalls' | 'databaseCalls' | 'ofOurs', number>>,
  ) => {
    const { listCalls = null, databaseCalls = null, ofOurs = null } = more;
    rows.push({
      name,
      ms: Math.round(ms),
      keysPerSecond: Math.round((OBJECTS / ms) * 1000),
      listCalls,
      databaseCalls,
      ofOurs,
    });
  };
  const expectPoll = (outcome: PollOutcome, inserted: number): void => {
    expect(
      outcome.outcome === 'finished' && outcome.listed === OBJECTS,
      `a finished poll, not ${JSON.stringify(outcome)}`,
    );
    expect(
      outcome.outcome === 'finished' && outcome.inserted === inserted && outcome.revived === 0,
      `${inserted} new`,
    );
  };

  // A new bucket; the same again, nothing written; and again with everything compared.
  const first = await timed(() => poller.poll(server.fast));
  expectPoll(first.value.outcome, OBJECTS);
  const newPerMinute = Math.round((OBJECTS / first.ms) * 60_000);
  row('new bucket, recorded', first.ms, {
    listCalls: await server.listCalls(),
    databaseCalls: first.value.databaseCalls,
  });
  await poller.forgetDigests();
  const compared = await timed(() => poller.poll(server.fast));
  expectPoll(compared.value.outcome, 0);
  row('known bucket, all compared', compared.ms, {
    listCalls: await server.listCalls(),
    databaseCalls: compared.value.databaseCalls,
  });
  const books = await poller.books();
  expect(
    books.objects === OBJECTS && books.revisions === OBJECTS,
    `every object once, not ${JSON.stringify(books)}`,
  );

  for (const [speed, endpoint] of [
    ['as fast as it can', server.fast],
    ['80 ms a page', server.slow],
  ] as const) {
    let counts = { listCalls: 0, databaseCalls: 0 };
    const ms = await measure(async () => {
      const { outcome, databaseCalls } = await poller.poll(endpoint);
      expectPoll(outcome, 0);
      counts = { listCalls: await server.listCalls(), databaseCalls };
      expect(counts.listCalls <= MAX_LIST_CALLS, `${counts.listCalls} LIST calls`);
      expect(databaseCalls <= MAX_DATABASE_CALLS, `${databaseCalls} database calls`);
    });
    row(`known bucket polled, Node, ${speed}`, ms, counts);

    const begun = await poller.begin();
    const inWorkerd = await measure(async () => {
      const { outcome, databaseCalls } = await pollInWorkerd(endpoint, begun);
      expectPoll(outcome, 0);
      counts = { listCalls: await server.listCalls(), databaseCalls };
    });
    row(`known bucket polled, workerd, ${speed}`, inWorkerd, counts);

    let oursMs = 0;
    const expected = Array.from({ length: OBJECTS }, (_, index) => keyOf(index)).toSorted();
    let answer: string | null = null;
    for (const { name, list } of await loadListers()) {
      const lines = await list(endpoint);
      expect(
        lines.every((line, index) => line.startsWith(`${expected[index]} `)),
        `${name} lists every key, in order`,
      );
      answer ??= lines.join('\n');
      expect(lines.join('\n') === answer, `${name} lists what the others list`);
      await server.listCalls();
      const peerMs = await measure(async () => {
        await list(endpoint);
      });
      const listCalls = Math.round((await server.listCalls()) / REPEATS);
      oursMs ||= peerMs;
      row(`mere listing, ${name}, ${speed}`, peerMs, {
        listCalls,
        ofOurs: Math.round((peerMs / oursMs) * 100) / 100,
      });
    }
  }
  expect(newPerMinute >= MIN_NEW_PER_MINUTE, `${newPerMinute} new objects a minute`);
  print(
    `Listing ${OBJECTS.toLocaleString('en')} objects in slices of ${OBJECTS_PER_SLICE.toLocaleString('en')}; ${newPerMinute.toLocaleString('en')} new objects a minute`,
    rows,
  );
} finally {
  server.stop();
  await stack.stop();
}
