import type { StackCoordinates } from '@sluice/testkit';

/** What the process that holds the stack is told. Plain data: it goes over IPC. */
export interface StackOrder {
  readonly dataDir: string;
  readonly logFile: string;
  readonly configPaths: readonly string[];
  readonly buckets: readonly string[];
  /** Added to the engine's variables and the processor's. */
  readonly gateUrl: string;
  /** Where the engine finds Supabase; null: where it is. */
  readonly supabaseUrl: string | null;
  /** Where PostgREST finds Postgres; null: where it is. */
  readonly databaseUrl: string | null;
}

export type StackNews =
  | { readonly type: 'up'; readonly coordinates: StackCoordinates }
  | { readonly type: 'pids'; readonly pids: Readonly<Record<string, number>> };

export type StackQuestion = { readonly type: 'pids' } | { readonly type: 'stop' };
