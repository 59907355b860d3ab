import { type Inline, isMark, type LinkArea, type Word } from './types.ts';

const IDEOGRAPH = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303f\uff01-\uff60]`;
/** More than any rule for the end of a text looks at. */
const ENDING = 8;
const IDEOGRAPH_AT_END = new RegExp(`${IDEOGRAPH}$`, 'u');
const IDEOGRAPH_AT_START = new RegExp(`^${IDEOGRAPH}`, 'u');

/** A text that grows, of which only the end is looked at: looking at all of it for each line takes its square. */
class GrowingText {
  readonly #parts: string[];
  #end: string;

  constructor(text = '') {
    this.#parts = [text];
    this.#end = text.slice(-ENDING);
  }

  /** Its last letters. */
  get end(): string {
    return this.#end;
  }

  get whole(): string {
    return this.#parts.join('');
  }

  add(text: string): void {
    this.#parts.push(text);
    this.#end = (this.#end + text).slice(-ENDING);
  }

  /** Takes out the last of its UTF-16 units, which is a hyphen. */
  dropLast(): void {
    while (this.#parts.at(-1) === '') this.#parts.pop();
    this.#parts.push((this.#parts.pop() ?? '').slice(0, -1));
    this.#end = this.#end.slice(0, -1);
  }
}

/** A run of words while it grows. */
interface Run {
  readonly text: GrowingText;
  readonly link: LinkArea | undefined;
  readonly script: Inline['script'];
  /** The mark of a note stands alone. */
  readonly mark: boolean;
  readonly words: Word[];
}

const PLAIN = { link: undefined, script: undefined, mark: false } as const;

/** Joins words of one page, undoing hyphenation at line ends, and keeping runs of the same link together, and scripts and marks of notes apart. */
export function inlinesOf(words: readonly Word[], page: number): Inline[] {
  const result: Run[] = [];
  for (const [index, word] of words.entries()) {
    const last = result.at(-1);
    let space = word.before ?? (index > 0 && (word.spaceBefore || word.lineStart) ? ' ' : '');
    const atBreak = word.before === undefined && word.lineStart;
    if (last && atBreak && isWrittenWithoutSpaces(last.text.end, word.text)) space = '';
    if (last && endsHyphenated(last.text.end, word)) {
      last.text.dropLast();
      space = '';
    }
    const { link } = word;
    // A link stays in one piece, whatever is in it.
    const script = link ? undefined : scriptOf(word);
    const mark = !link && isMark(word);
    if (last && last.link === link && last.script === script && !last.mark && !mark) {
      last.text.add(space + word.text);
      last.words.push(word);
      continue;
    }
    // White space between a link or a script and its surroundings belongs to the surroundings.
    let lead = '';
    if (last && !last.link && !last.script) last.text.add(space);
    else if (!last || !(link || script)) lead = space;
    else if (space !== '') result.push({ ...PLAIN, text: new GrowingText(space), words: [] });
    result.push({ text: new GrowingText(lead + word.text), link, script, mark, words: [word] });
  }
  return result.map(({ text, link, words: own }) => {
    const script = own[0] && scriptOf(own[0]);
    return {
      text: text.whole.replaceAll('\u00ad', ''),
      ...(link?.href !== undefined && { href: link.href }),
      ...(script && own.every((word) => scriptOf(word) === script) && { script }),
      source: { page, words: own, link },
    };
  });
}

function scriptOf({ raised, lowered }: Word): Inline['script'] {
  return raised ? 'sup' : lowered ? 'sub' : undefined;
}

/** Text that a column or page breaks off, and the rest of it. */
export function joinInlines(before: readonly Inline[], after: readonly Inline[]): Inline[] {
  const last = before.at(-1);
  const first = after[0]?.source?.words[0];
  if (!last || !first) return [...before, ...after];
  const end = last.text.slice(-ENDING);
  const broken = endsHyphenated(end, { ...first, lineStart: true });
  const together = isWrittenWithoutSpaces(end, first.text);
  const text = broken ? last.text.slice(0, -1) : together ? last.text : `${last.text} `;
  return [...before.slice(0, -1), { ...last, text }, ...behindBreak(after)];
}

/** Text that begins a line, as it does where the one before is broken off. */
function behindBreak([first, ...rest]: readonly Inline[]): Inline[] {
  const [word, ...words] = first?.source?.words ?? [];
  if (!first?.source || !word) return first ? [first, ...rest] : [];
  return [
    { ...first, source: { ...first.source, words: [{ ...word, lineStart: true }, ...words] } },
    ...rest,
  ];
}

/** Whether a text ends in the middle of a sentence, and another goes on in one. */
export function isUnfinished(before: string, after: string): boolean {
  return !/[.:;?!]["”’)\]]*$/.test(before.trimEnd()) && /^[\p{Ll}(]/u.test(after);
}

/** Whether the end of a line between two texts stands for nothing: Chinese and Japanese have no spaces. */
function isWrittenWithoutSpaces(before: string, after: string): boolean {
  return IDEOGRAPH_AT_END.test(before) && IDEOGRAPH_AT_START.test(after);
}

/** Whether a word goes on with one that the end of its line broke. */
function endsHyphenated(before: string, word: Word): boolean {
  return (
    word.lineStart &&
    word.before === undefined &&
    /\p{Ll}[-\u2010\u00ad]$/u.test(before) &&
    /^\p{Ll}/u.test(word.text)
  );
}
