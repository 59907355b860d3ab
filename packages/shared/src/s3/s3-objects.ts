import * as z from 'zod';
import { ERROR_CATALOGUE, type ErrorCode } from '../errors/catalogue.ts';
import { Instant } from '../fields.ts';
import { ProcessProgress } from '../processor/contract.ts';
import { ObjectReport } from '../processor/object-report.ts';
import { ObjectState, S3Object } from './s3-integrations.ts';

/** Every code there is, for filters: a misspelt reason is an error, not an empty list. */
const CODES = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];
export const ObjectReason = z.enum(CODES);

/** The beginning of a key. Unlike a folder it may end anywhere. */
export const KeyPrefix = z
  .string()
  .min(1, 'Name the beginning of the keys, or leave it out.')
  .max(1024, { abort: true })
  .refine(
    // PostgreSQL and JSON can hold neither U+0000 nor half a surrogate pair.
    (value) => value.isWellFormed() && !value.includes('\u0000'),
    'Leave out U+0000 and broken Unicode.',
  )
  .refine((value) => new TextEncoder().encode(value).length <= 1024, 'Use at most 1,024 bytes.');

/** What an object was from `at` on, until the next entry. */
export const ObjectHistoryEntry = z.strictObject({
  at: z.string(),
  state: ObjectState,
  reason: z.string().nullable(),
  /** Attempts begun by then in this state's stage. */
  attempt: z.int(),
  /** Counts how often this version was taken up: 1, and one more for each replay or return. */
  revision: z.int(),
  by: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('engine') }),
    z.strictObject({ kind: z.literal('user'), userId: z.uuid() }),
  ]),
});
export type ObjectHistoryEntry = z.infer<typeof ObjectHistoryEntry>;

/** An object with what it has been through, and the other versions of its key. */
export const S3ObjectDetail = z.strictObject({
  ...S3Object.shape,
  revision: z.int(),
  /** Oldest first; the last entry is the present. At most 51. */
  history: z.array(ObjectHistoryEntry),
  /** Newest first, at most 50. */
  otherVersions: z.array(S3Object),
  /** How far it is; null when it is not being processed, or nobody says. */
  progress: ProcessProgress.nullable(),
  /** What processing it found; null until it was processed. */
  report: ObjectReport.nullable(),
});
export type S3ObjectDetail = z.infer<typeof S3ObjectDetail>;

/** States in which an object stays until something takes it up again. */
export const SettledState = z.enum(['written_back', 'skipped', 'failed', 'dead']);
export type SettledState = z.infer<typeof SettledState>;

/** What a replay chooses: everything named must hold. */
export const ReplayFilter = z
  .strictObject({
    objectId: z.uuid().optional().describe('One object. Its other versions stay as they are.'),
    prefix: KeyPrefix.optional().describe('Objects whose key begins with this.'),
    foundFrom: Instant.optional().describe('Objects found at or after this instant.'),
    foundTo: Instant.optional().describe('Objects found before this instant.'),
    states: z
      .array(SettledState)
      .min(1)
      .max(4)
      .optional()
      .describe('Objects in one of these states. Left out: any in which work has ended.'),
    reasons: z.array(ObjectReason).min(1).max(20).optional().describe('Objects with one of these reasons.'),
  })
  .refine((value) => Object.values(value).some((part) => part !== undefined), 'Name at least one condition.');
export type ReplayFilter = z.infer<typeof ReplayFilter>;

/** Either a preview, or the replay that a preview showed. */
export const CreateReplay = z
  .strictObject({
    filter: ReplayFilter,
    preview: z
      .boolean()
      .optional()
      .describe('True: say what would be replayed and what it would cost; change nothing.'),
    previewToken: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('The `previewToken` of a preview with the same filter. Takes the place of `preview`.'),
  })
  .refine((value) => (value.preview === true) !== (value.previewToken !== undefined), {
    path: ['previewToken'],
    message: 'Send "preview": true first, then the previewToken it answered with, not both.',
  });
export type CreateReplay = z.infer<typeof CreateReplay>;

/** What processing them again costs. Pages are exact where an earlier run counted them, else estimated from the size. */
export const ReplayQuote = z.strictObject({
  currency: z.literal('USD'),
  microsPerPage: z.int(),
  /** True when every page is known. */
  isExact: z.boolean(),
  knownPages: z.int(),
  knownAmountMicros: z.int(),
  estimatedPages: z.int(),
  estimatedAmountMicros: z.int(),
  /** Known and estimated together. Documents that fail again are not charged. */
  amountMicros: z.int(),
});

export const ReplayPreview = z.strictObject({
  /** How many objects would be processed again. */
  objects: z.int(),
  bytes: z.int(),
  objectsWithKnownPages: z.int(),
  /** Chosen by the filter, but a newer version of their key has come. */
  superseded: z.int(),
  /** Chosen by the filter, but nothing would change: skipped for their name or size, or results of ours. */
  leftAlone: z.int(),
  quote: ReplayQuote,
  /** Send it with the same filter to begin. Null when the filter chooses more than a million objects: narrow it. */
  previewToken: z.string().nullable(),
});
export type ReplayPreview = z.infer<typeof ReplayPreview>;

export const Replay = z.strictObject({
  id: z.uuid(),
  integrationId: z.uuid(),
  status: z.enum(['running', 'completed', 'cancelled']),
  filter: z.strictObject({
    objectId: z.uuid().nullable(),
    prefix: z.string().nullable(),
    foundFrom: z.string().nullable(),
    foundTo: z.string().nullable(),
    states: z.array(SettledState),
    reasons: z.array(z.string()).nullable(),
  }),
  /** What the preview showed: never more than this are replayed. */
  expectedObjects: z.int(),
  examinedObjects: z.int(),
  replayedObjects: z.int(),
  /** Not replayed, because a newer version of the key has come. */
  supersededObjects: z.int(),
  requestedBy: z.uuid().nullable(),
  createdAt: z.string(),
  lastBatchAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type Replay = z.infer<typeof Replay>;

/** The same content under several keys. */
export const DuplicateGroup = z.strictObject({
  /** MD5 of the content. */
  etag: z.string(),
  sizeBytes: z.int(),
  objects: z.int(),
  /** At most 20. */
  keys: z.array(z.string()),
  /** Of one of them; null when none was processed. */
  pages: z.int().nullable(),
  wastedBytes: z.int(),
  /** Pages processed more than once, and what that cost. */
  wastedPages: z.int(),
  wastedAmountMicros: z.int(),
});
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;
