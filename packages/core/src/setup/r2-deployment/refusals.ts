import type { AskCloudflare, CloudflareAnswer } from '../../ports/cloudflare.ts';

/** What a refusal means, and what to do about it. */
export interface Refusal {
  readonly detail: string;
  readonly remedy: string;
}

/** What a refusal of Cloudflare's means and what to do about it. Its own words are not handed on: they may hold anything. */
export const refusalOf = async (
  ask: AskCloudflare,
  accountId: string,
  permission: string,
  { status, errors }: CloudflareAnswer,
): Promise<Refusal> => {
  const says = (pattern: RegExp): boolean => errors.some(({ message }) => pattern.test(message));
  // 11002: in the words of Cloudflare, "you must enable your account".
  if (says(/\b(plan|paid|upgrade|subscription|entitle)|enable your account/i)) {
    return {
      detail: 'The plan of the account does not have this.',
      remedy:
        'Add Queues and R2 to the account in the Cloudflare dashboard (both have a free tier), then try again.',
    };
  }
  if (status === 429) {
    return {
      detail: 'Cloudflare limits how often it is asked.',
      remedy: 'Wait five minutes, then try again.',
    };
  }
  // One code for a token that is not known and for one that may not do this.
  if (status === 401 || status === 403 || errors.some(({ code }) => code === 10000 || code === 9109)) {
    return (await isTokenValid(ask, accountId))
      ? {
          detail: `The token does not have the permission "${permission}" for this account.`,
          remedy: `Add "${permission}" to the token in the Cloudflare dashboard, for the account of the bucket, then try again.`,
        }
      : {
          detail: 'Cloudflare does not accept the token.',
          remedy: 'Create an API token in the Cloudflare dashboard and enter it whole; it may have expired.',
        };
  }
  // Whose rule it is, whoever asked has looked for.
  if (says(/overlap|conflict/i)) {
    return {
      detail: 'Cloudflare says that the bucket has a notification rule for the same files.',
      remedy:
        'Look at the rules of the bucket (in the dashboard: R2, the bucket, Settings, Event notifications), remove one for the same files, then try again.',
    };
  }
  if (status === 404 || says(/bucket[ _](does[ _]not[ _]exist|not[ _]found)/i)) {
    return {
      detail: 'The account does not have it.',
      remedy: 'Check that the account id is that of the account the bucket is in, then try again.',
    };
  }
  if (status >= 500) {
    return { detail: 'Cloudflare could not do it just now.', remedy: 'Try again in a few minutes.' };
  }
  return {
    detail: 'Cloudflare refused it.',
    remedy: 'Deploy the files by hand (GET setup/r2-receiver); wrangler says more about what is wrong.',
  };
};

/** Tokens are a user's or an account's own. */
const isTokenValid = async (ask: AskCloudflare, accountId: string): Promise<boolean> => {
  for (const path of ['/user/tokens/verify', `/accounts/${accountId}/tokens/verify`]) {
    if ((await ask({ method: 'GET', path })).isOk) return true;
  }
  return false;
};
