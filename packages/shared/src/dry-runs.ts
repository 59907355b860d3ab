import * as z from 'zod';

/** A dry run stops after so many objects and says "at least": `complete` is false then. */
export const DRY_RUN_MAX_OBJECTS = 1_000_000;

/** `sluice-dry-run`: one step of a dry run. */
export const DryRunMessage = z.strictObject({ version: z.literal(1), dryRunId: z.uuid() });
export type DryRunMessage = z.infer<typeof DryRunMessage>;

export const StartDryRun = z.strictObject({
  startFrom: z.iso
    .datetime({ offset: true })
    .nullable()
    .optional()
    .describe(
      'Count as if the integration began with this instant: objects last changed before it are skipped as `before_start`. Null, or left out: as the integration says.',
    ),
});
export type StartDryRun = z.infer<typeof StartDryRun>;

const Count = z.strictObject({ objects: z.int(), bytes: z.int() });

/** An estimate: the expected figure and what it may reasonably lie between. */
const Range = z.strictObject({ low: z.int(), expected: z.int(), high: z.int() });
export type EstimateRange = z.infer<typeof Range>;

const Micros = z.int().describe('Millionths of a US dollar.');

/** What polling the bucket would do, as far as it is listed. */
export const DryRunResult = z.strictObject({
  listed: Count.describe('Everything below the input prefix.'),
  wouldProcess: Count,
  skipped: z
    .array(
      z.strictObject({
        code: z.string(),
        ...Count.shape,
        sampleKeys: z.array(z.string()).describe('The first few, shortened to 300 characters.'),
      }),
    )
    .describe('The rest, by the reason it would be recorded with.'),
  largest: z
    .array(z.strictObject({ key: z.string(), sizeBytes: z.int() }))
    .describe('The largest of those that would be processed.'),
  rules: z
    .array(z.strictObject({ ruleId: z.uuid(), prefix: z.string(), ...Count.shape }))
    .describe(
      'Of those that would be processed, how many each folder rule would govern; the rest follow the integration.',
    ),
  sameOutput: z
    .strictObject({
      outputKeys: z.int(),
      isAtLeast: z.boolean(),
      samples: z.array(z.strictObject({ outputKey: z.string(), keys: z.array(z.string()) })),
    })
    .describe('Results that would get the same name, because a rule leads two documents to one place.'),
  folders: z.strictObject({
    count: z.int().describe('Folders that hold an object which would be processed.'),
    isAtMost: z
      .boolean()
      .describe('True when the provider lists without order: a folder may be counted again.'),
  }),
  oldestModifiedAt: z.string().nullable().describe('Of those that would be processed.'),
  newestModifiedAt: z.string().nullable(),
  estimate: z.strictObject({
    basis: z
      .enum(['own_documents', 'sample_documents'])
      .describe('Whose bytes a page: those of your own documents processed before, or of our samples.'),
    basisDocuments: z.int(),
    bytesPerPage: z.int(),
    pages: Range,
    microsPerPage: Micros,
    amountMicros: Range.describe('What processing would cost. Millionths of a US dollar.'),
    durationSeconds: z
      .strictObject({ low: z.int(), high: z.int() })
      .describe('From the first document to the last, when we run for you alone and when we are busy.'),
  }),
  requests: z
    .strictObject({
      prices: z
        .strictObject({
          name: z.string(),
          source: z.string(),
          asOf: z.string(),
          note: z.string(),
        })
        .nullable()
        .describe('Null when we know no price list of the provider; then amounts are null too.'),
      firstListing: z.strictObject({ list: z.int(), amountMicros: Micros.nullable() }),
      processing: z.strictObject({
        head: z.int(),
        get: z.int(),
        put: z.int(),
        bytesOut: z.int(),
        requestsMicros: Micros.nullable(),
        transferMicros: Micros.nullable(),
      }),
      pollingPerMonth: z.strictObject({
        intervalSeconds: z.int(),
        polls: z.int(),
        listPerPoll: z.strictObject({ low: z.int(), high: z.int() }),
        amountMicros: z.strictObject({ low: z.int(), high: z.int() }).nullable(),
      }),
    })
    .describe('Requests on the account the bucket belongs to, and what its provider charges for them.'),
});
export type DryRunResult = z.infer<typeof DryRunResult>;

/** A dry run as its tenant sees it. */
export const DryRun = z.strictObject({
  id: z.uuid(),
  integrationId: z.uuid(),
  state: z.enum(['running', 'completed', 'failed', 'cancelled']),
  startFrom: z.string().nullable(),
  complete: z
    .boolean()
    .describe(
      `Whether the whole bucket is listed. False while it runs, and when it stopped at ${DRY_RUN_MAX_OBJECTS.toLocaleString('en')} objects: then every figure is "at least".`,
    ),
  listedObjects: z.int(),
  listCalls: z.int(),
  error: z
    .strictObject({
      code: z.string(),
      title: z.string(),
      owner: z.string(),
      remedy: z.string(),
      detail: z.string().nullable(),
    })
    .nullable()
    .describe('Why it failed, or what holds it up at the moment.'),
  result: DryRunResult.nullable().describe('Of what is listed so far.'),
  requestedBy: z.uuid().nullable(),
  createdAt: z.string(),
  lastProgressAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type DryRun = z.infer<typeof DryRun>;
