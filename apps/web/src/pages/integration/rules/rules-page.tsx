import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { ApiError, api, type components, once, unwrap } from '../../../app/api.ts';
import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Table } from '../../../ui/data/table.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration, useIntegrationId } from '../queries.ts';
import { OVERWRITE_POLICIES } from '../words.ts';
import { RuleTester } from './rule-tester.tsx';

type Rule = components['schemas']['FolderRule'];

const policyWords = (policy: Rule['overwritePolicy']): string =>
  OVERWRITE_POLICIES.find(({ id }) => id === policy)?.label ?? 'As the integration';

const useRulesChanged = () => {
  const id = useIntegrationId();
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['integration', id] });
};

const DeleteButton = ({ rule: { prefix, revision } }: { readonly rule: Rule }) => {
  const id = useIntegrationId();
  const onSettled = useRulesChanged();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE('/api/integrations/s3/{id}/rules', {
          params: { path: { id }, query: { prefix }, header: { 'if-match': `"${revision}"` } },
          ...once,
        }),
      ),
    onSuccess: () => toast('The rule is deleted.'),
    onSettled,
  });
  return (
    <span className="inline-grid gap-2">
      <Button
        size="small"
        isBusy={remove.isPending}
        onClick={() => remove.mutate()}
        aria-label={`Delete the rule of ${prefix}`}
      >
        Delete
      </Button>
      {remove.error !== null && <ErrorNotice error={remove.error} />}
    </span>
  );
};

/** A rule for a folder: sets what is entered, and takes the place of the folder's rule if there is one. */
const RuleForm = () => {
  const { id, inputPrefix } = useIntegration();
  const onSettled = useRulesChanged();
  const form = useRef<HTMLFormElement>(null);
  const set = useMutation({
    mutationFn: async (data: FormData) => {
      const text = (name: string): string => {
        const value = data.get(name);
        return typeof value === 'string' ? value.trim() : '';
      };
      const policy = OVERWRITE_POLICIES.find((one) => one.id === text('overwritePolicy'))?.id ?? null;
      await unwrap(
        api.PUT('/api/integrations/s3/{id}/rules', {
          params: { path: { id }, query: { prefix: text('prefix') } },
          body: {
            language: text('language') || null,
            outputSubfolder: text('outputSubfolder') || null,
            overwritePolicy: policy,
          },
          ...once,
        }),
      );
    },
    onSuccess: () => {
      toast('The rule holds from now on.');
      form.current?.reset();
    },
    onSettled,
  });
  const errors = set.error instanceof ApiError ? (set.error.problem.errors ?? []) : [];
  const errorOf = (field: string) => errors.find((one) => one.field === field)?.message;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!set.isPending) set.mutate(new FormData(event.currentTarget));
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
      <Field label="Folder" error={errorOf('prefix')}>
        {(control) => (
          <Input {...control} name="prefix" placeholder={`${inputPrefix}de/`} className="font-mono" />
        )}
      </Field>
      <Field label="Subfolder for results" error={errorOf('outputSubfolder')} isOptional>
        {(control) => <Input {...control} name="outputSubfolder" className="font-mono" />}
      </Field>
      <Field label="Language" error={errorOf('language')} isOptional>
        {(control) => <Input {...control} name="language" placeholder="de" />}
      </Field>
      <Field label="When a document is overwritten">
        {(control) => (
          <Select {...control} required={false} name="overwritePolicy" defaultValue="">
            <option value="">As the integration</option>
            {OVERWRITE_POLICIES.map(({ id: policy, label }) => (
              <option key={policy} value={policy}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid justify-items-start gap-3 sm:col-span-2">
        {set.error !== null && <ErrorNotice error={set.error} />}
        <Button type="submit" isBusy={set.isPending}>
          Set the rule
        </Button>
      </div>
    </form>
  );
};

const rulesQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'rules'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/rules', { ...at(id), signal })),
  });

const RuleList = ({ isEditor }: { readonly isEditor: boolean }) => {
  const id = useIntegrationId();
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch, isFetching } = useQuery(rulesQuery(id));
  return (
    <Card
      title="Rules for folders"
      about="What holds for one folder instead of the integration's own settings. The longest folder wins, whole."
      action={isEditor && !isOpen && <Button onClick={() => setOpen(true)}>Add a rule</Button>}
    >
      <div className="grid grid-cols-1 gap-5">
        {data === undefined ? (
          error === null ? (
            <Loading what="the rules">
              <Skeleton className="h-24 w-full" />
            </Loading>
          ) : (
            <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
          )
        ) : data.items.length === 0 ? (
          <p className="text-soft">There is none: the integration's own settings hold everywhere.</p>
        ) : (
          <Table
            caption="Rules for folders"
            rows={data.items}
            rowKey={({ id: ruleId }) => ruleId}
            columns={[
              { id: 'folder', header: 'Folder', cell: ({ prefix }) => <code>{prefix}</code> },
              {
                id: 'language',
                header: 'Language',
                cell: ({ language }) => language ?? 'As the integration',
              },
              { id: 'subfolder', header: 'Subfolder', cell: (rule) => rule.outputSubfolder ?? 'None' },
              { id: 'policy', header: 'When overwritten', cell: (rule) => policyWords(rule.overwritePolicy) },
              ...(isEditor
                ? [{ id: 'delete', header: 'Change', cell: (rule: Rule) => <DeleteButton rule={rule} /> }]
                : []),
            ]}
          />
        )}
        {isOpen && <RuleForm />}
      </div>
    </Card>
  );
};

const RulesPage = () => {
  const { isPending } = useQuery(rulesQuery(useIntegrationId()));
  return (
    <div className="grid grid-cols-1 gap-5">
      <RuleList isEditor={mayEdit(useTenant())} />
      {/* Below a list of unknown length: it comes when that is known, and does not move. */}
      {!isPending && <RuleTester />}
    </div>
  );
};

export default RulesPage;
