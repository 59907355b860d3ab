import type { NotificationLedger, NotifyQueue } from '../ports/notifications.ts';

export interface NotifyDispatchContext {
  readonly ledger: Pick<NotificationLedger, 'claimDue'>;
  readonly queue: NotifyQueue;
}

const TARGETS_AT_ONCE = 500;
const MAX_ROUNDS = 10;

/** The sweep: a message for every target with something due. One that is lost is sent again a minute later. */
export const dispatchDueNotifications = async ({ ledger, queue }: NotifyDispatchContext): Promise<number> => {
  let sent = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const targetIds = await ledger.claimDue(TARGETS_AT_ONCE);
    if (targetIds.length > 0) await queue.send(targetIds, 0);
    sent += targetIds.length;
    if (targetIds.length < TARGETS_AT_ONCE) break;
  }
  return sent;
};
