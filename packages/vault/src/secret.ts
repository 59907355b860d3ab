const REDACTED = '[redacted]';

/**
 * A value that does not print: string conversion, JSON and inspection all give `[redacted]`.
 *
 * It guards against accidents (a log line, an error message, a response body), not against code that means to read:
 * {@link Secret.reveal} hands the value out, and its callers are easy to find.
 */
export class Secret<T> {
  // A true private field: invisible to Object.keys, JSON, structuredClone and inspectors that ignore the hook below.
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Keep it in the narrowest scope that works. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** What Node's and workerd's `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Secret(${REDACTED})`;
  }
}
