import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Canary, everyRow, findLeaks, type Place } from '@sluice/testkit/leaks';
import type { Pool } from 'pg';
import type { Breach } from './evidence.ts';

const CHUNK_BYTES = 8 * 1024 * 1024;
/** What is cut in two by the end of a chunk is whole in the next one. */
const OVERLAP_BYTES = 4 * 1024;
/** A link that opens without a key. Its signature is what makes it a secret. */
const PRESIGNED = /X-Amz-Signature(?:=|%3D)[0-9a-f]{8}/i;
/** Of the secrets file: these name, and open nothing. */
const PUBLIC = new Set(['publishableKey', 'accessKeyId', 'kid', 'x', 'y', 'kty', 'crv', 'alg', 'use']);

/**
 * That none of the secrets of a stack, and no presigned link, got into what its parts wrote down or into a row.
 * @param more secrets that are not in the data directory.
 */
export const checkLeaks = async (
  dataDir: string,
  logFile: string,
  sql: Pool,
  more: readonly Canary[],
): Promise<Breach[]> => {
  const kept: unknown = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8'));
  const canaries = [...secretsIn(kept, 'secret'), ...more];
  const found = new Set<string>();
  const search = (place: Place): void => {
    for (const leak of findLeaks(canaries, [place])) found.add(leak);
    if (PRESIGNED.test(place.text)) found.add(`a presigned link is in ${place.name}`);
  };
  for await (const text of chunksOf(logFile)) search({ name: 'the log', text });
  for (const place of await everyRow(sql)) search(place);
  return [...found].map((detail) => ({ promise: 'secrets stay secret' as const, detail }));
};

/** Every long text in the file, by its path; a text of JSON is looked into. */
const secretsIn = (value: unknown, path: string): Canary[] => {
  if (typeof value === 'string') {
    if (value.startsWith('{')) return secretsIn(JSON.parse(value), path);
    return value.length < 16 ? [] : [{ name: path, secret: value }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    PUBLIC.has(name) ? [] : secretsIn(inner, `${path}.${name}`),
  );
};

async function* chunksOf(path: string): AsyncGenerator<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let position = 0; ; position += CHUNK_BYTES - OVERLAP_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
      yield buffer.toString('utf8', 0, bytesRead);
      if (bytesRead < CHUNK_BYTES) return;
    }
  } finally {
    await file.close();
  }
}
