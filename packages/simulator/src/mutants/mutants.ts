/** A fault put into the code on purpose: in a file of the repository, `find` becomes `replace`. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Where the histories begin that it has to be found in. Default 1; of a fault that is rare, shortly before it shows. */
  readonly fromSeed?: number;
}

const CORE = 'packages/core/src';
const LEDGER = 'packages/testkit/src/memory';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a slice is saved as compared before its last page is recorded',
    file: `${CORE}/finding/poll-run.ts`,
    find: `if (value.kind === 'page') deferred += await this.#record(value);`,
    replace: `if (value.kind === 'page') void this.#record(value).catch(() => undefined);`,
  },
  {
    name: 'keys behind the last anchor are not looked at again',
    file: `${CORE}/finding/list-slice.ts`,
    find: `const isDone =
      page.continuationToken === null ||`,
    replace: `const isDone =
      planned.stored.digest !== null ||
      page.continuationToken === null ||`,
  },
  {
    name: 'a listing that failed counts as complete',
    file: `${CORE}/finding/poll-run.ts`,
    find: 'if (failure === null) {',
    replace:
      'if (failure === null || this.#listedSlices > 0) {\n      this.#book.takeUnsaved();\n      return await this.#complete(true, false);\n    }\n    if (failure === null) {',
  },
  {
    name: 'results of ours are taken in',
    file: `${CORE}/processing/process-objects.ts`,
    find: `if (isOwnOutput(head.metadata)) throw new SluiceError('own_output');`,
    replace: '',
  },
  {
    name: 'objects under the output prefix are documents',
    file: `${CORE}/finding/classify-object.ts`,
    find: `if (object.key.startsWith(outputPrefix)) return 'own_output';`,
    replace: '',
  },
  {
    name: 'a file of the customer in the place of a result is overwritten',
    file: `${CORE}/writeback/write-back-objects.ts`,
    find: "if (kinship === 'same_source') return there.etag;",
    replace: "if (there.etag !== '') return there.etag;",
  },
  {
    name: 'the other version of an object is processed as if it were the one found',
    file: `${CORE}/processing/process-objects.ts`,
    find: "if (head.etag !== object.etag) throw new SluiceError('object_changed');",
    replace: 'Object.assign(object, { etag: head.etag });',
  },
  {
    name: 'a refused bucket ends an object for good',
    file: `${CORE}/processing/retry-schedule.ts`,
    find: `  'object_archived',\n  'object_name_unusable',`,
    replace: `  'object_archived',\n  'access_denied',\n  'object_name_unusable',`,
  },
  {
    name: 'staged results are deleted before they are written',
    file: `${CORE}/writeback/write-back-objects.ts`,
    find: '      const outputs = await onBucket(object.integrationId',
    replace:
      '      await staging.delete(object.stagedOutputs.map((output) => output.stagingKey));\n      const outputs = await onBucket(object.integrationId',
  },
  {
    name: 'the sweep sends what is due to nobody',
    file: `${CORE}/processing/dispatch-due-objects.ts`,
    find: 'const batch = messages.slice(i, i + QUEUE_BATCH);',
    replace: 'const batch = messages.slice(i + 1, i + QUEUE_BATCH);',
  },
  {
    name: 'what is processing may be begun again',
    file: `${LEDGER}/object-ledger.ts`,
    find: "(row) => row.state === 'queued',",
    replace: "(row) => row.state !== 'staged',",
  },
  {
    name: 'a charge has no job',
    file: `${LEDGER}/object-ledger.ts`,
    find: 'if (!database.costs.has(row.jobId)) {\n      database.costs.set(row.jobId,',
    replace: 'if (true) {\n      database.costs.set(database.newId(),',
  },
  {
    name: 'a version that is no longer current is written back',
    file: `${LEDGER}/object-ledger.ts`,
    find: `if (!row.isCurrent && policy !== 'keep_versions') {`,
    replace: 'if (row.jobId === policy) {',
  },
  {
    name: 'an older version that is to be kept is called written back, and is not written',
    file: `${LEDGER}/object-ledger.ts`,
    find: `if (!row.isCurrent && policy !== 'keep_versions') {
        Object.assign(row, {
          state: 'skipped',
          reason: 'superseded',`,
    replace: `if (!row.isCurrent) {
        Object.assign(row, {
          state: policy === 'keep_versions' ? 'written_back' : 'skipped',
          reason: policy === 'keep_versions' ? null : 'superseded',`,
  },
  {
    name: 'a document fails for another reason than its own',
    file: `${CORE}/processing/process-objects.ts`,
    find: 'throw new SluiceError(result.code, { detail: result.detail });',
    replace: "throw new SluiceError('pdf_encrypted', { detail: result.detail });",
  },
  {
    name: 'an event that comes late is believed to be the latest',
    file: `${LEDGER}/event-ledger.ts`,
    find: "if (isUnclear(current, told, at)) return 'compare';",
    replace: '',
  },
  {
    name: 'a worker whose lease of an object was given to another is believed',
    file: `${LEDGER}/object-ledger.ts`,
    find: 'return row !== undefined && row.leaseId === leaseId ? row : null;',
    replace: "return row !== undefined && leaseId !== '' ? row : null;",
  },
  {
    name: 'what was made under a lease that is lost is staged',
    file: `${LEDGER}/object-ledger.ts`,
    find: `const row = held(database, objectId, leaseId);
    refuseUnless(isText(JSON.stringify(`,
    replace: `const row = leaseId === '' ? null : (database.objects.get(objectId) ?? null);
    refuseUnless(isText(JSON.stringify(`,
  },
  {
    name: 'what was written under a lease that is lost counts as written back',
    file: `${LEDGER}/object-ledger.ts`,
    find: `const row = held(database, objectId, leaseId);
    if (row?.state !== 'staged') return false;`,
    replace: `const row = leaseId === '' ? null : (database.objects.get(objectId) ?? null);
    if (row?.state !== 'staged') return false;`,
  },
  {
    name: 'a failure under a lease that is lost is settled',
    file: `${LEDGER}/object-ledger.ts`,
    find: `const row = held(database, objectId, leaseId);
    if (row === null ||`,
    replace: `const row = leaseId === '' ? null : (database.objects.get(objectId) ?? null);
    if (row === null ||`,
  },
  {
    name: 'what is being written is given to a second writer',
    file: `${LEDGER}/object-ledger.ts`,
    find: "if (row.state !== 'staged' || row.leaseId !== null) continue;",
    replace: "if (row.state !== 'staged') continue;",
  },
  {
    name: 'two versions of a key are written at once',
    file: `${LEDGER}/object-ledger.ts`,
    find: '} else if (isBeingWritten(database, row, now)) {',
    replace: "} else if (isBeingWritten(database, row, now) && row.key === '') {",
  },
  {
    name: 'a lease to process is over as it begins',
    file: `${LEDGER}/object-ledger.ts`,
    find: `row.attempts += 1;
      row.dueAt = now + leaseSeconds * MICROS;
      row.stateChangedAt = now;`,
    replace: `row.attempts += 1;
      row.dueAt = now + 0 * leaseSeconds;
      row.stateChangedAt = now;`,
  },
  {
    name: 'a lease to write is over as it begins',
    file: `${LEDGER}/object-ledger.ts`,
    find: `row.attempts += 1;
        row.dueAt = now + leaseSeconds * MICROS;`,
    replace: `row.attempts += 1;
        row.dueAt = now + 0 * leaseSeconds;`,
  },
  {
    name: 'what runs out of its lease keeps it',
    file: `${LEDGER}/object-ledger.ts`,
    find: `    row.leaseId = null;
    if (isDead) {`,
    replace: `    if (isDead) {
      row.leaseId = null;`,
  },
  {
    name: 'what is leased is given out again before its time',
    file: `${LEDGER}/object-ledger.ts`,
    find: 'const due = own.filter((row) => row.dueAt !== null && row.dueAt <= now);',
    replace:
      'const due = own.filter((row) => row.dueAt !== null && (row.dueAt <= now || row.leaseId !== null));',
  },
  {
    name: 'a listing that lost its lease goes on',
    file: `${LEDGER}/poll-ledger.ts`,
    find: `if (integration?.poll.leaseId !== leaseId || integration.config.status !== 'active') {
      throw`,
    replace: `if (integration === undefined || leaseId === '' || integration.config.status !== 'active') {
      throw`,
  },
  {
    name: 'a version that comes back while it is worked on keeps its lease',
    file: `${LEDGER}/record-objects.ts`,
    find: '    leaseId: null,',
    replace: '    leaseId: known?.leaseId ?? null,',
  },
  {
    name: 'a version that comes back while it is worked on keeps its job',
    file: `${LEDGER}/record-objects.ts`,
    find: '    jobId: database.newId(),',
    replace: '    jobId: known?.jobId ?? database.newId(),',
  },
  {
    name: 'what a listing has put aside and not saved looks as it was when it comes back',
    file: `${LEDGER}/record-objects.ts`,
    find: 'forgetDigest(database, integration.id, key);',
    replace: '',
    fromSeed: 1_887,
  },
  {
    name: 'a rotation is rolled back to a key that was let through some time ago',
    file: `${CORE}/credentials/bucket-work.ts`,
    find: 'last.again !== undefined && isLetThrough(await attempt(last.again))',
    replace: 'last.again !== undefined',
    fromSeed: 22_191,
  },
  {
    name: 'what was lost and cannot be made again stays paid for',
    file: `${LEDGER}/database.ts`,
    find: 'this.credits.add(row.jobId);',
    replace: '',
  },
  {
    name: 'what was lost and is made again is given back all the same',
    file: `${LEDGER}/object-ledger.ts`,
    find: 'if (!isPending) database.creditLostResult(row);',
    replace: 'if (isLost) database.credits.add(row.jobId);',
  },
];
