import { type ProcessJob, SluiceError } from '@sluice/shared';
import { failNth, PRESIGN_CANARY } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { ObjectWorld, claimedWorld as world } from '../support/object-world.ts';

describe('processObjects', () => {
  it('stages the results, charges the pages once and sends the object on', async () => {
    const { world: w, ids } = await world('in/a/b.pdf', 'in/c.pdf');
    await w.process(ids);
    expect(w.states()).toEqual({ 'in/a/b.pdf': 'staged', 'in/c.pdf': 'staged' });
    expect(w.writebackQueue.messages.map((message) => message.objectId).toSorted()).toEqual(ids.toSorted());
    expect([...w.database.costs.values()]).toEqual([
      { pages: 3, amountMicros: 3_000 },
      { pages: 3, amountMicros: 3_000 },
    ]);
    expect(w.jobs.map((job) => job.source.fileName).toSorted()).toEqual(['b.pdf', 'c.pdf']);
    w.expectSound();
  });

  it('does a message delivered twice, late or at once, once', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    await Promise.all([w.process(ids), w.process(ids)]);
    await w.process([...ids, ...ids, '00000000-0000-4000-8000-00000000dead']);
    expect(w.jobs).toHaveLength(1);
    expect(w.endings).toHaveLength(1);
  });

  it('never processes what is our own output, wherever it lies', async () => {
    const { world: w } = await world();
    w.bucket.set('in/copy.pdf', 'e', 10, { 'sluice-job-id': 'x' });
    await w.record();
    await w.process(await w.claim());
    expect(w.jobs).toEqual([]);
    expect(w.states()).toEqual({ 'in/copy.pdf': 'own_output' });
  });

  it('never processes, and so never charges, what could not be written back', async () => {
    const long = `in/${'x'.repeat(1014)}.pdf`;
    const { world: w, ids } = await world(long);
    await w.process(ids);
    expect(w.jobs).toEqual([]);
    expect(w.database.costs.size).toBe(0);
    expect(w.row(long)).toMatchObject({ state: 'failed', reason: 'object_name_unusable' });
  });

  it('never processes what changed or vanished since it was listed', async () => {
    const { world: w, ids } = await world('in/changed.pdf', 'in/gone.pdf');
    w.bucket.set('in/changed.pdf', 'another');
    w.bucket.remove('in/gone.pdf');
    await w.process(ids);
    expect(w.jobs).toEqual([]);
    expect(w.states()).toEqual({ 'in/changed.pdf': 'object_changed', 'in/gone.pdf': 'object_not_found' });
  });

  it.each([
    [404, null, 'object_not_found', 'skipped'],
    [412, null, 'object_changed', 'skipped'],
    [403, 'AccessDenied', 'access_denied', 'found'],
    [403, 'InvalidObjectState', 'object_archived', 'failed'],
    [404, 'NoSuchBucket', 'bucket_not_found', 'found'],
    [403, 'SignatureDoesNotMatch', 'credentials_wrong_secret', 'found'],
    [403, 'toString', 'access_denied', 'found'],
    [503, 'SlowDown', 'throttled', 'found'],
    [429, null, 'throttled', 'found'],
    [500, 'InternalError', 'upstream_unavailable', 'found'],
    [0, null, 'upstream_timeout', 'found'],
    [418, null, 'upstream_invalid', 'found'],
  ] as const)(
    'says why when the source answers the processor with %s %s',
    async (status, providerCode, reason, state) => {
      const { world: w, ids } = await world('in/a.pdf');
      w.misbehaviour = async () => ({ outcome: 'source_failed', status, providerCode });
      await w.process(ids);
      expect(w.row('in/a.pdf')).toMatchObject({ state, reason, providerCode });
    },
  );

  it('ends a document that is refused, with the processor’s reason as the database can hold it', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.misbehaviour = async () => ({
      outcome: 'refused',
      code: 'pdf_corrupt',
      detail: 'xref\u0000 at \ud800',
    });
    await w.process(ids);
    expect(w.row('in/a.pdf')).toMatchObject({
      state: 'failed',
      reason: 'pdf_corrupt',
      detail: 'xref\u2400 at \ufffd',
    });
  });

  it('stages a report whose texts no database could hold as they are', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.misbehaviour = async (job) => {
      const done = w.work(job);
      return done.outcome === 'done'
        ? { ...done, report: { ...done.report, title: 'A\u0000B\udc00' } }
        : done;
    };
    await w.process(ids);
    expect(w.row('in/a.pdf')).toMatchObject({ state: 'staged', report: { title: 'A\u2400B\ufffd' } });
  });

  it('does not wait for ever for a processor that hangs', async () => {
    const { world: w, ids } = await world('in/a.pdf', 'in/b.pdf', 'in/c.pdf');
    w.misbehaviour = async (job) =>
      job.source.fileName === 'b.pdf' ? new Promise<never>(() => undefined) : w.work(job);
    const startedAt = w.clock.now();
    await w.clock.run(w.process(ids));
    expect(w.clock.now() - startedAt).toBe(900_000);
    expect(w.states()).toEqual({
      'in/a.pdf': 'staged',
      'in/b.pdf': 'processor_failed',
      'in/c.pdf': 'staged',
    });
    expect(w.row('in/b.pdf').detail).toContain('in time');
    expect(w.clock.waiting).toBe(0);
  });

  it('tells the ledger how far a document is, and minds nothing that comes of it', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    const told: unknown[] = [];
    const progress = { step: 'reading', pagesDone: 1, pages: 2 } as const;
    w.misbehaviour = async (job, onProgress) => {
      onProgress(progress);
      return w.work(job);
    };
    w.faults = ({ method, args }) => {
      if (method !== 'reportProgress') return null;
      told.push(args[1]);
      return { before: new Error('The database is away.') };
    };
    await w.process(ids);
    expect(told).toEqual([progress]);
    expect(w.row('in/a.pdf').state).toBe('staged');
    w.expectSound();
  });

  it('keeps a document as long as it tells how far it is, however long that takes, and no longer', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    const [long, silent] = [new Set<string>(), new Set<string>()];
    w.misbehaviour = async (job, onProgress) => {
      for (let pagesDone = 1; pagesDone <= 5; pagesDone += 1) {
        w.clock.advance(1_000_000);
        onProgress({ step: 'recognising', pagesDone, pages: 5 });
        // Nobody waits for it.
        await new Promise<void>((resolve) => void setImmediate(resolve));
        for (const id of await w.claim()) long.add(id);
      }
      w.clock.advance(1_300_000);
      for (const id of await w.claim()) silent.add(id);
      return w.work(job);
    };
    await w.process(ids, { limitSeconds: 10_000 });
    expect([...long]).toEqual([]);
    expect([...silent]).toEqual(ids);
  });

  const elsewhere = (job: ProcessJob, w: ObjectWorld, stagingKey: string) => {
    const done = w.work(job);
    return done.outcome === 'done'
      ? { ...done, outputs: done.outputs.map((output) => ({ ...output, stagingKey })) }
      : done;
  };

  it.each<[string, (job: ProcessJob, w: ObjectWorld) => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a text', () => 'done'],
    ['an unknown outcome', () => ({ outcome: 'maybe' })],
    ['no outputs', (job, w) => ({ ...w.work(job), outputs: [] })],
    ['pages that are no number', (job, w) => ({ ...w.work(job), pages: 1.5 })],
    ['a field too many', (job, w) => ({ ...w.work(job), extra: true })],
    ['a refusal of its own making', () => ({ outcome: 'refused', code: 'own_output', detail: '' })],
    ['outputs of another job', (job, w) => elsewhere(job, w, 'staging/other-tenant/job/lease/pdf')],
    ['outputs at the place itself', (job, w) => elsewhere(job, w, job.stagingPrefix)],
    [
      'two outputs of one kind',
      (job, w) => {
        const done = w.work(job);
        return done.outcome === 'done'
          ? { ...done, outputs: done.outputs.map((output) => ({ ...output, kind: 'pdf' })) }
          : done;
      },
    ],
  ])('tries again, and stages nothing, when a processor answers %s', async (_, answer) => {
    const { world: w, ids } = await world('in/a.pdf');
    w.misbehaviour = async (job) => answer(job, w);
    await w.process(ids);
    expect(w.row('in/a.pdf')).toMatchObject({
      state: 'found',
      reason: 'processor_failed',
      stagedOutputs: null,
    });
    expect(w.database.costs.size).toBe(0);
    expect(w.writebackQueue.messages).toEqual([]);
  });

  it('lets the link to the source reach neither log nor ledger nor queue, whoever repeats it', async () => {
    const answers: ((job: ProcessJob, w: ObjectWorld) => unknown)[] = [
      (job) => {
        throw new Error(`GET ${job.source.url} failed`, { cause: new Error(job.source.url) });
      },
      (job) => {
        throw new SluiceError('upstream_invalid', { detail: job.source.url, providerCode: job.source.url });
      },
      (job) => ({ outcome: 'refused', code: 'pdf_corrupt', detail: `cannot open ${job.source.url}` }),
      () => ({ outcome: 'refused', code: 'pdf_corrupt', detail: `signature ${PRESIGN_CANARY}` }),
      (job) => ({ outcome: 'source_failed', status: 500, providerCode: job.source.url.slice(-100) }),
      (job, w) => {
        const done = w.work(job);
        return done.outcome === 'done'
          ? { ...done, report: { ...done.report, title: job.source.url, notices: [PRESIGN_CANARY] } }
          : done;
      },
      (job, w) => {
        const done = w.work(job);
        const url = encodeURIComponent(job.source.url);
        return done.outcome === 'done' ? { ...done, report: { ...done.report, title: url } } : done;
      },
    ];
    for (const answer of answers) {
      const { world: w, ids } = await world('in/a.pdf');
      w.misbehaviour = async (job) => answer(job, w);
      await w.process(ids);
      expect(w.everythingWritten()).not.toContain(PRESIGN_CANARY);
      expect(w.row('in/a.pdf').reason).toBe('processor_failed');
    }
  });

  it('opens an integration once for a batch, and one that cannot be opened holds up no other', async () => {
    const { world: w } = await world('in/a.pdf', 'in/b.pdf');
    let opened = 0;
    w.faults = ({ method }) => {
      if (method === 'open') opened += 1;
      return method === 'open' ? { before: new SluiceError('vault_unavailable') } : null;
    };
    w.clock.advance(1_000_000);
    await w.process(await w.claim());
    expect(opened).toBe(1);
    expect(w.states()).toEqual({ 'in/a.pdf': 'vault_unavailable', 'in/b.pdf': 'vault_unavailable' });
    expect(w.rows().map((row) => row.state)).toEqual(['found', 'found']);
  });

  it('keeps an object whose message could not be sent, and says so', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.faults = failNth(0, { before: new Error('queue is down') }, 'sendBatch');
    await w.process(ids);
    expect(w.row('in/a.pdf').state).toBe('staged');
    expect(w.log.lines.map((line) => line.event)).toContain('message_not_sent');
    w.clock.advance(901_000);
    expect(await w.claim('writeback')).toEqual(ids);
  });

  it('sends an object on that was staged though the answer was lost', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.faults = failNth(0, { after: new SluiceError('unavailable') }, 'completeProcessing');
    await w.process(ids);
    expect(w.row('in/a.pdf').state).toBe('staged');
    expect(w.writebackQueue.messages.map(({ objectId }) => objectId)).toEqual(ids);
  });

  it('leaves the result of whoever holds the lease now', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.misbehaviour = async (job) => {
      // So slow that the sweep has given the object to somebody else.
      w.clock.advance(1_300_000);
      w.misbehaviour = null;
      await w.process(await w.claim());
      return w.work(job);
    };
    await w.process(ids, { linkSeconds: 5_000, limitSeconds: 5_000 });
    expect(w.endings).toHaveLength(1);
    expect(w.writebackQueue.messages).toHaveLength(1);
    expect(w.log.lines.map((line) => line.event)).toEqual(['object_staged']);
    expect(w.database.costs.size).toBe(1);
    expect(w.jobs.map((job) => job.jobId)).toEqual([w.row('in/a.pdf').jobId, w.row('in/a.pdf').jobId]);
    expect(w.row('in/a.pdf').stagedOutputs?.[0]?.stagingKey).toContain(w.jobs[1]?.stagingPrefix);
  });
});
