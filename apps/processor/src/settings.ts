import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { NODE_REMEDIATION_LIMITS } from '@sluice/remediation';
import * as z from 'zod';

const MIB = 1024 * 1024;
/** What the server itself may need: its own code, and connections. */
const SERVER_BYTES = 512 * MIB;
/** Shorter ones can be guessed. */
const MIN_SECRET_BYTES = 24;

/**
 * Of the 700 s after which the engine gives a document up, and takes that for a failure, 150 s are for the document to
 * arrive and for what is made of it to leave.
 */
const MAX_SECONDS_TOGETHER = 550;

/** Of those, at most, an answer may take to be read. */
const MAX_ANSWER_SECONDS = 150;

/** What the processor is told by its environment. */
const Environment = z.object({
  /** Base64 of at least 24 random bytes; the Worker has the same. Without it nothing is served. */
  NODE_PROCESSOR_SECRET: z
    .string()
    .refine(
      (value) => Buffer.from(value.replace(/^whsec_/, ''), 'base64').length >= MIN_SECRET_BYTES,
      'Set it to the base64 of at least 24 random bytes: openssl rand -base64 32',
    ),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  /** Documents at once, each a process. */
  CONCURRENCY: z.coerce.number().int().min(1).max(64).optional(),
  /** Documents that wait on disk for their turn; more are told to come again. */
  MAX_WAITING: z.coerce.number().int().min(0).max(1000).default(16),
  /** For its turn; then a document is told to come again. */
  MAX_WAIT_SECONDS: z.coerce.number().min(0).max(MAX_SECONDS_TOGETHER).default(250),
  /** For an answer to be read, once its document is done; then it is broken off. */
  MAX_ANSWER_SECONDS: z.coerce.number().min(0.1).max(600).default(MAX_ANSWER_SECONDS),
  /** Answers that are being read, each some files on disk; beyond it no document is taken in. */
  MAX_LEAVING: z.coerce.number().int().min(1).max(1000).default(64),
  /** Where documents lie while they are processed. */
  WORK_DIR: z.string().default(tmpdir()),
  /** Of one document. */
  MAX_SECONDS: z.coerce.number().min(0.1).max(MAX_SECONDS_TOGETHER).default(300),
  MAX_HEAP_MIB: z.coerce.number().int().min(32).max(65_536).default(1024),
  /** Heap, buffers and all: Linux only. */
  MAX_MEMORY_MIB: z.coerce.number().int().min(64).max(65_536).default(2048),
  /** Pictures of pages whose text is recognised (OCR), of one document; some seconds each. 0 recognises nothing. */
  MAX_RECOGNISED_PAGES: z.coerce.number().int().min(0).max(1000).default(50),
  /** How long documents in work may go on when the server is told to stop. */
  STOP_SECONDS: z.coerce.number().min(0).max(600).default(25),
});

const Together = Environment.refine(
  ({ MAX_SECONDS: seconds, MAX_WAIT_SECONDS: wait }) => seconds + wait <= MAX_SECONDS_TOGETHER,
  { path: ['MAX_WAIT_SECONDS'], message: `With MAX_SECONDS it may be ${MAX_SECONDS_TOGETHER} at most` },
);

export interface Settings {
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** Of a document, for its turn. */
  readonly maxWaitMs: number;
  /** For an answer to be read. */
  readonly maxAnswerMs: number;
  readonly maxLeaving: number;
  readonly workDir: string;
  readonly maxBytes: number;
  readonly ceiling: Ceiling;
  readonly maxRecognisedPages: number;
  readonly stopMs: number;
}

/** What one document may use, whatever it is. */
export interface Ceiling {
  readonly maxMs: number;
  readonly maxHeapMib: number;
  readonly maxMemoryBytes: number;
}

/** @throws Error naming the variables that are missing or wrong; never a value. */
export function parseSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = Together.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`The processor is not configured: ${problems.join('; ')}`);
  }
  const { data } = parsed;
  const maxMemoryBytes = data.MAX_MEMORY_MIB * MIB;
  return {
    secret: data.NODE_PROCESSOR_SECRET,
    host: data.HOST,
    port: data.PORT,
    concurrency: data.CONCURRENCY ?? concurrencyFor(availableParallelism(), memoryBytes(), maxMemoryBytes),
    maxWaiting: data.MAX_WAITING,
    maxWaitMs: data.MAX_WAIT_SECONDS * 1000,
    maxAnswerMs: data.MAX_ANSWER_SECONDS * 1000,
    maxLeaving: data.MAX_LEAVING,
    workDir: data.WORK_DIR,
    maxBytes: NODE_REMEDIATION_LIMITS.maxBytes,
    ceiling: {
      maxMs: data.MAX_SECONDS * 1000,
      maxHeapMib: data.MAX_HEAP_MIB,
      maxMemoryBytes,
    },
    maxRecognisedPages: data.MAX_RECOGNISED_PAGES,
    stopMs: data.STOP_SECONDS * 1000,
  };
}

/** Documents at once for which there are cores, and memory even when each takes all that it may; at least one. */
export function concurrencyFor(cores: number, bytes: number, maxMemoryBytes: number): number {
  return Math.max(1, Math.min(cores - 1, Math.floor((bytes - SERVER_BYTES) / maxMemoryBytes)));
}

/** Of this machine, or of the container. */
function memoryBytes(): number {
  // 0 where nobody knows.
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
}
