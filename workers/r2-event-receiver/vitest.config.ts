import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Inside workerd, with the queues of wrangler.toml. What Sluice answers is said by each test. */
export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: here('./wrangler.toml') },
      miniflare: {
        cf: false,
        bindings: { EVENT_SOURCE_SECRET: `whsec_${btoa('0123456789abcdef01234567')}` },
      },
    }),
  ],
  test: {
    name: 'r2-event-receiver-workerd',
    root: here('.'),
    include: ['test/workerd/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
