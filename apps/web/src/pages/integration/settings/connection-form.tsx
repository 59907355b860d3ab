import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import type { Changes, Integration } from '../queries.ts';
import { r2AccountOf } from '../r2-account.ts';
import { EditForm, textOf } from './edit-form.tsx';

interface Place {
  readonly id: 'bucket' | 'inputPrefix' | 'outputPrefix' | 'region' | 'endpoint' | 'roleArn' | 'accountId';
  readonly label: string;
  readonly hint?: string;
  readonly isOptional?: boolean;
}

const EVERYWHERE: readonly Place[] = [
  { id: 'bucket', label: 'Bucket' },
  { id: 'inputPrefix', label: 'Folder to watch', hint: 'Empty: the whole bucket.', isOptional: true },
  { id: 'outputPrefix', label: 'Folder for results' },
];

const REGION: Place = { id: 'region', label: 'Region' };

/** What a provider has besides. */
const OWN: Readonly<Record<Integration['provider'], readonly Place[]>> = {
  aws_role: [REGION, { id: 'roleArn', label: 'ARN of the role' }],
  aws_key: [REGION],
  r2: [
    {
      id: 'accountId',
      label: 'Account id',
      hint: 'The 32 digits in the R2 overview of the Cloudflare dashboard.',
    },
  ],
  b2: [{ ...REGION, hint: "It stands in the bucket's endpoint: s3.<region>.backblazeb2.com." }],
  generic: [REGION, { id: 'endpoint', label: 'Address of the server' }],
};

const placesOf = ({ provider }: Integration): readonly Place[] => [...EVERYWHERE, ...OWN[provider]];

const valueOf = (base: Integration, id: Place['id']): string =>
  (id === 'accountId' ? r2AccountOf(base).accountId : base[id]) ?? '';

const ADDRESSING = [
  { id: 'path', label: 'In the path: server/bucket/name' },
  { id: 'virtual', label: 'In the host name: bucket.server/name' },
] as const;

const JURISDICTIONS = [
  { id: 'none', label: 'None' },
  { id: 'eu', label: 'European Union' },
  { id: 'fedramp', label: 'FedRAMP' },
] as const;

const jurisdictionOf = (data: FormData, base: Integration): Changes => {
  const chosen = JURISDICTIONS.find(({ id }) => id === textOf(data, 'jurisdiction'))?.id;
  if (chosen === undefined || chosen === (r2AccountOf(base).jurisdiction || 'none')) return {};
  return { jurisdiction: chosen === 'none' ? null : chosen };
};

const changesOf = (data: FormData, base: Integration): Changes => {
  const addressing = ADDRESSING.find(({ id }) => id === textOf(data, 'addressingStyle'))?.id;
  return {
    ...Object.fromEntries(
      placesOf(base)
        .map(({ id }) => [id, textOf(data, id)] as const)
        .filter(([id, value]) => value !== valueOf(base, id)),
    ),
    ...jurisdictionOf(data, base),
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
          <li>
            Another bucket, account or server, on AWS and B2 also another region: the stored key is destroyed,
            for it was for the old place.
          </li>
          <li>Another folder to watch: what is pending in the old one is skipped.</li>
          <li>Another folder for results: those written already stay where they are.</li>
          <li>
            Another provider, or a role in place of a key, is another integration: connect it anew, then
            delete this one.
          </li>
        </ul>
      </>
    }
    submitLabel="Change what is connected"
    saved="Changed. Test it, then start it again."
    changesOf={changesOf}
    fields={(base, errorOf) => (
      <>
        {placesOf(base).map(({ id, label, hint, isOptional = false }) => (
          <Field key={id} label={label} hint={hint} error={errorOf(id)} isOptional={isOptional}>
            {(control) => (
              <Input {...control} name={id} defaultValue={valueOf(base, id)} className="font-mono" />
            )}
          </Field>
        ))}
        {base.provider === 'r2' && (
          <Choice
            name="jurisdiction"
            label="Jurisdiction"
            hint="The one the bucket was made in; most have none."
            value={r2AccountOf(base).jurisdiction || 'none'}
            options={JURISDICTIONS}
            error={errorOf('jurisdiction')}
          />
        )}
        {base.provider === 'generic' && (
          <Choice
            name="addressingStyle"
            label="How the bucket is addressed"
            value={base.addressingStyle}
            options={ADDRESSING}
            error={errorOf('addressingStyle')}
          />
        )}
      </>
    )}
  />
);

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly error: string | undefined;
}

const Choice = ({ name, label, hint, value, options, error }: ChoiceProps) => (
  <Field label={label} hint={hint} error={error}>
    {(control) => (
      <Select {...control} name={name} defaultValue={value}>
        {options.map((one) => (
          <option key={one.id} value={one.id}>
            {one.label}
          </option>
        ))}
      </Select>
    )}
  </Field>
);
