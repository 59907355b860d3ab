import { isRecord } from '../stack/gateway/http.ts';

export interface ApiClient {
  /** @throws with the problem's title, detail and remedy when it is refused. */
  get(path: string): Promise<unknown>;
  /** @throws as `get`. */
  post(path: string, body?: unknown): Promise<unknown>;
}

/** Sluice's API as one user. */
export function apiClient(apiUrl: string, accessToken: string): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${problemOf(text) ?? `status ${response.status}`}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

/** The rows of a list answer. @throws when there are none to be had. */
export function itemsOf(answer: unknown): Record<string, unknown>[] {
  const items = isRecord(answer) ? answer['items'] : undefined;
  if (!Array.isArray(items)) throw new Error('the API answered without a list');
  return items.filter(isRecord);
}

/** A text field of an answer. @throws when it is not there. */
export function textOf(answer: unknown, field: string): string {
  const value = isRecord(answer) ? answer[field] : undefined;
  if (typeof value !== 'string') throw new Error(`the API answered without "${field}"`);
  return value;
}

function problemOf(text: string): string | undefined {
  try {
    const problem: unknown = JSON.parse(text);
    if (!isRecord(problem)) return undefined;
    const words = ['title', 'detail', 'remedy'].flatMap((field) => {
      const value = problem[field];
      return typeof value === 'string' ? [value.replace(/\.$/, '')] : [];
    });
    return words.length === 0 ? undefined : `${words.join('. ')}.`;
  } catch {
    return undefined;
  }
}
