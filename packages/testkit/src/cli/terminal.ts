import { stripVTControlCharacters } from 'node:util';

/** Where the CLI writes: lines that stay, and on a terminal one line at the end that is written anew. */
export interface Terminal {
  readonly isInteractive: boolean;
  line(text?: string): void;
  /** Replaces the last line. Without a terminal it is written only when `isMilestone`. */
  status(text: string, isMilestone?: boolean): void;
  /** Takes the status line away. */
  clear(): void;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Writes to `stream`: normally stdout; stderr when stdout belongs to a program. */
export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const isInteractive = stream.isTTY && process.env['TERM'] !== 'dumb';
  let status = '';
  const clear = (): void => {
    if (status !== '') stream.write('\r\u001b[2K');
    status = '';
  };
  return {
    isInteractive,
    line: (text = '') => {
      const shown = status;
      clear();
      stream.write(`${text}\n`);
      if (shown !== '') {
        status = shown;
        stream.write(status);
      }
    },
    status: (text, isMilestone = false) => {
      if (!isInteractive) {
        if (isMilestone) stream.write(`${text}\n`);
        return;
      }
      // Some terminals say that they have 0 columns.
      const shown = truncate(text, (stream.columns || 80) - 1);
      if (shown === status) return;
      clear();
      status = shown;
      stream.write(status);
    },
    clear,
  };
}

/** Colours `text` when the stream is a terminal that wants colours. */
export function style(name: keyof typeof STYLES, text: string): string {
  const wanted = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return wanted ? `\u001b[${STYLES[name]}m${text}\u001b[0m` : text;
}

/** A name from a customer's bucket, fit for a terminal: it may hold line breaks and control characters. */
export function printable(text: string, maxLength = 90): string {
  const plain = stripVTControlCharacters(text).replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    '\ufffd',
  );
  if (plain.length <= maxLength) return plain;
  const tail = Math.floor(maxLength / 3);
  return `${plain.slice(0, maxLength - tail - 1)}…${plain.slice(-tail)}`.toWellFormed();
}

/** Cuts a styled line to a width, counting what is seen. */
function truncate(text: string, width: number): string {
  return stripVTControlCharacters(text).length <= width
    ? text
    : stripVTControlCharacters(text).slice(0, width);
}
