import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connect, seed, startObjectWorld } from './object-world.ts';
import { begin, ENDED, engineOf, failed, preview } from './replay-verbs.ts';

const world = await startObjectWorld();
const { replay, runAll, takenUp } = engineOf(world);

const LEFT_ALONE = [
  'own_output',
  'folder_marker',
  'object_name_unusable',
  'upstream_invalid',
  'not_pdf',
  'empty_object',
  'oversize',
];
const anObject = fc
  .record({
    folder: fc.constantFrom('a/', 'b/', 'out/'),
    state: fc.constantFrom('found', 'staged', ...ENDED),
    reason: fc.constantFrom('pdf_corrupt', 'not_pdf', 'access_denied', 'object_not_found', 'own_output'),
    foundAt: fc.integer({ min: 0, max: 6 }),
    sizeBytes: fc.integer({ min: 1, max: 1000 }),
    pages: fc.option(fc.integer({ min: 0, max: 9 })),
    isCurrent: fc.boolean(),
  })
  .map((object) => ({ ...object, reason: object.state === 'written_back' ? null : object.reason }));
const aFilter = fc.record(
  {
    states: fc.uniqueArray(fc.constantFrom(...ENDED), { minLength: 1, maxLength: 4 }),
    reasons: fc.uniqueArray(fc.constantFrom('pdf_corrupt', 'access_denied', 'not_pdf'), { minLength: 1 }),
    prefix: fc.constantFrom('a', 'a/', 'b/k1', 'o', 'zz'),
    from: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: 7 }),
  },
  { requiredKeys: [] },
);

describe('a replay', () => {
  test('takes up exactly what its preview showed, whatever the filter and the size of a batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anObject, { maxLength: 40 }),
        aFilter,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        async (generated, filter, limit, scan) => {
          const connection = await connect(world);
          const objects = generated.map(({ folder, ...object }, n) => ({
            ...object,
            key: `${folder}k${n}.pdf`,
          }));
          const ids = await seed(world, connection, objects);
          const chosen = objects.flatMap((object, n) => {
            const isChosen =
              ENDED.includes(object.state) &&
              (filter.states?.includes(object.state) ?? true) &&
              (filter.reasons?.some((reason) => reason === object.reason) ?? true) &&
              object.key.startsWith(filter.prefix ?? '') &&
              object.foundAt >= (filter.from ?? 0) &&
              object.foundAt < (filter.to ?? 99);
            return isChosen ? [{ ...object, id: ids[n] ?? '' }] : [];
          });
          const replayable = chosen.filter(
            ({ key, state, reason }) =>
              !key.startsWith('out/') && !(state === 'skipped' && LEFT_ALONE.includes(reason ?? '')),
          );
          const expected = replayable.filter(({ isCurrent }) => isCurrent);

          const shown = await preview(connection, filter);
          expect(shown).toMatchObject({
            objects: expected.length,
            bytes: expected.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
            superseded: replayable.length - expected.length,
            leftAlone: chosen.length - replayable.length,
            knownPages: expected.reduce((sum, { pages }) => sum + (pages ?? 0), 0),
            unknownObjects: expected.filter(({ pages }) => pages === null).length,
          });
          const id = await begin(connection, filter, shown);
          await runAll(limit, scan);
          expect(await takenUp(connection)).toEqual(expected.map((object) => object.id).toSorted());
          expect(await replay(id)).toMatchObject({ status: 'completed', replayed_objects: expected.length });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('gives an object a new revision and a new job, keeps its row, and remembers who asked', async () => {
    const connection = await connect(world);
    const [id] = await seed(world, connection, failed(1));
    const read = () =>
      world.rows<Record<string, unknown>>('select * from public.s3_processed_objects where id = $1', [id]);
    const [before] = await read();
    await begin(connection, { states: ['failed'] }, await preview(connection, { states: ['failed'] }));
    await runAll();
    const [after] = await read();
    expect(after).toMatchObject({
      state: 'found',
      reason: null,
      revision: 2,
      attempts: 0,
      found_by: 'poll',
      found_at: before?.['found_at'],
    });
    expect(after?.['job_id']).not.toBe(before?.['job_id']);
    expect(after?.['state_changed_by']).toBe(connection.tenant.owner.id);
    expect(after?.['history']).toEqual([
      { at: expect.any(String) as string, state: 'failed', reason: 'pdf_corrupt' },
    ]);
  });

  test('that is asked for twice is begun once', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(3));
    const shown = await preview(connection, {});
    const [one, two] = await Promise.all([begin(connection, {}, shown), begin(connection, {}, shown)]);
    expect(one).toBe(two);
    await runAll();
    expect(await begin(connection, {}, shown)).toBe(one);
    await runAll();
    const rows = await world.rows(
      'select 1 from public.s3_processed_objects where integration_id = $1 and revision = 2',
      [connection.integrationId],
    );
    expect(rows).toHaveLength(3);
  });

  test('and another of the same objects do the work once', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(9));
    const [first, second] = [await preview(connection, {}), await preview(connection, { prefix: 'k' })];
    const ids = [await begin(connection, {}, first), await begin(connection, { prefix: 'k' }, second)];
    // Two sweeps at once.
    await Promise.all([runAll(2), runAll(2)]);
    const done = await Promise.all(ids.map((id) => replay(id)));
    expect(done.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(done.reduce((sum, { replayed_objects }) => sum + replayed_objects, 0)).toBe(9);
    const revisions = await world.rows<{ revision: number }>(
      'select distinct revision from public.s3_processed_objects where integration_id = $1',
      [connection.integrationId],
    );
    expect(revisions).toEqual([{ revision: 2 }]);
  });
});

test('the history of an object holds its last 50 changes', async () => {
  const connection = await connect(world);
  const [id] = await seed(world, connection, [{ key: 'a.pdf', state: 'found' }]);
  for (let n = 0; n < 60; n += 1) {
    await world.rows(
      `update public.s3_processed_objects set reason = $2, attempts = $3, state_changed_at = now() where id = $1`,
      [id, `reason_${n}`, n],
    );
  }
  // What changes nothing is not remembered.
  await world.rows('update public.s3_processed_objects set due_at = now() where id = $1', [id]);
  const [row] = await world.rows<{ history: { reason: string; attempt: number }[] }>(
    'select history from public.s3_processed_objects where id = $1',
    [id],
  );
  expect(row?.history.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 50 }, (_, n) => `reason_${n + 9}`),
  );
  expect(row?.history.at(-1)).toMatchObject({ attempt: 58, state: 'found' });
});
