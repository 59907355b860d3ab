import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startTemporaryStack } from '@sluice/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { installPgTap, parseAssertion, runStory, storyProblem } from './support/tap.ts';

/**
 * The pgTAP stories, each assertion a test of its own. On a stack without Workers, so that nothing else moves in the
 * database; each story in a transaction that is rolled back.
 */
const stack = await startTemporaryStack({ workers: false, buckets: [] });
afterAll(() => stack.stop());
await installPgTap(stack);

const files = (await readdir(join(import.meta.dirname, 'stories'))).filter((name) => name.endsWith('.sql'));
for (const file of files.sort()) {
  const result = await runStory(stack, file);
  describe(file, () => {
    for (const { name, isOk, diagnostics } of result.assertions) {
      test(name, () => {
        if (!isOk) expect.fail(`${name}\n${diagnostics}`);
      });
    }
    test('comes to its end and asserts as much as it plans', () => {
      expect(storyProblem(result)).toBeNull();
    });
  });
}

/** Ways to break the database, and the story that must notice. */
const SABOTAGES: readonly (readonly [string, string, string])[] = [
  ...[
    'app_logs',
    'audit_events',
    'cost_ledger',
    'notification_deliveries',
    'notification_targets',
    's3_integration_folder_rules',
    's3_integrations',
    's3_listing_slices',
    's3_poll_states',
    's3_processed_objects',
    's3_replays',
    'tenant_members',
    'tenants',
  ].flatMap((table): [string, string, string][] => [
    [
      `row level security is off on ${table}`,
      'isolation.sql',
      `alter table public.${table} disable row level security`,
    ],
    [
      `a policy on ${table} lets everybody through`,
      'isolation.sql',
      `create policy broken on public.${table} for select to authenticated using (true)`,
    ],
    [
      `users may write ${table}`,
      'isolation.sql',
      `grant insert on public.${table} to authenticated; create policy broken on public.${table} for insert to authenticated with check (true)`,
    ],
  ]),
  [
    'all columns of objects are granted',
    'isolation.sql',
    'grant select on public.s3_processed_objects to authenticated',
  ],
  [
    'the service may read the table of secrets',
    'secrets.sql',
    'grant select on private.sealed_secrets to service_role',
  ],
  [
    'secrets can be changed',
    'secrets.sql',
    'drop trigger sealed_secrets_are_append_only on private.sealed_secrets',
  ],
  [
    'nothing but missing grants keeps people from a private table',
    'secrets.sql',
    'drop policy "No API role comes to this table" on private.tenant_invitations',
  ],
  ['nothing is audited', 'audit.sql', 'drop trigger audit_s3_integrations on public.s3_integrations'],
  [
    'anybody may act as anybody',
    'audit.sql',
    'grant execute on function private.act_as(uuid) to authenticated',
  ],
  [
    'functions are open by default again',
    'privileges.sql',
    'grant execute on all functions in schema public to authenticated',
  ],
  [
    'the composite foreign key is gone',
    'integrity.sql',
    'alter table public.s3_integration_folder_rules drop constraint s3_integration_folder_rules_tenant_id_integration_id_fkey',
  ],
];

describe('the stories notice when', () => {
  test.each(SABOTAGES)('%s', async (_what, file, sabotage) => {
    const result = await runStory(stack, file, sabotage);
    const failed = result.assertions.filter(({ isOk }) => !isOk);
    expect(failed.length + (storyProblem(result) === null ? 0 : 1)).toBeGreaterThan(0);
  });
});

describe('the runner', () => {
  test('takes an assertion that holds, one that does not, and nothing else', () => {
    expect(parseAssertion('ok 1 - all is well')).toEqual([
      { name: 'all is well', isOk: true, diagnostics: '' },
    ]);
    expect(parseAssertion('not ok 2 - broken\n# Failed test 2\n#   have: 1')).toEqual([
      { name: 'broken', isOk: false, diagnostics: '# Failed test 2\n#   have: 1' },
    ]);
    expect(parseAssertion('1..3')).toEqual([]);
    expect(parseAssertion('# Looks like you failed 1 test of 3')).toEqual([]);
  });

  test('reports a story that ends early, runs too little or plans nothing', () => {
    const assertions = [{ name: 'a', isOk: true, diagnostics: '' }];
    expect(storyProblem({ planned: 1, assertions, error: null })).toBeNull();
    expect(storyProblem({ planned: 1, assertions, error: 'x.sql:3: boom' })).toMatch(/boom/);
    expect(storyProblem({ planned: 2, assertions, error: null })).toMatch(/plans 2 .* ran 1/);
    expect(storyProblem({ planned: 0, assertions: [], error: null })).toMatch(/plans nothing/);
  });

  test('leaves nothing of a story behind', async () => {
    const { rows } = await stack.sql.query('select count(*)::int as tenants from public.tenants');
    expect(rows).toEqual([{ tenants: 0 }]);
  });
});
