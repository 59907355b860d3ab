import { expect, inject } from 'vitest';
import { type Conformance, createConformance, type OpenApiDocument } from './conformance.ts';

/** An answer that has passed every check that holds for all answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null when there is no body. */
  readonly body: unknown;
  readonly text: string;
}

export interface CallOptions {
  readonly token?: string;
  /** Sent as JSON, unless it is a string already. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const apiUrl = (): string => {
  const { apiUrl: url } = inject('stack');
  if (url === null) throw new Error('the stack runs without Workers');
  return url;
};

let loaded: Promise<{ document: OpenApiDocument; conformance: Conformance }> | undefined;

/** The running app's own document, and the checks made of it. */
export const loadDocument = (): Promise<{ document: OpenApiDocument; conformance: Conformance }> => {
  loaded ??= (async () => {
    const response = await fetch(`${apiUrl()}/api/openapi.json`);
    const document = (await response.json()) as OpenApiDocument;
    return { document, conformance: createConformance(document) };
  })();
  return loaded;
};

/** Every secret any test of this file has sent: no answer may hold one. */
const sentSecrets = new Set<string>();

/** Without recursion: a test may send lists within lists, tens of thousands deep. */
const rememberSecrets = (sent: unknown): void => {
  const rest: [string, unknown][] = [['', sent]];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [name, value] = next;
    if (typeof value === 'string') {
      if (/^(accessKeyId|secretAccessKey|sessionToken)$/.test(name) && value.length > 8)
        sentSecrets.add(value);
    } else if (typeof value === 'object' && value !== null) rest.push(...Object.entries(value));
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Lines of JSON are a list of what they hold. */
const bodyOf = (text: string, contentType: string | null): unknown => {
  if (text === '') return null;
  if (contentType !== 'application/x-ndjson') return JSON.parse(text);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
};

/**
 * Calls the API and checks what every answer guarantees: it is documented and fits its schema, is not cached, carries the
 * security headers and its request id, says its status, and holds no secret that was sent.
 */
export const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
  const { token, body, headers = {} } = options;
  rememberSecrets(typeof body === 'string' ? parsed(body) : body);
  const response = await fetch(`${apiUrl()}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: bodyOf(text, response.headers.get('content-type')),
  };
  await expectGuarantees(method, path, answer);
  return answer;
};

const expectGuarantees = async (method: string, path: string, answer: Answer): Promise<void> => {
  const { headers, status, body, text } = answer;
  const shown = `${method} ${path} → ${status} ${text}`;
  expect(headers.get('cache-control'), shown).toBe('no-store');
  expect(headers.get('x-content-type-options'), shown).toBe('nosniff');
  expect(headers.get('x-frame-options'), shown).toBe('SAMEORIGIN');
  expect(headers.get('referrer-policy'), shown).toBe('no-referrer');
  expect(headers.get('strict-transport-security'), shown).toMatch(/max-age=\d{7,}/);
  expect(headers.get('x-request-id'), shown).toMatch(/^[0-9a-f-]{36}$/);
  const { conformance } = await loadDocument();
  const contentType = headers.get('content-type');
  if (status >= 400) {
    expect(contentType, shown).toBe('application/problem+json');
    expect(body, shown).toMatchObject({ status, requestId: headers.get('x-request-id') });
    expect(conformance.componentProblems('Problem', body), shown).toEqual([]);
    expect(text, shown).not.toMatch(/\bat \S+ \(|\.ts:\d|node_modules|PostgREST|PGRST|SQLSTATE/);
  }
  if (status === 401) expect(headers.get('www-authenticate'), shown).toBe('Bearer');
  const operation = conformance.find(method, path.split('?')[0] ?? '');
  // An operation that is not there answers with problems only.
  if (operation === undefined) expect([401, 404, 405, 413, 415], shown).toContain(status);
  // A body where none is taken is refused by the door, whatever lies behind it.
  else if (status !== 413 && status !== 415)
    expect(conformance.problems(operation, status, contentType, body), shown).toEqual([]);
  for (const secret of sentSecrets) {
    expect(text.includes(secret), `a secret came back from ${method} ${path}`).toBe(false);
  }
};

/** A value inside an answer, by path: `errors.0.field`. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
      value,
    );

/** Like {@link at}, where only a string will do. */
export const stringAt = (value: unknown, path: string): string => {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`no string at ${path} in ${JSON.stringify(value)}`);
  return found;
};

/** The fields a problem names. */
export const fieldsOf = (answer: Answer): string[] => {
  const errors = at(answer.body, 'errors');
  return Array.isArray(errors) ? errors.map((error) => stringAt(error, 'field')) : [];
};

/** Two answers, but for what names this very request. */
export const withoutRequestId = ({ status, text, headers }: Answer) => ({
  status,
  body: text.replaceAll(headers.get('x-request-id') ?? '', '<id>'),
  headers: [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'),
});
