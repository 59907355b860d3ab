export type { BucketWorkContext } from './credentials/bucket-work.ts';
export {
  type EventSecretContext,
  issueEventSecret,
  rotateEventSecret,
} from './credentials/change-event-secret.ts';
export { type RotateCredentialsContext, rotateCredentials } from './credentials/rotate-credentials.ts';
export { dispatchDueDryRuns } from './dry-run/dispatch-due-dry-runs.ts';
export { type DryRunContext, runDryRun } from './dry-run/run-dry-run.ts';
export { startDryRun } from './dry-run/start-dry-run.ts';
export { eventTestSteps, type StoredEventTest } from './events/event-test-steps.ts';
export { KnownSources } from './events/known-sources.ts';
export { readEnvelope } from './events/read-envelope.ts';
export { type ReceiveContext, receiveS3Events } from './events/receive-s3-events.ts';
export { recordingTogether } from './events/recording-together.ts';
export { refusalInWords } from './events/refusal-words.ts';
export { type EventTestContext, finishEventTests, startEventTest } from './events/test-events.ts';
export { OBJECTS_PER_SLICE } from './finding/plan-slices.ts';
export { pollIntegration } from './finding/poll-integration.ts';
export { hasFoundWork, type PollContext, type PollOutcome, type PollSettings } from './finding/poll-types.ts';
export {
  type CreateS3IntegrationContext,
  createS3Integration,
} from './integrations/create-s3-integration.ts';
export { type EditS3IntegrationContext, editS3Integration } from './integrations/edit-s3-integration.ts';
export { type TestS3ConnectionContext, testS3Connection } from './integrations/test-s3-connection.ts';
export {
  createNotificationTarget,
  type NotificationTargetContext,
  rotateNotificationSecret,
  updateNotificationTarget,
} from './notifications/change-notification-targets.ts';
export { type DeliverContext, deliverNotifications } from './notifications/deliver-notifications.ts';
export {
  dispatchDueNotifications,
  type NotifyDispatchContext,
} from './notifications/dispatch-due-notifications.ts';
export {
  type TestNotificationContext,
  testNotificationTarget,
} from './notifications/test-notification-target.ts';
export type * from './ports/bucket.ts';
export type * from './ports/cloudflare.ts';
export type * from './ports/credentials.ts';
export type * from './ports/dry-runs.ts';
export type * from './ports/engine.ts';
export type * from './ports/events.ts';
export type * from './ports/integrations.ts';
export type * from './ports/ledger.ts';
export type * from './ports/notifications.ts';
export type * from './ports/replays.ts';
export type * from './ports/reseals.ts';
export type * from './ports/results.ts';
export type * from './ports/usage.ts';
export { beginEach } from './processing/begin-each.ts';
export { type DispatchContext, dispatchDueObjects } from './processing/dispatch-due-objects.ts';
export { type ProcessContext, processObjects } from './processing/process-objects.ts';
export { refilling } from './processing/refill.ts';
export { type ReplayContext, runReplayBatches } from './replays/run-replay-batches.ts';
export { type ResealContext, runReseal } from './reseals/run-reseal.ts';
export { type ReadResultContext, readResult } from './results/read-result.ts';
export { matchFolderRule } from './rules/match-folder-rule.ts';
export { eventSetup } from './setup/events/event-setup.ts';
export { deployReceiver } from './setup/r2-deployment/deploy-receiver.ts';
export { removeReceiver } from './setup/r2-deployment/remove-receiver.ts';
export { type Receiver, type ReceiverTarget, receiverOf } from './setup/r2-receiver/receiver.ts';
export { receiverFiles } from './setup/r2-receiver/receiver-files.ts';
export { setupArtefacts } from './setup/setup-artefacts.ts';
export type { AwsIdentity, SetupTarget } from './setup/setup-target.ts';
export { type WritebackContext, writeBackObjects } from './writeback/write-back-objects.ts';
