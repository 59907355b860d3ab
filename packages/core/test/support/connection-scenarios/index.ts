import { PERMISSIONS } from './permissions.ts';
import { REACHING } from './reaching.ts';
import type { Scenario } from './scenario.ts';
import { STORAGE } from './storage.ts';

export type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [...REACHING, ...PERMISSIONS, ...STORAGE];
