import type { LogFn } from '../stack/log.ts';
import { printable, style, type Terminal } from './terminal.ts';

/**
 * Shows what somebody has to know about: failures in the stack's parts, and what the stack did about a former run.
 * The rest belongs into a file; the death of the stack itself is its owner's to tell.
 */
export function problemLog(terminal: Terminal): LogFn {
  return ({ level, source, message }) => {
    if (level !== (source === 'stack' ? 'warn' : 'error')) return;
    const [first = ''] = message.split('\n');
    terminal.line(`${style('yellow', '!')} ${source}: ${printable(first, 200)}`);
  };
}
