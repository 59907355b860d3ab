import type { components } from '../../app/api.ts';
import type { Provider } from './providers.ts';

type CreateRequest = components['schemas']['CreateS3Integration'];

const ROLE_NAME_LENGTH = 64;

/** The role we ask to be made: named after the bucket, and after nothing that is there already. */
const roleArnOf = (account: string, bucket: string, attempt: string): string => {
  const [end = ''] = attempt.split('-');
  const name = `sluice-${bucket.replaceAll(/[^\w.-]/g, '-')}`.slice(0, ROLE_NAME_LENGTH - 1 - end.length);
  return `arn:aws:iam::${account}:role/${name}-${end}`;
};

interface Entered {
  readonly tenantId: string;
  readonly values: Readonly<Record<string, string>>;
  /** A UUID of this filling in of the form: sent again, the request is the same. */
  readonly attempt: string;
}

/** What is sent to connect a bucket, of what was entered. */
export const requestOf = (provider: Provider, { tenantId, values, attempt }: Entered): CreateRequest => {
  const value = (id: string): string => (values[id] ?? '').trim();
  const bucket = value('bucket');
  const common = {
    tenantId,
    name: value('name') || bucket || '-',
    bucket,
    inputPrefix: value('inputPrefix'),
    outputPrefix: value('outputPrefix'),
  };
  const region = value('region');
  switch (provider) {
    case 'aws_role':
      return { ...common, provider, region, roleArn: roleArnOf(value('awsAccount'), bucket, attempt) };
    case 'aws_key':
    case 'b2':
      return { ...common, provider, region };
    case 'r2': {
      const jurisdiction = value('jurisdiction');
      return {
        ...common,
        provider,
        accountId: value('accountId'),
        ...(jurisdiction === 'eu' || jurisdiction === 'fedramp' ? { jurisdiction } : {}),
      };
    }
    case 'generic':
      return {
        ...common,
        provider,
        endpoint: value('endpoint'),
        ...(region === '' ? {} : { region }),
        addressingStyle: value('addressingStyle') === 'virtual' ? 'virtual' : 'path',
      };
  }
};

/** The field of the form that a field of the API is entered in. */
export const fieldOf = (field: string): string => (field === 'roleArn' ? 'awsAccount' : field);
