export { type AwsCredentials, type CredentialsProvider, normalizeCredentials } from './credentials.ts';
export { createKmsClient, type EncryptionContext, type KmsClient, type KmsClientOptions } from './kms.ts';
export { type SignedFetchInput, sendSigned, signedFetch } from './signed-fetch.ts';
export {
  createSigner,
  type PresignInput,
  type SignedRequest,
  type Signer,
  type SignInput,
} from './signer.ts';
export { type AssumeRoleInput, assumeRole, createRoleSession, type RoleSession } from './sts.ts';
