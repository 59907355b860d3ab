import type { LogFn } from '../stack/log.ts';
import { printable, style, type Terminal } from './terminal.ts';

/** Shows what somebody has to know about: failures of the stack's parts. The rest belongs into a file. */
export function problemLog(terminal: Terminal): LogFn {
  return ({ level, source, message }) => {
    if (level !== 'error' && !(level === 'warn' && source === 'stack')) return;
    const [first = ''] = message.split('\n');
    terminal.line(`${style('yellow', '!')} ${source}: ${printable(first, 200)}`);
  };
}
