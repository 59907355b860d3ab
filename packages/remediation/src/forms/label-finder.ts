import { union } from '../text/boxes.ts';
import type { Box } from '../text/drawings.ts';
import type { GlyphSpan, TextFragment } from '../text/text-pen.ts';
import type { FormField } from './form-fields.ts';

/** A piece of text that a field is read right before or after. */
export interface FieldPlace {
  readonly spans: readonly GlyphSpan[];
  readonly side: 'before' | 'after';
}

/**
 * The glyphs of a word that a field is read beside: a word is copied on its way, and divided where a link ends, its glyphs are not.
 */
export function glyphsBeside(spans: readonly GlyphSpan[], side: FieldPlace['side']): GlyphSpan | undefined {
  return side === 'before' ? spans[0] : spans.at(-1);
}

interface Label {
  readonly words: readonly TextFragment[];
  readonly text: string;
  readonly place: FieldPlace;
}

const SAME_LINE_EM = 0.42;
/** Words of one label are not further apart than this. */
const WORD_GAP_EM = 1.6;
const MAX_LEFT_EM = 20;
const MAX_RIGHT_EM = 3;
const MAX_ABOVE_EM = 2;
const MAX_LABEL_CHARACTERS = 120;
const MAX_LABEL_LINES = 4;
/** With the blanks behind it that are no part of it. */
const MAX_RUN_CHARACTERS = 1000;

/** Finds the text of a page that belongs to a form field. */
export class LabelFinder {
  readonly #text: readonly TextFragment[];
  readonly #fields: readonly Box[];

  constructor(text: readonly TextFragment[], fields: readonly Box[]) {
    this.#text = text;
    this.#fields = fields;
  }

  find(field: FormField): Label | undefined {
    switch (field.kind) {
      case 'push':
        return this.#inside(field);
      case 'check':
      case 'radio':
        return this.#right(field) ?? this.#left(field, MAX_RIGHT_EM) ?? this.#above(field);
      case 'text':
      case 'choice':
      case 'signature':
        return this.#left(field, MAX_LEFT_EM) ?? this.#above(field);
    }
  }

  /** What stands above or left of all buttons of a group, and is not the label of one. */
  findGroup(members: readonly Box[], taken: ReadonlySet<TextFragment>): Label | undefined {
    const box = union(members);
    const rest = this.#text.filter((fragment) => !taken.has(fragment));
    const others = this.#fields.filter((field) => !members.includes(field));
    const finder = new LabelFinder(rest, others);
    return finder.#left(box, MAX_LEFT_EM) ?? finder.#above(box);
  }

  /** A field that no text names is read after what stands left of it, else above it. */
  placeWithoutLabel(field: Box): FieldPlace | undefined {
    const before = this.#text.filter(
      (word) => middle(word) > field.y1 || (onLine(word, field) && word.x1 <= field.x1),
    );
    const last = before.reduce<TextFragment | undefined>(
      (best, word) =>
        !best || word.y < best.y - word.size * SAME_LINE_EM || (sameLine(word, best) && word.x1 > best.x1)
          ? word
          : best,
      undefined,
    );
    return last && { spans: last.spans, side: 'after' };
  }

  #inside(field: Box): Label | undefined {
    const words = this.#text.filter((word) => {
      const x = (word.x0 + word.x1) / 2;
      return x > field.x0 && x < field.x1 && onLine(word, field);
    });
    return labelOf(inOrder(words), 'after');
  }

  #left(field: Box, reachEm: number): Label | undefined {
    const candidates = this.#text.filter(
      (word) =>
        onLine(word, field) &&
        word.x1 <= field.x0 + word.size * 0.3 &&
        field.x0 - word.x1 <= word.size * reachEm,
    );
    const line = topLine(candidates);
    const nearest = line.at(-1);
    if (!nearest || this.#fieldBetween(nearest.x1, field.x0, field)) return undefined;
    const words = run(nearest, line.slice(0, -1).reverse(), (next, word) => this.#follows(word, next));
    return labelOf(words.reverse(), 'after');
  }

  #right(field: Box): Label | undefined {
    const line = topLine(
      this.#text.filter((word) => onLine(word, field) && word.x0 >= field.x1 - word.size * 0.3),
    );
    const [first] = line;
    if (!first || first.x0 - field.x1 > first.size * MAX_RIGHT_EM) return undefined;
    if (this.#fieldBetween(field.x1, first.x0, field)) return undefined;
    const words = this.#runFrom(first, line);
    let last = words;
    for (let lines = 1; lines < MAX_LABEL_LINES; lines++) {
      const next = this.#lineBelow(last, field);
      if (next.length === 0) break;
      words.push(...next);
      last = next;
    }
    return labelOf(words, 'before');
  }

  /** The next line of a label that begins where its last one does, unless a field of its own stands before it. */
  #lineBelow(line: readonly TextFragment[], field: Box): TextFragment[] {
    const [first] = line;
    if (!first || /[.:;?!]$/.test(line.at(-1)?.text ?? '')) return [];
    const below = this.#text.filter(
      (word) =>
        first.y - word.y > first.size * SAME_LINE_EM &&
        first.y - word.y < first.size * 1.5 &&
        word.x0 > first.x0 - first.size * 0.5 &&
        Math.abs(word.size - first.size) < first.size * 0.08,
    );
    const sorted = topLine(below);
    const [start] = sorted;
    if (!start || Math.abs(start.x0 - first.x0) > first.size * 0.5) return [];
    const owned = this.#fields.some(
      (other) => other !== field && onLine(start, other) && other.x1 <= start.x0 && other.x1 > field.x0,
    );
    return owned ? [] : this.#runFrom(start, sorted);
  }

  #above(field: Box): Label | undefined {
    const candidates = this.#text.filter(
      (word) =>
        middle(word) > field.y1 &&
        word.y - field.y1 <= word.size * MAX_ABOVE_EM &&
        word.x0 < field.x1 &&
        word.x1 > field.x0 - word.size,
    );
    const lowest = candidates.reduce<TextFragment | undefined>(
      (best, word) => (!best || word.y < best.y ? word : best),
      undefined,
    );
    if (!lowest || this.#fieldBelow(lowest, field)) return undefined;
    const line = inOrder(this.#text.filter((word) => sameLine(word, lowest)));
    const before = line.slice(0, line.indexOf(lowest)).reverse();
    const first = run(lowest, before, (next, word) => this.#follows(word, next)).at(-1);
    return first && labelOf(this.#runFrom(first, line), 'after');
  }

  /** Words from here to the first wide gap or field. */
  #runFrom(first: TextFragment, line: readonly TextFragment[]): TextFragment[] {
    return run(first, line.slice(line.indexOf(first) + 1), (last, word) => this.#follows(last, word));
  }

  #follows(before: TextFragment, word: TextFragment): boolean {
    if (word.x0 - before.x1 > WORD_GAP_EM * Math.max(before.size, word.size)) return false;
    return !this.#fields.some(
      (field) => onLine(word, field) && field.x0 >= before.x1 - 2 && field.x1 <= word.x0 + 2,
    );
  }

  /** Whether another field stands between the text and the field below it. */
  #fieldBelow(word: TextFragment, field: Box): boolean {
    return this.#fields.some(
      (other) =>
        other !== field &&
        other.y0 >= field.y1 - 1 &&
        other.y0 < word.y &&
        other.x0 < field.x1 &&
        other.x1 > field.x0,
    );
  }

  #fieldBetween(from: number, to: number, field: Box): boolean {
    return this.#fields.some(
      (other) =>
        other !== field &&
        other.y0 < field.y1 - 1 &&
        other.y1 > field.y0 + 1 &&
        other.x0 >= from - 2 &&
        other.x1 <= to + 2,
    );
  }
}

/** Words as long as each belongs to the one before; none when they are more than a label has. */
function run(
  first: TextFragment,
  others: readonly TextFragment[],
  goesOn: (last: TextFragment, word: TextFragment) => boolean,
): TextFragment[] {
  const words = [first];
  let last = first;
  let characters = first.text.length;
  for (const word of others) {
    if (!goesOn(last, word)) break;
    characters += word.text.length;
    if (characters > MAX_RUN_CHARACTERS) return [];
    words.push(word);
    last = word;
  }
  return words;
}

/** Half the height of its small letters. */
function middle(word: TextFragment): number {
  return word.y + word.size * 0.25;
}

function onLine(word: TextFragment, box: Box): boolean {
  return middle(word) > box.y0 - 1 && middle(word) < box.y1 + 1;
}

function sameLine(a: TextFragment, b: TextFragment): boolean {
  return Math.abs(a.y - b.y) <= SAME_LINE_EM * Math.min(a.size, b.size);
}

function topLine(words: readonly TextFragment[]): TextFragment[] {
  const top = words.reduce<TextFragment | undefined>(
    (best, word) => (!best || word.y > best.y ? word : best),
    undefined,
  );
  return top ? words.filter((word) => sameLine(word, top)).sort((a, b) => a.x0 - b.x0) : [];
}

function inOrder(words: readonly TextFragment[]): TextFragment[] {
  return [...words].sort((a, b) => (sameLine(a, b) ? a.x0 - b.x0 : b.y - a.y));
}

/** Undefined for what cannot be a label: nothing to read, or a paragraph. */
function labelOf(words: readonly TextFragment[], side: 'before' | 'after'): Label | undefined {
  if (words.reduce((sum, word) => sum + word.text.length, 0) > MAX_RUN_CHARACTERS) return undefined;
  const text = words
    .map((word) => word.text)
    .join(' ')
    .replace(/[\s:_.…]+$/u, '')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(text) || text.length > MAX_LABEL_CHARACTERS) return undefined;
  const word = side === 'before' ? words[0] : words.at(-1);
  return word && { words, text, place: { spans: word.spans, side } };
}
