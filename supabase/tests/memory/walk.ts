import { randomUUID } from 'node:crypto';
import type { EventObjectToRecord, ObjectToProcess, ObjectToWrite, ObstacleOwner } from '@sluice/core';
import { asSluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { CLAIM, OUTPUTS } from '../support/work.ts';
import type { Side } from './ledger-pair.ts';

const KEYS = ['a.pdf', 'b.pdf'] as const;
const ETAGS = ['A', 'B', 'C'] as const;
const LEASE_SECONDS = 600;
/** Of what is not a fault of ours in a single object. */
const OWNERS: Readonly<Record<string, ObstacleOwner>> = {
  throttled: 'upstream',
  unavailable: 'platform_outage',
};
const MINUTE_MS = 60_000;
const FAILURE = { code: 'unavailable', detail: '', intervalSeconds: 60, maxIntervalSeconds: 60 } as const;

const version = { key: fc.constantFrom(...KEYS), etag: fc.constantFrom(...ETAGS) };
const event = {
  ...version,
  agoMinutes: fc.constantFrom(-30, 0, 5, 90),
  sequencer: fc.constantFrom(null, null, '1', '2', '3'),
  leftKeys: fc.subarray([...KEYS], { maxLength: 1 }),
};
const which = fc.nat(3);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      ...version,
      isSkipped: fc.boolean(),
      meanwhile: fc.option(fc.record(event), { freq: 2 }),
      /** Recorded, and then it comes no further. */
      fails: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), ...event }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('process' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which,
      as: fc.constantFrom(
        ['skipped', 'object_changed'] as const,
        ['skipped', 'object_not_found'] as const,
        ['failed', 'pdf_corrupt'] as const,
        ['retry', 'throttled'] as const,
        ['retry', 'unavailable'] as const,
        ['retry', 'output_missing'] as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin-writing' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resume' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replay' as const),
      state: fc.constantFrom('written_back' as const, 'skipped' as const),
    }),
  },
);

export const steps = fc.array(step, { minLength: 5, maxLength: 30 });
export type Step = (
  typeof steps extends fc.Arbitrary<infer Steps>
    ? Steps
    : never
) extends readonly (infer One)[]
  ? One
  : never;

type Leased = (ObjectToProcess | ObjectToWrite) & { readonly isWriting: boolean };

/** A history on one side. Leases are remembered for ever, so that those that were lost are tried too. */
export class Walk {
  readonly side: Side;
  readonly #leased: Leased[] = [];

  constructor(side: Side) {
    this.side = side;
  }

  /** The answer, without the names that differ. */
  async take(what: Step): Promise<unknown> {
    try {
      return await this.#take(what);
    } catch (error) {
      return asSluiceError(error).code;
    }
  }

  async #take(what: Step): Promise<unknown> {
    const { objects, setStatus } = this.side;
    switch (what.kind) {
      case 'list':
        return this.#list(what);
      case 'tell':
        return this.#tell(what);
      case 'sweep': {
        // Everything is due then, however slowly a test runs.
        await this.side.pass();
        const due = await objects.claimDueObjects(CLAIM);
        return this.#named(due.map(({ objectId, target }) => ({ objectId, target })));
      }
      case 'begin': {
        const begun = await objects.beginProcessing(await this.#ids(), LEASE_SECONDS);
        return this.#begun(begun.objects, false);
      }
      case 'begin-writing': {
        const begun = await objects.beginWriteback(await this.#ids(), LEASE_SECONDS);
        return this.#begun(begun.objects, true);
      }
      case 'process':
        return this.#with(what.which, (lease) =>
          objects.completeProcessing(
            lease,
            { outputs: OUTPUTS, pages: 2, report: {}, amountMicros: 2000 },
            CLAIM.visibilitySeconds,
          ),
        );
      case 'write':
        return this.#with(what.which, (lease) =>
          objects.completeWriteback(lease, [{ kind: 'pdf', key: 'out/x.pdf', etag: 'o1', sizeBytes: 10 }]),
        );
      case 'settle': {
        const [disposition, reason] = what.as;
        return this.#with(what.which, (lease) =>
          objects.settleAttempt(lease, {
            disposition,
            reason,
            detail: null,
            providerCode: null,
            delaySeconds: 60,
            maxAttempts: 3,
            maxAttemptsInAll: 4,
            owner: OWNERS[reason] ?? 'platform',
          }),
        );
      }
      case 'pass':
        await this.side.pass();
        return null;
      case 'pause':
        await setStatus('paused');
        return null;
      case 'resume':
        await setStatus('active');
        return null;
      case 'replay':
        await this.side.replay(what.state);
        return null;
    }
  }

  /** A whole listing that shows one object. */
  async #list({ key, etag, isSkipped, meanwhile, fails }: Extract<Step, { kind: 'list' }>): Promise<unknown> {
    const { polls, integrationId, pass } = this.side;
    await pass();
    const claimed = await polls.claimDuePolls(1000, LEASE_SECONDS);
    const claim = claimed.find((one) => one.integrationId === integrationId);
    if (claim === undefined) return 'not due';
    const poll = await polls.beginPoll(integrationId, claim.leaseId, LEASE_SECONDS);
    if (poll === null) return 'stale';
    const lease = { integrationId, leaseId: poll.leaseId, leaseSeconds: LEASE_SECONDS };
    const { inserted, revived, skipped, deferred } = await polls.recordObjects(lease, poll.observedAt, [
      {
        key,
        etag,
        sizeBytes: 100,
        lastModified: new Date(this.side.now() - MINUTE_MS).toISOString(),
        skipReason: isSkipped ? 'before_start' : null,
      },
    ]);
    const told = meanwhile === null ? null : await this.#tell(meanwhile);
    if (fails) {
      await polls.failPoll(integrationId, poll.leaseId, FAILURE);
      return { inserted, revived, skipped, deferred, told };
    }
    await polls.completePoll(integrationId, poll.leaseId, {
      upserts: [
        {
          startAfter: '',
          objectCount: 1,
          digest: deferred > 0 ? null : `${etag.charCodeAt(0)}`.padStart(32, '0'),
          isListed: true,
        },
      ],
      removed: [],
      isFinished: true,
      isUnordered: false,
      listedObjects: 1,
      listCalls: 1,
      intervalSeconds: 60,
    });
    return { inserted, revived, skipped, deferred, told };
  }

  async #tell({
    key,
    etag,
    agoMinutes,
    sequencer,
    leftKeys,
  }: Omit<Extract<Step, { kind: 'tell' }>, 'kind'>): Promise<unknown> {
    const object: EventObjectToRecord = {
      key,
      etag,
      sizeBytes: 100,
      lastModified: new Date(this.side.now() - agoMinutes * MINUTE_MS).toISOString(),
      skipReason: null,
      sequencer,
      versionId: null,
    };
    return this.side.events.record({
      integrationId: this.side.integrationId,
      deliveryId: randomUUID(),
      secretVersion: 1,
      revision: await this.side.revision(),
      objects: [object],
      leftKeys,
      refused: {},
    });
  }

  async #ids(): Promise<string[]> {
    const { rows } = await this.side.view();
    const ids = await Promise.all(rows.map(({ key, etag }) => this.side.idOf(key, etag)));
    return ids.filter((id) => id !== undefined);
  }

  #begun(begun: readonly (ObjectToProcess | ObjectToWrite)[], isWriting: boolean): unknown {
    const inOrder = begun.toSorted((a, b) => (`${a.key} ${a.etag}` < `${b.key} ${b.etag}` ? -1 : 1));
    this.#leased.push(...inOrder.map((object) => ({ ...object, isWriting })));
    return inOrder.map(({ key, etag, attempts, attemptsInAll, outages, overwritePolicy }) => ({
      key,
      etag,
      attempts,
      attemptsInAll,
      outages,
      overwritePolicy,
    }));
  }

  /** The last lease but so many. */
  async #with(back: number, use: (lease: Leased) => Promise<unknown>): Promise<unknown> {
    const lease = this.#leased.at(-1 - back);
    return lease === undefined ? null : use(lease);
  }

  async #named(due: readonly { readonly objectId: string; readonly target: string }[]): Promise<unknown> {
    const { rows } = await this.side.view();
    const named = await Promise.all(
      rows.map(async ({ key, etag }) => {
        const id = await this.side.idOf(key, etag);
        return due.find(({ objectId }) => objectId === id)?.target ?? null;
      }),
    );
    return named;
  }
}
