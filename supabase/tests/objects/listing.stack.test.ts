import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, connect, EPOCH, rpc, type Seed, seed, startObjectWorld } from './object-world.ts';

const world = await startObjectWorld();

interface Filter {
  readonly state?: string;
  readonly reason?: string;
  readonly prefix?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Follows the pages to the end, as the API does; `between` is called after each page. */
const pages = async (
  connection: Connection,
  { state, reason, prefix, from, to }: Filter,
  limit: number,
  options: { scan?: number; between?: (page: number) => Promise<void> } = {},
): Promise<string[]> => {
  const at = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < 500; page += 1) {
    const rows = await rpc<{ id: string; is_match: boolean }[]>(connection, 'list_s3_objects', {
      p_integration_id: connection.integrationId,
      p_limit: limit + 1,
      p_scan: options.scan ?? 20_000,
      ...(after === undefined ? {} : { p_after: after }),
      ...(state === undefined ? {} : { p_state: state }),
      ...(reason === undefined ? {} : { p_reason: reason }),
      ...(prefix === undefined ? {} : { p_prefix: prefix }),
      ...(from === undefined ? {} : { p_found_from: at(from) }),
      ...(to === undefined ? {} : { p_found_to: at(to) }),
    });
    const found = rows.filter((row) => row.is_match);
    ids.push(...found.slice(0, limit).map(({ id }) => id));
    const next = found.length > limit ? found[limit - 1] : rows.find((row) => !row.is_match);
    if (next === undefined) return ids;
    after = next.id;
    await options.between?.(page);
  }
  throw new Error('the pages do not end');
};

const KEYS = [
  'a/1.pdf',
  'a/2.pdf',
  'a/b/1.pdf',
  'a\u{ffff}x.pdf',
  'a\u{1f4c4}.pdf',
  'aé.pdf',
  'b/1.pdf',
  '\u{10ffff}.pdf',
  'A/1.pdf',
];
const STATES = ['found', 'queued', 'processing', 'staged', 'written_back', 'skipped', 'failed', 'dead'];
const REASONS = ['not_pdf', 'pdf_corrupt', 'access_denied'];

const anObject = fc
  .record({
    key: fc.constantFrom(...KEYS),
    state: fc.constantFrom(...STATES),
    reason: fc.option(fc.constantFrom(...REASONS)),
    foundAt: fc.integer({ min: 0, max: 6 }),
    sizeBytes: fc.integer({ min: 1, max: 3 }),
  })
  .map((object) =>
    ['skipped', 'failed', 'dead'].includes(object.state)
      ? { ...object, reason: object.reason ?? 'not_pdf' }
      : object,
  );
const aFilter = fc.record(
  {
    state: fc.constantFrom(...STATES),
    reason: fc.constantFrom(...REASONS),
    prefix: fc.constantFrom('a', 'a/', 'a/b', 'A', '\u{10ffff}', 'a\u{ffff}', 'zz', 'a\u{d7ff}'),
    from: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: 7 }),
  },
  { requiredKeys: [] },
);

const answersTo = (object: Seed, filter: Filter): boolean =>
  (filter.state === undefined || object.state === filter.state) &&
  (filter.reason === undefined || object.reason === filter.reason) &&
  (filter.prefix === undefined || object.key.startsWith(filter.prefix)) &&
  (filter.from === undefined || (object.foundAt ?? 0) >= filter.from) &&
  (filter.to === undefined || (object.foundAt ?? 0) < filter.to);

describe('the pages of a list of objects', () => {
  test('show each object that answers to the filter once, whatever the filter, the page size and the bound of a search', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anObject, { minLength: 0, maxLength: 40 }),
        fc.array(fc.tuple(aFilter, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 })), {
          minLength: 6,
          maxLength: 6,
        }),
        async (generated, questions) => {
          const objects = generated.map((object, n) => ({ ...object, etag: `e${n}`, isCurrent: false }));
          const connection = await connect(world);
          const ids = await seed(world, connection, objects);
          for (const [filter, limit, scan] of questions) {
            const expected = ids.filter((_, n) => {
              const object = objects[n];
              return object !== undefined && answersTo(object, filter);
            });
            const found = await pages(connection, filter, limit, { scan });
            expect(found.toSorted(), JSON.stringify({ filter, limit, scan })).toEqual(expected.toSorted());
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are newest first, and with a prefix in the order of keys', async () => {
    const connection = await connect(world);
    const ids = await seed(
      world,
      connection,
      ['c', 'a', 'b', 'b2'].map((key) => ({ key, state: 'written_back' })),
    );
    expect(await pages(connection, {}, 2)).toEqual(ids.toReversed());
    expect(await pages(connection, { prefix: 'b' }, 1)).toEqual([ids[2], ids[3]]);
  });

  test('leave nothing out and show nothing twice while objects are found and change', async () => {
    for (const filter of [{}, { prefix: 'k' }, { from: 0 }]) {
      const connection = await connect(world);
      const ids = await seed(
        world,
        connection,
        Array.from({ length: 40 }, (_, n) => ({ key: `k${n}`, state: 'found', foundAt: n % 7 })),
      );
      const found = await pages(connection, filter, 3, {
        between: async (page) => {
          await seed(world, connection, [{ key: `k${page}-new`, state: 'found', foundAt: 1000 + page }]);
          await world.rows(
            `update public.s3_processed_objects set state = 'skipped', reason = 'superseded', due_at = null, is_current = false
             where id in (select id from public.s3_processed_objects where integration_id = $1 and state = 'found' order by random() limit 2)`,
            [connection.integrationId],
          );
        },
      });
      expect(new Set(found).size).toBe(found.length);
      expect(ids.filter((id) => !found.includes(id))).toEqual([]);
    }
  });

  test('show nothing of another tenant, and take no cursor from there', async () => {
    const [own, other] = [await connect(world), await connect(world)];
    const [theirs] = await seed(world, other, [{ key: 'a.pdf', state: 'found' }]);
    const asked = { tenant: own.tenant, integrationId: other.integrationId };
    expect(await pages(asked, {}, 10)).toEqual([]);
    await expect(
      rpc(own, 'list_s3_objects', { p_integration_id: own.integrationId, p_limit: 1, p_after: theirs }),
    ).rejects.toThrow(/invalid_request/);
  });
});

const MD5 = (n: number): string => n.toString(16).padStart(32, '0');

describe('duplicates', () => {
  interface Group {
    etag: string;
    size_bytes: number;
    objects: number;
    keys: string[] | null;
    pages: number | null;
    processed_objects: number;
  }

  const groups = async (connection: Connection, limit: number, scan: number): Promise<Group[]> => {
    const found: Group[] = [];
    let after: Group | undefined;
    for (let page = 0; page < 500; page += 1) {
      const rows = await rpc<Group[]>(connection, 'list_s3_duplicates', {
        p_integration_id: connection.integrationId,
        p_limit: limit,
        p_scan: scan,
        ...(after === undefined ? {} : { p_after_etag: after.etag, p_after_size_bytes: after.size_bytes }),
      });
      found.push(...rows.filter((row) => row.objects > 1));
      after = rows.at(-1);
      if (after === undefined || (after.objects > 1 && rows.length < limit)) return found;
    }
    throw new Error('the pages do not end');
  };

  test('are the groups of current objects with one MD5 and size, each once, whatever the page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 2 }), fc.boolean()), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 12 }),
        async (contents, limit, scan) => {
          const connection = await connect(world);
          await seed(
            world,
            connection,
            contents.map(([content, sizeBytes, isCurrent], n) => ({
              key: `k${n}`,
              // Content 0 was uploaded in parts: its ETag says nothing of it.
              etag: content === 0 ? `${MD5(1)}-2` : MD5(content),
              sizeBytes,
              isCurrent,
              state: 'written_back',
              pages: 3,
            })),
          );
          const expected = new Map<string, string[]>();
          for (const [n, [content, sizeBytes, isCurrent]] of contents.entries()) {
            if (content === 0 || !isCurrent) continue;
            const name = `${MD5(content)} ${sizeBytes}`;
            expected.set(name, [...(expected.get(name) ?? []), `k${n}`]);
          }
          const found = await groups(connection, limit, scan);
          expect(found.map(({ etag, size_bytes, keys }) => [`${etag} ${size_bytes}`, keys])).toEqual(
            [...expected]
              .filter(([, keys]) => keys.length > 1)
              .map(([name, keys]) => [name, keys.toSorted()])
              .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
          );
          for (const group of found)
            expect(group).toMatchObject({
              objects: group.keys?.length,
              pages: 3,
              processed_objects: group.objects,
            });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are asked for by members alone', async () => {
    const [own, other] = [await connect(world), await connect(world)];
    await expect(
      rpc(own, 'list_s3_duplicates', { p_integration_id: other.integrationId, p_limit: 1 }),
    ).rejects.toThrow(/not_found/);
  });
});
