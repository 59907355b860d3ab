export {
  addMember,
  createAnonymousClient,
  createServiceClient,
  createTenant,
  createUser,
  supportToken,
  type TestTenant,
  type TestUser,
} from './factory.ts';
export { park } from './park.ts';
export { connectControls, type StackControls } from './stack/control.ts';
export { type CronMode, cronMatches } from './stack/cron.ts';
export { type DemoUser, writeDevJson } from './stack/dev-json.ts';
export type { LogEntry, LogFn, LogLevel } from './stack/log.ts';
export { applyMigrations } from './stack/postgres/migrations.ts';
export { splitSqlStatements } from './stack/postgres/sql-statements.ts';
export { pollUntil } from './stack/process/poll.ts';
export { startStack } from './stack/stack.ts';
export type { S3Coordinates, Stack, StackCoordinates, StackOptions } from './stack/stack-types.ts';
export { startTemporaryStack } from './stack/temporary.ts';
export { bundleWorker } from './stack/workers/bundle.ts';
