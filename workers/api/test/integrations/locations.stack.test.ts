import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';

/** Where a bucket is, by whatever name it was entered: one key for one place, and another for another. */

const sql = openSql();

interface Named {
  readonly provider: string;
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
}

const keysOf = async (names: readonly Named[]): Promise<string[]> =>
  (
    await sql.query<{ key: string }>(
      `select private.s3_location_key(n ->> 'provider', n ->> 'endpoint', n ->> 'region', n ->> 'bucket') as key
       from jsonb_array_elements($1::jsonb) with ordinality as t (n, i) order by i`,
      [JSON.stringify(names)],
    )
  ).rows.map(({ key }) => key);

const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/);
const awsRegion = fc.constantFrom('us-east-1', 'eu-central-1', 'ap-southeast-2');
const account = fc.stringMatching(/^[0-9a-f]{32}$/);
const host = fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.example\.(com|net)$/);

/** Spellings of one address: case of the host, the port of the scheme, a dot or a slash at the end. */
const spelled = (hosts: fc.Arbitrary<string>): fc.Arbitrary<(at: string) => string> =>
  fc
    .tuple(fc.boolean(), fc.constantFrom('', ':443', ':0443'), fc.boolean(), fc.boolean(), hosts)
    .map(([isUpper, port, hasDot, hasSlash]) => (at) => {
      const name = `${isUpper ? at.toUpperCase() : at}${hasDot ? '.' : ''}`;
      return `https://${name}${port}${hasSlash ? '/' : ''}`;
    });

/** A place, and two ways to name it. */
const place: fc.Arbitrary<{ place: string; names: readonly [Named, Named] }> = fc
  .tuple(bucket, awsRegion, awsRegion, account, host, spelled(host), spelled(host), fc.nat(3))
  .chain(([name, region, otherRegion, accountId, server, spell, spellAgain, kind]) => {
    const generic = (endpoint: string): Named => ({
      provider: 'generic',
      endpoint,
      region: 'us-east-1',
      bucket: name,
    });
    const aws = ['', `.${region}`, `-${region}`, `.dualstack.${region}`].map((part) =>
      generic(spell(`s3${part}.amazonaws.com`)),
    );
    const r2 = `${accountId}.r2.cloudflarestorage.com`;
    const choices: { place: string; all: Named[] }[] = [
      {
        place: `aws ${name}`,
        all: [
          { provider: 'aws_role', endpoint: null, region, bucket: name },
          { provider: 'aws_key', endpoint: null, region: otherRegion, bucket: name },
          ...aws,
        ],
      },
      {
        place: `r2 ${accountId} ${name}`,
        all: [
          { provider: 'r2', endpoint: `https://${r2}`, region: 'auto', bucket: name },
          generic(spell(r2)),
        ],
      },
      {
        place: `b2 ${name}`,
        all: [
          { provider: 'b2', endpoint: null, region: 'us-west-004', bucket: name },
          generic(spell('s3.us-west-004.backblazeb2.com')),
        ],
      },
      { place: `${server} ${name}`, all: [generic(spell(server)), generic(spellAgain(server))] },
    ];
    const chosen = choices[kind] ?? choices[0];
    const all = chosen?.all ?? [];
    return fc
      .tuple(fc.constantFrom(...all), fc.constantFrom(...all))
      .map((names) => ({ place: chosen?.place ?? '', names }));
  });

test('one place has one key by whatever name, and two places have two', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 2, maxLength: 12 }), async (places) => {
      const keys = await keysOf(places.flatMap(({ names }) => names));
      const byPlace = new Map<string, string>();
      for (const [n, { place: where }] of places.entries()) {
        expect(keys[2 * n], JSON.stringify(places[n])).toBe(keys[2 * n + 1]);
        const key = keys[2 * n] ?? '';
        expect(byPlace.get(where) ?? key).toBe(key);
        byPlace.set(where, key);
      }
      expect(new Set(byPlace.values()).size).toBe(byPlace.size);
    }),
    { numRuns: 150 },
  );
});

const r2At = (jurisdiction: string) => ({
  provider: 'r2',
  endpoint: `https://${'a'.repeat(32)}${jurisdiction}.r2.cloudflarestorage.com`,
});
const serverAt = (rest: string) => ({ provider: 'generic', endpoint: `http://127.0.0.1:${rest}` });
const APART: readonly (readonly [string, Partial<Named>, Partial<Named>])[] = [
  ['another partition', { region: 'cn-north-1' }, { region: 'us-east-1' }],
  ['another jurisdiction', r2At('.eu'), r2At('')],
  ['another port', serverAt('9000'), serverAt('9001')],
  ['another path', serverAt('9000/a'), serverAt('9000/b')],
  [
    'a name that only begins alike',
    { provider: 'generic', endpoint: 'https://s3.amazonaws.com.example.net' },
    {},
  ],
];

test.each(APART)('%s is another place', async (_what, one, other) => {
  const base = { provider: 'aws_key', endpoint: null, region: 'us-east-1', bucket: 'b' };
  const [left, right] = await keysOf([
    { ...base, ...one },
    { ...base, ...other },
  ]);
  expect(left).not.toBe(right);
});
