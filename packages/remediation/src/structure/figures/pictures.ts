import { area, intersection, liesIn, union } from '../../text/boxes.ts';
import type { Box, Drawing } from '../../text/drawings.ts';
import type { PageText } from '../../text/page-text.ts';
import type { FigureBlock, LinkArea } from '../types.ts';

/** Smaller than this it is a rule, a bullet or a dot. */
const MIN_SIDE_PT = 9;
/** Covers the page, with text on it: a background, or a scan whose text has been recognised. */
const BACKGROUND_SHARE = 0.8;
const BACKGROUND_CHARACTERS = 20;
/** A picture at the same place on this many pages, and this share of them, is decoration. */
const REPEATED_PAGES = 3;
const REPEATED_SHARE = 0.3;
const TOUCHING_PT = 2;
/** Tiles are painted in rows: of one picture, each touches one of so many before it. */
const MAX_TILES_BACK = 200;
/** A link whose area is a picture's, to this share, has the picture for its text. */
const LINKED_SHARE = 0.75;

/**
 * The pictures of each page that say something; those that repeat or lie behind the text are decoration.
 *
 * @param links of each page
 */
export function findFigures(
  pages: readonly PageText[],
  links: readonly (readonly LinkArea[])[],
): FigureBlock[][] {
  const places = new Map<string, number>();
  for (const { drawings } of pages)
    for (const place of new Set(drawings.filter(isPicture).map(placeOf)))
      places.set(place, (places.get(place) ?? 0) + 1);
  const repeated = (drawing: Drawing): boolean => {
    const count = places.get(placeOf(drawing)) ?? 0;
    return count >= REPEATED_PAGES && count >= pages.length * REPEATED_SHARE;
  };
  return pages.map((page, index) => {
    const characters = page.fragments.reduce((sum, fragment) => sum + fragment.text.length, 0);
    const behind = (box: Drawing): boolean =>
      characters >= BACKGROUND_CHARACTERS &&
      (box.x1 - box.x0) * (box.y1 - box.y0) > page.width * page.height * BACKGROUND_SHARE;
    const pictures = page.drawings.filter((item) => isPicture(item) && !repeated(item) && !behind(item));
    const linkOf = pictureLinks(links[index] ?? [], page);
    return joinTouching(pictures, linkOf).map((drawings) => {
      const box = union(drawings);
      const link = linkOf(box);
      return {
        kind: 'figure' as const,
        page: index,
        drawings,
        box,
        text: [],
        caption: [],
        ...(link && { link }),
      };
    });
  });
}

/** The link that a picture is all of: with no words, and no more to show than the picture. */
function pictureLinks(
  links: readonly LinkArea[],
  { fragments }: PageText,
): (picture: Box) => LinkArea | undefined {
  const wordless = new Map<LinkArea, boolean>();
  const isWordless = (link: LinkArea): boolean => {
    const known =
      wordless.get(link) ?? !fragments.some(({ x0, x1, y }) => liesIn({ x0, x1, y0: y, y1: y }, link));
    wordless.set(link, known);
    return known;
  };
  return (picture) => links.find((link) => isSame(picture, link) && isWordless(link));
}

function isSame(picture: Box, link: Box): boolean {
  const shared = intersection(picture, link);
  return shared !== undefined && area(shared) >= LINKED_SHARE * Math.max(area(picture), area(link));
}

function isPicture({ kind, x0, y0, x1, y1 }: Drawing): boolean {
  return kind === 'image' && x1 - x0 >= MIN_SIDE_PT && y1 - y0 >= MIN_SIDE_PT;
}

function placeOf({ x0, y0, x1, y1 }: Drawing): string {
  return [x0, y0, x1, y1].map((value) => Math.round(value / 4)).join(' ');
}

/** Writers cut pictures into strips: those that touch, follow each other and do not lead elsewhere are one. */
function joinTouching(
  pictures: readonly Drawing[],
  linkOf: (picture: Box) => LinkArea | undefined,
): Drawing[][] {
  const own = new Map(pictures.map((picture) => [picture, linkOf(picture)]));
  const groups: Drawing[][] = [];
  for (const picture of pictures) {
    const last = groups.at(-1);
    const isOne = (other: Drawing): boolean => touches(other, picture) && own.get(other) === own.get(picture);
    if (last?.slice(-MAX_TILES_BACK).some(isOne)) last.push(picture);
    else groups.push([picture]);
  }
  return groups;
}

function touches(a: Drawing, b: Drawing): boolean {
  const sameColumn = Math.abs(a.x0 - b.x0) < TOUCHING_PT && Math.abs(a.x1 - b.x1) < TOUCHING_PT;
  const sameRow = Math.abs(a.y0 - b.y0) < TOUCHING_PT && Math.abs(a.y1 - b.y1) < TOUCHING_PT;
  const stacked = Math.abs(a.y0 - b.y1) < TOUCHING_PT || Math.abs(a.y1 - b.y0) < TOUCHING_PT;
  const beside = Math.abs(a.x0 - b.x1) < TOUCHING_PT || Math.abs(a.x1 - b.x0) < TOUCHING_PT;
  return (sameColumn && stacked) || (sameRow && beside);
}
