import type { Json } from './generated/database.ts';

/**
 * What one of our own SQL functions returned as jsonb, as the type its header documents. The one place where database
 * JSON is given a type without a check: both sides are ours, and the tests run them together.
 */
export const fromJson = <T>(value: unknown): T => value as T;

/** A value for a jsonb parameter. */
export const toJson = (value: unknown): Json => value as Json;
