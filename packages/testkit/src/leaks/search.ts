import { Buffer } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { formsOf } from './forms.ts';

/** Something that must be nowhere. */
export interface Canary {
  /** What it is, for whoever reads of its escape; never the secret itself. */
  readonly name: string;
  readonly secret: string;
  /** Places, by the beginning of their names, that hold it rightly. */
  readonly allowedIn?: readonly string[];
}

/** A text that was written down somewhere: a line of a log, an answer, a row. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** A secret of fewer letters would be found by chance. */
const MIN_LETTERS = 12;

/**
 * Where canaries got to, in any form, compressed ones included.
 * @returns a sentence each, without the secret; empty when all is well.
 * @throws when a canary is so short that finding it means nothing.
 */
export function findLeaks(canaries: readonly Canary[], places: readonly Place[]): string[] {
  const short = canaries.find(({ secret }) => secret.length < MIN_LETTERS);
  if (short !== undefined) throw new Error(`${short.name} is too short to be looked for`);
  const searched = canaries.map((canary) => ({ ...canary, forms: [...formsOf(canary.secret)] }));
  return places.flatMap(({ name: place, text }) => {
    const all = [text, ...unpacked(text)].join('\n');
    return searched.flatMap(({ name, forms, allowedIn = [] }) => {
      if (allowedIn.some((allowed) => place.startsWith(allowed))) return [];
      const form = forms.find(([, written]) => all.includes(written));
      return form === undefined ? [] : [`${name} is in ${place}, as ${form[0]}`];
    });
  });
}

/** What lies gzipped in a text, as hex (as Postgres shows bytes) or base64. */
function unpacked(text: string): string[] {
  return [
    ...[...text.matchAll(/1f8b08[0-9a-f]{20,}/gi)].map(([hex]) => Buffer.from(hex, 'hex')),
    ...[...text.matchAll(/H4sI[A-Za-z0-9+/_-]{20,}/g)].map(([base64]) => Buffer.from(base64, 'base64')),
  ].flatMap((bytes) => {
    try {
      return [gunzipSync(bytes).toString()];
    } catch {
      // It only looked like it.
      return [];
    }
  });
}
