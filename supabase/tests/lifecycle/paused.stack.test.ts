import { expect, test } from 'vitest';
import { connect, LEASE_SECONDS, listed, objectsOf, record, startLedger } from '../support/ledger.ts';
import { completeProcessing, sweep } from '../support/work.ts';

const ledger = await startLedger();

test('what was in the queues while it was paused is sent at once when it is active again', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf'), listed('c.pdf')]);
  await sweep(ledger);
  const ids = (await objectsOf(ledger, connection)).map(({ id }) => id);
  const begun = await ledger.objects.beginProcessing(ids.slice(0, 2), LEASE_SECONDS);
  const [first, second] = begun.objects;
  if (first === undefined || second === undefined) throw new Error('two were begun');
  await completeProcessing(ledger, first);
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
  await change('active');
  const sent = (await sweep(ledger)).filter(({ objectId }) => ids.includes(objectId));
  expect(sent.toSorted((x, y) => x.target.localeCompare(y.target))).toEqual([
    { objectId: ids[2], target: 'process' },
    { objectId: first.objectId, target: 'writeback' },
  ]);
  // What somebody is at work on stays theirs.
  expect(await completeProcessing(ledger, second)).toBe(true);
});
