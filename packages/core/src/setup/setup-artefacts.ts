import type { S3Setup } from '@sluice/shared';
import { accessKeySetup, roleSetup } from './aws-setup.ts';
import { b2Setup } from './b2-setup.ts';
import { genericSetup } from './generic-setup.ts';
import { r2Setup } from './r2-setup.ts';
import type { AwsIdentity, SetupTarget } from './setup-target.ts';

/**
 * Everything to set up at the provider so that an integration works, and nothing wider than the provider allows. Pure:
 * made of names alone, before or after the integration exists.
 */
export const setupArtefacts = (target: SetupTarget, identity: AwsIdentity): S3Setup => {
  switch (target.provider) {
    case 'aws_role':
      return roleSetup(target, identity);
    case 'aws_key':
      return accessKeySetup(target);
    case 'r2':
      return r2Setup(target);
    case 'b2':
      return b2Setup(target);
    case 'generic':
      return genericSetup(target);
  }
};
