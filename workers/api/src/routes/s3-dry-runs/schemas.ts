import * as shared from '@sluice/shared';

export const StartDryRun = shared.StartDryRun.clone().openapi('StartS3DryRun');
export const DryRun = shared.DryRun.clone().openapi('S3DryRun', {
  description: 'What polling a bucket would do, counted without recording or processing anything.',
});

export const START_EXAMPLES = {
  asConfigured: { summary: 'As the integration is configured', value: {} },
  fromADate: {
    summary: 'As if only objects changed since then were taken',
    value: { startFrom: '2026-01-01T00:00:00Z' },
  },
} as const;
