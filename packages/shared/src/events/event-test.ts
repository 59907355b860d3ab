import * as z from 'zod';

export const StartEventTest = z.strictObject({
  kind: z
    .enum(['probe', 'self_delivery'])
    .default('probe')
    .describe(
      '`probe`: puts a small object into the input folder, waits for its event and deletes it again; proves the whole way. `self_delivery`: a delivery that we sign ourselves, which writes nothing to the bucket and proves the receiving alone.',
    ),
});
export type StartEventTest = z.infer<typeof StartEventTest>;

/** How long an event may take to arrive. */
export const EVENT_TEST_SECONDS = 60;

const Step = z.strictObject({
  name: z.enum(['written', 'arrived', 'removed']),
  outcome: z.enum(['passed', 'failed', 'waiting', 'skipped']),
  at: z.string().nullable(),
  text: z.string().describe('What happened, and where it failed what to do.'),
});

/** The last test of the events of an integration. */
export const EventTest = z.strictObject({
  id: z.uuid(),
  kind: StartEventTest.shape.kind.unwrap(),
  key: z.string().describe('The object of the test: named so, it is never processed.'),
  startedAt: z.string(),
  outcome: z.enum(['passed', 'failed', 'waiting']),
  isOvertaken: z
    .boolean()
    .describe(
      'The integration was edited, stopped or taken out of event mode meanwhile, or looks elsewhere since: the test says nothing of your events.',
    ),
  arrivedAfterMs: z.int().nullable().describe('From when the object was written. Null: not yet.'),
  steps: z.array(Step),
});
export type EventTest = z.infer<typeof EventTest>;
