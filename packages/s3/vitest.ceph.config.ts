import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Against a real Ceph, which its setup installs (Debian packages, as root) and starts. Not part of `npm test`:
 * `npx vitest run -c packages/s3/vitest.ceph.config.ts`.
 */
export default defineConfig({
  test: {
    name: 's3-ceph',
    root: here('.'),
    include: ['test/ceph/**/*.ceph.ts'],
    globalSetup: [here('./test/ceph/global-setup.ts')],
    testTimeout: 60_000,
  },
});
