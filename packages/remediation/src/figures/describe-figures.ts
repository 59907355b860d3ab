import {
  alternativeText,
  type Block,
  blockText,
  type FigureBlock,
  type PageStructure,
} from '../structure/types.ts';

/** A picture that has no caption, and where it is: points, origin at the lower left of the page as it is read. */
export interface UndescribedFigure {
  /** Index of the page. */
  readonly page: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** The text of its page, for what the picture is about. */
  readonly pageText: string;
}

/** The port of a model that says what pictures show. */
export interface FigureDescriber {
  /** @returns null where it cannot say: then the picture stays without description, and is said to */
  describe(pdf: Uint8Array, figure: UndescribedFigure, language: string): Promise<string | null>;
}

/** As long as an alternative text may well be; a model that writes more does not describe. */
const MAX_CHARACTERS = 500;

/**
 * Asks for a description of every picture that nothing stands for. What comes of it is marked as suggested: a person has to
 * confirm it.
 */
export async function describeFigures(
  pdf: Uint8Array,
  pages: readonly PageStructure[],
  language: string,
  describer: FigureDescriber,
): Promise<PageStructure[]> {
  const described: PageStructure[] = [];
  for (const page of pages) {
    const blocks: Block[] = [];
    for (const block of page.blocks)
      blocks.push(
        block.kind === 'figure' && alternativeText(block) === ''
          ? await withDescription(pdf, block, page, language, describer)
          : block,
      );
    described.push({ ...page, blocks });
  }
  return described;
}

async function withDescription(
  pdf: Uint8Array,
  figure: FigureBlock,
  { blocks }: PageStructure,
  language: string,
  describer: FigureDescriber,
): Promise<FigureBlock> {
  const pageText = blocks.map(blockText).join('\n');
  const asked = { page: figure.page, ...figure.box, pageText };
  // The model's trouble is not the document's.
  const said = await describer.describe(pdf, asked, language).catch(() => null);
  const text = said?.replace(/[\s\p{Cc}]+/gu, ' ').trim() ?? '';
  return text === '' || text.length > MAX_CHARACTERS || !text.isWellFormed()
    ? figure
    : { ...figure, description: text };
}
