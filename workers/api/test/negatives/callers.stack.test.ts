import { at, call, type Operation, withoutRequestId } from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { bodiesFor, namesARecord, urlFor } from '../support/requests.ts';
import { badTokens, claimsFor, signAsStack } from '../support/tokens.ts';
import { attempt, document, guarded, openWorld, type World } from './world.ts';

/** Who is refused what: callers without a token, of every role, and of other tenants. */

/** Decided by whose address was invited, not by a role; its own test says what others see. */
const isForInvited = ({ path }: Operation): boolean => path.startsWith('/api/invitations/');
const byRole = guarded.filter((operation) => !isForInvited(operation));
const forAdmins = byRole.filter(({ spec }) => spec.responses['403'] !== undefined);
const forMembers = byRole.filter((operation) => !forAdmins.includes(operation));
/** To tenants they do not exist; their own tests say what support sees. */
const isForSupport = ({ path }: Operation): boolean => path.startsWith('/api/admin/');

let world: World;
let tokens: Record<string, string>;

beforeAll(async () => {
  world = await openWorld();
  tokens = await badTokens(world.owner.id, world.owner.token);
});

test('the document has operations to try', () => {
  expect(guarded.length).toBeGreaterThan(40);
  expect(forAdmins.length).toBeGreaterThan(20);
  expect(guarded.filter(isForSupport).length).toBeGreaterThan(5);
  const paths = Object.keys(document.paths).join(' ');
  for (const subject of ['rotation', 'dry-run', 'event-secret', 'reseals', 'audit', 'logs', 'ledger'])
    expect(paths).toContain(subject);
});

describe.each(guarded)('$name', (operation) => {
  test('refuses a caller without a token', async () => {
    expect((await attempt(operation, world.own, {})).status).toBe(401);
  });

  test('refuses every token that is not a signed-in user’s, all in the same words', async () => {
    const { own, owner, missing } = world;
    const bare = withoutRequestId(await attempt(operation, own, {}));
    for (const [name, token] of Object.entries(tokens)) {
      expect(withoutRequestId(await attempt(operation, own, { token })), name).toEqual(bare);
    }
    // The same claims, signed as they should be, are believed: it was not the claims that were refused.
    const token = await signAsStack(claimsFor(owner.id));
    expect((await attempt(operation, missing, { token })).status).not.toBe(401);
  });

  test('takes the token as a bearer token in the header and nowhere else', async () => {
    const { token } = world.owner;
    for (const authorization of [token, `Basic ${token}`, `Bearer ${token} x`, 'Bearer ']) {
      expect((await attempt(operation, world.own, { headers: { authorization } })).status).toBe(401);
    }
    const path = urlFor(operation, world.own, { access_token: token });
    expect((await call(operation.method, path)).status).toBe(401);
  });
});

describe.each(guarded.filter(namesARecord))('$name', (operation) => {
  test('gives every role the same 404 for another tenant’s record as for one that is not there', async () => {
    const { callers, others, missing, owner } = world;
    const expected = withoutRequestId(await attempt(operation, missing, { token: owner.token }));
    expect(expected.status).toBe(404);
    for (const [role, token] of Object.entries(callers)) {
      for (const [whose, records] of Object.entries({ others, missing })) {
        const answer = await attempt(operation, records, { token });
        expect(withoutRequestId(answer), `${role}, ${whose}`).toEqual(expected);
      }
    }
  });

  test('gives a stranger that 404 for a record of the tenant, too', async () => {
    const { callers, own, missing, owner } = world;
    const expected = withoutRequestId(await attempt(operation, missing, { token: owner.token }));
    const answer = await attempt(operation, own, { token: callers.stranger });
    expect(withoutRequestId(answer)).toEqual(expected);
  });
});

describe.each(guarded.filter(({ path }) => path.split('{').length > 2))('$name', (operation) => {
  test('gives the same 404 for another tenant’s record under a record of one’s own', async () => {
    const { own, others, missing, owner } = world;
    const [first = ''] = operation.path.match(/^[^}]*\}/) ?? [];
    const under = (inner: World['own']) => ({
      ...inner,
      ids: { ...inner.ids, [first]: own.ids[first] ?? '' },
    });
    const { token } = owner;
    const expected = withoutRequestId(await attempt(operation, under(missing), { token }));
    expect(expected.status).toBe(404);
    expect(withoutRequestId(await attempt(operation, under(others), { token }))).toEqual(expected);
  });
});

/** What a body or a query names besides the record of the path. */
const NAMED: Readonly<Record<string, (records: World['own']) => string>> = {
  tenantId: ({ tenantId }) => tenantId,
  targetId: ({ ids }) => ids['/api/notification-targets/{id}'] ?? '',
};

describe.each(guarded.filter(({ spec }) => spec.requestBody !== undefined))('$name', (operation) => {
  test('gives the same answer for another tenant’s record in the body as for one that is not there', async () => {
    const { own, others, missing, owner } = world;
    for (const { body, example } of bodiesFor(operation, own)) {
      for (const [field, idIn] of Object.entries(NAMED)) {
        if (typeof body[field] !== 'string') continue;
        const send = (records: World['own']) =>
          attempt(operation, own, { token: owner.token, body: { ...body, [field]: idIn(records) } });
        const [foreign, absent] = [await send(others), await send(missing)];
        expect([400, 404], example).toContain(foreign.status);
        expect(withoutRequestId(foreign), example).toEqual(withoutRequestId(absent));
      }
    }
  });
});

const takesTenant = ({ spec }: Operation): boolean =>
  spec.parameters?.some(({ name, in: place }) => name === 'tenantId' && place === 'query') === true;

describe.each(guarded.filter(takesTenant))('$name', (operation) => {
  test('answers every role alike for another tenant in the query and for one that is not there', async () => {
    const { own, others, missing, callers } = world;
    for (const [role, token] of Object.entries(callers)) {
      const [foreign, absent] = await Promise.all(
        [others, missing].map(({ tenantId }) =>
          call(operation.method, urlFor(operation, own, { tenantId }), { token }),
        ),
      );
      expect(foreign && withoutRequestId(foreign), role).toEqual(absent && withoutRequestId(absent));
    }
  });
});

describe.each(forAdmins)('$name', (operation) => {
  test('is refused to a mere member of the tenant', async () => {
    const answer = await attempt(operation, world.own, { token: world.callers.member });
    expect(answer.status).toBe(403);
    expect(at(answer.body, 'code')).toBe('forbidden');
  });
});

describe.each(forMembers)('$name', (operation) => {
  test('serves every member of the tenant, and changes nothing', async () => {
    if (!isForSupport(operation)) expect(operation.method).toBe('GET');
    const { owner, admin, member } = world.callers;
    for (const token of [owner, admin, member]) {
      // What is for the buckets of one provider says so of any other.
      const isOfProvider = operation.path.endsWith('/setup/r2-receiver');
      // Of this object nothing was written, so there is nothing to send.
      const isOfResult = operation.path.endsWith('/outputs/{kind}');
      const expected = isForSupport(operation) ? 404 : isOfProvider ? 422 : isOfResult ? 409 : 200;
      expect((await attempt(operation, world.own, { token })).status).toBe(expected);
    }
  });

  test('tells a stranger nothing of the tenant', async () => {
    const { own, callers } = world;
    const answer = await attempt(operation, own, { token: callers.stranger });
    for (const id of [own.tenantId, ...Object.values(own.ids)]) expect(answer.text).not.toContain(id);
    expect([200, 404]).toContain(answer.status);
  });
});

describe.each(forAdmins.filter(({ method }) => method === 'GET'))('$name', (operation) => {
  test('serves an admin as it does the owner', async () => {
    const { own, callers } = world;
    const [owners, admins] = [
      await attempt(operation, own, { token: callers.owner }),
      await attempt(operation, own, { token: callers.admin }),
    ];
    expect(owners.status).toBe(200);
    expect(admins.status).toBe(200);
  });
});
