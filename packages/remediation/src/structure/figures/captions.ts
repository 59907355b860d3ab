import { gapBetween } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import { type Block, plainText } from '../types.ts';
import type { TextPatch } from './text-patches.ts';

const CAPTION =
  /^(?:fig(?:ure|ura|uur|ur|\.)?|abb(?:ildung|\.)?|bild|picture|chart|exhibit|diagram|afbeelding|kuva|rys(?:unek|\.)|obr(?:ázek|\.)|рис(?:унок|\.)|[図图圖])\s*[\dIVX]+/i;
/** What else is counted, and named beside it: tables, examples, listings. */
const OTHERS =
  /^(?:tab(?:le|elle|leau|la|ella|el|ell|ulka|ela|\.)|taulukko|таблица|[表표]|example|exempl?e|beispiel|ejemplo|esempio|exemplo|voorbeeld|listing)\s*[\dIVX]+/i;
/** Behind the number: a sentence goes on in small letters. */
const TITLE = /^(?:[.-]\d+)*[a-z]?(?:\s*[.:)|–—-]|\s+[\p{Lu}\p{Lo}\d]|\s*$)/u;
const MAX_CAPTION_CHARACTERS = 500;
const CAPTION_GAP_EM = 3.5;

/** Gives pictures the captions that stand right below or above them. */
export function attachCaptions(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  let skip = false;
  for (const [index, block] of blocks.entries()) {
    if (skip) {
      skip = false;
      continue;
    }
    if (block.kind !== 'figure' || block.caption.length > 0) {
      result.push(block);
      continue;
    }
    const below = blocks[index + 1];
    const above = result.at(-1);
    // Where captions stand above, the one below is the next figure's.
    const isNext = above?.kind === 'paragraph' && isCaption(above) && blocks[index + 2]?.kind === 'figure';
    if (below?.kind === 'paragraph' && isCaption(below) && !isNext) {
      result.push({ ...block, caption: below.content });
      skip = true;
    } else if (above?.kind === 'paragraph' && isCaption(above)) {
      result.pop();
      result.push({ ...block, caption: above.content });
    } else result.push(block);
  }
  return result;
}

/** Whether a text is a caption and no sentence that begins like one ("Figure 3 shows …"). */
export function beginsAsCaption(text: string): boolean {
  const [start] = CAPTION.exec(text) ?? [];
  return start !== undefined && TITLE.test(text.slice(start.length));
}

/** Whether a text names a figure, a table or whatever else is counted. */
export function namesWhatIsCounted(text: string): boolean {
  const [start] = OTHERS.exec(text) ?? [];
  return start === undefined ? beginsAsCaption(text) : TITLE.test(text.slice(start.length));
}

/** Whether a caption stands right above or below a box. */
export function isBeside(caption: TextPatch, box: Box): boolean {
  const gap = gapBetween(caption, box);
  return gap.x === 0 && gap.y <= caption.size * CAPTION_GAP_EM;
}

/**
 * What each caption is of: the nearest of the boxes that it stands beside, of those as near the one that has fewest captions
 * to choose from. No box has two.
 */
export function captionedBoxes(captions: readonly TextPatch[], boxes: readonly Box[]): Map<Box, TextPatch> {
  const pairs = boxes.flatMap((box) => {
    const beside = captions.filter((caption) => isBeside(caption, box));
    return beside.map((caption) => ({
      box,
      caption,
      gap: Math.round(gapBetween(caption, box).y),
      choice: beside.length,
    }));
  });
  const owners = new Map<Box, TextPatch>();
  const used = new Set<TextPatch>();
  for (const { box, caption } of pairs.sort((a, b) => a.gap - b.gap || a.choice - b.choice)) {
    if (owners.has(box) || used.has(caption)) continue;
    owners.set(box, caption);
    used.add(caption);
  }
  return owners;
}

function isCaption({ content }: Extract<Block, { kind: 'paragraph' }>): boolean {
  const text = plainText(content).trim();
  return text.length <= MAX_CAPTION_CHARACTERS && CAPTION.test(text);
}
