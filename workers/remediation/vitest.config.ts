import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const configPath = fileURLToPath(new URL('./wrangler.toml', import.meta.url));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Inside workerd, against a source server on this machine. */
export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath },
      miniflare: {
        cf: false,
        bindings: {
          EGRESS_MODE: 'allow-loopback',
          SOURCE_HEADERS_TIMEOUT_MS: '400',
          SOURCE_TIMEOUT_MS: '1200',
        },
      },
    }),
  ],
  test: {
    name: 'remediation-worker',
    root: here('.'),
    include: ['test/**/*.test.ts'],
    globalSetup: [here('./test/global-setup.ts')],
    testTimeout: 60_000,
  },
});
