import {
  DOCUMENT_JOB_HEADER,
  DOCUMENT_PATH,
  DocumentFrame,
  type DocumentJob,
  type ProcessJob,
  type ProcessProgress,
  type ProcessResult,
  type StagedOutput,
} from '@sluice/shared';
import { Webhook } from 'standardwebhooks';
import type { Env } from '../env.ts';
import { stageStream } from '../stage-outputs.ts';
import { AnswerReader } from './answer-reader.ts';
import { DocumentEndedProcess, NodeProcessorAway } from './away.ts';

/**
 * Has a document processed by the Node processor, and stages what it answers.
 *
 * @param body the document
 * @param sizeBytes its size; null where nobody knows
 * @throws NodeProcessorAway, StagingUnavailable, DocumentEndedProcess
 */
export async function handOver(
  job: ProcessJob,
  env: Env,
  node: NonNullable<Env['nodeProcessor']>,
  body: Uint8Array | ReadableStream<Uint8Array>,
  sizeBytes: number | null,
  onProgress: (progress: ProcessProgress) => void,
): Promise<ProcessResult> {
  const response = await send(job, node, body, sizeBytes);
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    if (response.status === 413)
      return {
        outcome: 'refused',
        code: 'pdf_too_large',
        detail: 'The file is larger than can be processed.',
      };
    throw new NodeProcessorAway(`answered ${response.status}`);
  }
  const reader = new AnswerReader(response.body);
  try {
    for (;;) {
      const answer = await nextFrame(reader);
      switch (answer.frame) {
        case 'progress': {
          const { frame: _frame, ...progress } = answer;
          onProgress(progress);
          break;
        }
        case 'refused':
          return { outcome: 'refused', code: answer.code, detail: answer.detail };
        case 'busy':
          throw new NodeProcessorAway('has no turn or no room');
        case 'failed':
          throw new DocumentEndedProcess();
        case 'done': {
          const { frame: _frame, ...made } = answer;
          return { outcome: 'done', ...made, outputs: await stageAll(env, job, reader, made.outputs) };
        }
        default:
          return answer satisfies never;
      }
    }
  } finally {
    await reader.cancel();
  }
}

/** @throws NodeProcessorAway, StagingUnavailable: nothing that fails here is the document's fault */
async function stageAll(
  env: Env,
  job: ProcessJob,
  reader: AnswerReader,
  made: Extract<DocumentFrame, { frame: 'done' }>['outputs'],
): Promise<StagedOutput[]> {
  const outputs: StagedOutput[] = [];
  try {
    for (const output of made)
      outputs.push(
        await stageStream(env.workingBucket, job, output, (to) => reader.copy(output.sizeBytes, to)),
      );
  } catch (error) {
    // The bucket fails too when the answer does.
    throw reader.isBroken ? new NodeProcessorAway('broke off') : error;
  }
  return outputs;
}

async function send(
  job: ProcessJob,
  node: NonNullable<Env['nodeProcessor']>,
  body: Uint8Array | ReadableStream<Uint8Array>,
  sizeBytes: number | null,
): Promise<Response> {
  const { jobId, options, source } = job;
  const document: DocumentJob = { version: 1, jobId, sizeBytes, fileName: source.fileName, options };
  const header = base64Url(JSON.stringify(document));
  const at = new Date();
  try {
    return await fetch(`${node.url}${DOCUMENT_PATH}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/pdf',
        [DOCUMENT_JOB_HEADER]: header,
        'webhook-id': jobId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(node.secret).sign(jobId, at, header),
      },
      body,
    });
  } catch {
    throw new NodeProcessorAway('cannot be reached');
  }
}

async function nextFrame(reader: AnswerReader): Promise<DocumentFrame> {
  try {
    return DocumentFrame.parse(JSON.parse(await reader.line()));
  } catch {
    throw new NodeProcessorAway('broke off');
  }
}

function base64Url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
