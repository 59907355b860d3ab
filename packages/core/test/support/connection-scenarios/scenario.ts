import type { FakeS3Options, Fault } from '@sluice/testkit/fake-s3';
import type { TestOptions } from '../connection-world.ts';

/**
 * What can be wrong, on a server that can be wrong in every way: what no real server here can show (STS, KMS, clocks,
 * providers' own words). Each is tested and then worked with: what passes must work.
 */
export interface Scenario {
  readonly name: string;
  /** Of the failed checks and warnings; over-grants left out. Empty: it passes. */
  readonly told: readonly string[];
  /** Said by the first of them, in message, remedy or statement. */
  readonly names?: readonly RegExp[];
  readonly fault?: Fault;
  readonly fake?: FakeS3Options;
  readonly test?: TestOptions;
  /** The work goes on although the test fails: a refusal for its own sake. */
  readonly refusal?: string;
}

export const AWS = { integration: { provider: 'aws_key', region: 'eu-central-1' } } as const;
