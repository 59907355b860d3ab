import { REDACTED } from './patterns.ts';

/** Shorter values would blank out half of every log; they are not looked for. */
const MIN_KNOWN_SECRET_CHARS = 4;

const encoder = new TextEncoder();

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const hexByte = (byte: number): string =>
  byte
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

const hexUnit = (unit: number): string =>
  unit
    .toString(16)
    .padStart(4, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\b': 'b',
  '\f': 'f',
  '/': '\\/',
};

/** How often a text may have been put inside JSON, one in another, before a secret in it is missed. */
const MAX_JSON_LEVELS = 3;

// An exact number, never "some": a free count would make a run of backslashes take exponential time.
const backslashes = (count: number): string => `(?:\\\\|%(?:25)*5[cC]){${count}}`;

/** One character escaped `level` times as in JSON. Every further level doubles the backslashes there are. */
const jsonEscapes = (character: string, level: number): string[] => {
  if (level === 0) return [];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const choices = [units.map((unit) => `${backslashes(2 ** (level - 1))}u${hexUnit(unit)}`).join('')];
  const control = CONTROL_ESCAPES[character];
  if (control !== undefined) choices.push(`${backslashes(2 ** (level - 1))}${control}`);
  if (character === '"' || character === "'") choices.push(`${backslashes(2 ** level - 1)}${character}`);
  if (character === '\\') choices.push(backslashes(2 ** level));
  return choices;
};

/** One character as itself, percent-encoded once or more, or escaped as in JSON. */
const characterPattern = (character: string, level: number): string => {
  // What has no UTF-8 (half a surrogate pair) becomes U+FFFD in every encoder, in this one too.
  const percent = [...encoder.encode(character)].map((byte) => `%(?:25)*${hexByte(byte)}`).join('');
  const choices = [percent, ...jsonEscapes(character, level)];
  if (character === ' ') choices.push('\\+');
  if (level === 0 || character !== '\\') choices.push(escape(character));
  return `(?:${choices.join('|')})`;
};

/** The text as it is, percent-encoded or inside JSON. A text that JSON leaves alone needs no more than one pattern. */
const textPatterns = (secret: string): string[] => {
  const levels = /^[\w.~+=: -]*$/.test(secret) ? 0 : MAX_JSON_LEVELS;
  return Array.from({ length: levels + 1 }, (_, level) =>
    Array.from(secret, (character) => characterPattern(character, level)).join(''),
  );
};

const BASE64_ALTERNATIVES: Readonly<Record<string, string>> = {
  '+': '(?:[+-]|%(?:25)*2[bB])',
  '/': '(?:[/_]|\\\\/|%(?:25)*2[fF])',
};

/**
 * The secret inside base64, wherever it starts in the encoded bytes (`user:secret` shifts it): for each of the three
 * alignments, the characters that the secret alone decides.
 */
const base64Patterns = (bytes: Uint8Array): string[] =>
  [0, 1, 2].flatMap((offset) => {
    let binary = '\0'.repeat(offset);
    for (const byte of bytes) binary += String.fromCharCode(byte);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((binary.length * 8) / 6);
    const core = btoa(binary).slice(first, last);
    // The characters at both ends also carry bits of a neighbour, so they are any.
    const lead = offset === 0 ? '' : '[\\w+/-]?';
    const body = Array.from(core, (character) => BASE64_ALTERNATIVES[character] ?? character).join('');
    return core.length < MIN_KNOWN_SECRET_CHARS ? [] : [`${lead}${body}[\\w+/-]?(?:=|%(?:25)*3[dD]){0,2}`];
  });

const patternsOf = (secret: string): string[] => {
  const bytes = encoder.encode(secret);
  return [...textPatterns(secret), [...bytes].map(hexByte).join('[\\s:]?'), ...base64Patterns(bytes)];
};

/**
 * A function that replaces every one of `secrets` (of four characters and more) in a text: as it is, percent-encoded,
 * JSON-escaped, in hexadecimal, and in base64 of either alphabet at any alignment.
 */
export const createKnownSecretReplacer = (secrets: readonly string[]): ((text: string) => string) => {
  const patterns = [...new Set(secrets)]
    .filter((secret) => secret.length >= MIN_KNOWN_SECRET_CHARS)
    // The longest first, so that a secret that contains another goes whole.
    .toSorted((a, b) => b.length - a.length)
    .flatMap(patternsOf)
    .map((pattern) => new RegExp(pattern, 'g'));
  return (text) => patterns.reduce((result, pattern) => result.replace(pattern, REDACTED), text);
};
