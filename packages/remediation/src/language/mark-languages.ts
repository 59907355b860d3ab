import { type Block, blockText, type PageStructure } from '../structure/types.ts';
import { detectLanguage } from './detect-language.ts';

/** A few words decide nothing: names and titles are quoted in every text. */
const CERTAIN = { minWords: 12, minShare: 0.12, minLead: 1.8 };

/** The pages, with the language of each block that is written in another than the document. */
export function markLanguages(pages: readonly PageStructure[], language: string): PageStructure[] {
  const main = language.split('-')[0];
  const mark = (block: Block): Block => {
    if (block.kind === 'figure' || block.kind === 'contents' || block.kind === 'listing') return block;
    const own = detectLanguage(blockText(block), CERTAIN);
    return own === undefined || own === main ? block : { ...block, language: own };
  };
  return pages.map((page) => ({ ...page, blocks: page.blocks.map(mark) }));
}
