import type { Block, Word } from '../types.ts';

/** Words of the head rows that pages repeat, by page: they are read once. */
export function repeatedWords(
  pages: readonly { readonly blocks: readonly Block[] }[],
): ReadonlyMap<number, readonly Word[]> {
  const found = new Map<number, Word[]>();
  for (const { blocks } of pages)
    for (const block of blocks)
      for (const { source } of block.kind === 'table' ? block.repeated : []) {
        if (!source) continue;
        const words = found.get(source.page) ?? [];
        for (const word of source.words) words.push(word);
        found.set(source.page, words);
      }
  return found;
}
