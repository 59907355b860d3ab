import type {
  EventLedger,
  IntegrationConfig,
  IntegrationWithSecrets,
  ObjectLedger,
  ObjectToProcess,
  ObjectToWrite,
  PollLedger,
} from '@sluice/core';
import type { Backend } from '../backend.ts';
import { type Both, byText, type Whose, whole } from './both.ts';

/** {@link PollLedger} of both. */
export const twinPolls = (both: Both): PollLedger => ({
  claimDuePolls: (limit, leaseSeconds) =>
    both.ask('claimDuePolls', {
      ask: (side) => side.polls.claimDuePolls(limit, leaseSeconds),
      learn: (ours, theirs) => {
        for (const { integrationId, leaseId } of ours) {
          const other = theirs.find((one) => one.integrationId === both.names.theirs(integrationId));
          if (other !== undefined) both.bind('lease', leaseId, other.leaseId);
        }
      },
      view: (due, whose) => due.map(({ integrationId }) => both.named(integrationId, whose)).toSorted(byText),
    }),
  beginPoll: (id, leaseId, leaseSeconds) =>
    both.ask('beginPoll', {
      ask: (side, of) => side.polls.beginPoll(of(id), of(leaseId), leaseSeconds),
      learn: (ours, theirs) => {
        if (ours === null || theirs === null) return;
        both.bind('lease', ours.leaseId, theirs.leaseId);
        both.bind('instant', ours.observedAt, theirs.observedAt);
      },
      view: (begun) => {
        if (begun === null) return null;
        const { cycle, isUnordered, slices } = begun;
        return { cycle, isUnordered, slices, source: sourceView(begun) };
      },
    }),
  recordObjects: (lease, observedAt, objects) =>
    both.ask('recordObjects', {
      ask: (side, of) => side.polls.recordObjects(of(lease), of(observedAt), objects),
      learn: (ours, theirs) => both.bind('instant', ours.observedAt, theirs.observedAt),
      view: ({ inserted, revived, skipped, deferred }) => ({ inserted, revived, skipped, deferred }),
    }),
  savePollProgress: (lease, changes) =>
    both.ask('savePollProgress', { ask: (side, of) => side.polls.savePollProgress(of(lease), changes) }),
  completePoll: (id, leaseId, result) =>
    both.ask('completePoll', { ask: (side, of) => side.polls.completePoll(of(id), of(leaseId), result) }),
  failPoll: (id, leaseId, failure) =>
    both.ask('failPoll', { ask: (side, of) => side.polls.failPoll(of(id), of(leaseId), failure) }),
});

/** {@link ObjectLedger} of both. */
export const twinObjects = (both: Both): ObjectLedger => {
  const begun = {
    learn: (ours: Begun, theirs: Begun): void => {
      for (const object of ours.objects) {
        const other = theirs.objects.find(({ objectId }) => objectId === both.names.theirs(object.objectId));
        if (other === undefined) continue;
        both.bind('lease', object.leaseId, other.leaseId);
        both.bind('job', object.jobId, other.jobId);
      }
    },
    view: ({ objects, integrations }: Begun, whose: Whose): unknown => ({
      objects: objects
        .map((object) => ({
          ...object,
          ...Object.fromEntries(NAMES.map((name) => [name, both.named(object[name], whose)])),
          tenantId: null,
        }))
        .toSorted(byText),
      integrations: Object.values(integrations).map(sourceView).toSorted(byText),
    }),
  };
  return {
    claimDueObjects: (input) =>
      both.ask('claimDueObjects', {
        ask: (side) => side.objects.claimDueObjects(input),
        learn: async (ours, theirs) => {
          if (ours.length + theirs.length > 0) await learnRows(both);
        },
        view: (due, whose) =>
          due.map(({ objectId, target }) => [both.named(objectId, whose), target]).toSorted(byText),
      }),
    beginProcessing: (ids, leaseSeconds) =>
      both.ask('beginProcessing', {
        ask: (side, of) => side.objects.beginProcessing(of(ids), leaseSeconds),
        ...begun,
      }),
    reportProgress: (lease, progress, leaseSeconds) =>
      both.ask('reportProgress', {
        ask: (side, of) => side.objects.reportProgress(of(lease), progress, leaseSeconds),
        view: whole,
      }),
    completeProcessing: (lease, result, visibilitySeconds) =>
      both.ask('completeProcessing', {
        ask: (side, of) => side.objects.completeProcessing(of(lease), result, visibilitySeconds),
        view: whole,
      }),
    beginWriteback: (ids, leaseSeconds) =>
      both.ask('beginWriteback', {
        ask: (side, of) => side.objects.beginWriteback(of(ids), leaseSeconds),
        ...begun,
      }),
    completeWriteback: (lease, outputs) =>
      both.ask('completeWriteback', {
        ask: (side, of) => side.objects.completeWriteback(of(lease), outputs),
        view: whole,
      }),
    settleAttempt: (lease, attempt) =>
      both.ask('settleAttempt', {
        ask: (side, of) => side.objects.settleAttempt(of(lease), attempt),
        view: whole,
      }),
  };
};

/** {@link EventLedger} of both. Each counts the edits of an integration in its own way, so a revision is a name too. */
export const twinEvents = (both: Both): EventLedger => {
  const revisions = new Map<string, number>();
  const asIn = <D extends { readonly integrationId: string; readonly revision: number }>(
    side: Backend,
    delivery: D,
  ): D => {
    if (side === both.memory) return delivery;
    const revision = revisions.get(`${delivery.integrationId} ${delivery.revision}`) ?? -1;
    return { ...delivery, integrationId: both.names.theirs(delivery.integrationId), revision };
  };
  return {
    source: (id) =>
      both.ask('source', {
        ask: (side, of) => side.events.source(of(id)),
        learn: (ours, theirs) => {
          if (ours === null || theirs === null) return;
          const name = `${id} ${ours.integration.revision}`;
          const { revision } = theirs.integration;
          if ((revisions.get(name) ?? revision) !== revision)
            both.differences.add(`revision ${name} is another edit in PostgreSQL`);
          revisions.set(name, revision);
        },
        view: (source) => (source === null ? null : [source.integration.detectionMode, sourceView(source)]),
      }),
    record: (delivery) =>
      both.ask('record', { ask: (side) => side.events.record(asIn(side, delivery)), view: whole }),
    recordAll: (deliveries) =>
      both.ask('recordAll', {
        ask: (side) => side.events.recordAll(deliveries.map((delivery) => asIn(side, delivery))),
        view: whole,
      }),
    refuse: (refusal) => both.ask('refuse', { ask: (side, of) => side.events.refuse(of(refusal)) }),
  };
};

/** What each database names in its own way. */
const NAMES = ['objectId', 'leaseId', 'jobId', 'integrationId'] as const;

interface Begun {
  readonly objects: readonly (ObjectToProcess | ObjectToWrite)[];
  readonly integrations: Readonly<Record<string, IntegrationWithSecrets>>;
}

/** Nobody tells the names of rows that are new: they are known by their keys and versions. */
const learnRows = async ({ memory, postgres, names, bindRows }: Both): Promise<void> => {
  for (const id of memory.database.integrations.keys())
    bindRows((await memory.books(id)).rows, (await postgres.books(names.theirs(id))).rows);
};

/** What the core goes by of an integration. */
const sourceView = ({ integration, sealed }: IntegrationWithSecrets): unknown => ({
  ...settingsOf(integration),
  credentials: sealed['credentials']?.version,
  previousCredentials: sealed['previousCredentials']?.version,
});

const settingsOf = ({
  status,
  inputPrefix,
  outputPrefix,
  overwritePolicy,
  language,
  startFrom,
}: IntegrationConfig): object => ({
  status,
  inputPrefix,
  outputPrefix,
  overwritePolicy,
  language,
  startFrom: startFrom === null ? null : Date.parse(startFrom),
});
