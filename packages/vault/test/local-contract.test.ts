import { createLocalWrapper, newKeyring } from '../src/index.ts';
import { describeVaultContract } from './vault-contract.ts';

// Runs in Node and, by vitest.workerd.config.ts, in workerd.
describeVaultContract({
  name: 'the local keyring',
  runs: 200,
  create: async () => {
    const keyring = newKeyring();
    return {
      wrapper: createLocalWrapper(keyring),
      twin: createLocalWrapper(keyring),
      stranger: createLocalWrapper(newKeyring()),
      rotate: async () => createLocalWrapper(newKeyring(keyring)),
    };
  },
});
