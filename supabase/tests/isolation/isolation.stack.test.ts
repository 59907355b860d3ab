import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { readCatalogue } from './catalogue.ts';
import { variantsOf } from './mutants.ts';
import { runMatrix, runMutants } from './run.ts';
import { sampleMutants } from './sample.ts';
import { standingProblems } from './standing.ts';
import { makeWorld } from './world.ts';

/**
 * Who sees and does what over REST, asked of the migrated database itself; and the same database broken in every way that its
 * policies, grants and checks can be, which the matrix has to notice. `npm run isolation` breaks all of them, not some.
 */
const world = await makeWorld();
afterAll(() => world.stop());
const matrix = await runMatrix(world);

describe('isolation', () => {
  test('everything of the exposed schema is what expectations.ts says, to every caller', () => {
    expect(matrix.problems).toEqual([]);
    expect(matrix.fields).toBeGreaterThan(2_500);
  });

  test.each([
    ['table', 'create table public.surprise (tenant_id uuid)', 'surprise has no expectation'],
    ['view', 'create view public.surprise as select 1 as one', 'surprise has no expectation'],
    [
      'function',
      'create function public.surprise() returns int language sql as $$ select 1 $$',
      'surprise() has no expectation',
    ],
    [
      'signature',
      'create function public.create_tenant(p_name text, p_more int) returns int language sql as $$ select 1 $$',
      'create_tenant() is there twice: one of the two would not be asked',
    ],
    [
      'column',
      'alter table public.s3_dry_runs add column surprise text',
      's3_dry_runs: authenticated SELECT surprise is not granted',
    ],
    [
      'hidden grant',
      'grant select on private.sealed_secrets to service_role',
      'an API role has a privilege on what is hidden',
    ],
  ])('a new %s that nobody expects is a problem', async (_what, change, problem) => {
    const client = await world.stack.sql.connect();
    try {
      await client.query(`begin; ${change}`);
      const problems = standingProblems(await readCatalogue({ sql: client }));
      expect(problems.join('\n')).toContain(problem);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('a policy opened, negated or dropped, row security taken off, a check or a grant changed: each is noticed', async () => {
    // A field that is wrong already would seem to notice everything.
    expect(matrix.problems).toEqual([]);
    const seed = Number(process.env['SLUICE_SEED'] ?? randomInt(2 ** 31));
    const { mutants, survivors } = await runMutants(world, sampleMutants(seed, { grant: 80, function: 30 }));
    expect({ seed, survivors }).toEqual({ seed, survivors: [] });
    expect(mutants).toBeGreaterThan(200);
  });

  test('a broken policy is every one that could be made of it', () => {
    const variants = variantsOf(
      `((status <> 'deleted'::text) AND (tenant_id IN ( SELECT private.my_tenant_ids() AS x)))`,
    );
    expect(variants.map(([, changed]) => changed)).toEqual([
      'true',
      `not (((status <> 'deleted'::text) AND (tenant_id IN ( SELECT private.my_tenant_ids() AS x))))`,
      `((status <> 'deleted'::text) AND (tenant_id IN ( SELECT private.my_admin_tenant_ids() AS x)))`,
      '(true AND (tenant_id IN ( SELECT private.my_tenant_ids() AS x)))',
      '(false AND (tenant_id IN ( SELECT private.my_tenant_ids() AS x)))',
      `((status <> 'deleted'::text) AND true)`,
      `((status <> 'deleted'::text) AND false)`,
    ]);
  });
});
