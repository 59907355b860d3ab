import { checkDestination } from '@sluice/egress';
import type { Env } from './env.ts';

/** Thrown without the URL: it is presigned, so it is a credential. */
export class SourceUrlRefused extends Error {
  constructor() {
    super('The source URL is not one that may be fetched.');
    this.name = 'SourceUrlRefused';
  }
}

/**
 * The one place that decides which source may be fetched. The engine has checked the tenant's endpoint when it signed
 * the URL; this is the last word before the request.
 *
 * @throws SourceUrlRefused
 */
export function assertSourceUrl(url: string, mode: Env['egressMode']): void {
  try {
    checkDestination(new URL(url), { mode });
  } catch {
    throw new SourceUrlRefused();
  }
}
