export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line from a part of the stack. `source` names the part (postgres, postgrest, gateway, workers, …). */
export interface LogEntry {
  level: LogLevel;
  source: string;
  message: string;
}

export type LogFn = (entry: LogEntry) => void;

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Returns a log function that drops entries below `level`. */
export function atLevel(level: LogLevel, log: LogFn): LogFn {
  return (entry) => {
    if (RANK[entry.level] >= RANK[level]) log(entry);
  };
}

/** The text of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
