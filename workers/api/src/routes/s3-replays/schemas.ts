import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import { IdParam } from '../s3-integrations/schemas.ts';

export const CreateReplay = shared.CreateReplay.clone().openapi('CreateS3Replay');
export const ReplayPreview = shared.ReplayPreview.clone().openapi('S3ReplayPreview');
export const Replay = shared.Replay.clone().openapi('S3Replay');
export const ReplayPage = z
  .strictObject({ items: z.array(Replay), nextCursor: z.string().nullable() })
  .openapi('S3ReplayPage');

export const ReplayIdParam = IdParam.extend({
  replayId: z.uuid().openapi({
    param: { name: 'replayId', in: 'path', description: 'Id of the replay.' },
    example: 'b7d7a6a2-5a0f-4a0e-9f5d-8c1d1a3e2f10',
  }),
});

export const REPLAY_EXAMPLES = {
  preview: {
    summary: 'What would be replayed, and what would it cost?',
    value: { filter: { prefix: 'incoming/2026/', states: ['failed', 'dead'] }, preview: true },
  },
  byReasonAndDate: {
    summary: 'The same, by reason and date',
    value: {
      filter: {
        foundFrom: '2026-11-01T00:00:00Z',
        foundTo: '2026-11-08T00:00:00Z',
        reasons: ['access_denied'],
      },
      preview: true,
    },
  },
} as const;
