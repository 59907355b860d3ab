import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, type components, unwrap } from '../../../app/api.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { useIntegration } from '../queries.ts';
import { OVERWRITE_POLICIES } from '../words.ts';

type Match = components['schemas']['FolderRuleMatch'];

const Result = ({ rule, why, effective, outputs, skippedAs }: Match) => (
  <div className="grid grid-cols-1 gap-4">
    <p className="breakable">
      <strong className="font-semibold">
        {rule === null ? "The integration's own settings hold." : `The rule of ${rule.prefix} wins.`}
      </strong>{' '}
      {why}
    </p>
    {skippedAs !== null && <TroubleNotice tone="warn" trouble={skippedAs} />}
    <Facts>
      <Fact name="Language">{effective.language ?? 'Told from the document'}</Fact>
      <Fact name="When overwritten">
        {OVERWRITE_POLICIES.find(({ id }) => id === effective.overwritePolicy)?.label}
      </Fact>
    </Facts>
    {outputs.length > 0 && (
      <ul className="grid gap-1">
        {outputs.map(({ key }) => (
          <li key={key}>
            <code className="breakable">{key}</code>
          </li>
        ))}
      </ul>
    )}
  </div>
);

/** Which rule a name would get, why, and what its results would be called. */
export const RuleTester = () => {
  const { id, inputPrefix } = useIntegration();
  const match = useMutation({
    mutationFn: (key: string) =>
      unwrap(api.GET('/api/integrations/s3/{id}/rules/match', { params: { path: { id }, query: { key } } })),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string') match.mutate(key);
  };
  return (
    <Card title="Which rule wins?" about="Try the name of a document. It need not exist.">
      <div className="grid grid-cols-1 gap-5">
        <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
          <div className="min-w-0 flex-1 basis-72">
            <Field label="Name of a document">
              {(control) => (
                <Input
                  {...control}
                  name="key"
                  defaultValue={`${inputPrefix}report.pdf`}
                  className="font-mono"
                />
              )}
            </Field>
          </div>
          <Button type="submit" isBusy={match.isPending}>
            Try it
          </Button>
        </form>
        {match.error !== null && <ErrorNotice error={match.error} />}
        <div role="status">{match.data !== undefined && <Result {...match.data} />}</div>
      </div>
    </Card>
  );
};
