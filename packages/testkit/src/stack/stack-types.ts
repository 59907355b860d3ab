import type { Pool } from 'pg';
import type { StackControls } from './control.ts';
import type { CronMode } from './cron.ts';
import type { AuthOptions } from './gateway/auth-gateway.ts';
import type { LogFn, LogLevel } from './log.ts';
import type { WrittenObject } from './notifier/notifying-proxy.ts';
import type { DatabaseUrls } from './postgres/postgres.ts';
import type { StackPorts } from './process/ports.ts';

export interface WorkersOptions {
  /** Paths of wrangler.toml files; the first Worker answers HTTP. Default: Sluice's three. */
  configPaths?: string[];
  /** Vars and secrets added to one Worker, by its name, over everything else. */
  extraVars?: Record<string, Record<string, string>>;
  /** Whether the Workers' rate limits hold. Default true; stacks for tests have none unless they ask. */
  rateLimits?: boolean;
  /** Whether the log (`debug`) tells every message that a queue delivers, body and all. Default false. */
  tapsQueues?: boolean;
  /** Batches of one queue at work at once. Default 8; Cloudflare runs up to 250. */
  consumersAtOnce?: number;
}

export interface StackOptions {
  /** All state lies here. One stack at a time. */
  dataDir: string;
  /** With fsync (default): kill -9 of everything loses nothing acknowledged. False is for tests. */
  durable?: boolean;
  /** Delete the data directory at the end, even after kill -9 of this process. */
  removeDataDir?: boolean;
  /** Fixed ports. Default: those of the last time if free (stored URLs stay valid), else free ones. */
  ports?: Partial<StackPorts>;
  log?: LogFn;
  /** Default info. */
  logLevel?: LogLevel;
  /** Default real. */
  cron?: CronMode;
  /** False starts no Workers: database, REST, auth and buckets only. */
  workers?: WorkersOptions | false;
  /** Starts the Node processor, which takes what is too large for a Worker. Default: where Sluice's own Workers run. */
  nodeProcessor?: boolean;
  /** Has the Node processor recognise the text of scans, some seconds a page. Default false. */
  recogniseText?: boolean;
  /** Names of the customers' buckets. */
  buckets?: string[];
  /** Told of every object that is written to them over S3. R2's local endpoint tells nobody. */
  onObjectWritten?: (written: WrittenObject) => Promise<void>;
  auth?: AuthOptions;
  /** Settings of PostgREST (`PGRST_…`) over its own, which are those of hosted Supabase. Tests only. */
  postgrest?: Record<string, string>;
  /** Folder of the migrations. Default: supabase/migrations of this repository. */
  migrationsDir?: string;
  /** Run once on a new database. Default: none. */
  seedFile?: string;
  /** Told when a part died by itself; by then the rest is shut down. */
  onFatal?: (error: Error) => void;
}

/** Where a running stack is to be found. Plain data, with secrets: hand it on, do not print it. */
export interface StackCoordinates {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  databaseUrls: DatabaseUrls;
  /** The api Worker's origin; null when started without Workers. */
  apiUrl: string | null;
  controlUrl: string;
  s3: S3Coordinates;
  dataDir: string;
}

/** The customers' buckets. Path style: `<endpoint>/<bucket>/<key>`. */
export interface S3Coordinates {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  buckets: string[];
}

export interface Stack extends StackCoordinates, StackControls {
  /** Where it is to be found, as plain data for other processes. */
  coordinates: StackCoordinates;
  /** Connections as superuser, for assertions. */
  sql: Pool;
  /** Every process of the stack but this one, by part. */
  pids(): Record<string, number>;
  /** Shuts everything down; nothing is left running. May be called twice. */
  stop(): Promise<void>;
}
