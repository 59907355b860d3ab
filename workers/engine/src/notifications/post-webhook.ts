import type { PostWebhook } from '@sluice/core';
import { checkWebhookUrl, egressFetch } from '@sluice/egress';
import type { Settings } from '../env.ts';

/** From the call to the answer's headers; the body is not waited for. */
const TIMEOUT_MS = 15_000;
const MAX_RETRY_AFTER_SECONDS = 86_400;

/** Posts to tenants' servers. The address is checked again; redirects are answers, and what an answer says is not read. */
export const webhookPoster =
  (settings: Settings): PostWebhook =>
  async (url, headers, body) => {
    const policy = { mode: settings.EGRESS_MODE, ownZones: settings.OWN_ZONES };
    checkWebhookUrl(url, policy);
    const response = await egressFetch(
      url,
      { method: 'POST', headers: { ...headers, 'user-agent': 'Sluice-Webhooks/1' }, body },
      { ...policy, headersTimeoutMs: TIMEOUT_MS, totalTimeoutMs: TIMEOUT_MS },
    );
    // However much there is of it, none of it is taken in.
    response.body?.cancel().catch(() => undefined);
    return { status: response.status, retryAfterSeconds: retryAfterOf(response) };
  };

/** Seconds only: a date needs the server's clock to be right. */
const retryAfterOf = (response: Response): number | null => {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text), MAX_RETRY_AFTER_SECONDS) : null;
};
