import { useNavigate, useSearch } from '@tanstack/react-router';
import type { components } from '../../../app/api.ts';
import { ENDED, isObjectState, type ObjectState } from '../words.ts';

/** What of the list is shown. In the address, so that it can be sent to somebody and gone back to. */
export interface Filters {
  readonly state: ObjectState | '';
  readonly reason: string;
  /** Beginning of a key. */
  readonly prefix: string;
  /** Days in the reader's time zone, as `2026-11-21`; both included. */
  readonly from: string;
  readonly to: string;
}

export const NO_FILTERS: Filters = { state: '', reason: '', prefix: '', from: '', to: '' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters and the opened object of the address, and ways to change them. */
export const useFilters = () => {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const text = (name: string): string => {
    const value = search[name];
    return typeof value === 'string' ? value.slice(0, 1024) : '';
  };
  const day = (name: string): string => (DAY.test(text(name)) ? text(name) : '');
  const state = text('state');
  const filters: Filters = {
    state: isObjectState(state) ? state : '',
    reason: /^[a-z_]{1,64}$/.test(text('reason')) ? text('reason') : '',
    prefix: text('prefix'),
    from: day('from'),
    to: day('to'),
  };
  const opened = /^[0-9a-f-]{36}$/.test(text('object')) ? text('object') : null;
  const go = (next: Filters, object: string | null) =>
    void navigate({
      to: location.pathname,
      search: Object.fromEntries(
        Object.entries({ ...next, object: object ?? '' }).filter(([, value]) => value !== ''),
      ),
      replace: next === filters,
      resetScroll: false,
    });
  return {
    filters,
    opened,
    show: (next: Filters) => go(next, null),
    open: (object: string | null) => go(filters, object),
  };
};

const DAY_MS = 86_400_000;
const startOf = (day: string): Date => new Date(`${day}T00:00:00`);

/** Days of the reader as instants: from the first's beginning, to before the end of the last. */
const foundIn = ({ from, to }: Filters) => ({
  ...(from === '' ? {} : { foundFrom: startOf(from).toISOString() }),
  ...(to === '' ? {} : { foundTo: new Date(startOf(to).getTime() + DAY_MS).toISOString() }),
});

type Reason = NonNullable<components['schemas']['CreateS3Replay']['filter']['reasons']>[number];

/** As parameters of the list. A reason nobody knows is refused by the API. */
export const listQueryOf = (filters: Filters) => ({
  ...(filters.state === '' ? {} : { state: filters.state }),
  ...(filters.reason === '' ? {} : { reason: filters.reason as Reason }),
  ...(filters.prefix === '' ? {} : { prefix: filters.prefix }),
  ...foundIn(filters),
});

export type ReplayFilter = components['schemas']['CreateS3Replay']['filter'];

/** As what to process again: without a state or a reason what failed, for that is what people come for. Null: nothing has ended there. */
export const replayFilterOf = (filters: Filters): ReplayFilter | null => {
  const { state, reason, prefix } = filters;
  if (state !== '' && !ENDED.some((one) => one === state)) return null;
  const states = ENDED.filter((one) =>
    state === '' ? reason !== '' || one === 'failed' || one === 'dead' : one === state,
  );
  return {
    states: [...states],
    ...(reason === '' ? {} : { reasons: [reason as Reason] }),
    ...(prefix === '' ? {} : { prefix }),
    ...foundIn(filters),
  };
};
