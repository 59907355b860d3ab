import { createKnownSecretReplacer } from './known-secrets.ts';
import { isHarmlessFact, isSensitiveName, REDACTED, redactPatterns } from './patterns.ts';

/** What {@link Redactor.redact} gives: plain data that JSON.stringify takes as it is. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

export interface Redactor {
  /** A bounded plain copy of anything, without secrets. Never throws. */
  readonly redact: (value: unknown) => Plain;
  /** A text without secrets, cut to 8,192 characters. */
  readonly text: (text: string) => string;
}

const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
const MAX_NODES = 2000;
const MAX_TEXT_CHARS = 8192;
const MAX_NAME_CHARS = 256;
// A text is searched this far past what is kept, so that no secret is cut in two before it is recognised.
const MARGIN_CHARS = 8192;

interface Walk {
  readonly text: (text: string, maxChars?: number) => string;
  readonly ancestors: Set<object>;
  nodes: number;
}

const textRedactor =
  (replaceKnown: (text: string) => string) =>
  (text: string, maxChars = MAX_TEXT_CHARS): string => {
    const limit = maxChars + MARGIN_CHARS;
    if (text.length <= limit) {
      const clean = redactPatterns(replaceKnown(text));
      return clean.length <= maxChars ? clean : `${clean.slice(0, maxChars)}…`;
    }
    const clean = redactPatterns(replaceKnown(text.slice(0, limit)));
    // What stood at the cut may be half a secret, and replacements may have moved it forward: the margin goes.
    return `${clean.slice(0, Math.min(maxChars, Math.max(0, clean.length - MARGIN_CHARS)))}…`;
  };

/** The value under a name: facts stay, anything else under a sensitive name goes whole. */
const named = (name: string, value: unknown, depth: number, walk: Walk): Plain =>
  isSensitiveName(name) && !isHarmlessFact(name, value) ? REDACTED : visit(value, depth, walk);

const fromEntries = (entries: Iterable<readonly [string, unknown]>, depth: number, walk: Walk): Plain => {
  const out: [string, Plain][] = [];
  const taken = new Set<string>();
  for (const [name, value] of entries) {
    if (out.length >= MAX_ENTRIES) {
      out.push(['…', '[more]']);
      break;
    }
    let shown = walk.text(name, MAX_NAME_CHARS);
    while (taken.has(shown)) shown += "'";
    taken.add(shown);
    out.push([shown, named(name, value, depth + 1, walk)]);
  }
  return Object.fromEntries(out);
};

const fromList = (values: Iterable<unknown>, depth: number, walk: Walk): Plain => {
  const out: Plain[] = [];
  for (const value of values) {
    if (out.length >= MAX_ENTRIES) {
      out.push('[more]');
      break;
    }
    // A pair is a name and a value: an entry of Headers or of a Map that was spread into a list.
    out.push(
      Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isSensitiveName(value[0])
        ? [walk.text(value[0], MAX_NAME_CHARS), named(value[0], value[1], depth + 2, walk)]
        : visit(value, depth + 1, walk),
    );
  }
  return out;
};

function* ownProperties(
  value: object,
  includeHidden: readonly string[],
): Generator<readonly [string, unknown]> {
  const names = new Set([...includeHidden, ...Object.keys(value)]);
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    // Getters are not run: they may throw, or do something.
    if (property) yield [name, 'value' in property ? (property.value as unknown) : '[accessor]'];
  }
}

function* errorEntries(error: Error): Generator<readonly [string, unknown]> {
  yield ['name', error.name];
  yield ['message', error.message];
  yield ['stack', error.stack];
  for (const entry of ownProperties(error, ['cause', 'errors'])) {
    const isKnown = entry[0] === 'name' || entry[0] === 'message' || entry[0] === 'stack';
    if (!isKnown && entry[1] !== undefined) yield entry;
  }
}

function* mapEntries(map: ReadonlyMap<unknown, unknown>): Generator<readonly [string, unknown]> {
  for (const [key, value] of map) {
    const isPlainKey = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint';
    yield [isPlainKey ? String(key) : `[${typeof key}]`, value];
  }
}

const container = (value: object, depth: number, walk: Walk): Plain => {
  if (value instanceof Error) return fromEntries(errorEntries(value), depth, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (value instanceof URL || value instanceof RegExp) return walk.text(String(value));
  if (value instanceof URLSearchParams) return walk.text(`?${REDACTED}`);
  if (value instanceof Headers) return fromEntries(value.entries(), depth, walk);
  if (value instanceof Request || value instanceof Response) {
    const { url, headers } = value;
    const first = value instanceof Request ? { method: value.method } : { status: value.status };
    return fromEntries(Object.entries({ ...first, url, headers }), depth, walk);
  }
  if (value instanceof Map) return fromEntries(mapEntries(value), depth, walk);
  if (value instanceof Set) return fromList(value, depth, walk);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return fromList(value, depth, walk);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return visit((value.toJSON as () => unknown)(), depth + 1, walk);
  }
  return fromEntries(ownProperties(value, []), depth, walk);
};

const visit = (value: unknown, depth: number, walk: Walk): Plain => {
  switch (typeof value) {
    case 'string':
      return walk.text(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return walk.text(String(value));
    case 'undefined':
      return null;
    case 'symbol':
    case 'function':
      return `[${typeof value}]`;
    case 'object':
      break;
  }
  if (value === null) return null;
  walk.nodes += 1;
  if (depth >= MAX_DEPTH || walk.nodes > MAX_NODES) return '[more]';
  if (walk.ancestors.has(value)) return '[circular]';
  walk.ancestors.add(value);
  try {
    return container(value, depth, walk);
  } catch {
    // A proxy or a toJSON that throws must not take the log line down with it.
    return '[unreadable]';
  } finally {
    walk.ancestors.delete(value);
  }
};

/**
 * Makes a redactor that also knows these very secrets and finds them plain, percent-encoded, JSON-escaped, in hex and
 * in base64. Values under four characters are not looked for.
 */
export const createRedactor = (knownSecrets: readonly string[] = []): Redactor => {
  const text = textRedactor(createKnownSecretReplacer(knownSecrets));
  return {
    redact: (value) => visit(value, 0, { text, ancestors: new Set(), nodes: 0 }),
    text: (input) => text(input),
  };
};

const plainRedactor = createRedactor();

/**
 * A bounded plain copy of anything for a log or an error, without what is a secret by its name or by its looks: errors
 * with their causes, maps, sets, URLs, headers and cycles included. Never throws.
 */
export const redact = (value: unknown): Plain => plainRedactor.redact(value);

/** A text without what looks like a secret, cut to 8,192 characters. */
export const redactText = (text: string): string => plainRedactor.text(text);
