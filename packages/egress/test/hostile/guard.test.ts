import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkEndpoint, checkWebhookUrl, type EgressPolicy, egressFetch } from '../../src/index.ts';
import { hostileHost, hostileResolved } from './addresses.ts';
import { hostileName, hostileRest, OWN_ZONES } from './names.ts';
import { PROVIDER_ENDPOINTS } from './providers.ts';

const strict: EgressPolicy = { mode: 'strict', ownZones: OWN_ZONES };

/** Whatever dials in this process, over TLS or not, comes by here. */
const dial = vi.spyOn(Socket.prototype, 'connect');
let server: Server;
let connections = 0;
let port = 0;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('reached'));
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  dial.mockRestore();
});
beforeEach(() => {
  dial.mockClear();
  connections = 0;
});

const codeOf = (error: unknown): unknown => (error instanceof SluiceError ? error.code : error);
const atSave = (endpoint: string): unknown => {
  try {
    return checkEndpoint(endpoint, strict).href;
  } catch (error) {
    return codeOf(error);
  }
};
const atUse = (url: string, policy = strict): Promise<unknown> =>
  egressFetch(url, { method: 'PUT', body: 'x' }, policy).then((response) => response.status, codeOf);

/** Every endpoint that was tried, so that the number promised is one of different endpoints. */
const tried = new Set<string>();
const SUFFIXES = ['', '/', ':443', ':8443', ':9000'];

describe('a hostile endpoint', () => {
  it('would be seen to dial: this is how a connection looks', async () => {
    const open: EgressPolicy = { mode: 'allow-loopback' };
    expect(await atUse(`http://127.0.0.1:${port}/`, open)).toBe(200);
    expect([connections, dial.mock.calls.length]).toEqual([1, 1]);
    // Over TLS, which this server does not speak.
    expect(await atUse(`https://127.0.0.1:${port}/`, open)).toBe('tls_failed');
    expect(dial).toHaveBeenCalledTimes(2);
  });

  it('that is an address, in whatever notation, is refused when it is saved and again when it is used', async () => {
    await fc.assert(
      fc.asyncProperty(hostileHost, fc.constantFrom(...SUFFIXES, `:${port}`), async (host, suffix) => {
        const endpoint = `https://${host}${suffix}`;
        tried.add(endpoint);
        expect([endpoint, atSave(endpoint)]).toEqual([endpoint, 'endpoint_refused']);
        expect([endpoint, await atUse(`${endpoint}/bucket/key?list-type=2`)]).toEqual([
          endpoint,
          'endpoint_refused',
        ]);
      }),
      { numRuns: 3_500 },
    );
    expect([connections, dial.mock.calls]).toEqual([0, []]);
  });

  it('that is a name of nobody, of ourselves, of metadata, or one that carries an address, is refused at both', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName, fc.constantFrom(...SUFFIXES), async (host, suffix) => {
        const endpoint = `https://${host}${suffix}`;
        tried.add(endpoint);
        expect([endpoint, atSave(endpoint)]).toEqual([endpoint, 'endpoint_refused']);
        // The URL parser mends some spellings; what it makes of them is a public name, which is nobody's secret.
        if (!isMended(host))
          expect([endpoint, await atUse(endpoint)]).toEqual([endpoint, 'endpoint_refused']);
      }),
      { numRuns: 2_500 },
    );
    expect([connections, dial.mock.calls]).toEqual([0, []]);
  });

  it('with user info, clear text, a port of another service, a path or another scheme is refused when it is saved', () => {
    fc.assert(
      fc.property(hostileRest, (endpoint) => {
        tried.add(endpoint);
        expect([endpoint, atSave(endpoint)]).toEqual([endpoint, 'endpoint_refused']);
      }),
      { numRuns: 1_500 },
    );
    expect(dial).not.toHaveBeenCalled();
  });

  it('that only its resolver betrays is refused where there is one to ask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileResolved, { minLength: 1, maxLength: 3 }), async (hostile) => {
        tried.add(hostile.join());
        // One good address among them changes nothing.
        const resolveHost = async () => ['93.184.215.14', ...hostile];
        expect(await atUse('https://rebinding.example.net', { ...strict, resolveHost })).toBe(
          'endpoint_refused',
        );
      }),
      { numRuns: 1_500 },
    );
    expect(dial).not.toHaveBeenCalled();
  });

  it('is refused as the address of a webhook too, whatever path it has', () => {
    fc.assert(
      fc.property(hostileHost, fc.webPath(), (host, path) => {
        expect(() => checkWebhookUrl(`https://${host}${path}`, strict)).toThrow(SluiceError);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one of five thousand different ones', () => {
    expect(tried.size).toBeGreaterThanOrEqual(5_000);
  });
});

/** Spellings of which the parser makes a plain public name. */
const isMended = (host: string): boolean =>
  URL.canParse(`https://${host}`) &&
  /(?:example\.com|xn--[a-z0-9-]+\.com|example\.xn--\w+)$/.test(new URL(`https://${host}`).hostname);

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of %i is returned and never followed, whatever was asked',
    async (status) => {
      const redirecting = createServer((_request, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${port}/latest/meta-data` }).end();
      });
      redirecting.listen(0, '127.0.0.1');
      await once(redirecting, 'listening');
      const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/`;
      for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
        // A caller cannot ask for it either.
        const init = { method, redirect: 'follow' } as RequestInit;
        const response = await egressFetch(url, init, { mode: 'allow-loopback' });
        expect([response.status, response.redirected]).toEqual([status, false]);
        await response.arrayBuffer();
      }
      redirecting.closeAllConnections();
      redirecting.close();
      expect(connections).toBe(0);
    },
  );
});

describe('an endpoint of a provider', () => {
  it.each(PROVIDER_ENDPOINTS)('is accepted: %s', (endpoint) => {
    expect(checkEndpoint(endpoint, strict).protocol).toBe('https:');
  });

  it('comes in more than sixty forms', () => {
    expect(new Set(PROVIDER_ENDPOINTS).size).toBeGreaterThan(60);
  });
});
