interface LineStream<Line> {
  readonly stream: ReadableStream<Uint8Array>;
  /** Never throws and never waits: when nobody reads any more, nothing is sent. */
  readonly send: (line: Line) => void;
  readonly close: () => void;
}

/** A stream of lines of JSON (NDJSON), for a few of them. Of bytes, for no other crosses the border between Workers. */
export const lineStream = <Line>(): LineStream<Line> => {
  const encoder = new TextEncoder();
  let controller: ReadableByteStreamController | null = null;
  const stream = new ReadableStream({
    type: 'bytes',
    start: (started) => {
      controller = started;
    },
    cancel: () => {
      controller = null;
    },
  });
  return {
    stream,
    send: (line) => controller?.enqueue(encoder.encode(`${JSON.stringify(line)}\n`)),
    close: () => {
      controller?.close();
      controller = null;
    },
  };
};
