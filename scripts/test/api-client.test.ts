import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { GENERATED_CLIENT, generateClient, readDocument } from '../generate-api-client.ts';

test('the types of the client are those of the API: npm run client', async () => {
  expect((await generateClient(await readDocument())) === (await readFile(GENERATED_CLIENT, 'utf8'))).toBe(
    true,
  );
});
