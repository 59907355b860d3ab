import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeyStore } from './key-store.ts';
import { KmsFault } from './kms-fault.ts';
import { OPERATIONS } from './operations.ts';
import { type FakeIdentity, verifySigV4 } from './sigv4.ts';

/** What a call may meet instead of an answer. `hang` never answers; `truncate` breaks off inside the body. */
export type FakeKmsTrouble =
  | { readonly kind: 'error'; readonly type: string; readonly status: number }
  | { readonly kind: 'hang' | 'truncate' | 'not-json' };

export interface FakeKmsCall {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface FakeKms {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  readonly region: string;
  readonly identity: FakeIdentity;
  readonly keys: KeyStore;
  /** Correctly signed calls, oldest first, those that were denied or met trouble included. */
  readonly calls: readonly FakeKmsCall[];
  /** Answers AccessDeniedException to this action from now on; `false` allows it again. */
  readonly deny: (action: string, denied?: boolean) => void;
  /** The next calls, one each, meet these troubles. */
  readonly trouble: (...troubles: readonly FakeKmsTrouble[]) => void;
  readonly close: () => Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const parseInput = (body: Buffer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Answered below, as the service does.
  }
  throw new KmsFault('SerializationException', 400, '');
};

/**
 * AWS KMS on a port of its own: real signatures, real AES-GCM with the encryption context as additional data, and the
 * service's own error answers. Keys live in memory.
 */
export const startFakeKms = async (
  options: { readonly region?: string; readonly identity?: FakeIdentity; readonly port?: number } = {},
): Promise<FakeKms> => {
  const region = options.region ?? 'eu-central-1';
  const identity = options.identity ?? {
    accessKeyId: 'AKIAFAKEKMSFAKEKMS00',
    secretAccessKey: randomUUID().repeat(2),
  };
  const keys = new KeyStore(region);
  const calls: FakeKmsCall[] = [];
  const denied = new Set<string>();
  const troubles: FakeKmsTrouble[] = [];

  const answer = (request: IncomingMessage, body: Buffer): string | null => {
    verifySigV4(request, body, identity, region);
    const action = String(request.headers['x-amz-target'] ?? '').replace(/^TrentService\./, '');
    const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
    if (!operation) throw new KmsFault('UnknownOperationException', 404, '');
    const input = parseInput(body);
    calls.push({ action, input });
    const trouble = troubles.shift();
    if (trouble?.kind === 'hang') return null;
    if (trouble?.kind === 'not-json') return '<html>gateway</html>';
    if (trouble?.kind === 'error') throw new KmsFault(trouble.type, trouble.status, 'arranged by the test');
    if (denied.has(action)) {
      throw new KmsFault('AccessDeniedException', 400, `not authorized to perform: kms:${action}`);
    }
    const text = JSON.stringify(operation(keys, input));
    return trouble?.kind === 'truncate' ? text.slice(0, -4) : text;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let status = 200;
    let text: string | null;
    try {
      text = answer(request, await readBody(request));
    } catch (error) {
      const fault =
        error instanceof KmsFault ? error : new KmsFault('KMSInternalException', 500, String(error));
      status = fault.status;
      text = JSON.stringify({ __type: fault.type, message: fault.message });
    }
    if (text === null) return;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': randomUUID(),
      connection: 'close',
    });
    response.end(text);
  };
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    region,
    identity,
    keys,
    calls,
    deny: (action, isDenied = true) => {
      if (isDenied) denied.add(action);
      else denied.delete(action);
    },
    trouble: (...more) => {
      troubles.push(...more);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
