import { type R2Deployment, type R2DeploymentStep, SluiceError } from '@sluice/shared';
import type {
  AskCloudflare,
  CloudflareAnswer,
  CloudflareRequest,
  ReceiverAct,
  ReceiverLease,
  ReceiverLedger,
} from '../../ports/cloudflare.ts';
import { type Refusal, refusalOf } from './refusals.ts';

/** Cloudflare said no. */
export class CloudflareRefusal extends Error {
  readonly answer: CloudflareAnswer;
  constructor(answer: CloudflareAnswer) {
    super('Cloudflare refused a request.');
    this.answer = answer;
  }
}

/** What stands in the way is the customer's to decide. */
export class InTheWay extends Error {
  readonly remedy: string;
  constructor(detail: string, remedy: string) {
    super(detail);
    this.remedy = remedy;
  }
}

const NOT_REACHED = new Set<string>([
  'endpoint_unreachable',
  'tls_failed',
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_invalid',
]);

export interface Step {
  readonly name: R2DeploymentStep['name'];
  /** The token's permission it takes, as Cloudflare names it. */
  readonly permission: string;
  readonly run: () => Promise<{ readonly outcome: 'done' | 'unchanged'; readonly detail: string }>;
  /** What a refusal of this step means; null when nothing more is known than of any. */
  readonly explain?: (answer: CloudflareAnswer) => Promise<Refusal | null>;
}

/** The result of a request. @throws CloudflareRefusal */
export const resultOf = async (ask: AskCloudflare, request: CloudflareRequest): Promise<unknown> => {
  const answer = await ask(request);
  if (!answer.isOk) throw new CloudflareRefusal(answer);
  return answer.result;
};

/** Runs steps in order until one fails. Each can be done again, so the whole can. */
export const runSteps = async (
  ask: AskCloudflare,
  accountId: string,
  steps: readonly Step[],
): Promise<Pick<R2Deployment, 'outcome' | 'steps'>> => {
  const done: R2DeploymentStep[] = [];
  let isFailed = false;
  for (const step of steps) {
    const { name } = step;
    if (isFailed) {
      const detail = 'A step before it failed.';
      done.push({ name, outcome: 'not_tried', detail, remedy: null, providerCodes: [] });
      continue;
    }
    try {
      done.push({ name, ...(await step.run()), remedy: null, providerCodes: [] });
    } catch (error) {
      isFailed = true;
      done.push({ name, outcome: 'failed', ...(await problemOf(ask, accountId, step, error)) });
    }
  }
  return { outcome: isFailed ? 'failed' : 'done', steps: done };
};

export interface LeaseContext {
  readonly actorId: string;
  readonly accountId: string;
  readonly ask: AskCloudflare;
  readonly receivers: ReceiverLedger;
}

/** What is done under a lease. Every request that changes something is fenced: `ask` asks before it whether the lease still holds. */
interface Held extends Pick<ReceiverLease, 'places'> {
  readonly ask: AskCloudflare;
  readonly hold: () => Promise<void>;
}

/**
 * One at a time for an integration, and told in the tenant's audit before it begins, and how it ended.
 *
 * @throws SluiceError `not_found`, `forbidden`, `not_on_r2`, `receiver_busy`
 */
export const leased = async (
  { actorId, accountId, ask, receivers }: LeaseContext,
  integrationId: string,
  { action, bucket }: Omit<ReceiverAct, 'accountId'>,
  run: (held: Held) => Promise<R2Deployment>,
): Promise<R2Deployment> => {
  const act = { action, accountId, bucket };
  const { leaseId, places } = await receivers.begin(actorId, integrationId, act);
  const hold = () => receivers.hold(integrationId, leaseId);
  let result: R2Deployment = { outcome: 'failed', steps: [], healthUrl: null };
  try {
    result = await run({
      places,
      hold,
      ask: async (request) => {
        if (request.method !== 'GET') await hold();
        return ask(request);
      },
    });
  } finally {
    await receivers.end(actorId, integrationId, leaseId, act, result);
  }
  return result;
};

const problemOf = async (
  ask: AskCloudflare,
  accountId: string,
  step: Step,
  error: unknown,
): Promise<Pick<R2DeploymentStep, 'detail' | 'remedy' | 'providerCodes'>> => {
  if (error instanceof InTheWay) return { detail: error.message, remedy: error.remedy, providerCodes: [] };
  if (error instanceof CloudflareRefusal) {
    return {
      // Where it cannot be looked up, the general words have to do.
      ...((await step.explain?.(error.answer).catch(() => null)) ??
        (await refusalOf(ask, accountId, step.permission, error.answer))),
      providerCodes: error.answer.errors.map(({ code }) => code),
    };
  }
  // What is ours, such as an event secret that somebody else changed at the same time, is no answer of Cloudflare's.
  if (!(error instanceof SluiceError) || !NOT_REACHED.has(error.code)) throw error;
  return { detail: 'Cloudflare was not reached.', remedy: 'Try again in a few minutes.', providerCodes: [] };
};
