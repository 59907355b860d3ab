export type * from './ports/bucket.ts';
