import type {
  EventLedger,
  IntegrationWithSecrets,
  ObjectLedger,
  ObjectToProcess,
  ObjectToWrite,
  PollLedger,
} from '@sluice/core';
import { asSluiceError } from '@sluice/shared';
import type { Kernel } from '../../time/kernel.ts';
import type { Backend, BookRow, Books } from '../backend.ts';
import type { MemoryBackend } from '../memory.ts';
import { Names } from './names.ts';
import type { PostgresBackend } from './postgres.ts';

interface Begun {
  readonly objects: readonly (ObjectToProcess | ObjectToWrite)[];
  readonly integrations: Readonly<Record<string, IntegrationWithSecrets>>;
}

/** What one of the two answered, without what may differ: names and the order of what has none. */
type Answer = unknown;

/**
 * The same history on two databases at once: every call goes to both, at the same instant of the same clock, and both must answer the
 * same. The world goes on with what memory answered, which is what PostgreSQL answered under other names; so it is the same history to
 * the millisecond, and the first answer that differs is the fault. At the end the books are compared row by row.
 */
export class Twin implements Backend {
  readonly polls: PollLedger;
  readonly objects: ObjectLedger;
  readonly events: EventLedger;
  readonly replays: Backend['replays'];
  /** Where the two differ, and what PostgreSQL itself finds wrong. */
  readonly differences = new Set<string>();
  readonly #kernel: Kernel;
  readonly #memory: MemoryBackend;
  readonly #postgres: PostgresBackend;
  readonly #setClock: (micros: number) => Promise<void>;
  readonly #names = new Names();
  /** Revisions of integrations, which count other edits too. */
  readonly #revisions = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    kernel: Kernel,
    memory: MemoryBackend,
    postgres: PostgresBackend,
    setClock: (micros: number) => Promise<void>,
  ) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#postgres = postgres;
    this.#setClock = setClock;
    this.polls = this.#pollLedger();
    this.objects = this.#objectLedger();
    this.events = this.#eventLedger();
    this.replays = {
      runBatch: (limits) =>
        this.#both(
          'runBatch',
          (side) => side.replays.runBatch(limits),
          (batch, is) =>
            batch === null
              ? null
              : {
                  ...batch,
                  replayId: null,
                  integrationId: this.#named(batch.integrationId, is),
                  tenantId: null,
                },
        ),
    };
  }

  readonly rollBack: Backend['rollBack'] = (id, version, denial) =>
    this.#both('rollBack', (side, of) => side.rollBack(of(id), version, denial), same);

  readonly sweepSecrets = (): Promise<number> =>
    this.#both('sweepSecrets', (side) => side.sweepSecrets(), same);

  async addIntegration(wish: Parameters<Backend['addIntegration']>[0]): Promise<string> {
    return this.#both(
      'addIntegration',
      (side) => side.addIntegration(wish),
      () => null,
      (ours, theirs) => {
        this.#bind('integration', ours, theirs);
      },
    );
  }

  async setStatus(id: string, status: 'active' | 'paused'): Promise<void> {
    await this.#both('setStatus', (side, of) => side.setStatus(of(id), status), nothing);
  }

  async setDetectionMode(id: string, mode: 'poll' | 'event'): Promise<void> {
    await this.#both('setDetectionMode', (side, of) => side.setDetectionMode(of(id), mode), nothing);
  }

  async rotate(id: string, keepSeconds: number): Promise<number> {
    return this.#both('rotate', (side, of) => side.rotate(of(id), keepSeconds), same);
  }

  async credentialsVersion(id: string): Promise<number> {
    return this.#both('credentialsVersion', (side, of) => side.credentialsVersion(of(id)), same);
  }

  async replay(id: string, states: Parameters<Backend['replay']>[1]): Promise<number> {
    return this.#both('replay', (side, of) => side.replay(of(id), states), same);
  }

  async nextDueAt(): Promise<number | null> {
    // To the millisecond: within one, either database counts in its own way.
    return this.#both(
      'nextDueAt',
      (side) => side.nextDueAt(),
      (at) => (at === null ? null : Math.round(at)),
    );
  }

  async books(id: string): Promise<Books> {
    const books = await this.#both(
      'books',
      (side, of) => side.books(of(id)),
      ({ rows, charges }, is) => ({
        rows: rows.map((row) => [...rowView(row)]).toSorted(byText),
        charges: charges
          .map(({ jobId, pages, amountMicros, isCredited }) => {
            return { job: this.#named(jobId, is), pages, amountMicros, isCredited };
          })
          .filter(({ job }) => job !== null)
          .toSorted(byText),
      }),
      (ours, theirs) => {
        this.#bindRows(ours.rows, theirs.rows);
        for (const wrong of theirs.discrepancies) this.differences.add(`PostgreSQL: ${wrong}`);
      },
      // Memory has the charges of all integrations in one.
      (ours, theirs) => {
        const jobs = new Set(theirs.charges.map(({ jobId }) => this.#names.ours(jobId)));
        return [{ ...ours, charges: ours.charges.filter(({ jobId }) => jobs.has(jobId)) }, theirs];
      },
    );
    return { ...books, discrepancies: [...books.discrepancies, ...this.differences] };
  }

  /** Asks both at the same instant; nobody else is asked meanwhile. */
  #both<T>(
    what: string,
    ask: (side: Backend, of: <V>(value: V) => V) => Promise<T>,
    view: (answer: T, is: 'ours' | 'theirs') => Answer,
    learn: (ours: T, theirs: T) => void | Promise<void> = () => undefined,
    trim: (ours: T, theirs: T) => readonly [T, T] = (ours, theirs) => [ours, theirs],
  ): Promise<T> {
    const inTurn = this.#turn.then(async () => {
      await this.#setClock(this.#memory.database.now());
      const ours = await settled(ask(this.#memory, (value) => value));
      const theirs = await settled(ask(this.#postgres, (value) => this.#names.translated(value)));
      const at = `${what} at ${new Date(this.#kernel.now()).toISOString()}`;
      if ('answer' in ours && 'answer' in theirs) {
        await learn(ours.answer, theirs.answer);
        const [left, right] = trim(ours.answer, theirs.answer);
        this.#compare(at, view(left, 'ours'), view(right, 'theirs'));
      } else this.#compare(at, codeOf(ours), codeOf(theirs));
      if ('error' in ours) throw ours.error;
      return ours.answer;
    });
    this.#turn = inTurn.catch(() => undefined);
    return this.#kernel.external(inTurn);
  }

  #compare(at: string, ours: Answer, theirs: Answer): void {
    const [left, right] = [textOf(ours), textOf(theirs)];
    if (left !== right) this.differences.add(`${at}: memory ${left}, PostgreSQL ${right}`);
  }

  #bind(what: string, ours: string, theirs: string): void {
    if (!this.#names.bind(ours, theirs)) this.differences.add(`${what} ${ours} is another in PostgreSQL`);
  }

  /** The common name of what is named by one of the two. */
  #named(name: string, is: 'ours' | 'theirs'): string {
    return is === 'ours' ? name : this.#names.ours(name);
  }

  /** Rows of the two ledgers are the same when key and version are; so are their jobs. */
  #bindRows(ours: readonly BookRow[], theirs: readonly BookRow[]): void {
    const known = new Map(ours.map((row) => [identityOf(row), row]));
    for (const row of theirs) {
      const own = known.get(identityOf(row));
      if (own === undefined) continue;
      this.#bind('object', own.id, row.id);
      this.#bind('job', own.jobId, row.jobId);
    }
  }

  async #learnRows(): Promise<void> {
    for (const id of this.#memory.database.integrations.keys())
      this.#bindRows(
        this.#memory.database.rowsOf(id).map((row) => ({ ...row, isDue: false, isLeased: false })),
        await this.#postgres.rowsOf(this.#names.theirs(id)),
      );
  }

  #pollLedger(): PollLedger {
    return {
      claimDuePolls: (limit, leaseSeconds) =>
        this.#both(
          'claimDuePolls',
          (side) => side.polls.claimDuePolls(limit, leaseSeconds),
          (due, is) => due.map(({ integrationId }) => this.#named(integrationId, is)).toSorted(),
          (ours, theirs) => {
            for (const { integrationId, leaseId } of ours) {
              const other = theirs.find((one) => one.integrationId === this.#names.theirs(integrationId));
              if (other !== undefined) this.#bind('lease', leaseId, other.leaseId);
            }
          },
        ),
      beginPoll: (id, leaseId, leaseSeconds) =>
        this.#both(
          'beginPoll',
          (side, of) => side.polls.beginPoll(of(id), of(leaseId), leaseSeconds),
          (begun) => {
            if (begun === null) return null;
            const { cycle, isUnordered, slices, sealed, integration } = begun;
            return { cycle, isUnordered, slices: slices.map(sliceView), ...sourceView(integration, sealed) };
          },
          (ours, theirs) => {
            if (ours === null || theirs === null) return;
            this.#bind('lease', ours.leaseId, theirs.leaseId);
            this.#bind('instant', ours.observedAt, theirs.observedAt);
          },
        ),
      recordObjects: (lease, observedAt, objects) =>
        this.#both(
          'recordObjects',
          (side, of) => side.polls.recordObjects(of(lease), of(observedAt), objects),
          ({ inserted, revived, skipped, deferred }) => ({ inserted, revived, skipped, deferred }),
          (ours, theirs) => this.#bind('instant', ours.observedAt, theirs.observedAt),
        ),
      savePollProgress: (lease, changes) =>
        this.#both(
          'savePollProgress',
          (side, of) => side.polls.savePollProgress(of(lease), changes),
          nothing,
        ),
      completePoll: (id, leaseId, result) =>
        this.#both(
          'completePoll',
          (side, of) => side.polls.completePoll(of(id), of(leaseId), result),
          nothing,
        ),
      failPoll: (id, leaseId, failure) =>
        this.#both('failPoll', (side, of) => side.polls.failPoll(of(id), of(leaseId), failure), nothing),
    };
  }

  #objectLedger(): ObjectLedger {
    const learnLeases = (ours: Begun, theirs: Begun): void => {
      for (const object of ours.objects) {
        const other = theirs.objects.find(({ objectId }) => objectId === this.#names.theirs(object.objectId));
        if (other === undefined) continue;
        this.#bind('lease', object.leaseId, other.leaseId);
        this.#bind('job', object.jobId, other.jobId);
      }
    };
    const begunView = ({ objects, integrations }: Begun, is: 'ours' | 'theirs'): Answer => ({
      objects: objects
        .map(({ objectId, leaseId, jobId, integrationId, tenantId, ruleId, ...rest }) => ({
          ...rest,
          names: [objectId, leaseId, jobId, integrationId].map((name) => this.#named(name, is)),
        }))
        .toSorted(byText),
      integrations: Object.values(integrations)
        .map(({ integration, sealed }) => sourceView(integration, sealed))
        .toSorted(byText),
    });
    return {
      claimDueObjects: (input) =>
        this.#both(
          'claimDueObjects',
          (side) => side.objects.claimDueObjects(input),
          (due, is) =>
            due.map(({ objectId, target }) => [this.#named(objectId, is), target]).toSorted(byText),
          async (ours, theirs) => {
            if (ours.length + theirs.length > 0) await this.#learnRows();
          },
        ),
      beginProcessing: (ids, leaseSeconds) =>
        this.#both(
          'beginProcessing',
          (side, of) => side.objects.beginProcessing(of(ids), leaseSeconds),
          begunView,
          learnLeases,
        ),
      completeProcessing: (lease, result, visibilitySeconds) =>
        this.#both(
          'completeProcessing',
          (side, of) => side.objects.completeProcessing(of(lease), result, visibilitySeconds),
          same,
        ),
      beginWriteback: (ids, leaseSeconds) =>
        this.#both(
          'beginWriteback',
          (side, of) => side.objects.beginWriteback(of(ids), leaseSeconds),
          begunView,
          learnLeases,
        ),
      completeWriteback: (lease, outputs) =>
        this.#both(
          'completeWriteback',
          (side, of) => side.objects.completeWriteback(of(lease), outputs),
          same,
        ),
      settleAttempt: (lease, attempt) =>
        this.#both('settleAttempt', (side, of) => side.objects.settleAttempt(of(lease), attempt), same),
    };
  }

  #eventLedger(): EventLedger {
    const withRevision = <D extends { readonly integrationId: string; readonly revision: number }>(
      delivery: D,
      side: Backend,
    ): D => {
      if (side === this.#memory) return delivery;
      const revision = this.#revisions.get(`${delivery.integrationId} ${delivery.revision}`) ?? -1;
      return { ...delivery, integrationId: this.#names.theirs(delivery.integrationId), revision };
    };
    return {
      source: (id) =>
        this.#both(
          'source',
          (side, of) => side.events.source(of(id)),
          (source) =>
            source === null
              ? null
              : {
                  ...sourceView(source.integration, source.sealed),
                  detectionMode: source.integration.detectionMode,
                },
          (ours, theirs) => {
            if (ours === null || theirs === null) return;
            const name = `${id} ${ours.integration.revision}`;
            const known = this.#revisions.get(name);
            if (known !== undefined && known !== theirs.integration.revision)
              this.differences.add(`revision ${ours.integration.revision} is another edit in PostgreSQL`);
            this.#revisions.set(name, theirs.integration.revision);
          },
        ),
      record: (delivery) =>
        this.#both('record', (side) => side.events.record(withRevision(delivery, side)), same),
      recordAll: (deliveries) =>
        this.#both(
          'recordAll',
          (side) => side.events.recordAll(deliveries.map((delivery) => withRevision(delivery, side))),
          same,
        ),
      refuse: (refusal) => this.#both('refuse', (side, of) => side.events.refuse(of(refusal)), nothing),
    };
  }
}

const same = <T>(answer: T): T => answer;
const nothing = (): null => null;

type Settled<T> = { readonly answer: T } | { readonly error: unknown };

const settled = async <T>(work: Promise<T>): Promise<Settled<T>> => {
  try {
    return { answer: await work };
  } catch (error) {
    return { error };
  }
};

const codeOf = (settledAs: Settled<unknown>): string =>
  'answer' in settledAs ? 'an answer' : asSluiceError(settledAs.error).code;

/** The same for the same, in whatever order its fields come. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const byText = (a: unknown, b: unknown): number => (textOf(a) < textOf(b) ? -1 : 1);

const identityOf = ({ key, etag, sizeBytes }: Pick<BookRow, 'key' | 'etag' | 'sizeBytes'>): string =>
  JSON.stringify([key, etag, sizeBytes]);

function* rowView({
  key,
  etag,
  sizeBytes,
  state,
  reason,
  isCurrent,
  isDue,
  isLeased,
}: BookRow): Generator<unknown> {
  yield* [key, etag, sizeBytes, state, reason, isCurrent, isDue, isLeased];
}

const sliceView = ({
  startAfter,
  objectCount,
  digest,
  isListed,
}: {
  readonly startAfter: string;
  readonly objectCount: number;
  readonly digest: string | null;
  readonly isListed: boolean;
}): Answer => [startAfter, objectCount, digest, isListed];

const sourceView = (
  {
    status,
    inputPrefix,
    outputPrefix,
    overwritePolicy,
    startFrom,
  }: {
    readonly status: string;
    readonly inputPrefix: string;
    readonly outputPrefix: string;
    readonly overwritePolicy: string;
    readonly startFrom: string | null;
  },
  sealed: Readonly<Partial<Record<string, { readonly version: number }>>>,
): Readonly<Record<string, unknown>> => ({
  status,
  inputPrefix,
  outputPrefix,
  overwritePolicy,
  startFrom: startFrom === null ? null : Date.parse(startFrom),
  credentials: sealed['credentials']?.version ?? null,
  previousCredentials: sealed['previousCredentials']?.version ?? null,
});
