/** A statement of a bucket policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A way to set up a bucket, and what the doctor says of it. */
export interface Scenario {
  readonly name: string;
  /** From the generated policy to the one that is set; none at all when empty. */
  readonly policy?: (generated: Statement[], bucket: string) => Statement[];
  /** Query and body of further requests of the owner. */
  readonly settings?: readonly (readonly [string, string])[];
  readonly asOwner?: boolean;
  readonly credentials?: { readonly accessKeyId?: string; readonly secretAccessKey?: string };
  readonly integration?: Readonly<Record<string, string>>;
  readonly endpoint?: (endpoint: string) => string;
  /** `check code`, in order. Default: none. */
  readonly fails?: readonly string[];
  readonly warns?: readonly string[];
  /** Found in the checks. */
  readonly names?: readonly RegExp[];
  /** The work works although the test fails, for this reason. */
  readonly refusal?: string;
  readonly keepsProbe?: boolean;
  /** Adding the statements the doctor asks for heals it. */
  readonly isHealed?: boolean;
}

export type Change = (statements: Statement[], bucket: string) => Statement[];

export const without =
  (...sids: string[]): Change =>
  (all) =>
    all.filter(({ Sid }) => !sids.includes(Sid));
export const changed =
  (sid: string, change: (statement: Statement) => Partial<Statement>): Change =>
  (all) =>
    all.map((one) => (one.Sid === sid ? { ...one, ...change(one) } : one));
export const lacking = (sid: string, action: string): Change =>
  changed(sid, ({ Action }) => ({ Action: [Action].flat().filter((one) => one !== action) }));
export const denying =
  (Action: string | string[], path: string, Condition?: Statement['Condition']): Change =>
  (all, bucket) => [
    ...all,
    {
      Sid: 'Refuse',
      Effect: 'Deny',
      Principal: { AWS: 'arn:aws:iam:::user/sluice' },
      Action,
      Resource: path === '' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${path}`,
      ...(Condition === undefined ? {} : { Condition }),
    },
  ];
export const allowing =
  (Action: string | string[], path: string): Change =>
  (all, bucket) => [
    ...all,
    {
      Sid: 'TooMuch',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam:::user/sluice' },
      Action,
      Resource: path === '' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${path}`,
    },
  ];

export const LIST = 'list access_denied';
export const READ = 'read access_denied';
export const WRITE = 'write access_denied';
export const READ_BACK = 'read_back access_denied';
export const DELETE = 'delete access_denied';
export const WIDE = ['over_grants permissions_too_wide'];
export const asksFor = (action: string, path: string): RegExp =>
  new RegExp(`"Action":"s3:${action}","Resource":"arn:aws:s3:::doctor-[0-9a-f-]+${path}"`);
