import type { ObjectState } from '@sluice/shared';
import type { IntegrationWish } from '../backend/backend.ts';
import type { BucketHabits } from '../bucket/sim-bucket.ts';
import type { EngineSettings } from '../world/engine.ts';
import type { BucketMood, Climate } from '../world/weather.ts';
import type { EventHabits } from './event-habits.ts';

export interface IntegrationPlan extends Omit<IntegrationWish, 'startFrom'> {
  /** Objects older than the beginning by more than this are not taken in; null: all are. */
  readonly startFromMs: number | null;
  readonly bucket: BucketHabits;
  readonly events: EventHabits;
}

interface Of<Kind extends string> {
  /** After the beginning, in milliseconds. */
  readonly at: number;
  readonly kind: Kind;
  /** Which integration, by number. */
  readonly on: number;
}

/** What customers and providers do, each at its time. */
export type Action =
  | (Of<'put'> & { readonly key: string; readonly content: number; readonly backdatedMs: number })
  | (Of<'delete'> & { readonly key: string })
  | (Of<'copy-result'> & { readonly to: string })
  | Of<'pause'>
  | Of<'resume'>
  | (Of<'mode'> & { readonly mode: 'poll' | 'event' })
  /** `good`: the provider knows both keys, then the new one; `bad`: it never knows the new one. */
  | (Of<'rotate'> & { readonly isGood: boolean })
  | Of<'revoke-old'>
  | (Of<'replay'> & { readonly states: readonly ObjectState[] })
  | (Of<'mood'> & { readonly mood: BucketMood })
  | Of<'lose-staged'>;

/** A history to be, whole: with the seed, everything that is needed to run it again. */
export interface Plan {
  readonly seed: number;
  /** How long things go wrong. */
  readonly chaosMs: number;
  readonly climate: Climate;
  readonly engine: EngineSettings;
  readonly integrations: readonly IntegrationPlan[];
  readonly actions: readonly Action[];
}
