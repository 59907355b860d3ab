import type { DraftBlock } from './draft-blocks.ts';
import { inlinesOf } from './inlines.ts';
import { type Block, type Inline, isMark, type NoteBlock, type Word } from './types.ts';

/** Notes are set smaller than the text that they belong to. */
const MAX_SIZE = 0.93;
const LABEL = /^(?:\d{1,3}|\*{1,3}|[†‡§])[.)]?$/u;
const NUMBER = /\d/;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;
/** A sign behind a word, as typewriters set it; one on both sides is for emphasis. */
const SIGN = /^(?![*†‡§]).*[\p{L}\p{N}.,;:!?)”"](\*{1,3}|[†‡§])[.,;:!?)”"]?$/u;
/** Sizes this close are one. */
const SAME_SIZE = 1.02;

/**
 * Notes at the foot of pages: small print that opens with a mark that stands raised in the text of the same page, or a sign behind a
 * word of it. What opens with a sign, and is the only block of its page to do so, may be as large as text, or what the sign stands in
 * above: so notes stand below tables, and lists have more items.
 *
 * @param bodySize size that most of the document's text is set in
 * @returns the note that a block is
 */
export function findNotes(
  pages: readonly (readonly DraftBlock[])[],
  bodySize: number,
): ReadonlyMap<DraftBlock, NoteBlock> {
  const notes = new Map<DraftBlock, NoteBlock>();
  for (const [page, drafts] of pages.entries()) {
    const isSmall = ({ size }: DraftBlock): boolean => size <= bodySize * MAX_SIZE;
    const marks = new Set(drafts.filter((draft) => !isSmall(draft)).flatMap(marksIn));
    const opened = Map.groupBy(drafts, openingMark);
    const above = new Map<string, number>();
    for (const draft of drafts) {
      const mark = openingMark(draft);
      const answered = mark === undefined || NUMBER.test(mark) ? undefined : above.get(mark);
      const answers =
        mark !== undefined &&
        answered !== undefined &&
        opened.get(mark)?.length === 1 &&
        draft.size <= Math.max(bodySize, answered) * SAME_SIZE;
      for (const sign of marksIn(draft)) above.set(sign, Math.max(draft.size, above.get(sign) ?? 0));
      if (mark === undefined || !(answers || (isSmall(draft) && marks.has(mark)))) continue;
      const [first, ...rest] = wordsOf(draft);
      if (!first) continue;
      const id = `note-${page + 1}-${notes.size + 1}`;
      notes.set(draft, {
        kind: 'note',
        id,
        mark,
        label: inlinesOf([{ ...first, raised: false }], page),
        content: inlinesOf(rest, page),
      });
      marks.delete(mark);
    }
  }
  return notes;
}

/** What a block opens with, if that can be the mark of a note. */
function openingMark(draft: DraftBlock): string | undefined {
  const [first, ...rest] = draft.object || draft.table ? [] : wordsOf(draft);
  const [second] = rest;
  if (!first || !second || !LABEL.test(first.text)) return undefined;
  // Signs alone are an ornament, and one of a section has a number behind it.
  if (!rest.some(({ text }) => LETTER_OR_NUMBER.test(text))) return undefined;
  return first.text === '§' && NUMBER.test(second.text) ? undefined : first.text.replace(/[.)]$/, '');
}

/** Marks that stand raised in a text, and signs behind its words. */
function marksIn({ content, object }: DraftBlock): string[] {
  const texts =
    object?.kind === 'table' ? object.rows.flatMap((row) => row.flatMap((cell) => cell.content)) : content;
  return texts.flatMap(({ text, source }) =>
    source?.words.every(isMark)
      ? [text.trim()]
      : (source?.words ?? []).flatMap((word) => SIGN.exec(word.text)?.[1] ?? []),
  );
}

function wordsOf({ content }: DraftBlock): Word[] {
  return content.flatMap(({ source }) => source?.words ?? []);
}

/** The blocks of a page, the marks in their text tied to the notes of the page. */
export function tieReferences(blocks: readonly Block[]): Block[] {
  const ids = new Map(blocks.flatMap((block) => (block.kind === 'note' ? [[block.mark, block.id]] : [])));
  if (ids.size === 0) return [...blocks];
  const tie = (content: readonly Inline[]): Inline[] =>
    content.map((inline) => {
      const marked = inline.source?.words.length === 1 && inline.source.words.every(isMark);
      const note = marked ? ids.get(inline.text.trim()) : undefined;
      return note === undefined ? inline : { ...inline, note };
    });
  return blocks.map((block) =>
    block.kind === 'paragraph' || block.kind === 'heading' || block.kind === 'title'
      ? { ...block, content: tie(block.content) }
      : block,
  );
}
