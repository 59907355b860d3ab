import { array, constantFrom, oneof, record, string } from 'fast-check';
import type { SetupTarget } from '../../src/setup/setup-target.ts';

export const EXTERNAL_ID = 'sluice-3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44aa00bb11cc22dd33ee44ff5566778899';
export const PRINCIPAL = 'arn:aws:iam::999999999999:user/sluice';
export const KMS_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

export const target = (fields: Partial<SetupTarget> = {}): SetupTarget => ({
  provider: 'aws_role',
  bucket: 'acme-documents',
  region: 'eu-central-1',
  endpoint: null,
  inputPrefix: 'incoming/',
  outputPrefix: 'accessible/',
  roleArn: 'arn:aws:iam::123456789012:role/apps/sluice',
  externalId: EXTERNAL_ID,
  kmsKeyArn: null,
  ...fields,
});

export const IDENTITY = {
  principalArn: PRINCIPAL,
  templateUrl: 'https://example.s3.amazonaws.com/sluice-role.template.json',
};

/** Names in which everything that means something to a policy, a template or a shell turns up often. */
const name = array(
  oneof(
    constantFrom(
      '*',
      '?',
      '$',
      '${',
      '}',
      '%{',
      '%',
      '"',
      "'",
      '\\',
      '`',
      ' ',
      '&',
      '<',
      'é',
      '😀',
      '${aws:username}',
    ),
    string({ minLength: 1, maxLength: 3 }).map((text) => text.replaceAll('/', '')),
  ),
  { minLength: 1, maxLength: 6 },
).map((parts) => {
  // As the API takes them: no control characters, and no `.` or `..`.
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is left out
  const text = parts.join('').replaceAll(/[\u0000-\u001f\u007f]/g, '');
  return /^\.{0,2}$/.test(text) ? 'x' : text;
});

/** A folder, ending in `/`. */
const folder = array(name, { minLength: 1, maxLength: 3 }).map((names) => `${names.join('/')}/`);

/** A bucket, and two folders that do not lie one inside the other. */
export const locations = record({
  bucket: constantFrom('acme-documents', 'a.b', 'Old_Bucket'),
  inputPrefix: oneof(
    folder.map((path) => `i${path}`),
    constantFrom(''),
  ),
  outputPrefix: folder.map((path) => `o${path}`),
});
