import type { Worker as Thread } from 'node:worker_threads';
import { createWorker, OEM, type Page } from 'tesseract.js';

/** Tesseract, in WebAssembly, in a thread of its own. */
export interface TesseractEngine {
  /**
   * @param picture a file in a format that Tesseract knows
   * @returns null for a picture that cannot be read, and for each one after the thread has ended
   */
  read(picture: Uint8Array): Promise<Page | null>;
  stop(): Promise<void>;
}

/**
 * @param language the name of its data
 * @param directory where that lies
 * @returns null when it cannot be started
 */
export async function startTesseract(language: string, directory: string): Promise<TesseractEngine | null> {
  const failed = Promise.withResolvers<null>();
  const starting = createWorker(language, OEM.LSTM_ONLY, {
    langPath: directory,
    cacheMethod: 'none',
    // Without one, whatever is refused ends the process. And where data cannot be loaded, nothing else says so.
    errorHandler: () => failed.resolve(null),
  });
  const worker = await Promise.race([starting, failed.promise]).catch(() => null);
  if (worker === null) return null;
  const ended = Promise.withResolvers<null>();
  // Nobody else listens: the error of the thread would be the error of the process. Its types leave it out.
  (worker as unknown as { readonly worker: Thread }).worker.on('error', () => ended.resolve(null));
  return {
    read: async (picture) => {
      const reading = worker.recognize(Buffer.from(picture), {}, { blocks: true }).then(({ data }) => data);
      return await Promise.race([reading.catch(() => null), ended.promise]);
    },
    stop: async () => void (await worker.terminate()),
  };
}
