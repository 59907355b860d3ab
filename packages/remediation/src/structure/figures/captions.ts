import { type Block, plainText } from '../types.ts';

const CAPTION =
  /^(?:fig(?:ure|ura|uur|ur|\.)?|abb(?:ildung|\.)?|bild|picture|chart|exhibit|diagram|afbeelding|kuva|rys(?:unek|\.)|obr(?:ázek|\.)|рис(?:унок|\.)|[図图圖])\s*[\dIVX]+/i;
/** Behind the number: a sentence goes on in small letters. */
const TITLE = /^(?:[.-]\d+)*[a-z]?(?:\s*[.:)|–—-]|\s+[\p{Lu}\p{Lo}\d]|\s*$)/u;
const MAX_CAPTION_CHARACTERS = 500;

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
    if (below?.kind === 'paragraph' && isCaption(below)) {
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

function isCaption({ content }: Extract<Block, { kind: 'paragraph' }>): boolean {
  const text = plainText(content).trim();
  return text.length <= MAX_CAPTION_CHARACTERS && CAPTION.test(text);
}
