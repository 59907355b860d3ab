import type { DraftBlock } from './draft-blocks.ts';
import { inlinesOf } from './inlines.ts';
import { type Block, type Inline, isMark, type NoteBlock } from './types.ts';

/** Notes are set smaller than the text that they belong to. */
const MAX_SIZE = 0.93;
const LABEL = /^(?:\d{1,3}|\*{1,3}|[†‡§])[.)]?$/u;
/** A sign behind a word, as typewriters set it. */
const SIGN = /[\p{L}\p{N}.,;:!?)”"](\*{1,3}|[†‡§])[.,;:!?)”"]?$/u;

/**
 * Notes at the foot of pages: small print that opens with a mark that stands raised in the text of the same page, or a sign behind a
 * word of it.
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
    const marks = new Set(
      drafts.flatMap((draft) =>
        draft.size > bodySize * MAX_SIZE
          ? draft.content.flatMap(({ text, source }) =>
              source?.words.every(isMark)
                ? [text.trim()]
                : (source?.words ?? []).flatMap((word) => SIGN.exec(word.text)?.[1] ?? []),
            )
          : [],
      ),
    );
    for (const draft of drafts) {
      if (draft.object || draft.table || draft.size > bodySize * MAX_SIZE) continue;
      const words = draft.content.flatMap(({ source }) => source?.words ?? []);
      const [first, ...rest] = words;
      const mark = first?.text.replace(/[.)]$/, '') ?? '';
      if (!first || rest.length === 0 || !LABEL.test(first.text) || !marks.has(mark)) continue;
      const id = `note-${page + 1}-${notes.size + 1}`;
      notes.set(draft, {
        kind: 'note',
        id,
        mark,
        label: inlinesOf([first], page),
        content: inlinesOf(rest, page),
      });
      marks.delete(mark);
    }
  }
  return notes;
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
