import { NodeProcessorAway } from './away.ts';

/** A line of progress is some hundred bytes, the last one a report. */
const MAX_LINE_BYTES = 512 * 1024;
const NEWLINE = 10;

/** Reads an answer of the Node processor: lines, then bytes. */
export class AnswerReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #isBroken = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** Whether the answer ended before all of it was there. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** @throws when the answer ends before the line does, or the line does not end */
  async line(): Promise<string> {
    let line = new Uint8Array(0);
    for (;;) {
      const at = this.#rest.indexOf(NEWLINE);
      const part = at < 0 ? this.#rest : this.#rest.subarray(0, at);
      if (line.length + part.length > MAX_LINE_BYTES) throw new Error('A line of the answer does not end.');
      line = joined(line, part);
      if (at >= 0) {
        this.#rest = this.#rest.subarray(at + 1);
        return new TextDecoder().decode(line);
      }
      this.#rest = await this.#next();
    }
  }

  /**
   * Hands on the next `sizeBytes`, as they come.
   *
   * @throws when the answer ends before, or the other side takes no more
   */
  async copy(sizeBytes: number, to: WritableStream<Uint8Array>): Promise<void> {
    const writer = to.getWriter();
    try {
      for (let left = sizeBytes; left > 0; ) {
        if (this.#rest.length === 0) this.#rest = await this.#next();
        const part = this.#rest.subarray(0, left);
        await writer.write(part);
        this.#rest = this.#rest.subarray(part.length);
        left -= part.length;
      }
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => undefined);
      throw error;
    }
  }

  /** Lets go of what was not read. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #next(): Promise<Uint8Array> {
    const next = await this.#reader.read().catch(() => undefined);
    if (next?.value !== undefined) return next.value;
    this.#isBroken = true;
    throw new NodeProcessorAway('broke off');
  }
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
