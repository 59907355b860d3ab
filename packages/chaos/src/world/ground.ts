import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAKE_IDENTITY, startFakeS3 } from '@sluice/testkit/fake-s3';
import type { Canary } from '@sluice/testkit/leaks';
import { Pool } from 'pg';
import type { ProcessorRun } from '../faults/fault.ts';
import { startGate } from '../faults/gate.ts';
import { type Proxy, startHttpProxy } from '../faults/http-proxy.ts';
import { startTcpProxy } from '../faults/tcp-proxy.ts';
import type { Weather } from '../faults/weather.ts';
import { type Supervisor, superviseStack } from '../stack/supervisor.ts';
import { writeWorkerConfigs } from '../stack/worker-configs.ts';
import { fakeCustomerBucket, r2CustomerBucket } from './buckets.ts';
import { connectCustomer } from './connect.ts';
import { type Customer, createCustomer } from './customer.ts';
import { startEventSender } from './event-sender.ts';
import { WISHES } from './wishes.ts';

/** Everything that runs. */
export interface Ground {
  readonly stack: Supervisor;
  readonly customers: readonly Customer[];
  /** Connections as superuser, not by way of any fault. */
  readonly sql: Pool;
  readonly logFile: string;
  /** Every run of the processor that was begun, by job. */
  readonly runs: ReadonlyMap<string, ProcessorRun>;
  /** Secrets that the customers hold. */
  readonly secrets: readonly Canary[];
  /** Stops everything; the data directory goes with it unless it is to be kept. */
  readonly stop: (keep: boolean) => Promise<void>;
}

const s3Error = (status: number) => {
  const code = { 500: 'InternalError', 503: 'SlowDown', 507: 'InsufficientStorage' }[status] ?? '';
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Please try again.</Message><RequestId>CHAOS</RequestId></Error>`;
  return { contentType: 'application/xml', text };
};
const gatewayError = (status: number) => ({
  contentType: 'application/json',
  text: JSON.stringify({ message: `The gateway answered ${status}.` }),
});

/**
 * Starts the stack, connects the customers in peace, and starts it again with the proxies between its parts.
 * @param seed of the events' fates.
 */
export const startGround = async (dataDir: string, seed: number, weather: Weather): Promise<Ground> => {
  const logFile = join(dataDir, 'chaos.log');
  const runs = new Map<string, ProcessorRun>();
  const closers: (() => Promise<unknown>)[] = [];
  const opened = async <T extends Proxy>(proxy: Promise<T>): Promise<T> => {
    const one = await proxy;
    closers.unshift(() => one.stop());
    return one;
  };
  const stop = async (keep: boolean): Promise<void> => {
    for (const close of closers) await close();
    if (!keep) await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await mkdir(dataDir, { recursive: true });
    const fake = await startFakeS3({
      buckets: WISHES.flatMap(({ server, bucket }) => (server === 'fake' ? [bucket] : [])),
    });
    closers.unshift(() => fake.stop());
    // What it remembers of requests nobody asks for, and in an hour it is much.
    const forgetting = setInterval(() => fake.clearRequests(), 5_000);
    closers.unshift(async () => clearInterval(forgetting));
    const gate = await opened(startGate(weather, (run) => runs.set(run.jobId, run)));
    const order = {
      dataDir,
      logFile,
      configPaths: await writeWorkerConfigs(dataDir),
      buckets: WISHES.flatMap(({ server, bucket }) => (server === 'r2' ? [bucket] : [])),
      gateUrl: `http://127.0.0.1:${gate.port}`,
      supabaseUrl: null,
      databaseUrl: null,
    };
    const stack = await superviseStack(order);
    closers.unshift(() => stack.stop());
    const at = stack.coordinates;
    const s3Faults = (request: { method?: string | undefined }) =>
      weather.faultFor('s3', (kind) => kind !== 'disk_full' || request.method === 'PUT');
    const fakeProxy = await opened(
      startHttpProxy({ address: () => new URL(fake.endpoint), faultFor: s3Faults, errorBody: s3Error }),
    );
    const r2Proxy = await opened(
      startHttpProxy({ address: () => new URL(at().s3.endpoint), faultFor: s3Faults, errorBody: s3Error }),
    );
    const restProxy = await opened(
      startHttpProxy({
        address: () => new URL(at().supabaseUrl),
        faultFor: () => weather.faultFor('postgrest'),
        errorBody: gatewayError,
      }),
    );
    const databasePort = () => Number(new URL(at().databaseUrls.authenticator).port);
    const databaseProxy = await opened(startTcpProxy(databasePort, () => weather.faultFor('postgres')));

    const secrets: Canary[] = [{ name: 'the key of a bucket', secret: FAKE_IDENTITY.secretAccessKey }];
    const customers: Customer[] = [];
    for (const [index, wish] of WISHES.entries()) {
      const proxy = wish.server === 'fake' ? fakeProxy : r2Proxy;
      const path = wish.server === 'fake' ? '' : new URL(at().s3.endpoint).pathname;
      const connection = await connectCustomer(at(), wish, `http://127.0.0.1:${proxy.port}${path}`);
      const { eventSecret, integrationId } = connection;
      if (eventSecret !== null) secrets.push({ name: 'an event secret', secret: eventSecret });
      const url = () => `${at().apiUrl ?? ''}/api/events/s3/${integrationId}`;
      const sender =
        eventSecret === null
          ? null
          : startEventSender({ url, bucket: wish.bucket, secret: eventSecret }, seed * 31 + index);
      const bucket =
        wish.server === 'fake'
          ? fakeCustomerBucket(fake.bucket(wish.bucket))
          : r2CustomerBucket(() => at().s3, wish.bucket);
      customers.push(createCustomer(index, wish, connection, bucket, sender));
    }
    const databaseUrl = new URL(at().databaseUrls.authenticator);
    databaseUrl.port = String(databaseProxy.port);
    await stack.change({
      ...order,
      supabaseUrl: `http://127.0.0.1:${restProxy.port}`,
      databaseUrl: databaseUrl.href,
    });
    const sql = new Pool({ connectionString: at().databaseUrls.superuser, max: 4 });
    // An idle connection that broke: the next query opens another.
    sql.on('error', () => undefined);
    closers.unshift(() => sql.end());
    return { stack, customers, sql, logFile, runs, secrets, stop };
  } catch (error) {
    await stop(false);
    throw error;
  }
};
