import type { ErrorCode } from '@sluice/shared';
import type { Fault } from '../fake-s3/index.ts';

/** What a client does with a bucket, one after another; see {@link import('./client-work.ts')}. */
export const STEPS = [
  'list',
  'head',
  'get',
  'range',
  'link',
  'put',
  'stream',
  'copy',
  'multipart',
  'delete',
  'deleteMany',
] as const;
export type Step = (typeof STEPS)[number];

/** What a lie is made with. */
export interface LieWorld {
  /** Origin of a server that nobody may ever ask. */
  readonly forbidden: string;
  /** A number from `min` to `max`, both included, from the seed. */
  readonly pick: (min: number, max: number) => number;
}

/** How the running engine takes it, while it lasts; afterwards the document comes back in any case. */
export type EngineEnd =
  /** The bucket cannot be listed. */
  | { readonly poll: ErrorCode }
  /** The document waits, or is passed over, with this reason. */
  | { readonly object: ErrorCode }
  /** It takes no harm: the document comes back all the same. */
  | 'works';

/** One way in which a bucket lies. */
export interface Lie {
  readonly name: string;
  readonly fault: (world: LieWorld) => Fault;
  /** How each step ends; what is not named succeeds. */
  readonly client: Partial<Record<Step, ErrorCode>>;
  /** The checks of the connection test that fail or warn, as `list upstream_invalid`; none: it passes. */
  readonly doctor: readonly string[];
  readonly engine: EngineEnd;
  /** What it takes, besides honesty, for the document to come back. Default: nothing. */
  readonly afterwards?: 'a new version' | 'a connection test';
  /** The endpoint as it is entered. Default: the server's own. */
  readonly endpoint?: (honest: string) => string;
}
