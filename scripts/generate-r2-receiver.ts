// npm run receiver: the R2 event receiver as text for the core, and its example files.
import { readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join, resolve } from 'node:path';

const REPOSITORY_DIR = resolve(import.meta.dirname, '..');
const SOURCE = join(REPOSITORY_DIR, 'workers/r2-event-receiver/src/index.ts');
export const GENERATED_RECEIVER = join(
  REPOSITORY_DIR,
  'packages/core/src/setup/r2-receiver/generated/receiver-source.ts',
);

/** The tested Worker itself, as customers get it: its source, and for the deployment the same without types. */
export const generatedReceiver = async (): Promise<string> => {
  const source = await readFile(SOURCE, 'utf8');
  const module = stripTypeScriptTypes(source)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n');
  return [
    '// Made of workers/r2-event-receiver/src/index.ts by `npm run receiver`. Do not edit.',
    `export const RECEIVER_SOURCE = ${JSON.stringify(source)};`,
    `export const RECEIVER_MODULE = ${JSON.stringify(module)};`,
    '',
  ].join('\n');
};

/** The files of an example integration, which the Worker's own tests and its README use. */
export const exampleFiles = async () => {
  const { receiverFiles, receiverOf } = await import('@sluice/core');
  const { files } = receiverFiles(
    receiverOf({
      integrationId: '0d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10',
      provider: 'r2',
      bucket: 'acme-documents',
      endpoint: 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com',
      inputPrefix: 'incoming/',
      eventsUrl: 'https://sluice.example.com/api/events/s3/0d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10',
    }),
  );
  return files.filter(({ path }) => path !== 'src/index.ts');
};

if (import.meta.main) {
  await writeFile(GENERATED_RECEIVER, await generatedReceiver());
  for (const { path, content } of await exampleFiles()) {
    await writeFile(join(REPOSITORY_DIR, 'workers/r2-event-receiver', path), content);
  }
}
