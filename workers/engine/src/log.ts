import { createLogger, type Logger } from '@sluice/observability';

const write = (line: string): void => {
  // oxlint-disable-next-line no-console -- a Worker's log is its console
  console.log(line);
};

/** The logger of one part of the engine. Lines are redacted by the logger. */
export const logOf = (service: string): Logger => createLogger({ service, write });
