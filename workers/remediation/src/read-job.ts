import { ProcessJob } from '@sluice/shared';

/** A job is a few hundred bytes; its longest part is a presigned URL. */
const MAX_BODY_BYTES = 32_768;

export type ReadJob =
  | { readonly ok: true; readonly job: ProcessJob }
  /** Where it is wrong and how, without the values: one of them is a credential. */
  | { readonly ok: false; readonly errors: readonly { path: string; code: string }[] };

/** Reads and checks a job. Never throws. */
export async function readJob(request: Request): Promise<ReadJob> {
  const text = await boundedText(request);
  if (text === undefined) return { ok: false, errors: [{ path: '', code: 'too_big' }] };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, errors: [{ path: '', code: 'invalid_json' }] };
  }
  const parsed = ProcessJob.safeParse(body);
  if (!parsed.success) {
    const errors = parsed.error.issues.slice(0, 20).map(({ path, code }) => ({ path: path.join('.'), code }));
    return { ok: false, errors };
  }
  const { stagingPrefix } = parsed.data;
  return stagingPrefix.endsWith('/')
    ? { ok: true, job: parsed.data }
    : { ok: false, errors: [{ path: 'stagingPrefix', code: 'invalid_format' }] };
}

async function boundedText(request: Request): Promise<string | undefined> {
  const reader = request.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > MAX_BODY_BYTES) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}
