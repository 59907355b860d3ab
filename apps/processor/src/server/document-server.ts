import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import type { Logger } from '@sluice/observability';
import { DOCUMENT_PATH, type DocumentFrame, type DocumentJob, type ProcessProgress } from '@sluice/shared';
import { Webhook } from 'standardwebhooks';
import { type DocumentEnd, OUTPUT_FILES, SOURCE_FILE } from '../document/messages.ts';
import { runDocument } from '../document/run-document.ts';
import type { Settings } from '../settings.ts';
import { DocumentTooLarge, readJob, receive } from './read-request.ts';
import { type Place, Slots } from './slots.ts';
import { openWorkDirectory } from './work-directory.ts';

/** A connection on which nothing is said is taken for dead somewhere on the way. */
const STILL_HERE_MS = 10_000;
const RETRY_AFTER_SECONDS = 30;
/** For a document to arrive. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Documents that arrive at once: a connection and a part of a file each. */
const MAX_ARRIVING = 64;

export interface DocumentServer {
  readonly port: number;
  /** Takes nothing new, lets what is in work finish as long as the settings say, then ends it. */
  stop(): Promise<void>;
}

/** Serves `POST /v1/documents` (packages/shared/src/processor/document-service.ts) and `GET /health`. */
export async function startDocumentServer(settings: Settings, log: Logger): Promise<DocumentServer> {
  const work = await openWorkDirectory(settings.workDir);
  const slots = new Slots(settings.concurrency, settings.maxWaiting);
  const webhook = new Webhook(settings.secret);
  const stopping = new AbortController();
  const ending = new AbortController();
  const inWork = new Set<Promise<void>>();
  let arriving = 0;
  /** Answers that are being read: their documents are done, and hold nothing but their files. */
  let leaving = 0;

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const answering = handle(request, response)
      // Whatever it is, it must not end the server, and with it everybody's documents.
      .catch((error: unknown) => {
        response.destroy();
        log.error('request_failed', { error });
      })
      .finally(() => inWork.delete(answering));
    inWork.add(answering);
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Not parsed as a URL: anybody can send what is none.
    const [path] = (request.url ?? '/').split('?', 1);
    const isStopping = stopping.signal.aborted;
    if (path === '/health') {
      const status = isStopping ? 'stopping' : 'ok';
      const { running, waiting } = slots;
      return answer(response, isStopping ? 503 : 200, { status, arriving, running, waiting, leaving });
    }
    if (path !== DOCUMENT_PATH) return problem(response, 404, 'Not found');
    if (request.method !== 'POST') return problem(response, 405, 'This method is not supported here');
    const read = readJob(request, webhook);
    if (!read.ok) return problem(response, read.status, read.title);
    if ((read.job.sizeBytes ?? 0) > settings.maxBytes) return problem(response, 413, 'Too large');
    if (isStopping || slots.isFull || arriving >= MAX_ARRIVING) return problem(response, 503, 'Too busy');
    if (leaving >= settings.maxLeaving) return problem(response, 503, 'Too many answers are not read yet');
    await serve(request, response, read.job);
  };

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    job: DocumentJob,
  ): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('The caller went away.'));
    });
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    const beganAt = performance.now();
    let dir: string | undefined;
    let place: Place | undefined;
    arriving += 1;
    try {
      try {
        dir = await mkdtemp(join(work.path, 'document-'));
        await receive(request, job.sizeBytes, settings.maxBytes, join(dir, SOURCE_FILE), signal);
      } finally {
        arriving -= 1;
      }
      // Not before it is here: one that comes drop by drop must not keep the others from their turn.
      place = slots.admit();
      if (place === undefined) return problem(response, 503, 'Too busy');
      const outcome = await answerDocument(response, job, dir, place, signal);
      log.info('document_done', {
        jobId: job.jobId,
        outcome,
        sizeBytes: job.sizeBytes,
        elapsedMs: Math.round(performance.now() - beganAt),
      });
    } catch (error) {
      log.warn('document_failed', { jobId: job.jobId, error });
      if (response.headersSent) response.destroy();
      else if (error instanceof DocumentTooLarge) problem(response, 413, 'Larger than stated or allowed');
      else problem(response, 503, 'Try again later');
    } finally {
      place?.leave();
      if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    }
  };

  const answerDocument = async (
    response: ServerResponse,
    job: DocumentJob,
    dir: string,
    place: Place,
    signal: AbortSignal,
  ): Promise<DocumentFrame['frame']> => {
    let last: ProcessProgress = { step: 'waiting', pagesDone: 0, pages: 0 };
    const tell = (frame: DocumentFrame): void => void response.write(`${JSON.stringify(frame)}\n`);
    const tellProgress = (progress: ProcessProgress): void => {
      last = progress;
      tell({ frame: 'progress', ...progress });
    };
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    tellProgress(last);
    const stillHere = setInterval(() => tellProgress(last), STILL_HERE_MS);
    try {
      const end = (await place.take(settings.maxWaitMs, signal))
        ? await runDocument(
            {
              dir,
              job,
              maxRecognisedPages: settings.maxRecognisedPages,
              // The rest is for the document itself: what is late must not cost all of it.
              maxRecognisingMs: settings.ceiling.maxMs / 2,
            },
            { ceiling: settings.ceiling, signal, onProgress: tellProgress },
          )
        : ({ frame: 'busy' } as const);
      clearInterval(stillHere);
      // Nothing is in work any more: who reads slowly must not keep the others from their turn.
      place.leave();
      await rm(join(dir, SOURCE_FILE), { force: true });
      tell(end);
      await sendOutputs(response, end, dir, signal);
      return end.frame;
    } finally {
      clearInterval(stillHere);
    }
  };

  /** Ends the answer with the files it names, and waits until all of it is on its way, as long as may be. */
  const sendOutputs = async (
    response: ServerResponse,
    end: DocumentEnd,
    dir: string,
    callerSignal: AbortSignal,
  ): Promise<void> => {
    const signal = AbortSignal.any([callerSignal, AbortSignal.timeout(settings.maxAnswerMs)]);
    leaving += 1;
    try {
      if (end.frame === 'done')
        for (const { kind } of end.outputs)
          await pipeline(createReadStream(join(dir, OUTPUT_FILES[kind])), response, { end: false, signal });
      response.end();
      await finished(response, { signal });
    } finally {
      leaving -= 1;
    }
  };

  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  server.on('error', (error) => log.error('server_failed', { error }));
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    port,
    stop: () => {
      stopped ??= (async () => {
        stopping.abort();
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        const patience = setTimeout(
          () => ending.abort(new Error('The processor is stopping.')),
          settings.stopMs,
        );
        await Promise.all(inWork);
        clearTimeout(patience);
        server.closeAllConnections();
        await closed;
        await work.close();
      })();
      return stopped;
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  const headers: Record<string, string | number> = { 'Content-Type': type };
  if (status === 503) headers['Retry-After'] = RETRY_AFTER_SECONDS;
  if (status === 405) headers['Allow'] = 'POST';
  // What was not read of the request is in the way of the next.
  if (status !== 200) headers['Connection'] = 'close';
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** An RFC 9457 answer. */
function problem(response: ServerResponse, status: number, title: string): void {
  answer(response, status, { type: 'about:blank', title, status }, 'application/problem+json');
}
