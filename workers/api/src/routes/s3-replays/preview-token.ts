import { type ReplayFilter, SluiceError } from '@sluice/shared';
import * as z from 'zod';

/**
 * What a preview showed, for the request that acts on it: the id the replay will have (so that a request sent twice makes
 * one), the instant and the count it must not exceed, and a digest of the filter. Opaque to callers, and no secret: whoever
 * makes one up can replay only what they may replay anyway.
 */
const Token = z.strictObject({
  id: z.uuid(),
  asOf: z.iso.datetime({ offset: true }),
  objects: z.int().nonnegative().max(1_000_000),
  filter: z.string().regex(/^[0-9a-f]{32}$/),
});
type Token = z.infer<typeof Token>;

/** @returns base64url. */
export const encodePreview = async (
  preview: Omit<Token, 'filter'>,
  filter: ReplayFilter,
): Promise<string> => {
  const { id, asOf, objects } = preview;
  return btoa(JSON.stringify({ id, asOf, objects, filter: await digestOf(filter) }))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
};

/** @throws SluiceError `invalid_request` naming the field, also for a preview of another filter. */
export const decodePreview = async (text: string, filter: ReplayFilter): Promise<Token> => {
  const token = parse(text);
  if (token === null) throw refused('Use the previewToken of a preview, unchanged.');
  if (token.filter !== (await digestOf(filter)))
    throw refused('This preview was made with another filter: ask for a preview of this one.');
  return token;
};

const parse = (text: string): Token | null => {
  try {
    return Token.parse(JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return null;
  }
};

const refused = (message: string): SluiceError =>
  new SluiceError('invalid_request', { fields: [{ field: 'previewToken', message }] });

const digestOf = async (filter: ReplayFilter): Promise<string> => {
  const { objectId, prefix, foundFrom, foundTo, states, reasons } = filter;
  const parts = [objectId, prefix, foundFrom, foundTo, states?.toSorted(), reasons?.toSorted()];
  const bytes = new TextEncoder().encode(JSON.stringify(parts.map((part) => part ?? null)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
