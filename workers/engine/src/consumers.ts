import {
  deliverNotifications,
  dispatchDueNotifications,
  dispatchDueObjects,
  hasFoundWork,
  pollIntegration,
  processObjects,
  runDryRun,
  runReseal,
  writeBackObjects,
} from '@sluice/core';
import { DryRunMessage, NotifyMessage, ObjectMessage, PollMessage, ResealMessage } from '@sluice/shared';
import type { ZodType } from 'zod';
import { logOf } from './log.ts';
import type { Engine } from './wiring.ts';

/** A failed batch comes back after this long; what it had begun is fenced by its leases. */
const RETRY_SECONDS = 30;

/** Consumes one batch of any of the engine's queues. Each message is acked or retried by itself. */
export const consume = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  const queue = batch.queue;
  if (queue.endsWith('-dlq')) return deadLetters(engine, batch);
  if (queue.endsWith('poll')) return polls(engine, batch);
  if (queue.endsWith('notify')) return notifications(engine, batch);
  if (queue.endsWith('dry-run')) return dryRuns(engine, batch);
  if (queue.endsWith('reseal')) return reseals(engine, batch);
  const objects = valid(ObjectMessage, batch);
  const ids = objects.map(({ body }) => body.objectId);
  const isProcess = queue.endsWith('process');
  const work = isProcess
    ? () => processObjects(engine.processing, ids)
    : () => writeBackObjects(engine.writeback, ids);
  try {
    await work();
    for (const { message } of objects) message.ack();
    // Where one comes alone nobody waits for room.
    if (isProcess && ids.length > 1) await engine.refill(ids.length);
  } catch (error) {
    logOf('s3-ingest').error('batch_failed', { queue, messages: ids.length, error });
    for (const { message } of objects) message.retry({ delaySeconds: RETRY_SECONDS });
  }
  // Who is to be told of it is told at once; should this fail, the sweep does it within a minute.
  await dispatchDueNotifications(engine.notifications);
};

const notifications = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  await Promise.all(
    valid(NotifyMessage, batch).map(async ({ body, message }) => {
      try {
        await deliverNotifications(engine.notifications, body.targetId);
        message.ack();
      } catch (error) {
        logOf('notifications').error('notify_crashed', { targetId: body.targetId, error });
        message.retry({ delaySeconds: RETRY_SECONDS });
      }
    }),
  );
};

const dryRuns = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  await Promise.all(
    valid(DryRunMessage, batch).map(async ({ body, message }) => {
      try {
        await runDryRun(engine.dryRuns, body);
        message.ack();
      } catch (error) {
        logOf('s3-integrations').error('dry_run_crashed', { dryRunId: body.dryRunId, error });
        message.retry({ delaySeconds: RETRY_SECONDS });
      }
    }),
  );
};

const reseals = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  for (const { body, message } of valid(ResealMessage, batch)) {
    try {
      if ((await runReseal(engine.reseals)) === 'unfinished') await engine.reseals.hint(body.runId);
      message.ack();
    } catch (error) {
      logOf('reseal').error('reseal_crashed', { runId: body.runId, error });
      message.retry({ delaySeconds: RETRY_SECONDS });
    }
  }
};

const polls = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  const found = await Promise.all(
    valid(PollMessage, batch).map(async ({ body, message }) => {
      try {
        const outcome = await pollIntegration(engine.polling, body);
        message.ack();
        return hasFoundWork(outcome);
      } catch (error) {
        logOf('s3-poller').error('poll_crashed', { integrationId: body.integrationId, error });
        message.retry({ delaySeconds: RETRY_SECONDS });
        return false;
      }
    }),
  );
  // What was found goes on at once; should this fail, the sweep does it within a minute. A poll that found nothing must
  // not sweep: with many integrations that would be most of the database's work.
  if (found.includes(true)) await dispatchDueObjects(engine.dispatch);
};

/**
 * Messages whose consumer failed again and again. The ledger still holds what they were about and sends it again when it
 * is due, so nothing is lost; that it came to this needs a person all the same.
 */
const deadLetters = async (engine: Engine, batch: MessageBatch): Promise<void> => {
  logOf('s3-ingest').error('dead_letters', { queue: batch.queue, messages: batch.messages.length });
  await engine.housekeeping.writeLogs(
    batch.messages.map((message) => ({
      service: batch.queue.includes('poll') ? ('s3-poller' as const) : ('s3-ingest' as const),
      level: 'error' as const,
      event: 'dead_letter',
      message: `a message of ${batch.queue.replace(/-dlq$/, '')} could not be handled`,
      tenantId: null,
      integrationId: PollMessage.safeParse(message.body).data?.integrationId ?? null,
      requestId: null,
      fields: {
        queue: batch.queue,
        attempts: message.attempts,
        objectId: ObjectMessage.safeParse(message.body).data?.objectId,
      },
    })),
  );
  batch.ackAll();
};

/** The messages that are of their queue's form. Others can never be handled: they are logged and dropped. */
const valid = <T>(schema: ZodType<T>, batch: MessageBatch): { body: T; message: Message }[] =>
  batch.messages.flatMap((message) => {
    const parsed = schema.safeParse(message.body);
    if (parsed.success) return [{ body: parsed.data, message }];
    logOf('s3-ingest').error('malformed_message', { queue: batch.queue, id: message.id });
    message.ack();
    return [];
  });
