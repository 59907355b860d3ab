import type { Backend } from '../backend/backend.ts';
import type { SimBucket } from '../bucket/sim-bucket.ts';
import type { Action } from '../plan/plan.ts';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import type { History } from './history.ts';
import type { SimStaging } from './processor.ts';
import type { Weather } from './weather.ts';

export interface Stage {
  readonly kernel: Kernel;
  readonly weather: Weather;
  readonly random: SeededRandom;
  readonly history: History;
  readonly backend: Backend;
  readonly staging: SimStaging;
}

/** How long old credentials are kept to fall back to. */
const OVERLAP_SECONDS = 24 * 3600;

/** The content that the processor refuses. */
const CORRUPT = 5;

/** Does what a plan says, at its time. */
export const act = async (stage: Stage, bucket: SimBucket, action: Action): Promise<void> => {
  const { backend, history, kernel, weather, random, staging } = stage;
  const { integrationId } = bucket;
  switch (action.kind) {
    case 'put': {
      const { key, content, backdatedMs } = action;
      bucket.customerPuts({
        key,
        etag: etagOf(key, content),
        sizeBytes: 1_000 + content,
        backdatedMs,
        isCorrupt: content === CORRUPT,
      });
      return;
    }
    case 'delete':
      bucket.customerDeletes(action.key);
      return;
    case 'copy-result': {
      const results = [...bucket.objects.values()].filter(({ metadata }) => 'sluice-job-id' in metadata);
      const pdfs = results.filter(({ summary }) => summary.key.toLowerCase().endsWith('.pdf'));
      if (pdfs.length > 0) bucket.customerCopies(random.pick(pdfs).summary.key, action.to);
      return;
    }
    case 'pause':
    case 'resume':
      return backend.setStatus(integrationId, action.kind === 'pause' ? 'paused' : 'active');
    case 'mode':
      return backend.setDetectionMode(integrationId, action.mode);
    case 'rotate': {
      const version = await backend.rotate(integrationId, OVERLAP_SECONDS);
      if (action.isGood) bucket.accepted.add(version);
      return;
    }
    case 'revoke-old': {
      // Sluice says when the old key may go: not after it fell back to it.
      const inUse = await backend.credentialsVersion(integrationId);
      if (bucket.accepted.has(inUse)) bucket.accepted = new Set([inUse]);
      return;
    }
    case 'replay': {
      const { states } = action;
      if ((await backend.replay(integrationId, states)) > 0)
        history.add({ kind: 'replayed', at: kernel.now(), integrationId, states });
      return;
    }
    case 'mood':
      weather.setMood(integrationId, action.mood);
      return;
    case 'lose-staged':
      staging.loseOne(random);
      history.add({ kind: 'lost', at: kernel.now(), integrationId });
  }
};

/** 32 hex digits, as of an MD5: of every content of every key another. */
const etagOf = (key: string, content: number): string => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${content} ${key}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(32, '0');
};
