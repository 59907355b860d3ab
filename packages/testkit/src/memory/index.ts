export { MemoryBucket, type MemoryBucketOptions, PRESIGN_CANARY } from './bucket.ts';
export { VirtualClock } from './clock.ts';
export {
  type FolderRule,
  MemoryDatabase,
  type MemoryIntegration,
  type ObjectRow,
  type PollState,
  type SliceRow,
} from './database.ts';
export { memoryEventLedger } from './event-ledger.ts';
export { type FaultPlan, failNth, type Verdict, withFaults } from './faults.ts';
export { MemoryLifecycle } from './lifecycle.ts';
export { memoryObjectLedger } from './object-ledger.ts';
export { memoryPollLedger } from './poll-ledger.ts';
export { type LogLine, MemoryLog, MemoryQueue, MemoryStaging } from './working-parts.ts';
