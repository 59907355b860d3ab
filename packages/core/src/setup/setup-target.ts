import type { S3Integration, SetupArtefact } from '@sluice/shared';

/** What a setup is made from: an integration, or what somebody is about to enter. */
export interface SetupTarget {
  readonly provider: S3Integration['provider'];
  readonly bucket: string;
  readonly region: string;
  /** Null on AWS and B2, where it follows from the region. */
  readonly endpoint: string | null;
  /** Empty, or ending in `/`. */
  readonly inputPrefix: string;
  readonly outputPrefix: string;
  /** The role the tenant will have us assume; its name and path are what the templates create. */
  readonly roleArn: string | null;
  /** Ours, unguessable, made with the integration. */
  readonly externalId: string | null;
  /** Set when the bucket is encrypted with a key of the tenant's own. */
  readonly kmsKeyArn: string | null;
}

/** What this installation is to its tenants' AWS accounts. */
export interface AwsIdentity {
  /** Whom trust policies name; null when the installation has none, and so cannot assume roles. */
  readonly principalArn: string | null;
  /** Where the role template lies in S3, for quick-create links; null when it is not published. */
  readonly templateUrl: string | null;
}

/** The name the setup gives to what it creates. */
export const SLUICE = 'sluice';

/** A document to save, as a person would write it. */
export const jsonArtefact = (
  name: SetupArtefact['name'],
  title: string,
  fileName: string,
  value: unknown,
): SetupArtefact => ({
  name,
  title,
  format: 'json',
  fileName,
  content: `${JSON.stringify(value, null, 2)}\n`,
});

/** In ASCII: IAM refuses characters above U+00FF in the text of a policy. */
export const policyArtefact = (
  name: SetupArtefact['name'],
  title: string,
  fileName: string,
  value: unknown,
): SetupArtefact => {
  const { content, ...artefact } = jsonArtefact(name, title, fileName, value);
  return {
    ...artefact,
    content: content.replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  };
};

/** Commands to run, each on a line of its own. */
export const commands = (title: string, lines: readonly string[]): SetupArtefact => ({
  name: 'commands',
  title,
  format: 'shell',
  fileName: null,
  content: `${lines.join('\n')}\n`,
});

/** One word of a POSIX shell, whatever is in it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
