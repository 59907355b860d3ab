import { Search } from 'lucide-react';
import type { FormEvent } from 'react';
import { Button } from '../../../ui/actions/button.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import { useIntegration } from '../queries.ts';
import { isObjectState, reasonWords, STATES } from '../words.ts';
import { type Filters, NO_FILTERS } from './filters.ts';

interface FilterBarProps {
  readonly filters: Filters;
  readonly onShow: (filters: Filters) => void;
}

const textOf = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

/** What to look for. Rendered anew for other filters, so that its fields show them. */
export const FilterBar = ({ filters, onShow }: FilterBarProps) => {
  const { ledger, inputPrefix } = useIntegration();
  const reasons = new Set([...Object.keys(ledger.failed), ...Object.keys(ledger.skipped)]);
  if (filters.reason !== '') reasons.add(filters.reason);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const state = textOf(data, 'state');
    onShow({
      state: isObjectState(state) ? state : '',
      reason: textOf(data, 'reason'),
      prefix: textOf(data, 'prefix'),
      from: textOf(data, 'from'),
      to: textOf(data, 'to'),
    });
  };
  const isFiltered = Object.values(filters).some((value) => value !== '');
  return (
    <form
      onSubmit={submit}
      role="search"
      aria-label="Objects"
      className="grid items-end gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-[2fr_1.2fr_1.6fr_1fr_1fr_auto]"
    >
      <Field label="Name begins with">
        {(control) => (
          <Input
            {...control}
            required={false}
            name="prefix"
            defaultValue={filters.prefix}
            placeholder={inputPrefix}
            maxLength={1024}
            className="font-mono"
          />
        )}
      </Field>
      <Field label="State">
        {(control) => (
          <Select {...control} required={false} name="state" defaultValue={filters.state}>
            <option value="">Any</option>
            {Object.entries(STATES).map(([state, { label }]) => (
              <option key={state} value={state}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Reason">
        {(control) => (
          <Select {...control} required={false} name="reason" defaultValue={filters.reason}>
            <option value="">Any</option>
            {[...reasons].toSorted().map((code) => (
              <option key={code} value={code}>
                {reasonWords(code)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Found from">
        {(control) => (
          <Input {...control} required={false} name="from" type="date" defaultValue={filters.from} />
        )}
      </Field>
      <Field label="Found to">
        {(control) => <Input {...control} required={false} name="to" type="date" defaultValue={filters.to} />}
      </Field>
      <div className="flex gap-2">
        <Button type="submit">
          <Search aria-hidden size={16} />
          Show
        </Button>
        {isFiltered && (
          <Button variant="quiet" onClick={() => onShow(NO_FILTERS)}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
};
