import type { S3Setup } from '@sluice/shared';
import { r2AccountOf } from './r2-account.ts';
import { commands, jsonArtefact, type SetupTarget, SLUICE } from './setup-target.ts';

/** "Workers R2 Storage Bucket Item Write": read, write and list objects of the buckets named. The same in every account. */
const OBJECT_READ_WRITE = '2efd5506f9c8494dacb1fa10a3e7d5b6';

const TOKEN_FILE = 'sluice-token.json';

/** For Cloudflare R2: a token that reads and writes objects of one bucket. */
export const r2Setup = (target: SetupTarget): S3Setup => {
  const known = r2AccountOf(target.endpoint);
  const account = known?.accountId ?? '<ACCOUNT_ID>';
  const jurisdiction = known?.jurisdiction ?? 'default';
  const { bucket } = target;
  return {
    provider: target.provider,
    principalArn: null,
    externalId: null,
    permissions: [
      {
        action: 'Object Read & Write',
        on: `the bucket ${bucket}`,
        why: 'To list and read documents, write results, and delete the file a connection test wrote.',
      },
    ],
    artefacts: [
      jsonArtefact('token_request', 'API token for the one bucket', TOKEN_FILE, {
        name: `${SLUICE}-${bucket}`,
        policies: [
          {
            effect: 'allow',
            resources: { [`com.cloudflare.edge.r2.bucket.${account}_${jurisdiction}_${bucket}`]: '*' },
            permission_groups: [{ id: OBJECT_READ_WRITE }],
          },
        ],
      }),
      // The S3 credentials are made of the token: its id, and the SHA-256 of its value.
      commands('Create it with the Cloudflare API (with a token that may create tokens)', [
        `response=$(curl --silent --show-error --fail "https://api.cloudflare.com/client/v4/accounts/${account}/tokens" --header "Authorization: Bearer $CLOUDFLARE_API_TOKEN" --header "Content-Type: application/json" --data @${TOKEN_FILE})`,
        `echo "access key id: $(printf %s "$response" | jq --raw-output .result.id)"`,
        `echo "secret access key: $(printf %s "$(printf %s "$response" | jq --raw-output .result.value)" | sha256sum | cut -d ' ' -f 1)"`,
      ]),
    ],
    notes: [
      `In the dashboard: R2, Manage API tokens, Create API token, permission "Object Read & Write", "Apply to specific buckets only": ${bucket}.`,
      'A token of R2 is for whole buckets: it cannot be kept to the input and output folders. We use only those; a bucket of its own keeps the rest apart.',
      ...(jurisdiction === 'default'
        ? []
        : [
            `The bucket lies in the jurisdiction "${jurisdiction}"; it is reached by the endpoint of that jurisdiction alone.`,
          ]),
    ],
  };
};
