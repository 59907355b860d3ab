import type { LogLevel } from '../log.ts';

/** What the Miniflare host shall run: the Workers of these configs, or plain buckets with an S3 endpoint. */
export type HostSpec = WorkersSpec | BucketsSpec;

interface HostBase {
  port: number;
  /** R2 keeps its objects here. */
  persistDir: string;
  /** Dev registry and logs of wrangler's code go here, not to the user's home. */
  scratchDir: string;
}

export interface WorkersSpec extends HostBase {
  kind: 'workers';
  /** Paths of wrangler.toml files; the first Worker answers HTTP. */
  configPaths: string[];
  /** Replaces the value of a var in every Worker whose config declares it. */
  vars: Record<string, string>;
  /** Given to the Workers whose config lists them under `[secrets] required`. */
  secrets: Record<string, string>;
  /** Added to one Worker, by its name, over everything else. */
  extraVars: Record<string, Record<string, string>>;
  /** Whether the Workers' rate limits hold. */
  rateLimits: boolean;
  /** Whether every message that a queue delivers is written to the log first. */
  tapsQueues: boolean;
  /** Batches of one queue at work at once. */
  consumersAtOnce: number;
}

export interface BucketsSpec extends HostBase {
  kind: 'buckets';
  buckets: string[];
  accessKeyId: string;
  secretAccessKey: string;
}

export type HostRequest =
  | { type: 'start'; spec: HostSpec }
  | { type: 'scheduled'; id: number; worker: string; cron: string; scheduledTimeMs: number }
  | { type: 'queue'; id: number; queue: string; messages: unknown[] }
  | { type: 'stop' };

export type HostEvent =
  | { type: 'ready'; url: string; crons: Record<string, string[]> }
  | { type: 'failed'; message: string }
  | { type: 'result'; id: number; outcome: string }
  | { type: 'error'; id: number; message: string }
  | { type: 'workerd'; pid: number }
  | { type: 'log'; level: LogLevel; message: string };
