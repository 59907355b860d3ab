const REASONS: Readonly<Record<string, string>> = {
  not_pdf: 'Not named .pdf',
  oversize: 'Too large to be read',
  empty_object: 'Empty',
  folder_marker: 'Placeholder of a folder',
  own_output: 'One of our results',
  superseded: 'A newer version took its place',
  object_changed: 'Changed while it was read',
  overwrite_ignored: 'Later version, ignored by policy',
  before_start: 'Older than the start',
  outside_prefix: 'Outside of the folder now',
  integration_deleted: 'The integration was deleted',
  object_not_found: 'Gone when it was to be read',
  object_name_unusable: 'Name that cannot be addressed',
  not_a_pdf: 'Not a PDF inside',
  pdf_encrypted: 'Needs a password',
  pdf_signed: 'Signed',
  pdf_corrupt: 'Damaged PDF',
  pdf_too_large: 'PDF too large',
  pdf_too_many_pages: 'Too many pages',
  pdf_too_complex: 'Too complex',
  object_archived: 'In an archive storage class',
  output_taken: 'A file of yours is in the place of the result',
  retries_exhausted: 'Given up after repeated attempts',
};

/** A reason of the error catalogue in a few words. */
export const reasonWords = (code: string): string => {
  const plain = code.replaceAll('_', ' ');
  return REASONS[code] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
};
