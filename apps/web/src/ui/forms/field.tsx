import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from '../class-names.ts';

/** What a control takes from its field, so that label, hint and error belong to it. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
  readonly required: boolean;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly isOptional?: boolean;
  readonly children: (control: ControlProps) => ReactNode;
}

/**
 * A label, a control, what to know, and what is wrong:
 *
 *     <Field label="Bucket" hint="Its name alone." error={errors.bucket}>
 *       {(control) => <Input {...control} value={…} onChange={…} />}
 *     </Field>
 */
export const Field = ({ label, hint, error, isOptional = false, children }: FieldProps) => {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = error === undefined ? undefined : `${id}-error`;
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-semibold">
        {label}
        {isOptional && <span className="font-normal text-soft"> (optional)</span>}
      </label>
      {hint !== undefined && (
        <p id={hintId} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {children({
        id,
        'aria-describedby': [hintId, errorId].filter(Boolean).join(' ') || undefined,
        'aria-invalid': error === undefined ? undefined : true,
        required: !isOptional,
      })}
      {error !== undefined && (
        <p id={errorId} className="flex items-start gap-1.5 text-xs text-bad">
          <CircleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
          {error}
        </p>
      )}
    </div>
  );
};

export const controlClass =
  'min-h-10 w-full rounded-md border border-control bg-surface px-3 py-2 text-ink placeholder:text-soft aria-invalid:border-bad disabled:bg-sunken';

export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input spellCheck={false} autoComplete="off" {...rest} className={cx(controlClass, className)} />
);

export const TextArea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea spellCheck={false} rows={4} {...rest} className={cx(controlClass, className)} />
);
