import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type components, unwrap } from '../../app/api.ts';
import { TroubleError } from '../../ui/states/error-notice.tsx';
import type { ConnectionTest } from './draft.ts';

type TestEvent = components['schemas']['ConnectionTestEvent'];
export type CheckResult = ConnectionTest['checks'][number];

/** A test under way: which checks there are, and those that have ended. */
export interface Progress {
  readonly names: readonly CheckResult['name'][];
  readonly ended: ReadonlyMap<CheckResult['name'], CheckResult>;
}

const NOTHING_YET: Progress = { names: [], ended: new Map() };

/** Lines of JSON, as they come. */
async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<TestEvent> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as TestEvent;
  }
}

/** Makes a test and tells each check as it ends. @throws ApiError when it is refused; TroubleError when it broke off, and why. */
const runTest = async (id: string, tell: (progress: Progress) => void): Promise<ConnectionTest> => {
  const body = await unwrap(
    api.POST('/api/integrations/s3/{id}/test-connection/watch', {
      params: { path: { id } },
      parseAs: 'stream',
    }),
  );
  if (body === null) throw new Error('The API sent no events.');
  let progress = NOTHING_YET;
  for await (const event of linesOf(body)) {
    if (event.type === 'ended') return event.test;
    if (event.type === 'broken') throw new TroubleError(event);
    if (event.type === 'begun') progress = { ...progress, names: event.checks };
    if (event.type === 'check') {
      progress = { ...progress, ended: new Map(progress.ended).set(event.check.name, event.check) };
    }
    tell(progress);
  }
  throw new Error('The test came to no end.');
};

/** Testing a draft: what is known of the test while it runs, and its end. */
export const useLiveTest = (id: string, onEnded: (test: ConnectionTest) => void) => {
  const [progress, setProgress] = useState<Progress>(NOTHING_YET);
  const testing = useMutation({
    mutationFn: () => runTest(id, setProgress),
    onMutate: () => setProgress(NOTHING_YET),
    onSuccess: onEnded,
  });
  return { testing, progress };
};
