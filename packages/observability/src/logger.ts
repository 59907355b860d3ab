import { createRedactor, type Plain, type Redactor } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LoggerOptions {
  /** Which part of Sluice speaks: `api`, `s3-poller`. */
  readonly service: string;
  /** Takes one line of JSON, without a line break. */
  readonly write: (line: string, level: LogLevel) => void;
  /** The least level written; `info` unless told. */
  readonly level?: LogLevel;
  /** On every line. */
  readonly fields?: LogFields;
  /** Knows the secrets of this process; unless told, names and patterns only. */
  readonly redactor?: Redactor;
  readonly now?: () => Date;
}

/** One wide event: everything about one unit of work, collected on the way, written once at its end. */
export interface WideEvent {
  /** Adds fields; a later value replaces an earlier one. */
  readonly set: (fields: LogFields) => void;
  /** Writes the line, with `duration_ms` and `outcome: ok`, at level info. Only the first end counts. */
  readonly end: (fields?: LogFields) => void;
  /** Writes the line with `outcome: error` and the error, at level error (or the one given). */
  readonly fail: (error: unknown, level?: LogLevel) => void;
}

export interface Logger {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
  /** The same logger with more fields on every line. */
  readonly child: (fields: LogFields) => Logger;
  /** Starts a wide event. */
  readonly wide: (event: string, fields?: LogFields) => WideEvent;
}

const isRecord = (value: Plain): value is { readonly [name: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A structured logger: a line of JSON per event, `ts` (ISO 8601), `level`, `service` and `event` first, then the
 * fields, every one redacted. Logging never throws, not even when `write` does.
 */
export const createLogger = (options: LoggerOptions): Logger => {
  const { service, write, level: least = 'info', now = () => new Date() } = options;
  const redactor = options.redactor ?? createRedactor();

  const emit = (level: LogLevel, event: string, fields: LogFields): void => {
    if (RANK[level] < RANK[least]) return;
    try {
      const safe = redactor.redact(fields);
      const head = { ts: now().toISOString(), level, service, event: redactor.text(event) };
      // The head comes last too: no field may pass itself off as the service or the time.
      write(JSON.stringify({ ...head, ...(isRecord(safe) ? safe : {}), ...head }), level);
    } catch {
      // A log that fails must not fail the work it tells of.
    }
  };

  const make = (base: LogFields): Logger => ({
    debug: (event, fields) => emit('debug', event, { ...base, ...fields }),
    info: (event, fields) => emit('info', event, { ...base, ...fields }),
    warn: (event, fields) => emit('warn', event, { ...base, ...fields }),
    error: (event, fields) => emit('error', event, { ...base, ...fields }),
    child: (fields) => make({ ...base, ...fields }),
    wide: (event, fields) => {
      const startedAtMs = now().getTime();
      let collected: LogFields = { ...base, ...fields };
      let isOpen = true;
      const finish = (level: LogLevel, last: LogFields): void => {
        if (!isOpen) return;
        isOpen = false;
        emit(level, event, { ...collected, ...last, duration_ms: now().getTime() - startedAtMs });
      };
      return {
        set: (more) => {
          collected = { ...collected, ...more };
        },
        end: (last) => finish('info', { outcome: 'ok', ...last }),
        fail: (error, level = 'error') => finish(level, { outcome: 'error', error }),
      };
    },
  });
  return make(options.fields ?? {});
};
