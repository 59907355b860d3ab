import type { AskCloudflare, CloudflareRequest } from '@sluice/core';
import { egressFetch, readTextBounded } from '@sluice/egress';
import * as z from 'zod';
import type { Settings } from '../env.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** Cloudflare's envelope. What is not in it, such as a gateway's page, is an answer without words. */
const Envelope = z
  .object({
    success: z.boolean().catch(false),
    result: z.unknown(),
    errors: z.array(z.object({ code: z.int(), message: z.string() })).catch([]),
  })
  .catch({ success: false, result: null, errors: [] });

/** Cloudflare's API with a customer's token, which lives as long as the request it came with. */
export const cloudflareWith =
  (settings: Settings, apiToken: string): AskCloudflare =>
  async (request) => {
    const { body, contentType } = bodyOf(request);
    const response = await egressFetch(
      `${settings.CLOUDFLARE_API_URL}${request.path}`,
      {
        method: request.method,
        headers: {
          authorization: `Bearer ${apiToken}`,
          ...(contentType === null ? {} : { 'content-type': contentType }),
          ...(request.jurisdiction == null ? {} : { 'cf-r2-jurisdiction': request.jurisdiction }),
        },
        ...(body === null ? {} : { body }),
      },
      {
        mode: settings.EGRESS_MODE,
        ownZones: settings.OWN_ZONES,
        headersTimeoutMs: TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
      },
    );
    const text = await readTextBounded(response, MAX_ANSWER_BYTES);
    const { success, result, errors } = Envelope.parse(parsedJson(text));
    return { status: response.status, isOk: response.ok && success, result, errors };
  };

const bodyOf = ({
  json,
  worker,
}: CloudflareRequest): { body: BodyInit | null; contentType: string | null } => {
  if (worker !== undefined) {
    const form = new FormData();
    form.set(
      'metadata',
      new Blob([JSON.stringify(worker.metadata)], { type: 'application/json' }),
      'metadata.json',
    );
    form.set('index.js', new Blob([worker.module], { type: 'application/javascript+module' }), 'index.js');
    return { body: form, contentType: null };
  }
  if (json === undefined) return { body: null, contentType: null };
  return { body: JSON.stringify(json), contentType: 'application/json' };
};

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
