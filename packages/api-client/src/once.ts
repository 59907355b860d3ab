import type { Middleware } from 'openapi-fetch';

const HEADER = 'idempotency-key';

/** What makes two requests the same one. Of the body only a digest is kept: it may hold a secret. */
const printOf = async (request: Request): Promise<string> => {
  const { method, url, headers } = request;
  const head = `${method} ${url} ${headers.get('if-match') ?? ''}\n`;
  const bytes = new TextEncoder().encode(head + (await request.clone().text()));
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join();
};

/**
 * Makes a request safe to send again: sent as it was before an answer came, it has the `Idempotency-Key` it had, and is done once.
 * A request that was answered, or one that differs, is a new one.
 *
 *     const once = { middleware: [sendOnce()] };
 *     await api.POST('/api/integrations/s3', { body, ...once });
 */
export const sendOnce = (): Middleware => {
  /** Keys of requests nobody knows the outcome of. */
  const open = new Map<string, string>();
  const sent = new WeakMap<Request, { readonly print: string; readonly key: string }>();
  return {
    onRequest: async ({ request }) => {
      const print = await printOf(request);
      const key = open.get(print) ?? crypto.randomUUID();
      request.headers.set(HEADER, key);
      sent.set(request, { print, key });
      return request;
    },
    onError: ({ request }) => {
      const { print, key } = sent.get(request) ?? {};
      if (print !== undefined && key !== undefined) open.set(print, key);
    },
    onResponse: async ({ request, response }) => {
      const { print, key } = sent.get(request) ?? {};
      if (print === undefined || key === undefined) return;
      open.set(print, key);
      // An answer that breaks off is none.
      await response.clone().arrayBuffer();
      // 401, and what is to wait, was answered before anybody looked at the key.
      const { status, headers } = response;
      const isKnown = status < 500 && status !== 401 && !headers.has('retry-after');
      // What was asked before this was answered is of the past: asked again, it is meant anew.
      if (isKnown) open.clear();
    },
  };
};
