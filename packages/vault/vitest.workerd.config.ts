import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

// The vault's contract inside workerd: the same WebCrypto calls, the other runtime.
export default defineConfig({
  plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-11-01', cf: false } })],
  test: {
    name: 'vault-workerd',
    root: import.meta.dirname,
    include: ['test/local-contract.test.ts', 'test/workerd/*.test.ts'],
    globalSetup: ['test/workerd/fake-kms-setup.ts'],
  },
});
