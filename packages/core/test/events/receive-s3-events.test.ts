import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ledgerKey } from '../../src/finding/ledger-object.ts';
import { KnownSources, type ReceiveContext, receiveS3Events } from '../../src/index.ts';
import type { EventSource } from '../../src/ports/events.ts';

const AT = '2026-11-21T10:00:00Z';
const ID = '00000000-0000-4000-8000-000000000001';
const secretOf = (version: number) => ({ version }) as unknown as EventSource['eventSecrets'][number];

/** The integration as the database has it; `record` judges as the SQL function does. */
const database = () => {
  const state = {
    revision: 1,
    bucket: 'docs',
    status: 'active',
    detectionMode: 'event' as 'event' | 'poll',
    valid: [1],
    retired: [] as number[],
    sources: 0,
    recorded: 0,
    /** Objects that only a listing can settle. */
    deferred: 0,
    refused: [] as string[],
    left: [] as string[],
  };
  const ledger: ReceiveContext['ledger'] = {
    source: async () => {
      state.sources += 1;
      const { bucket, status, detectionMode, revision } = state;
      return {
        integration: {
          id: ID,
          tenantId: 't',
          provider: 'generic',
          bucket,
          status,
          detectionMode,
          revision,
          inputPrefix: 'in/',
          outputPrefix: 'out/',
          startFrom: null,
        },
        sealed: {},
        eventSecrets: state.valid.map(secretOf),
        retiredSecrets: state.retired.map(secretOf),
      } as unknown as EventSource;
    },
    record: async ({ revision, secretVersion, objects, leftKeys }) => {
      state.left.push(...leftKeys);
      const { status, detectionMode } = state;
      const holds = status === 'active' && detectionMode === 'event' && revision === state.revision;
      if (!holds || !state.valid.includes(secretVersion))
        return { outcome: 'stale', recorded: 0, deferred: 0 };
      const recorded = objects.length - state.deferred;
      state.recorded += recorded;
      return { outcome: 'recorded', recorded, deferred: state.deferred };
    },
    recordAll: async () => {
      throw new Error('each is recorded by itself');
    },
    refuse: async ({ reason }) => void state.refused.push(reason),
  };
  return { state, ledger };
};

const contextOf = (ledger: ReceiveContext['ledger'], known: KnownSources): ReceiveContext => ({
  ledger,
  known,
  // Signed with a version, in place of a secret.
  verify: async (source, { headers }) => {
    const signedWith = Number(headers['x-api-key']);
    const has = (records: EventSource['eventSecrets'] | undefined) =>
      records?.some(({ version }) => version === signedWith) ?? false;
    if (has(source?.eventSecrets)) {
      return { secretVersion: signedWith, deliveryId: null, signedAtSeconds: null };
    }
    return has(source?.retiredSecrets) ? 'retired' : null;
  },
  openBucket: async () => {
    throw new Error('no bucket is asked');
  },
  clock: { now: () => 0 },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
});

const delivery = (signedWith: number, bucket: string) => ({
  integrationId: ID,
  headers: { 'x-api-key': String(signedWith) },
  body: new Uint8Array(
    new TextEncoder().encode(
      JSON.stringify({
        Records: [
          {
            eventName: 'ObjectCreated:Put',
            eventTime: AT,
            s3: { bucket: { name: bucket }, object: { key: 'in/a.pdf', size: 1, eTag: 'e' } },
          },
        ],
      }),
    ),
  ),
  requestId: 'r',
});

const outcomeOf = (context: ReceiveContext, sent: ReturnType<typeof delivery>) =>
  receiveS3Events(context, sent).then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => error.code,
  );

const bucket = fc.constantFrom('docs', 'other');
const step = fc.oneof(
  fc.record({ kind: fc.constant('deliver' as const), signedWith: fc.integer({ min: 1, max: 4 }), bucket }),
  fc.record({ kind: fc.constant('move' as const), bucket }),
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom('active', 'paused', 'deleted') }),
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom('event' as const, 'poll' as const) }),
  fc.record({ kind: fc.constantFrom('rotate' as const, 'revoke' as const) }),
);

test('what is remembered changes no answer, whatever happens to the integration in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const { state, ledger } = database();
      const known = new KnownSources({ now: () => 0 });
      for (const one of steps) {
        switch (one.kind) {
          case 'deliver': {
            const sent = delivery(one.signedWith, one.bucket);
            const before = [state.recorded, state.refused.length] as const;
            const answer = await outcomeOf(contextOf(ledger, known), sent);
            const after = [state.recorded, state.refused.length] as const;
            const change = [after[0] - before[0], after[1] - before[1]];
            const fresh = await outcomeOf(
              contextOf(ledger, new KnownSources({ now: () => 0 })),
              delivery(one.signedWith, one.bucket),
            );
            expect(answer).toBe(fresh);
            expect(change).toEqual([state.recorded - after[0], state.refused.length - after[1]]);
            break;
          }
          case 'move':
            state.bucket = one.bucket;
            state.revision += 1;
            break;
          case 'status':
            state.status = one.status;
            break;
          case 'mode':
            state.detectionMode = one.mode;
            break;
          case 'rotate':
            state.valid = [Math.max(0, ...state.valid, ...state.retired) + 1, ...state.valid.slice(0, 1)];
            break;
          case 'revoke':
            state.retired = state.valid.slice(1);
            state.valid = state.valid.slice(0, 1);
        }
      }
    }),
  );
});

test('a stream of deliveries asks once who sends them, and again after a minute', async () => {
  const { state, ledger } = database();
  let now = 0;
  const known = new KnownSources({ now: () => now });
  const context = contextOf(ledger, known);
  for (let n = 0; n < 10; n += 1) expect(await outcomeOf(context, delivery(1, 'docs'))).toBe('recorded');
  expect(state.sources).toBe(1);
  now += 60_000;
  expect(await outcomeOf(context, delivery(1, 'docs'))).toBe('recorded');
  expect(state.sources).toBe(2);
});

test('what proves nothing is not remembered', async () => {
  const { state, ledger } = database();
  const known = new KnownSources({ now: () => 0 });
  for (let n = 0; n < 3; n += 1) {
    expect(await outcomeOf(contextOf(ledger, known), delivery(9, 'docs'))).toBe('invalid_secret');
  }
  expect(known.get(ID)).toBeUndefined();
  expect(state.sources).toBe(3);
});

test('a version that the ledger does not hold is not told as known: it is left to the listing', async () => {
  const { state, ledger } = database();
  state.deferred = 1;
  const receipt = await receiveS3Events(
    contextOf(ledger, new KnownSources({ now: () => 0 })),
    delivery(1, 'docs'),
  );
  expect(receipt).toMatchObject({ events: 1, recorded: 0, known: 0, leftToSweep: 1 });
});

test('what has a name that no database holds is left to the listing by the name it has in the ledger', async () => {
  const { state, ledger } = database();
  const context = contextOf(ledger, new KnownSources({ now: () => 0 }));
  const names = ['in/\u0000.pdf', 'in/\ud800.pdf', `in/${'é'.repeat(1_000)}.pdf`];
  for (const key of names) {
    const event = { account: 'a', action: 'PutObject', bucket: 'docs', object: { key }, eventTime: AT };
    const body = new TextEncoder().encode(JSON.stringify(event));
    expect(await receiveS3Events(context, { ...delivery(1, 'docs'), body })).toMatchObject({
      leftToSweep: 1,
    });
  }
  expect(state.left).toEqual(names.map(ledgerKey));
  for (const key of state.left) {
    expect(key.isWellFormed()).toBe(true);
    expect(key).not.toContain('\u0000');
    expect(key.length).toBeLessThan(1_025);
  }
});
