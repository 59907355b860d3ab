import type { components } from '../../app/api.ts';
import type { Tone } from '../../ui/data/badge.tsx';

export type ObjectState = components['schemas']['S3Object']['state'];

/** States of objects, as a person says them. */
export const STATES: Readonly<Record<ObjectState, { readonly label: string; readonly tone: Tone }>> = {
  found: { label: 'Found', tone: 'info' },
  queued: { label: 'Queued', tone: 'info' },
  processing: { label: 'Being processed', tone: 'info' },
  staged: { label: 'To be written back', tone: 'info' },
  written_back: { label: 'Written back', tone: 'good' },
  skipped: { label: 'Skipped', tone: 'idle' },
  failed: { label: 'Failed', tone: 'bad' },
  dead: { label: 'Given up', tone: 'bad' },
};

/** Whether a word, of an address or a form, names a state. */
export const isObjectState = (value: string): value is ObjectState => value in STATES;

/** States in which work has ended: what may be processed again. */
export const ENDED = ['written_back', 'skipped', 'failed', 'dead'] as const satisfies readonly ObjectState[];

type OverwritePolicy = components['schemas']['S3Integration']['overwritePolicy'];

/** What can be done when a key is overwritten, as a person says it. */
export const OVERWRITE_POLICIES: readonly { readonly id: OverwritePolicy; readonly label: string }[] = [
  { id: 'reprocess', label: 'Process the new version, replace the results' },
  { id: 'ignore', label: 'Keep the results of the first version' },
  { id: 'keep_versions', label: 'Keep results of every version' },
];

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
  output_taken: 'Another file is in the place of the result',
  retries_exhausted: 'Given up after repeated attempts',
};

/** A reason of the error catalogue in a few words. */
export const reasonWords = (code: string): string => {
  const plain = code.replaceAll('_', ' ');
  return REASONS[code] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
};
