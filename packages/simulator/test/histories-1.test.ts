import { describe } from 'vitest';
import { keepsItsPromises } from './support.ts';

// Two files, so that two cores share them: 500 histories in all. Thousands on demand: npm run sim -- --seeds 10000
describe('the core in simulated histories, seeds 1 to 250', () => keepsItsPromises(1, 250));
