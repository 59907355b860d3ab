/** Deliveries as the providers make them, for the OpenAPI document. */

const key = 'incoming/report.pdf';
const etag = 'd41d8cd98f00b204e9800998ecf8427e';
const sequencer = '0062E99A88DC407460';

export const DELIVERY_EXAMPLES = {
  r2: {
    summary: 'Cloudflare R2, as the receiver forwards a batch',
    value: [
      {
        account: '0123456789abcdef0123456789abcdef',
        action: 'PutObject',
        bucket: 'acme-documents',
        object: { key, size: 65536, eTag: etag },
        eventTime: '2026-11-21T10:00:00.123Z',
      },
    ],
  },
  eventBridge: {
    summary: 'Amazon EventBridge, through an API destination',
    value: {
      version: '0',
      id: '17793124-05d4-b198-2fde-7ededc63b103',
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: '123456789012',
      time: '2026-11-21T10:00:00Z',
      region: 'eu-central-1',
      resources: ['arn:aws:s3:::acme-documents'],
      detail: {
        version: '0',
        bucket: { name: 'acme-documents' },
        object: { key, size: 65536, etag, sequencer },
        reason: 'PutObject',
      },
    },
  },
  b2: {
    summary: 'Backblaze B2',
    value: {
      events: [
        {
          accountId: 'e85c6a500333',
          bucketId: 'aea8c5bc362ae55070130333',
          bucketName: 'acme-documents',
          eventId: '96db38b5cb3bf1bc2b38b5e7b5b1cd3a6aab5d5fd28ba1aabf8cc0e7b8c5a6f5',
          eventTimestamp: 1795255200123,
          eventType: 'b2:ObjectCreated:Upload',
          eventVersion: 1,
          matchedRuleName: 'sluice',
          objectName: key,
          objectSize: 65536,
          objectVersionId: '4_zaea8c5bc362ae55070130333_f117c7bd5d6c6597c_d20261121_m100000_c001',
        },
      ],
    },
  },
  records: {
    summary: 'Amazon S3, MinIO, Ceph and others: Records',
    value: {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'eu-central-1',
          eventTime: '2026-11-21T10:00:00.123Z',
          eventName: 'ObjectCreated:Put',
          s3: {
            bucket: { name: 'acme-documents' },
            object: { key, size: 65536, eTag: etag, sequencer },
          },
        },
      ],
    },
  },
} as const;
