import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What differs between the runtimes (streams of known length, digests, errors of connections), inside workerd. */
export default defineConfig({
  plugins: [cloudflareTest({ miniflare: { cf: false, compatibilityDate: '2026-11-01' } })],
  test: {
    name: 's3-workerd',
    root: here('.'),
    include: ['test/workerd/**/*.test.ts'],
    globalSetup: [here('./test/workerd/global-setup.ts')],
    testTimeout: 30_000,
  },
});
