import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedFetch } from '@sluice/aws';
import { eventSetup, readEnvelope } from '@sluice/core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBucket } from '../../src/index.ts';
import { bytes } from '../support/fake.ts';

// Made by up.sh; of a cluster that lives as long as the test.
const OWNER = {
  accessKeyId: 'FULLACCESSKEY000001',
  secretAccessKey: 'fullSecretKey/With+Odd=Chars00000000001',
};
const SECRET = 'whsec_a+b/c=';
const endpoint = inject('cephEndpoint');

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const received: Received[] = [];
const arrivals = new Set<() => void>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end();
    for (const arrived of arrivals) arrived();
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const deliveries = async (count: number): Promise<readonly Received[]> => {
  while (received.length < count)
    await new Promise<void>((resolve) => {
      arrivals.add(resolve);
    });
  return received;
};

/** A request of the owner of the bucket. The gateway is told that it came over https, as behind a proxy. */
const asOwner = async (service: 's3' | 'sns', path: string, method: 'PUT' | 'POST', body: string) => {
  const answer = await signedFetch({
    method,
    url: `${endpoint}${path}`,
    headers: {
      'x-forwarded-proto': 'https',
      ...(service === 'sns' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    body: bytes(body),
    credentials: OWNER,
    service,
    region: 'default',
    egress: { mode: 'allow-loopback' },
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
};

/** Does what the commands of the setup do. */
const setUp = async (bucket: string, inputPrefix: string): Promise<void> => {
  const { port } = server.address() as AddressInfo;
  const { artefacts } = eventSetup({
    id: randomUUID(),
    provider: 'generic',
    bucket,
    region: 'default',
    endpoint,
    inputPrefix,
    outputPrefix: 'out/',
    roleArn: null,
    eventsUrl: `http://127.0.0.1:${port}/api/events/s3/x`,
  });
  const contentOf = (name: string): string => artefacts.find((one) => one.name === name)?.content ?? '';
  const topic = JSON.parse(
    contentOf('event_topic').replace('EVENT_SECRET', encodeURIComponent(SECRET)),
  ) as Record<string, string>;
  const [rule] = (
    JSON.parse(contentOf('bucket_notification')) as {
      TopicConfigurations: [
        {
          Id: string;
          TopicArn: string;
          Events: [string];
          Filter: { Key: { FilterRules: [{ Name: string; Value: string }] } };
        },
      ];
    }
  ).TopicConfigurations;
  const query = new URLSearchParams({ Action: 'CreateTopic', Name: rule.Id });
  Object.entries(topic).forEach(([name, value], at) => {
    query.set(`Attributes.entry.${at + 1}.key`, name);
    query.set(`Attributes.entry.${at + 1}.value`, value);
  });
  await asOwner('sns', '/', 'POST', query.toString());
  const [{ Name, Value }] = rule.Filter.Key.FilterRules;
  await asOwner(
    's3',
    `/${bucket}?notification=`,
    'PUT',
    `<NotificationConfiguration><TopicConfiguration><Id>${rule.Id}</Id><Topic>${rule.TopicArn}</Topic><Event>${rule.Events[0]}</Event><Filter><S3Key><FilterRule><Name>${Name}</Name><Value>${Value}</Value></FilterRule></S3Key></Filter></TopicConfiguration></NotificationConfiguration>`,
  );
};

it('Ceph tells of what is put into the folder, with the secret, and is understood', async () => {
  const bucket = `events-${randomUUID().slice(0, 13)}`;
  const client = openBucket({
    provider: { provider: 'generic', endpoint, region: 'default', addressing: 'path' },
    bucket,
    credentials: OWNER,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
  });
  await client.createBucket();
  await setUp(bucket, 'in/');
  const put = (key: string, text: string) =>
    client.put({ key, body: bytes(text), sizeBytes: text.length, contentType: 'application/pdf' });
  await put('elsewhere/a.pdf', 'x');
  const key = 'in/ä b+1 %20.pdf';
  await put(key, 'one');
  await put(key, 'second');
  const head = await client.head(key);

  const [first, second] = await deliveries(2);
  expect(received).toHaveLength(2);
  for (const one of [first, second]) {
    const basic = String(one?.headers.authorization).replace('Basic ', '');
    expect(Buffer.from(basic, 'base64').toString()).toBe(`sluice:${SECRET}`);
  }
  const objects = [first, second]
    .flatMap((one) => readEnvelope(one?.body ?? '') ?? [])
    .flatMap((event) => (event.kind === 'written' ? [event.object] : []))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  expect(objects).toMatchObject([
    { bucket, key, sizeBytes: 3, sequencer: null },
    { bucket, key, sizeBytes: 6, etag: head.etag, sequencer: null },
  ]);
});
