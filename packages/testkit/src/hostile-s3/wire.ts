import type { Socket } from 'node:net';
import { type Answer, emptyAnswer } from '../fake-s3/index.ts';

/** An answer that is written to the connection by hand. */
export const raw = (write: (socket: Socket) => void): Answer => ({ ...emptyAnswer(200), raw: write });

/** These bytes, and the end of the connection. */
export const says = (text: string | Buffer): Answer => raw((socket) => socket.end(text));

/** `text`, and then `piece` again and again, until the other side has had enough. */
export const drips = (text: string, piece: string, everyMs: number): Answer =>
  raw((socket) => {
    socket.write(text);
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.once('close', () => clearInterval(timer));
  });

/** `text`, and then `piece` as fast as it is taken. */
export const floods = (text: string, piece: string): Answer =>
  raw((socket) => {
    const chunk = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
    const more = (): void => {
      // oxlint-disable-next-line no-empty -- each write is the work
      while (!socket.destroyed && socket.write(chunk)) {}
    };
    socket.on('drain', more);
    socket.write(text);
    more();
  });

/** Takes the request and never says anything. */
export const silence: Answer = raw(() => undefined);

export const head = (status: string, headers: Readonly<Record<string, string | number>> = {}): string =>
  `HTTP/1.1 ${status}\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
