// The process that holds one Miniflare. Its own, because Miniflare restarts a dead workerd, exits the
// process on SIGINT, and is to die and live apart from the rest of the stack. Started by host-process.ts,
// spoken to over IPC (host-protocol.ts).
import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare';
import { errorMessage, type LogLevel as Level } from '../log.ts';
import type { BucketsSpec, HostEvent, HostRequest, HostSpec } from './host-protocol.ts';
import type { LoadedWorkers } from './worker-options.ts';

const FATAL_EXIT_STATUS = 70;

let miniflare: Miniflare | undefined;
const queueProducers: Record<string, { worker: string; binding: string }> = {};

function send(event: HostEvent): void {
  if (process.connected) process.send?.(event);
}

class ForwardingLog extends Log {
  override logWithLevel(level: LogLevel, message: string): void {
    const name = level === LogLevel.ERROR ? 'error' : level === LogLevel.WARN ? 'warn' : 'debug';
    send({ type: 'log', level: name, message });
  }
}

async function start(spec: HostSpec): Promise<void> {
  const { workers, crons } = await v4Workers(spec);
  watchWorkerd(spec.kind);
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: spec.port,
      cf: false,
      log: new ForwardingLog(LogLevel.WARN),
      logRequests: false,
      handleStructuredLogs: ({ level, message }) =>
        send({ type: 'log', level: consoleLevel(level), message }),
      resourcePersistencePath: spec.persistDir,
      workers,
    }),
  );
  const url = await miniflare.ready;
  send({ type: 'ready', url: url.origin, crons });
}

async function v4Workers(spec: HostSpec): Promise<LoadedWorkers> {
  if (spec.kind === 'buckets') return { workers: [bucketsWorker(spec)], crons: {} };
  const { loadWorkers } = await import('./worker-options.ts'); // wrangler is large, and buckets need none of it
  const { workers, crons } = await loadWorkers(spec);
  for (const { name, queueProducers: bindings } of workers) {
    if (name === undefined || bindings === undefined || Array.isArray(bindings)) continue;
    for (const [binding, target] of Object.entries(bindings)) {
      queueProducers[typeof target === 'string' ? target : target.queueName] = { worker: name, binding };
    }
  }
  return { workers, crons };
}

function bucketsWorker(spec: BucketsSpec): V4WorkerOptions {
  const { accessKeyId, secretAccessKey } = spec;
  return {
    name: 'buckets',
    modules: true,
    script: `export default { fetch: () => new Response('S3 is at /cdn-cgi/local/r2/s3/<bucket>', { status: 404 }) };`,
    compatibilityDate: '2026-11-01',
    r2Buckets: Object.fromEntries(
      spec.buckets.map((id, index) => [
        `BUCKET_${index}`,
        { id, s3Credentials: { accessKeyId, secretAccessKey } },
      ]),
    ),
  };
}

/** Reports workerd's process. Without Workers' workerd the queues are gone, so the host goes too and is heard. */
function watchWorkerd(kind: HostSpec['kind']): void {
  subscribe('child_process', (message) => {
    const child = (message as { process?: unknown }).process;
    if (!(child instanceof ChildProcess)) return;
    child.once('spawn', () => {
      if (child.pid !== undefined) send({ type: 'workerd', pid: child.pid });
    });
    child.once('exit', (code, signal) => {
      if (stopping) return;
      const how = signal ?? `exit status ${code}`;
      send({ type: 'log', level: 'error', message: `workerd of the ${kind} ended (${how})` });
      if (kind === 'workers') process.exit(FATAL_EXIT_STATUS);
    });
  });
}

let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await miniflare?.dispose().catch(() => undefined);
  process.exit(0);
}

async function answer(request: HostRequest): Promise<void> {
  if (request.type === 'start') return start(request.spec);
  if (request.type === 'stop') return stop();
  if (miniflare === undefined) throw new Error('Miniflare is not started');
  if (request.type === 'scheduled') {
    const worker = await miniflare.getWorker(request.worker);
    const { outcome } = await worker.scheduled({
      cron: request.cron,
      scheduledTime: new Date(request.scheduledTimeMs),
    });
    return send({ type: 'result', id: request.id, outcome });
  }
  const producer = queueProducers[request.queue];
  if (producer === undefined) throw new Error(`no Worker produces to the queue ${request.queue}`);
  const queue = await miniflare.getQueueProducer(producer.binding, producer.worker);
  for (const message of request.messages) await queue.send(message);
  return send({ type: 'result', id: request.id, outcome: 'ok' });
}

function consoleLevel(level: string): Level {
  if (level === 'error' || level === 'warn' || level === 'debug') return level;
  return 'info';
}

process.on('message', (request: HostRequest) => {
  answer(request).catch((error: unknown) => {
    const message = errorMessage(error);
    if ('id' in request) return send({ type: 'error', id: request.id, message });
    send({ type: 'failed', message });
  });
});
process.on('disconnect', () => void stop());
