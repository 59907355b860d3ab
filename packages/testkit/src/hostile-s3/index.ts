import type { Lie } from './lie.ts';
import { listingLies } from './lies/in-listings.ts';
import { objectLies } from './lies/in-objects.ts';
import { refusalLies } from './lies/in-refusals.ts';
import { transportLies } from './lies/in-transport.ts';

export type { EngineEnd, Lie, LieWorld } from './lie.ts';
export { type LieReport, type LiesReport, picker, runLies, startForbidden } from './run-lies.ts';

/** Every way in which our hostile bucket lies. */
export const LIES: readonly Lie[] = [...transportLies, ...listingLies, ...refusalLies, ...objectLies];
