import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import { SluiceError } from '@sluice/shared';
import type { HonoRequest, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import type { AppEnv, AppParts } from './context.ts';

/**
 * `Idempotency-Key` on everything but reads (IETF draft-ietf-httpapi-idempotency-key-header): the same request under the same key is
 * done once. The answer of success is kept for 24 hours and given again. A refusal did nothing, so its key is free again; so is
 * that of a failure of ours, although what was asked may have been done (docs/decisions/0033-sent-again-and-done-once.md).
 */

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request changes nothing, by its method. */
export const isRead = ({ method }: { readonly method: string }): boolean => READS.has(method);

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** What an answer's headers are of any worth the second time. */
const KEPT_HEADERS = ['content-type', 'etag', 'location'] as const;

/** Fields that hold a secret by their name. An answer with one is shown once and kept nowhere. */
const SECRET_FIELD = /"\w*(?:secret|password|privateKey|invitationToken)"\s*:\s*"/i;

const Claim = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('begun'), claimId: z.uuid() }),
  z.object({
    outcome: z.literal('replay'),
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  z.object({ outcome: z.literal('running'), retryAfterSeconds: z.int() }),
  z.object({ outcome: z.literal('reused') }),
  z.object({ outcome: z.literal('secret_shown') }),
]);

/** SHA-256 of what makes two requests the same one, in hex. */
const fingerprintOf = async (request: HonoRequest): Promise<string> => {
  const { pathname, search } = new URL(request.url);
  const revision = request.header('if-match');
  const head = new TextEncoder().encode(
    `${request.method} ${pathname}${search}\n${revision === undefined ? '' : `${revision}\n`}`,
  );
  const body = await request.arrayBuffer();
  const whole = new Uint8Array(head.byteLength + body.byteLength);
  whole.set(head);
  whole.set(new Uint8Array(body), head.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

const begin = async (db: Client, key: string, fingerprint: string): Promise<z.infer<typeof Claim>> =>
  Claim.parse(unwrap(await db.rpc('begin_idempotent_request', { p_key: key, p_fingerprint: fingerprint })));

const replayed = ({ status, headers, body }: { status: number; headers: object; body: string }): Response =>
  new Response(body === '' ? null : body, {
    status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
  });

/** Does a request with a key once. Needs the caller's client in the context. */
export const idempotent =
  (log: AppParts['log']): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (isRead(c.req) || key === undefined) return next();
    if (!IDEMPOTENCY_KEY.test(key)) {
      const message = 'Use 1 to 255 visible ASCII characters, such as a UUID.';
      throw new SluiceError('invalid_request', { fields: [{ field: 'idempotency-key', message }] });
    }
    const { db } = c.var;
    const claim = await begin(db, key, await fingerprintOf(c.req));
    if (claim.outcome === 'replay') return replayed(claim);
    if (claim.outcome === 'running') {
      throw new SluiceError('idempotency_running', { retryAfterMs: claim.retryAfterSeconds * 1000 });
    }
    if (claim.outcome === 'reused') throw new SluiceError('idempotency_key_reused');
    if (claim.outcome === 'secret_shown') throw new SluiceError('idempotency_secret_shown');
    await next();
    try {
      await settle(db, { p_key: key, p_claim_id: claim.claimId }, c.res);
    } catch (error) {
      // What was asked is done or refused, and says so. Sent again within the lease it is answered 409; after it, done again.
      log.error('idempotency_not_kept', { requestId: c.var.requestId, error });
    }
  };

/** Keeps an answer of success; gives the key back after any other. */
const settle = async (
  db: Client,
  claimed: { p_key: string; p_claim_id: string },
  response: Response,
): Promise<void> => {
  if (response.status < 200 || response.status > 299) {
    unwrapNullable(await db.rpc('release_idempotency_key', claimed));
    return;
  }
  const body = await response.clone().text();
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  unwrapNullable(
    await db.rpc('end_idempotent_request', {
      ...claimed,
      p_status: response.status,
      p_headers: headers,
      ...(SECRET_FIELD.test(body) ? {} : { p_body: body }),
    }),
  );
};
