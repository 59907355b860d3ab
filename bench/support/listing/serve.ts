import { startFakeS3 } from '@sluice/testkit/fake-s3';
import { BUCKET, keyOf, OBJECTS, type ServerMessage } from './corpus.ts';

/**
 * A process of its own, so that the mock's work is not counted as the client's: the bucket, its pages rendered once, one
 * server that answers as fast as it can and one that takes 80 ms a page. No signatures are checked.
 */
const LATENCY_MS = 80;

const serve = async (listLatencyMs?: number) => {
  const fake = await startFakeS3({
    buckets: [BUCKET],
    verify: false,
    ...(listLatencyMs === undefined ? {} : { listLatencyMs }),
  });
  fake.bucket(BUCKET).addSynthetic(OBJECTS, keyOf);
  return fake;
};

const [fast, slow] = await Promise.all([serve(), serve(LATENCY_MS)]);
const say = (message: ServerMessage): void => {
  process.send?.(message);
};

process.on('message', () => {
  say({ listCalls: fast.requests.length + slow.requests.length });
  fast.clearRequests();
  slow.clearRequests();
});
// With its parent goes the channel, and with that the reason to be here.
process.on('disconnect', () => process.exit());
say({ fast: fast.endpoint, slow: slow.endpoint });
