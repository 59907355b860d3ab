import type { Box } from '../../text/drawings.ts';
import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';

const MIN_SIDE_PT = 1.5;
const MAX_SIDE_PT = 9;
/** Width and height differ by at most this share. */
const MAX_DIFFERENCE = 0.25;
/** Against the size of the text. */
const MAX_SIDE_EM = 0.7;
const MAX_GAP_EM = 2.5;
/** One dot alone is a dot, and hundreds are a drawing. */
const MIN_BULLETS = 2;
const MAX_BULLETS = 400;

/**
 * Bullets that are drawn instead of written, as browsers do: small squares and circles before the first word of a line. Each
 * is given as a fragment without glyphs; in the PDF it stays an artifact.
 *
 * @param fields form fields of the page: their frames are no bullets
 */
export function drawnBullets(page: PageText, fields: readonly Box[], rightToLeft: boolean): TextFragment[] {
  const shapes = page.drawings.filter(({ kind, x0, y0, x1, y1 }) => {
    const [width, height] = [x1 - x0, y1 - y0];
    return (
      kind === 'path' &&
      Math.min(width, height) >= MIN_SIDE_PT &&
      Math.max(width, height) <= MAX_SIDE_PT &&
      Math.abs(width - height) <= MAX_DIFFERENCE * Math.max(width, height) &&
      !fields.some((field) => x0 < field.x1 && x1 > field.x0 && y0 < field.y1 && y1 > field.y0)
    );
  });
  if (shapes.length < MIN_BULLETS || shapes.length > MAX_BULLETS) return [];
  const upright = page.fragments.filter(({ quarter }) => quarter === 0);
  const bullets = shapes.flatMap((shape) => {
    const line = lineOf(shape, upright, rightToLeft);
    return line === undefined ? [] : [bulletOf(shape, line)];
  });
  return bullets.length < MIN_BULLETS ? [] : bullets;
}

/** The first word of the line that the shape stands before. */
function lineOf(
  shape: Box,
  fragments: readonly TextFragment[],
  rightToLeft: boolean,
): TextFragment | undefined {
  const middle = (shape.y0 + shape.y1) / 2;
  let nearest: TextFragment | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const fragment of fragments) {
    const { x0, x1, y, size } = fragment;
    if (middle < y - size * 0.15 || middle > y + size * 0.85) continue;
    const gap = rightToLeft ? shape.x0 - x1 : x0 - shape.x1;
    // Something stands on its other side: it is a sign inside of the text.
    if (gap < -0.5 && gap > -MAX_GAP_EM * size * 2) return undefined;
    if (gap < -0.5 || gap >= least) continue;
    nearest = fragment;
    least = gap;
  }
  if (!nearest || least > nearest.size * MAX_GAP_EM) return undefined;
  return shape.y1 - shape.y0 > nearest.size * MAX_SIDE_EM ? undefined : nearest;
}

function bulletOf({ x0, x1 }: Box, { y, size, bold }: TextFragment): TextFragment {
  return { text: '•', x0, x1, y, size, bold, afterSpace: true, quarter: 0, spans: [] };
}
