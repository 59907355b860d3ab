import { describe, expect, test } from 'vitest';
import { SCENARIOS as FAKE } from '../../packages/core/test/support/connection-scenarios/index.ts';
import { CIRCUMSTANCES } from '../../packages/s3/test/ceph/doctor-circumstances.ts';
import { GRANTS } from '../../packages/s3/test/ceph/doctor-grants.ts';
import { R2_SCENARIOS } from '../../packages/s3/test/support/r2-scenarios.ts';

/**
 * How many ways to be denied or set up wrongly the connection test is tried on, server by server: the titles say the numbers.
 * That each is told as it should be is shown where it runs: on Ceph (`npm run test:ceph`), on R2's local endpoint and on the
 * fake server. Here: that none is told without the words for what is missing or wrong.
 */

interface Case {
  readonly name: string;
  readonly isWrong: boolean;
  readonly names?: readonly RegExp[];
}

const told = (scenario: {
  readonly name: string;
  readonly fails?: readonly string[];
  readonly warns?: readonly string[];
  readonly names?: readonly RegExp[];
}): Case => ({ ...scenario, isWrong: [...(scenario.fails ?? []), ...(scenario.warns ?? [])].length > 0 });

const SERVERS: Readonly<Record<string, readonly Case[]>> = {
  Ceph: [...GRANTS, ...CIRCUMSTANCES].map(told),
  'R2’s local endpoint': R2_SCENARIOS.map(told),
  'the fake server': FAKE.map((one) => ({ ...one, isWrong: one.told.length > 0 })),
};

/** Told truly, but what they name is no action and no setting. */
const NAMELESS = [
  'a provider that is down',
  'HEAD blocked by a proxy',
  'a bucket that wants a checksum of every write',
];

const named = (cases: readonly Case[]): Case[] =>
  cases.filter(({ isWrong, names = [] }) => isWrong && names.length > 0);
const titles = Object.entries(SERVERS).map(([server, cases]) => ({
  server,
  cases,
  count: named(cases).length,
}));
const total = titles.reduce((sum, { count }) => sum + count, 0);

describe('what is wrong with a connection, named by the action or setting', () => {
  test.each(titles)('$count scenarios on $server, each of its own', ({ cases }) => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(named(cases).length).toBeGreaterThan(0);
  });

  test(`${titles[0]?.count} on a real server with policies are at least 40`, () => {
    expect(titles[0]?.count).toBeGreaterThanOrEqual(40);
  });

  test(`${total} in all, and none that is wrong without its words`, () => {
    const nameless = Object.values(SERVERS)
      .flat()
      .filter(({ isWrong, names = [] }) => isWrong && names.length === 0);
    expect(nameless.map(({ name }) => name)).toEqual(NAMELESS);
    expect(total).toBeGreaterThanOrEqual(90);
  });
});
