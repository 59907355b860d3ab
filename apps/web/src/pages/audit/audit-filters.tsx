import { X } from 'lucide-react';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Select } from '../../ui/forms/select.tsx';
import type { AuditFilter } from './audit-query.ts';
import { fieldLabel, RECORD_NAMES } from './event-words.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly onChange: (filter: AuditFilter) => void;
  /** Who is asked for, in words. */
  readonly actor: string | null;
  /** Which record is asked for, in words. */
  readonly record: string | null;
}

const without = (filter: AuditFilter, ...names: readonly (keyof AuditFilter)[]): AuditFilter =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !names.some((one) => one === name)));

/** A filter that is on, and the way to end it. */
const Chip = ({ label, onEnd }: { readonly label: string; readonly onEnd: () => void }) => (
  <Button size="small" onClick={onEnd} aria-label={`${label}: end this filter`}>
    {label}
    <X aria-hidden size={15} />
  </Button>
);

/** What of the audit is shown. */
export const AuditFilters = ({ filter, onChange, actor, record }: AuditFiltersProps) => {
  const set = (name: keyof AuditFilter, value: string) =>
    onChange(value === '' ? without(filter, name) : { ...filter, [name]: value });
  return (
    <search aria-label="Filters" className="mb-5 grid gap-3">
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="What">
          {(control) => (
            <Select
              {...control}
              required={false}
              value={filter.recordType ?? ''}
              onChange={({ target }) => set('recordType', target.value)}
            >
              <option value="">Everything</option>
              {Object.entries(RECORD_NAMES).map(([type, name]) => (
                <option key={type} value={type}>
                  {fieldLabel(name)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="From">
          {(control) => (
            <Input
              {...control}
              required={false}
              type="date"
              value={filter.from ?? ''}
              onChange={({ target }) => set('from', target.value)}
            />
          )}
        </Field>
        <Field label="To">
          {(control) => (
            <Input
              {...control}
              required={false}
              type="date"
              value={filter.to ?? ''}
              onChange={({ target }) => set('to', target.value)}
            />
          )}
        </Field>
      </div>
      {Object.keys(filter).length > 0 && (
        <div className="flex flex-wrap gap-2">
          {actor !== null && (
            <Chip label={`By ${actor}`} onEnd={() => onChange(without(filter, 'actorId'))} />
          )}
          {record !== null && <Chip label={record} onEnd={() => onChange(without(filter, 'recordId'))} />}
          <Button size="small" variant="quiet" onClick={() => onChange({})}>
            Show everything
          </Button>
        </div>
      )}
    </search>
  );
};
