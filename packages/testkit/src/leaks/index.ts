export { formsOf } from './forms.ts';
export { everyRow } from './rows.ts';
export { type Canary, findLeaks, type Place } from './search.ts';
