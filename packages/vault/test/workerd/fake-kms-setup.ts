import { startFakeKms } from '@sluice/testkit/fake-kms';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    kms: {
      readonly url: string;
      readonly region: string;
      readonly identity: { readonly accessKeyId: string; readonly secretAccessKey: string };
      readonly keyArn: string;
    };
  }
}

/** The fake KMS lives in Node; the tests reach it from workerd over the network. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const { url, region, identity, keys, close } = await startFakeKms();
  project.provide('kms', { url, region, identity, keyArn: keys.createKey() });
  return close;
};
