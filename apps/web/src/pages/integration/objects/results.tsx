import { Download, ExternalLink } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { accessToken } from '../../../app/session.ts';
import { formatBytes } from '../../../format/format.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Copyable } from '../../../ui/actions/copyable.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { useIntegrationId } from '../queries.ts';
import type { ObjectDetail } from './object-queries.ts';

type Output = NonNullable<ObjectDetail['outputs']>[number];

const KINDS = {
  pdf: { name: 'Accessible PDF', action: 'Save the PDF', icon: Download },
  html: { name: 'HTML page', action: 'Open the page', icon: ExternalLink },
} as const;

const isKnown = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind);

/**
 * The way to a result, in another tab. A form, because a browser that goes somewhere sends no header: the token goes in the form's body,
 * is written into it when it is sent, and taken out again. What went wrong is said on the page that opens.
 */
const ResultForm = ({ objectId, kind }: { readonly objectId: string; readonly kind: keyof typeof KINDS }) => {
  const id = useIntegrationId();
  const [error, setError] = useState<unknown>(null);
  const { action, icon: Icon } = KINDS[kind];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const field = form.elements.namedItem('access_token');
    if (!(field instanceof HTMLInputElement)) return;
    setError(null);
    try {
      field.value = await accessToken();
      form.submit();
    } catch (thrown) {
      setError(thrown);
    } finally {
      field.value = '';
    }
  };
  return (
    <form
      method="post"
      action={`/results/${id}/${objectId}/${kind}`}
      target="_blank"
      rel="noopener"
      onSubmit={(event) => void submit(event)}
      className="grid justify-items-start gap-2"
    >
      <input type="hidden" name="access_token" />
      <Button type="submit" size="small">
        <Icon aria-hidden size={16} />
        {action}
        {kind === 'html' && <span className="sr-only"> (opens another tab)</span>}
      </Button>
      {error !== null && <ErrorNotice error={error} />}
    </form>
  );
};

const Result = ({ objectId, output }: { readonly objectId: string; readonly output: Output }) => {
  const { kind, key, sizeBytes } = output;
  const name = isKnown(kind) ? KINDS[kind].name : kind;
  return (
    <li className="grid gap-2 rounded-md bg-sunken px-3 py-2.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p>
          <span className="font-semibold">{name}</span>{' '}
          <span className="numeric text-xs text-soft">{formatBytes(sizeBytes)}</span>
        </p>
        {isKnown(kind) && <ResultForm objectId={objectId} kind={kind} />}
      </div>
      <Copyable text={key} what={`Name of the ${name}`} />
    </li>
  );
};

/** What was made of an object, to be opened out of the customer's bucket. */
export const Results = ({ object: { id, outputs } }: { readonly object: ObjectDetail }) =>
  outputs !== null &&
  outputs.length > 0 && (
    <section className="grid gap-2">
      <h3 className="font-semibold">Results in your bucket</h3>
      <ul className="grid gap-2">
        {outputs.map((output) => (
          <Result key={output.key} objectId={id} output={output} />
        ))}
      </ul>
    </section>
  );
