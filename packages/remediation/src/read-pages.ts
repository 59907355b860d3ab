import type { PDF } from '@libpdf/core';
import type { WorkBudget } from './budget.ts';
import { readFormFields } from './forms/form-fields.ts';
import { type LabelledField, labelFields } from './forms/label-fields.ts';
import { readLinks } from './pdf/links.ts';
import { NamedDestinations } from './pdf/named-destinations.ts';
import type { OpenDocument } from './pdf/open-document.ts';
import { type OutlineEntry, readOutline } from './pdf/outline.ts';
import type { Notice } from './report.ts';
import { type DraftPage, draftPage } from './structure/build-structure.ts';
import { findDrawnFigures, withoutDiagrams } from './structure/figures/drawn-figures.ts';
import { findFigures } from './structure/figures/pictures.ts';
import { isTypewritten } from './structure/listings/listing-rows.ts';
import { drawnBullets } from './structure/lists/drawn-bullets.ts';
import { type PageObject, pageRows } from './structure/page-lines.ts';
import { bodySizeOf } from './structure/running/body-size.ts';
import { findLineNumbers } from './structure/running/line-numbers.ts';
import { marginLines, type PageMargins } from './structure/running/margin-lines.ts';
import { findRunningText } from './structure/running/running-text.ts';
import { type OpenTable, openTable } from './structure/tables/carried-rows.ts';
import { type RuledGrid, ruledGrids } from './structure/tables/ruled/ruled-grids.ts';
import {
  blankRest,
  hasEnoughFor,
  hasRows,
  tableGrids,
  takeRuledTables,
} from './structure/tables/ruled/ruled-tables.ts';
import type { LinkArea } from './structure/types.ts';
import type { ReadPage } from './tagging/tag-document.ts';
import { liesIn } from './text/boxes.ts';
import { textDigest } from './text/characters.ts';
import { mostlyRightToLeft } from './text/direction.ts';
import { FontCache, type UsedFont } from './text/fonts/font-cache.ts';
import { withoutOverprints } from './text/overprints.ts';
import { readPageText } from './text/page-interpreter.ts';
import type { PageText } from './text/page-text.ts';
import type { TextFragment } from './text/text-pen.ts';

/** A page counts as a picture when an image covers this share of it and there is hardly any text. */
const SCAN_SHARE = 0.5;
const SCAN_CHARACTERS = 20;

export interface ReadPages {
  readonly pages: readonly ReadPage[];
  readonly drafts: readonly DraftPage[];
  /** Digest of each page's text. */
  readonly digests: readonly number[];
  readonly scanned: ReadonlySet<number>;
  readonly characters: number;
  /** Nothing is painted on any page. */
  readonly isBlank: boolean;
  readonly runningText: readonly string[];
  readonly fonts: readonly UsedFont[];
  readonly outline: readonly OutlineEntry[];
  /** The size that most of the text is set in, in points. */
  readonly bodySize: number;
}

/** Page by page: what a page's streams unpack to is let go before the next is read. */
export function readPages(
  { objects }: OpenDocument,
  budget: WorkBudget,
  notices: Set<Notice>,
  onPage: (pagesDone: number) => void = () => undefined,
): ReadPages {
  const fonts = new FontCache(objects, budget);
  const pdfPages = objects.pdf.getPages();
  const pageNumbers = numberPages(pdfPages);
  const destinations = new NamedDestinations(objects);
  const texts: PageText[] = [];
  const links: LinkArea[][] = [];
  const digests: number[] = [];
  const scanned = new Set<number>();
  const margins: PageMargins[] = [];
  const overprints: (readonly TextFragment[])[] = [];
  let characters = 0;
  for (const [index, page] of pdfPages.entries()) {
    budget.checkTime();
    budget.spend('annotations', objects.length(page.dict, 'Annots'));
    const drawn = readPageText(objects, page.dict, fonts, budget);
    const { speechless } = drawn;
    const whole = speechless.size > 0 ? readPageText(objects, page.dict, fonts, budget, speechless) : drawn;
    const { kept, again } = withoutOverprints(whole.fragments);
    const content = { ...whole, fragments: kept };
    overprints.push(again);
    const shown = whole.fragments.reduce((sum, fragment) => sum + fragment.text.length, 0);
    characters += shown;
    if (content.largestImageShare > SCAN_SHARE && shown < SCAN_CHARACTERS) scanned.add(index);
    if (content.unmappedGlyphs > 0) notices.add('unmapped_glyphs');
    if (content.unreadable) notices.add('unreadable_content');
    links.push(readLinks(objects, page.dict, content.base, pageNumbers, destinations));
    digests.push(textDigest(drawn.fragments));
    const grids = ruledGrids(content, budget).filter(hasRows);
    margins.push(
      marginLines(
        content,
        grids.map((grid) => grid.closed ?? grid),
      ),
    );
    texts.push(content);
    onPage(index + 1);
  }
  if (scanned.size > 0) notices.add('scanned_pages');
  const typewritten = isTypewritten(texts);
  const bodySize = bodySizeOf(texts, typewritten);
  const lineNumbers = findLineNumbers(texts);
  const running = findRunningText(margins, bodySize).map((page, index) => [
    ...page,
    ...(lineNumbers[index] ?? []).map((fragment) => ({ kind: 'LineNum' as const, fragment })),
  ]);
  const left = texts.map(({ fragments }, index) => {
    const gone = new Set(running[index]?.map(({ fragment }) => fragment));
    return fragments.filter((fragment) => !gone.has(fragment));
  });
  const pictures = findFigures(texts, links);
  let before: readonly RuledGrid[] = [];
  const ruledTables = tableGrids(
    texts.map((content, index) => {
      const fragments = left[index] ?? [];
      const page = { ...withoutDiagrams(content, fragments), fragments };
      const grids = ruledGrids(page, budget, before.length > 0);
      const things = fragments.length + (pictures[index]?.length ?? 0);
      const rest = blankRest(grids, before);
      before = grids.filter((grid) => grid === rest || hasEnoughFor(grid, things));
      return before;
    }),
  );
  const fields: LabelledField[][] = [];
  before = [];
  const undrawn = texts.map((content, index) => {
    budget.checkTime();
    const fragments = left[index] ?? [];
    const page = pdfPages[index];
    const shown = page ? readFormFields(objects, page.dict, content.base) : [];
    fields.push(labelFields(shown, fragments, index, budget));
    const own = links[index] ?? [];
    const rightToLeft = mostlyRightToLeft(fragments);
    const shownPictures = pictures[index] ?? [];
    const boxes = shownPictures.map(({ box }) => box);
    const grids = ruledTables[index] ?? [];
    const { tables, rest, taken } = takeRuledTables(grids, fragments, own, boxes, index, rightToLeft, before);
    before = taken;
    for (const { object } of tables) spendCells(budget, object);
    const bullets = drawnBullets(content, shown, rightToLeft);
    return {
      page: {
        content,
        text: rest,
        tables: tables.map(({ box }) => box),
        fields: shown,
        links: own,
        pictures: shownPictures,
        rightToLeft,
      },
      tables,
      bullets,
    };
  });
  const drawn = findDrawnFigures(
    undrawn.map(({ page }) => page),
    bodySize,
    budget,
  );
  const lowest = left.flat().reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY);
  let carried: OpenTable | undefined;
  const drafts = undrawn.map(({ page, tables, bullets }, index) => {
    budget.checkTime();
    const { figures = [], rest = [] } = drawn[index] ?? {};
    const placed = figures.map((object) => ({ object, box: object.box }));
    // Heads of arrows and signs in cells look like bullets.
    const others = [...placed, ...tables];
    const outside = bullets.filter(
      ({ x0, x1, y }) => !others.some(({ box }) => liesIn({ x0, x1, y0: y, y1: y }, box)),
    );
    const rows = pageRows([...rest, ...outside], page.links, others, page.rightToLeft);
    const draft = draftPage(rows, index, page.content.height, typewritten, carried);
    carried = openTable(draft.blocks, carried, lowest, page.content.height);
    // Those that rules draw have been counted.
    for (const { object } of draft.blocks)
      if (object?.kind === 'table' && !object.ruled) spendCells(budget, object);
    return draft;
  });
  if (fields.flat().some(({ from }) => from === 'name')) notices.add('form_fields_need_labels');
  if (fields.flat().some(({ from }) => from === 'text')) notices.add('form_labels_from_text');
  if (drafts.some((page) => page.hasTable)) notices.add('tables_flattened');
  const pages = texts.map(
    ({ base, streams, unreadable }, index): ReadPage => ({
      base,
      streams,
      unreadable,
      links: links[index] ?? [],
      fields: fields[index] ?? [],
      running: running[index] ?? [],
      layout: [...(drafts[index]?.leaders ?? []), ...(overprints[index] ?? [])],
    }),
  );
  const runningText = running.map((page) => page.map(({ fragment }) => fragment.text).join(' '));
  return {
    pages,
    drafts,
    digests,
    scanned,
    characters,
    isBlank: texts.every(({ paints }) => !paints),
    runningText,
    fonts: fonts.used,
    outline: readOutline(objects, pageNumbers, destinations),
    bodySize,
  };
}

function spendCells(budget: WorkBudget, object: PageObject): void {
  if (object.kind === 'table')
    budget.spend(
      'cells',
      object.rows.reduce((sum, row) => sum + row.length, 0),
    );
}

function numberPages(pages: ReturnType<PDF['getPages']>): Map<number, number> {
  return new Map(pages.map((page, index) => [page.ref.objectNumber, index + 1]));
}
