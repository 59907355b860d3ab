import { describe, expect, test } from 'vitest';
import { createCallerClient } from '../src/clients.ts';
import { translateFailure, unwrap, unwrapNullable } from '../src/errors.ts';

describe('an answer of PostgREST that is an error', () => {
  test.each([
    [404, 'PT404', 'not_found', 'not_found'],
    [409, 'PT409', 'integration_exists', 'integration_exists'],
    [422, 'PT422', 'prefixes_overlap', 'prefixes_overlap'],
    [401, 'PGRST301', 'JWT expired', 'unauthenticated'],
    [401, 'PGRST303', 'JWT claims', 'unauthenticated'],
    [401, '', 'Invalid API key', 'unauthenticated'],
    [500, '57014', 'canceling statement due to statement timeout', 'unavailable'],
    [500, '57P03', 'the database system is starting up', 'unavailable'],
    [503, '53300', 'too many connections', 'unavailable'],
    [500, '08006', 'connection failure', 'unavailable'],
    [500, '40P01', 'deadlock detected', 'unavailable'],
    [500, '40001', 'could not serialize access', 'unavailable'],
    [503, 'PGRST000', 'Could not connect with the database', 'unavailable'],
    [503, 'PGRST002', 'Could not query the database for the schema cache', 'unavailable'],
    [504, 'PGRST003', 'Timed out acquiring connection from connection pool', 'unavailable'],
    [429, '', 'rate limited', 'unavailable'],
    [502, '', 'bad gateway', 'unavailable'],
    [0, '', 'TypeError: fetch failed', 'unavailable'],
    [500, '', 'An invalid response was received from the upstream server', 'unavailable'],
    // What PostgREST makes of a backend that was killed in mid-query.
    [400, '', '', 'unavailable'],
    [400, '', 'Bad request', 'internal'],
    // A grant that is missing or a value that is refused is our fault: it must not pass for "not found".
    [403, '42501', 'permission denied for table s3_integrations', 'internal'],
    [400, '22P02', 'invalid input syntax for type uuid', 'internal'],
    [404, 'PGRST202', 'Could not find the function', 'internal'],
    [404, 'PGRST205', 'Could not find the table', 'internal'],
    // Not one of our codes, whatever it calls itself.
    [418, 'PT418', 'teapot', 'internal'],
    [500, 'P0001', 'not_found', 'internal'],
  ])('%i %s "%s" is %s', (status, code, message, expected) => {
    expect(translateFailure(status, { code, message }).code).toBe(expected);
  });

  test('shows the detail our own functions give, and no word of the database’s', () => {
    const ours = translateFailure(422, {
      code: 'PT422',
      message: 'prefixes_overlap',
      details: 'They cross.',
    });
    expect(ours.detail).toBe('They cross.');
    const theirs = translateFailure(500, { code: 'XX000', message: 'secret column', details: 'secret row' });
    expect(theirs.detail).toBeUndefined();
    expect(theirs.message).not.toMatch(/secret/);
  });
});

describe('unwrapping', () => {
  test('gives the data, and not_found for none where there must be some', () => {
    expect(unwrap({ data: 0, error: null, status: 200 })).toBe(0);
    expect(() => unwrap({ data: null, error: null, status: 200 })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
    expect(unwrapNullable({ data: null, error: null, status: 204 })).toBeNull();
  });

  test('a database that cannot be reached is unavailable, at once', async () => {
    const client = createCallerClient({ url: 'http://127.0.0.1:9', publishableKey: 'x' }, 'token');
    const startedAt = performance.now();
    const read = await client.from('tenants').select('id');
    const called = await client.rpc('create_tenant', { p_name: 'x' });
    for (const failing of [() => unwrap(read), () => unwrap(called)]) {
      expect(failing).toThrow(expect.objectContaining({ code: 'unavailable' }));
    }
    // supabase-js would try three more times, for seven seconds.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
