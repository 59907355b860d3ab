import type { DataDir } from './data-dir.ts';
import type { LogFn } from './log.ts';
import type { StackPorts } from './process/ports.ts';
import type { Watchdog } from './process/watchdog.ts';
import type { StackSecrets } from './secrets.ts';

/** What every part of a stack stands on. */
export interface StackGround {
  dir: DataDir;
  ports: StackPorts;
  secrets: StackSecrets;
  watchdog: Watchdog;
  log: LogFn;
}
