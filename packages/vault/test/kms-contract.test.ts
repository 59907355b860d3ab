import { createAwsKmsWrapper } from '../src/index.ts';
import { startKms } from './kms-fixture.ts';
import { describeVaultContract } from './vault-contract.ts';

describeVaultContract({
  name: 'AWS KMS',
  runs: 25,
  create: async () => {
    const { fake, kms, keyArn } = await startKms();
    const wrapper = createAwsKmsWrapper({ kms, keyArn });
    return {
      wrapper,
      twin: createAwsKmsWrapper({ kms, keyArn }),
      stranger: createAwsKmsWrapper({ kms, keyArn: fake.keys.createKey() }),
      rotate: async () => {
        fake.keys.rotate(keyArn);
        return wrapper;
      },
    };
  },
});
