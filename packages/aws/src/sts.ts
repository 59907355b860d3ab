import { type EgressPolicy, readTextBounded } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import type { AwsCredentials, CredentialsProvider } from './credentials.ts';
import { signedFetch } from './signed-fetch.ts';
import { translateStsError } from './sts-error.ts';
import { xmlText } from './xml-text.ts';

const MAX_ANSWER_BYTES = 64 * 1024;
/** A session is renewed this long before it ends, so that nothing signed with it expires under way. */
const RENEW_BEFORE_END_MS = 5 * 60_000;

export interface AssumeRoleInput {
  /** Our own identity, which the role's trust policy names. */
  readonly credentials: AwsCredentials | CredentialsProvider;
  /** `arn:aws:iam::123456789012:role/name` */
  readonly roleArn: string;
  /** The tenant's own; proves to the role that we act for that tenant. Null sends none: to see that it is refused. */
  readonly externalId: string | null;
  /** Shown in the customer's CloudTrail. 2 to 64 of `[\w+=,.@-]`. */
  readonly sessionName: string;
  /** The bucket's region: its STS endpoint is used, which works where the global one is blocked. */
  readonly region: string;
  /** 900 to 43200. Default 3600, the most that role chaining allows. */
  readonly durationSeconds?: number;
  /** Instead of the regional endpoint; for tests. */
  readonly endpoint?: string;
  readonly egress: EgressPolicy;
  readonly signal?: AbortSignal;
  readonly clock?: () => number;
}

export interface RoleSession extends AwsCredentials {
  readonly sessionToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

const regionalEndpoint = (region: string): string => {
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw new SluiceError('region_wrong', { detail: 'The region is not a valid AWS region name.' });
  }
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
};

const parseSession = (text: string): RoleSession => {
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    xmlText(text, 'AccessKeyId'),
    xmlText(text, 'SecretAccessKey'),
    xmlText(text, 'SessionToken'),
    xmlText(text, 'Expiration'),
  ];
  const expiresAtMs = Date.parse(expiration ?? '');
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAtMs)) {
    throw new SluiceError('upstream_invalid', { detail: 'STS answered without a complete session.' });
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs };
};

/**
 * Asks STS for a session of a customer's role. One attempt.
 *
 * @throws SluiceError `role_not_assumable` when the role refuses us (its trust policy or the external id),
 * `region_wrong`, `throttled`, `upstream_unavailable`, `upstream_invalid`, `internal` when our own identity is
 * refused, and what `signedFetch` throws. Source: AWS STS API reference, AssumeRole.
 */
export const assumeRole = async (input: AssumeRoleInput): Promise<RoleSession> => {
  if (!ROLE_ARN.test(input.roleArn)) {
    throw new SluiceError('role_not_assumable', {
      detail: 'The role is not of the form arn:aws:iam::<account>:role/<name>.',
    });
  }
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: input.roleArn,
    RoleSessionName: input.sessionName,
    DurationSeconds: String(input.durationSeconds ?? 3600),
    ...(input.externalId === null ? {} : { ExternalId: input.externalId }),
  });
  const { credentials } = input;
  const response = await signedFetch({
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    service: 'sts',
    region: input.region,
    method: 'POST',
    url: input.endpoint ?? regionalEndpoint(input.region),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new TextEncoder().encode(form.toString()),
    egress: { headersTimeoutMs: 10_000, totalTimeoutMs: 15_000, ...input.egress },
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    ...(input.clock === undefined ? {} : { clock: input.clock }),
  });
  const text = await readTextBounded(response, MAX_ANSWER_BYTES);
  if (!response.ok) throw translateStsError(input.roleArn, input.region, response.status, text);
  return parseSession(text);
};

/**
 * Credentials of a customer's role, kept until 5 minutes before they end. Calls that arrive together share one
 * request; a failure is not kept.
 */
export const createRoleSession = (input: Omit<AssumeRoleInput, 'signal'>): CredentialsProvider => {
  const clock = input.clock ?? Date.now;
  let session: RoleSession | null = null;
  let pending: Promise<RoleSession> | null = null;
  const renew = async (): Promise<RoleSession> => {
    try {
      session = await assumeRole(input);
      return session;
    } finally {
      pending = null;
    }
  };
  return async () => {
    if (session !== null && session.expiresAtMs - RENEW_BEFORE_END_MS > clock()) return session;
    pending ??= renew();
    return pending;
  };
};
