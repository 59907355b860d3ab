import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import type { Changes, Integration } from '../queries.ts';
import { EditForm, textOf } from './edit-form.tsx';

const FIELDS = ['bucket', 'inputPrefix', 'outputPrefix', 'region', 'endpoint', 'roleArn'] as const;

const LABELS: Readonly<Record<(typeof FIELDS)[number], string>> = {
  bucket: 'Bucket',
  inputPrefix: 'Folder to watch',
  outputPrefix: 'Folder for results',
  region: 'Region',
  endpoint: 'Address of the server',
  roleArn: 'ARN of the role',
};

/** The fields a provider has. */
const fieldsOf = ({ provider }: Integration) =>
  FIELDS.filter((field) => {
    if (field === 'endpoint') return provider === 'generic';
    if (field === 'roleArn') return provider === 'aws_role';
    return field !== 'region' || provider !== 'r2';
  });

const ADDRESSING = [
  { id: 'path', label: 'In the path: server/bucket/name' },
  { id: 'virtual', label: 'In the host name: bucket.server/name' },
] as const;

const changesOf = (data: FormData, base: Integration): Changes => {
  const addressing = ADDRESSING.find(({ id }) => id === textOf(data, 'addressingStyle'))?.id;
  return {
    ...Object.fromEntries(
      fieldsOf(base)
        .map((field) => [field, textOf(data, field)] as const)
        .filter(([field, value]) => value !== (base[field] ?? '')),
    ),
    ...(addressing === undefined || addressing === base.addressingStyle
      ? {}
      : { addressingStyle: addressing }),
  };
};

/** Where the bucket is and which folders are meant. What is changed has to be tested and started anew. */
export const ConnectionForm = () => (
  <EditForm
    title="What is connected"
    about={
      <>
        <p>After a change it is a draft again: nothing is processed until you have tested and started it.</p>
        <ul className="mt-1 grid list-disc gap-0.5 pl-5">
          <li>Another bucket or server: the stored key is destroyed, for it was for the old place.</li>
          <li>Another folder to watch: what is pending in the old one is skipped.</li>
          <li>Another folder for results: those written already stay where they are.</li>
        </ul>
      </>
    }
    submitLabel="Change what is connected"
    saved="Changed. Test it, then start it again."
    changesOf={changesOf}
    fields={(base, errorOf) => (
      <>
        {fieldsOf(base).map((field) => (
          <Field
            key={field}
            label={LABELS[field]}
            error={errorOf(field)}
            isOptional={field === 'inputPrefix'}
            {...(field === 'inputPrefix' ? { hint: 'Empty: the whole bucket.' } : {})}
          >
            {(control) => (
              <Input {...control} name={field} defaultValue={base[field] ?? ''} className="font-mono" />
            )}
          </Field>
        ))}
        {base.provider === 'generic' && (
          <Field label="How the bucket is addressed" error={errorOf('addressingStyle')}>
            {(control) => (
              <Select {...control} name="addressingStyle" defaultValue={base.addressingStyle}>
                {ADDRESSING.map(({ id, label }) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </>
    )}
  />
);
