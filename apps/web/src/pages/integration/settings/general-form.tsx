import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import type { Changes, Integration } from '../queries.ts';
import { OVERWRITE_POLICIES } from '../words.ts';
import { EditForm, textOf } from './edit-form.tsx';

/** As a field for dates takes it: in the reader's own time, to the minute. */
const localMinute = (iso: string): string => {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

const startOf = ({ startFrom }: Integration): string => (startFrom === null ? '' : localMinute(startFrom));

const startFromOf = (data: FormData, base: Integration): Changes => {
  const entered = textOf(data, 'startFrom');
  if (entered === startOf(base)) return {};
  return { startFrom: entered === '' ? 'everything' : new Date(entered).toISOString() };
};

const changesOf = (data: FormData, base: Integration): Changes => {
  const name = textOf(data, 'name');
  const language = textOf(data, 'language') || null;
  const policy = OVERWRITE_POLICIES.find(({ id }) => id === textOf(data, 'overwritePolicy'))?.id;
  return {
    ...(name === base.name ? {} : { name }),
    ...(language === base.language ? {} : { language }),
    ...startFromOf(data, base),
    ...(policy === undefined || policy === base.overwritePolicy ? {} : { overwritePolicy: policy }),
  };
};

/** What takes effect at once and undoes nothing. */
export const GeneralForm = () => (
  <EditForm
    title="How documents are treated"
    about="Holds for documents that are processed from now on."
    submitLabel="Save"
    saved="Saved."
    changesOf={changesOf}
    fields={(base, errorOf) => (
      <>
        <Field label="Name" error={errorOf('name')}>
          {(control) => <Input {...control} name="name" defaultValue={base.name} maxLength={200} />}
        </Field>
        <Field
          label="Language of the documents"
          hint="Such as en or pt-BR. Left out, it is told from each document."
          error={errorOf('language')}
          isOptional
        >
          {(control) => (
            <Input {...control} name="language" defaultValue={base.language ?? ''} className="max-w-40" />
          )}
        </Field>
        <Field label="When a document is overwritten" error={errorOf('overwritePolicy')}>
          {(control) => (
            <Select {...control} name="overwritePolicy" defaultValue={base.overwritePolicy}>
              {OVERWRITE_POLICIES.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label="Take in what was changed since"
          hint="Empty: everything. Moved to earlier, what was left out for it is taken in."
          error={errorOf('startFrom')}
          isOptional
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              name="startFrom"
              defaultValue={startOf(base)}
              className="max-w-64"
            />
          )}
        </Field>
      </>
    )}
  />
);
