import type { RefusalCode } from '@sluice/shared';

/**
 * The document cannot be processed, ever, as it is.
 *
 * `detail` is a sentence for the customer; it never repeats text of the document.
 */
export class RemediationRefused extends Error {
  readonly code: RefusalCode;
  readonly detail: string;

  constructor(code: RefusalCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'RemediationRefused';
    this.code = code;
    this.detail = detail;
  }
}

/** Turns whatever a parser threw into a refusal; refusals pass through unchanged. */
export function asRefusal(error: unknown): RemediationRefused {
  if (error instanceof RemediationRefused) return error;
  // Deep nesting and impossible array lengths both end as a RangeError: a file built to exhaust its reader.
  if (error instanceof RangeError) {
    return new RemediationRefused(
      'pdf_too_complex',
      'The file is nested too deeply, or declares sizes that cannot be real.',
      { cause: error },
    );
  }
  return new RemediationRefused(
    'pdf_corrupt',
    'The file starts like a PDF, but its structure is damaged and it could not be read reliably.',
    { cause: error },
  );
}
