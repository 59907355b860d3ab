import { randomBytes } from 'node:crypto';
import { type Answer, xmlAnswer } from './answer.ts';
import type { Identity } from './sigv4.ts';

/** A role and whom it trusts. */
export interface FakeRole {
  readonly roleArn: string;
  /** Access key of the identity that may assume it. */
  readonly trusts: string;
  /** What it asks for; or which ones it takes, null being none. */
  readonly externalId: string | ((given: string | null) => boolean);
}

const takes = ({ externalId }: FakeRole, given: string | null): boolean =>
  typeof externalId === 'string' ? externalId === given : externalId(given);

const stsError = (status: number, code: string, message: string): Answer =>
  xmlAnswer(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${message}</Message></Error><RequestId>FAKE</RequestId></ErrorResponse>`,
  );

/** AssumeRole as AWS does it, external id included; `issue` makes the session's keys known to the S3 side. */
export const assumeRole = (
  form: URLSearchParams,
  caller: Identity,
  roles: readonly FakeRole[],
  nowMs: number,
  issue: (session: Identity) => void,
): Answer => {
  if (form.get('Action') !== 'AssumeRole') return stsError(400, 'InvalidAction', 'Unknown action');
  const role = roles.find((one) => one.roleArn === form.get('RoleArn'));
  if (role === undefined || role.trusts !== caller.accessKeyId || !takes(role, form.get('ExternalId'))) {
    return stsError(
      403,
      'AccessDenied',
      `User: arn:aws:iam::111111111111:user/sluice is not authorized to perform: sts:AssumeRole on resource: ${form.get('RoleArn') ?? ''}`,
    );
  }
  const session = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(120).toString('base64'),
  };
  issue(session);
  const expiration = new Date(nowMs + Number(form.get('DurationSeconds') ?? 3600) * 1000).toISOString();
  return xmlAnswer(
    200,
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>' +
      `<AccessKeyId>${session.accessKeyId}</AccessKeyId><SecretAccessKey>${session.secretAccessKey}</SecretAccessKey>` +
      `<SessionToken>${session.sessionToken}</SessionToken><Expiration>${expiration}</Expiration>` +
      '</Credentials></AssumeRoleResult></AssumeRoleResponse>',
  );
};
