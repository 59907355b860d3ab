import type { CloudflareAnswer, R2Bucket } from '../../ports/cloudflare.ts';
import type { Receiver } from '../r2-receiver/receiver.ts';
import { type accountOf, type QueueRules, textOf } from './account.ts';
import type { Refusal } from './refusals.ts';
import type { Step } from './steps.ts';

type Account = ReturnType<typeof accountOf>;
type Wanted = Receiver['rules'][number];
type Rule = QueueRules['rules'][number];

const ACTIONS = ['PutObject', 'CompleteMultipartUpload', 'CopyObject'];

const rulesTo = async (account: Account, bucket: R2Bucket, queueId: string): Promise<readonly Rule[]> =>
  ((await account.rulesOf(bucket)) ?? []).find((queue) => queue.queueId === queueId)?.rules ?? [];

/** Removes what a queue is told of a bucket. @returns whether there was anything. */
export const removeRules = async (account: Account, bucket: R2Bucket, queueId: string): Promise<boolean> => {
  if ((await rulesTo(account, bucket, queueId)).length === 0) return false;
  await account.removeRules(bucket, queueId, null);
  return true;
};

/**
 * R2 tells the receiver's queue of exactly what the receiver is for: rules of the queue that are for something else go first, because R2
 * refuses rules that overlap, then those that are missing come.
 *
 * @param earlier buckets that the receiver was for before.
 */
export const ruleStep = (
  account: Account,
  { bucket, jurisdiction, rules: wanted }: Receiver,
  queueId: () => string,
  earlier: readonly R2Bucket[],
): Step => {
  const here = { bucket, jurisdiction };
  return {
    name: 'rule',
    permission: 'Workers R2 Storage: Edit',
    run: async () => {
      let isChanged = false;
      for (const place of earlier) isChanged = (await removeRules(account, place, queueId())) || isChanged;
      const there = await rulesTo(account, here, queueId());
      let kept = there.filter((rule) => wanted.some((one) => isSame(one, rule)));
      if (kept.length < there.length) {
        const ids = there.filter((rule) => !kept.includes(rule)).map((rule) => textOf(rule['ruleId']));
        // Without its id a rule goes only with the others.
        if (ids.includes(null)) kept = [];
        await account.removeRules(here, queueId(), kept.length === 0 ? null : ids.flatMap((id) => id ?? []));
        isChanged = true;
      }
      const missing = wanted.filter((one) => !kept.some((rule) => isSame(one, rule)));
      if (missing.length > 0) {
        const rules = missing.map((rule) => ({ ...rule, actions: ACTIONS, description: 'Sluice' }));
        await account.addRules(here, queueId(), rules);
        isChanged = true;
      }
      return {
        outcome: isChanged ? 'done' : 'unchanged',
        detail: 'R2 tells the queue of new PDFs in the input folder.',
      };
    },
    explain: async (answer) =>
      isOverlap(answer) ? explainOverlap((await account.rulesOf(here)) ?? [], wanted, queueId()) : null,
  };
};

const isSame = ({ prefix, suffix }: Wanted, rule: Rule): boolean =>
  (rule['prefix'] ?? '') === prefix && rule['suffix'] === suffix;

const isOverlap = ({ errors }: CloudflareAnswer): boolean =>
  errors.some(({ message }) => /overlap|conflict/i.test(message));

/** Names the other queue where there is one. */
const explainOverlap = (
  there: readonly QueueRules[],
  wanted: Receiver['rules'],
  queueId: string,
): Refusal | null => {
  const other = there.find(
    (queue) =>
      queue.queueId !== queueId && queue.rules.some((rule) => wanted.some((one) => overlaps(one, rule))),
  );
  if (other === undefined) return null;
  const named = other.queueName === null ? 'that is gone' : `"${other.queueName}"`;
  return {
    detail: `The bucket has a notification rule for the same files that sends to another queue, ${named}.`,
    remedy:
      'Remove that rule (in the dashboard: R2, the bucket, Settings, Event notifications), or narrow its prefix or suffix, then try again.',
  };
};

const overlaps = ({ prefix, suffix }: Wanted, rule: Rule): boolean => {
  const [other, otherSuffix] = [textOf(rule['prefix']) ?? '', textOf(rule['suffix']) ?? ''];
  return (
    (prefix.startsWith(other) || other.startsWith(prefix)) &&
    (suffix.endsWith(otherSuffix) || otherSuffix.endsWith(suffix))
  );
};
