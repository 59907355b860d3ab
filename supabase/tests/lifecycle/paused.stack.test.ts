import { expect, test } from 'vitest';
import { connect, LEASE_SECONDS, listed, objectsOf, record, startLedger } from '../support/ledger.ts';
import { completeProcessing, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();

test('what was in the queues while it was paused goes out when it is active again, and not before', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf'), listed('c.pdf'), listed('d.pdf')]);
  await sweep(ledger);
  const ids = (await objectsOf(ledger, connection)).map(({ id }) => id);
  const begun = await ledger.objects.beginProcessing(ids.slice(0, 3), LEASE_SECONDS);
  const [first, second, third] = begun.objects.toSorted(
    (x, y) => ids.indexOf(x.objectId) - ids.indexOf(y.objectId),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were begun');
  await completeProcessing(ledger, first);
  await completeProcessing(ledger, second);
  const [writing] = (await ledger.objects.beginWriteback([second.objectId], LEASE_SECONDS)).objects;
  if (writing === undefined) throw new Error('one was to be written');
  // Its message for the next attempt is in the queue.
  await settle(ledger, writing, 'retry', 'throttled', 100, 'upstream');
  await ledger.rows('update public.s3_processed_objects set due_at = now() where id = $1', [second.objectId]);
  await sweep(ledger);
  const sent = async () =>
    (await sweep(ledger))
      .filter(({ objectId }) => ids.includes(objectId))
      .toSorted((x, y) => ids.indexOf(x.objectId) - ids.indexOf(y.objectId));
  const change = async (status: string) => {
    const { error } = await connection.tenant.owner.client.rpc('update_s3_integration', {
      p_integration_id: connection.integrationId,
      p_changes: { status },
    });
    if (error !== null) throw error;
  };
  await change('paused');
  // Their messages come, and are used up.
  expect((await ledger.objects.beginProcessing(ids, LEASE_SECONDS)).objects).toEqual([]);
  expect((await ledger.objects.beginWriteback(ids, LEASE_SECONDS)).objects).toEqual([]);
  expect(await sent()).toEqual([]);
  await change('active');
  expect(await sent()).toEqual([
    { objectId: first.objectId, target: 'writeback' },
    { objectId: second.objectId, target: 'writeback' },
    { objectId: ids[3], target: 'process' },
  ]);
  // Once, however often it is paused: what is in the queues is there already.
  await change('paused');
  await change('active');
  expect(await sent()).toEqual([]);
  // What somebody is at work on stays theirs.
  expect(await completeProcessing(ledger, third)).toBe(true);
});
