/// <reference types="@cloudflare/vitest-plugin/types" />

declare namespace Cloudflare {
  interface Env {
    readonly EVENT_SOURCE_SECRET: string;
    readonly QUEUE_NAME: string;
    readonly BUCKET_NAME: string;
    readonly SLUICE_EVENTS_URL: string;
  }
  interface GlobalProps {
    readonly mainModule: typeof import('../../src/index.ts');
  }
}
