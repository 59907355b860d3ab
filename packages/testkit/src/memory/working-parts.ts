import type { Log, Queue, Staging } from '@sluice/core';

/** The working bucket, in memory. */
export class MemoryStaging implements Staging {
  readonly contents = new Map<string, Uint8Array>();
  /** Streams handed out that were neither read to the end nor cancelled. */
  openStreams = 0;

  async get(stagingKey: string): Promise<{ body: ReadableStream<Uint8Array>; sizeBytes: number } | null> {
    const bytes = this.contents.get(stagingKey);
    if (bytes === undefined) return null;
    this.openStreams += 1;
    const close = () => {
      this.openStreams -= 1;
    };
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (bytes.byteLength > 0) controller.enqueue(Uint8Array.from(bytes));
          controller.close();
          close();
        },
        cancel: close,
      },
      { highWaterMark: 0 },
    );
    return { body, sizeBytes: bytes.byteLength };
  }

  async delete(stagingKeys: readonly string[]): Promise<void> {
    for (const key of stagingKeys) this.contents.delete(key);
  }
}

/** A queue that keeps what it was sent, batch by batch. Whoever tests decides what is delivered, how often and when. */
export class MemoryQueue<Message> implements Queue<Message> {
  readonly batches: (readonly Message[])[] = [];

  async sendBatch(messages: readonly Message[]): Promise<void> {
    this.batches.push(messages);
  }

  get messages(): Message[] {
    return this.batches.flat();
  }

  /** Takes everything out. */
  take(): Message[] {
    return this.batches.splice(0).flat();
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class MemoryLog implements Log {
  readonly lines: LogLine[] = [];

  info(event: string, fields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }
  warn(event: string, fields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }
  error(event: string, fields = {}): void {
    this.lines.push({ level: 'error', event, fields });
  }

  /** Everything in it as text, errors with their causes and stacks: for canaries. */
  text(): string {
    return this.lines.map((line) => `${line.event} ${textOf(line.fields)}`).join('\n');
  }
}

const textOf = (value: unknown): string => {
  if (value instanceof Error)
    return `${value.stack ?? ''} ${value.message} ${textOf(value.cause)} ${JSON.stringify(value)}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}=${textOf(part)}`)
    .join(' ');
};
