import type { FaultKind } from '../plan/plan.ts';

/** What one request meets. */
export interface Fault {
  readonly kind: FaultKind;
  /** Of a latency or a hang. */
  readonly ms: number;
}

/** A run of the processor, as the processor saw it. */
export interface ProcessorRun {
  readonly jobId: string;
  /** Of the version it was given. */
  readonly etag: string;
  readonly sizeBytes: number;
}

/** What a Worker asks the gate before it does something that could go wrong. */
export type GateQuestion =
  | { readonly at: 'processor'; readonly run: ProcessorRun }
  | { readonly at: 'staging'; readonly operation: 'put' | 'get' };

export type GateAnswer = { readonly fault: Fault | null };
