import type { Probe } from './probes.ts';
import type { World } from './world.ts';

/** Fields that no answer shows: the call is made as PostgREST would make it, and its effect read before it is rolled back. */
export const LOOKS_BEHIND: readonly Probe[] = [
  {
    object: 'release_idempotency_key',
    verb: 'execute',
    caller: 'other',
    detail: 'the key of a member of Acme',
    expected: 'still there',
    look: async (world) => {
      const { claim } = world.acme;
      const rows = await afterCall(
        world,
        world.userIds.other,
        `select public.release_idempotency_key('acme', '${claim}')`,
        `select 1 from private.idempotency_keys where claim_id = '${claim}'`,
      );
      return rows === 1 ? 'still there' : 'gone';
    },
  },
];

async function afterCall(world: World, userId: string, call: string, look: string): Promise<number> {
  const client = await world.stack.sql.connect();
  try {
    await client.query(`begin; set local role authenticated`);
    const claims = JSON.stringify({ sub: userId, role: 'authenticated' });
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [claims]);
    await client.query(`${call}; reset role`);
    return (await client.query(look)).rowCount ?? 0;
  } finally {
    await client.query('rollback');
    client.release();
  }
}
