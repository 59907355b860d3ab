import * as z from 'zod';

/** What fields of several contracts are made of. */

/** PostgreSQL and JSON can hold neither U+0000 nor half a surrogate pair; other controls are never meant. */
const isPlainText = (value: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  value.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(value);
const NO_CONTROLS = 'Leave out control characters and broken Unicode.';

/** A trimmed text of one line. */
export const text = (max: number) => z.string().trim().min(1).max(max).refine(isPlainText, NO_CONTROLS);

/** BCP 47 language tag, such as `en` or `pt-BR`. */
export const Language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'Use a language tag such as "en" or "pt-BR".')
  .describe('BCP 47 tag of the language the documents are in, such as "en" or "pt-BR".');

/**
 * A folder in a bucket: empty for the whole bucket, otherwise without a leading and with a trailing slash (added when
 * missing). At most 512 bytes of UTF-8.
 */
export const Folder = z
  .string()
  .max(512)
  .refine((value) => !value.startsWith('/'), 'Leave out the leading slash: S3 keys do not begin with one.')
  .refine(
    (value) => !value.split('/').some((segment) => segment === '.' || segment === '..'),
    'Leave out "." and ".." segments: they do not name folders in S3.',
  )
  .refine(isPlainText, NO_CONTROLS)
  .transform((value) => (value === '' || value.endsWith('/') ? value : `${value}/`))
  .refine((value) => new TextEncoder().encode(value).length <= 512, 'Use at most 512 bytes.');

/** A moment, with its distance to UTC: `2026-01-31T00:00:00Z`. */
export const Instant = z.iso.datetime({ offset: true });
