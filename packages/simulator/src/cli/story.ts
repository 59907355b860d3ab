import type { Plan } from '../plan/plan.ts';
import { BEGIN, type Outcome } from '../simulate.ts';

/** The command that runs exactly this history again. */
export const replayCommand = (seed: number, isOnPostgres = false): string =>
  `npm run sim -- --seed ${seed}${isOnPostgres ? ' --postgres' : ''}`;

/** What was to happen and what did, a line each, in seconds after the beginning. */
export const storyOf = (plan: Plan, { history, breaches }: Outcome): string => {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(9)} s`;
  const { actions, ...rest } = plan;
  return [
    JSON.stringify(rest),
    ...actions.map(
      (action) => `${seconds(action.at)}  to do  ${JSON.stringify({ ...action, at: undefined })}`,
    ),
    ...history.facts.map(
      (fact) => `${seconds(fact.at - BEGIN)}  ${JSON.stringify({ ...fact, at: undefined })}`,
    ),
    ...breaches.map(({ promise, detail }) => `not kept: ${promise}: ${detail}`),
  ].join('\n');
};
