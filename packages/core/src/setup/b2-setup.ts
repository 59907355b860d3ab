import type { S3Setup } from '@sluice/shared';
import { commands, type SetupTarget, SLUICE, shellWord } from './setup-target.ts';

const CAPABILITIES = [
  ['listBuckets', 'Expected of a key for one bucket; it shows that bucket alone.'],
  ['listFiles', 'To find documents.'],
  ['readFiles', 'To read documents, see what lies in the output folder before writing, and open results.'],
  ['writeFiles', 'To write results.'],
  ['deleteFiles', 'For the connection test, to delete the file it wrote. Nothing else is ever deleted.'],
] as const;

/** The longest folder both lie in; empty when there is none. A key of B2 can be kept to one prefix only. */
export const commonFolder = (a: string, b: string): string => {
  let folder = '';
  for (const segment of a.split('/').slice(0, -1)) {
    const longer = `${folder}${segment}/`;
    if (!b.startsWith(longer)) break;
    folder = longer;
  }
  return folder;
};

/** For Backblaze B2: an application key of one bucket, and of the folder both prefixes lie in where there is one. */
export const b2Setup = (target: SetupTarget): S3Setup => {
  const { bucket, inputPrefix, outputPrefix } = target;
  const folder = commonFolder(inputPrefix, outputPrefix);
  const where = folder === '' ? `the bucket ${bucket}` : `the bucket ${bucket}, files under ${folder}`;
  const names = CAPABILITIES.map(([capability]) => capability).join(',');
  const limits = folder === '' ? '' : ` --name-prefix ${shellWord(folder)}`;
  return {
    provider: target.provider,
    principalArn: null,
    externalId: null,
    permissions: CAPABILITIES.map(([action, why]) => ({ action, on: where, why })),
    artefacts: [
      commands('Create the application key with the b2 command line tool', [
        `b2 key create --bucket ${shellWord(bucket)}${limits} ${SLUICE} ${names}`,
      ]),
    ],
    notes: [
      'It prints the key id (our access key id) and the application key (our secret access key), the latter only this once. The master key does not work with the S3 API.',
      folder === ''
        ? 'A key of B2 can be kept to one prefix; the two folders share none, so the key is for the whole bucket. Folders side by side in a common one, such as "sluice/in/" and "sluice/out/", can be kept apart from the rest.'
        : `A key of B2 can be kept to one prefix: "${folder}", in which both folders lie.`,
    ],
  };
};
