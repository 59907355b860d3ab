import type { S3Setup } from '@sluice/shared';
import { bucketPermissions, bucketPolicy, withPrincipal } from './bucket-policy.ts';
import { isWidened } from './policy-text.ts';
import { commands, policyArtefact, type SetupTarget, SLUICE, shellWord } from './setup-target.ts';

const DIALECT = 's3_compatible';
const POLICY_FILE = 'sluice-policy.json';
const BUCKET_POLICY_FILE = 'sluice-bucket-policy.json';

/** For any other server that speaks S3: a policy for a user (MinIO and its like), and one for the bucket (Ceph). */
export const genericSetup = (target: SetupTarget): S3Setup => {
  const { bucket, endpoint, inputPrefix, outputPrefix } = target;
  const policy = bucketPolicy(target, DIALECT);
  const widened = [inputPrefix, outputPrefix].filter((prefix) => isWidened(prefix, DIALECT));
  return {
    provider: target.provider,
    principalArn: null,
    externalId: null,
    permissions: bucketPermissions({ ...target, kmsKeyArn: null }),
    artefacts: [
      policyArtefact('iam_policy', 'Policy for a user: MinIO and what understands it', POLICY_FILE, policy),
      commands('MinIO: a user with the policy', [
        `mc admin policy create ALIAS ${SLUICE} ${POLICY_FILE}`,
        `mc admin user add ALIAS ${SLUICE}`,
        `mc admin policy attach ALIAS ${SLUICE} --user ${SLUICE}`,
      ]),
      policyArtefact(
        'bucket_policy',
        'Policy of the bucket, for a user of its own: Ceph and others without policies for users',
        BUCKET_POLICY_FILE,
        withPrincipal(policy, `arn:aws:iam:::user/${SLUICE}`),
      ),
      commands('Ceph: the user, and the policy set by the owner of the bucket', [
        `radosgw-admin user create --uid=${SLUICE} --display-name=Sluice`,
        `aws s3api put-bucket-policy --endpoint-url ${shellWord(endpoint ?? 'https://ENDPOINT')} --bucket ${shellWord(bucket)} --policy file://${BUCKET_POLICY_FILE}`,
      ]),
    ],
    notes: [
      'ALIAS is what `mc alias set` called your server. `mc admin user add` asks for the secret.',
      'A bucket has one policy: if yours has one already, add the statements to it instead of replacing it.',
      ...widened.map(
        (prefix) =>
          `"${prefix}" holds characters (*, ?, : or \${) that policies of these servers cannot name; the policy allows any one character in their place.`,
      ),
    ],
  };
};
