import type { Env } from './env.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Thrown without the URL: it is presigned, so it is a credential. */
export class SourceUrlRefused extends Error {
  constructor() {
    super('The source URL is not one that may be fetched.');
    this.name = 'SourceUrlRefused';
  }
}

/**
 * The one place that decides which source may be fetched. The engine has checked the tenant's endpoint against
 * the full egress policy when it signed the URL; this is the last word before the request.
 *
 * @throws SourceUrlRefused
 */
export function assertSourceUrl(url: string, mode: Env['egressMode']): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.username !== '' || parsed.password !== '') throw new SourceUrlRefused();
  if (parsed.protocol === 'https:') return parsed;
  const local = mode === 'allow-loopback' && LOOPBACK.has(parsed.hostname);
  if (parsed.protocol === 'http:' && local) return parsed;
  throw new SourceUrlRefused();
}
