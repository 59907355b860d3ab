import { type Block, blockText, type PageStructure } from '../structure/types.ts';
import { detectLanguage } from './detect-language.ts';

/** A few words decide nothing: names and titles are quoted in every text. */
const CERTAIN = { minWords: 12, minShare: 0.12, minLead: 1.8 };

/** Languages that are told by their script alone, and the scripts of others that are written in it too (ISO 15924). */
const SCRIPTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['zh', ['Hans', 'Hant', 'Hani', 'Jpan', 'Kore']],
  ['ar', ['Arab']],
  ['he', ['Hebr']],
  ['hi', ['Deva']],
]);
/** Signs that sentences in Chinese cannot do without, and names and headings in Japanese or Korean never have. */
const CHINESE = /[这這们們吗嗎么麼你妳您她哪呢吧很说还让给对为时从过发问关书见长东车门业产电]/gu;
const MIN_CHINESE = 2;
const MIN_CHINESE_SHARE = 0.03;

/** The pages, with the language of each block that is written in another than the document. */
export function markLanguages(pages: readonly PageStructure[], language: string): PageStructure[] {
  const main = language.split('-')[0];
  const script = new Intl.Locale(language).maximize().script ?? '';
  const mark = (block: Block): Block => {
    if (block.kind === 'figure' || block.kind === 'contents' || block.kind === 'listing') return block;
    const text = blockText(block);
    const own = detectLanguage(text, CERTAIN);
    if (own === undefined || own === main) return block;
    // A line without kana is Japanese all the same, and Persian is no Arabic.
    const isShared = SCRIPTS.get(own)?.includes(script) && !(own === 'zh' && isChinese(text));
    return isShared ? block : { ...block, language: own };
  };
  return pages.map((page) => ({ ...page, blocks: page.blocks.map(mark) }));
}

function isChinese(text: string): boolean {
  const signs = text.match(CHINESE)?.length ?? 0;
  return signs >= MIN_CHINESE && signs >= (text.match(/\p{sc=Han}/gu)?.length ?? 0) * MIN_CHINESE_SHARE;
}
