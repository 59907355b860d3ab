import * as z from 'zod';
import { S3Integration } from '../s3/s3-integrations.ts';
import { SetupArtefact } from '../s3/s3-setup.ts';

/** Everything a tenant sets up so that their bucket tells of new objects. Holds no secret. */
export const EventSetup = z.strictObject({
  provider: S3Integration.shape.provider,
  eventsUrl: z.string().describe('Where the events are sent to.'),
  artefacts: z.array(SetupArtefact),
  notes: z.array(z.string()).describe('What to know about this setup.'),
});
export type EventSetup = z.infer<typeof EventSetup>;
