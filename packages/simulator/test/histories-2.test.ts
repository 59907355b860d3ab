import { describe } from 'vitest';
import { keepsItsPromises } from './support.ts';

describe('the core in simulated histories, seeds 251 to 500', () => keepsItsPromises(251, 250));
