import type { Socket } from 'node:net';

/** What the fake answers, before it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Promised length, where it shall differ from the body's. */
  readonly claimedBytes?: number;
  /** Cut the connection after this many bytes of the body; -1: before the headers. */
  readonly cutAfterBytes?: number;
  /** Send this many bytes of the body, then nothing more, and keep the connection. */
  readonly stallAfterBytes?: number;
  /** Instead of all that: has the connection to itself, and writes to it what it will. */
  readonly raw?: (socket: Socket) => void;
}

/** A request as the fake understood it. */
export interface FakeRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** '' for the service itself. */
  readonly bucket: string;
  /** '' for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** In the words of the API: `ListObjectsV2`, `PutObject`, … */
  readonly operation: string;
}

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"\r]/g, (char) => `&#${char.charCodeAt(0)};`);

const XML = { 'content-type': 'application/xml' } as const;

export const xmlAnswer = (
  status: number,
  xml: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { ...XML, ...headers },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
});

export const emptyAnswer = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body: Buffer.alloc(0),
});

/** An S3 error document; `extra` are further elements, such as `Region` or `Endpoint`. */
export const errorAnswer = (
  status: number,
  code: string,
  message = '',
  extra: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const fields = Object.entries({ Code: code, Message: message, ...extra, RequestId: 'FAKE' });
  const inner = fields.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
  return xmlAnswer(status, `<Error>${inner}</Error>`, headers);
};
