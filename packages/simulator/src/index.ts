export type { Backend } from './backend/backend.ts';
export { replayCommand } from './cli/story.ts';
export { INTERESTING } from './interesting/interesting.ts';
export { makePlan } from './plan/make-plan.ts';
export type { Plan } from './plan/plan.ts';
export { type Outcome, simulate } from './simulate.ts';
export { SeededRandom } from './time/random.ts';
